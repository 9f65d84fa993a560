"""BPMN files that Placet and SpiffWorkflow both run, of any size."""

from itertools import pairwise

OPEN = (
    '<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" '
    'targetNamespace="urn:benchmark"><b:process id="p" name="P" isExecutable="true">'
)
CLOSE = "</b:process></b:definitions>"
VARIABLES = {"amount": 300}


def sequence(size: int, kind: str = "task") -> str:
    """Return ``size`` tasks, one after another."""
    steps = [f"t{at}:{kind}" for at in range(size)]
    return file(["start:startEvent", *steps, "end:endEvent"])


def choices(size: int) -> str:
    """Return ``size`` exclusive gateways in a row; each has a condition and a default path.

    The conditions mean the same in FEEL and in Python.
    """
    nodes = ["start:startEvent"]
    flows = [flow("start", "g0")]
    for at in range(size):
        nodes += [f'g{at}:exclusiveGateway:default="g{at}-n{at}"', f"y{at}:task", f"n{at}:task"]
        flows += [
            flow(f"g{at}", f"y{at}", "amount &gt; 100"),
            flow(f"g{at}", f"n{at}"),
            *(flow(f"{way}{at}", f"m{at}") for way in "yn"),
        ]
        nodes.append(f"m{at}:exclusiveGateway")
        flows.append(flow(f"m{at}", f"g{at + 1}" if at + 1 < size else "end"))
    nodes.append("end:endEvent")
    return written(nodes, flows)


def parallel(width: int) -> str:
    """Return a fork into ``width`` tasks that meet again."""
    tasks = [f"t{at}" for at in range(width)]
    nodes = ["start:startEvent", "fork:parallelGateway", *(f"{task}:task" for task in tasks)]
    nodes += ["join:parallelGateway", "end:endEvent"]
    flows = [flow("start", "fork"), flow("join", "end")]
    flows += [found for task in tasks for found in (flow("fork", task), flow(task, "join"))]
    return written(nodes, flows)


def file(nodes: list[str]) -> str:
    """Return the nodes, written ``id:kind``, one after another."""
    return written(nodes, [flow(*(n.split(":")[0] for n in pair)) for pair in pairwise(nodes)])


def written(nodes: list[str], flows: list[str]) -> str:
    return OPEN + "".join(map(element, nodes)) + "".join(flows) + CLOSE


def element(node: str) -> str:
    name, kind, more = (*node.split(":", 2), "")[:3]
    return f'<b:{kind} id="{name}" name="{name}" {more}/>'


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<b:conditionExpression>{condition}</b:conditionExpression>" if condition else ""
    return (
        f'<b:sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}">'
        f"{inner}</b:sequenceFlow>"
    )
