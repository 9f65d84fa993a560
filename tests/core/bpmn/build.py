"""Small BPMN files for tests, made from a few words instead of big fixtures."""

from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from processes.core import graph as g
from processes.core.bpmn import Reading, read
from processes.core.bpmn.xml import BPMN, PLACET
from processes.core.findings import Finding

TEMPLATES = Path(__file__).parents[3] / "processes" / "templates_bpmn"

NAMESPACES = (
    f'xmlns="{BPMN}" xmlns:placet="{PLACET}" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0"'
)


def element(kind: str, id_: str, /, *inside: str, **attributes: str) -> str:
    """Return an element; ``placet_x`` and ``camunda_x`` become prefixed attributes."""
    named = {
        name.replace("placet_", "placet:").replace("camunda_", "camunda:"): value
        for name, value in attributes.items()
    }
    written = "".join(f" {name}={quoteattr(value)}" for name, value in named.items())
    return f'<{kind} id="{id_}"{written}>{"".join(inside)}</{kind}>'


def extension(*parts: str) -> str:
    return f"<extensionElements>{''.join(parts)}</extensionElements>"


def part(kind: str, body: str = "", /, **attributes: str) -> str:
    """Return a `placet:` element."""
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<placet:{kind}{written}>{escape(body)}</placet:{kind}>"


def user_task(id_: str = "task", *parts: str, **attributes: str) -> str:
    return element("userTask", id_, extension(*parts), **attributes)


def service_task(id_: str = "call", *parts: str, **attributes: str) -> str:
    return element("serviceTask", id_, extension(*parts), **attributes)


def flow(
    source: str, target: str, condition: str = "", *, id_: str = "", attributes: str = ""
) -> str:
    """Return a flow called ``source-target``, with a condition if one is given."""
    body = f"<conditionExpression>{escape(condition)}</conditionExpression>" if condition else ""
    return (
        f'<sequenceFlow id="{id_ or f"{source}-{target}"}" sourceRef="{source}" '
        f'targetRef="{target}" {attributes}>{body}</sequenceFlow>'
    )


def definition(kind: str, /, *inside: str, **attributes: str) -> str:
    """Return an event definition, such as ``definition("message", messageRef="m")``."""
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<{kind}EventDefinition{written}>{''.join(inside)}</{kind}EventDefinition>"


def timer(kind: str, text: str) -> str:
    return f"<timerEventDefinition><{kind}>{escape(text)}</{kind}></timerEventDefinition>"


def file(*parts: str, beside: str = "", process: str = 'id="p" isExecutable="true"') -> bytes:
    """Return a file with one process; ``beside`` stands next to it."""
    inside = "".join(parts)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><definitions {NAMESPACES}>'
        f"{beside}<process {process}>{inside}</process></definitions>"
    ).encode()


def straight(*steps: tuple[str, str], more: str = "", beside: str = "") -> bytes:
    """Return a file with start → steps → end; a step is its id and its element."""
    ids = ["start", *(id_ for id_, _ in steps), "end"]
    flows = [flow(source, target) for source, target in pairwise(ids)]
    return file(
        element("startEvent", "start"),
        *(written for _, written in steps),
        element("endEvent", "end"),
        *flows,
        more,
        beside=beside,
    )


def with_task(*parts: str, **attributes: str) -> bytes:
    """Return a file with one user task called “task” that carries the parts."""
    return straight(("task", user_task("task", *parts, **attributes)))


def with_call(*parts: str, **attributes: str) -> bytes:
    """Return a file with one service task called “call” that carries the parts."""
    return straight(("call", service_task("call", *parts, **attributes)))


def with_process_parts(*parts: str) -> bytes:
    """Return a file whose process carries the parts."""
    return straight(("task", user_task("task")), more=extension(*parts))


def with_timer(kind: str, text: str) -> bytes:
    return straight(("wait", element("intermediateCatchEvent", "wait", timer(kind, text))))


def template(name: str) -> bytes:
    return (TEMPLATES / f"{name}.bpmn").read_bytes()


def only_graph(source: bytes) -> g.Graph:
    """Return the graph of a file that must be fine."""
    reading = read(source)
    assert reading.ok, reading.findings
    (graph,) = reading.graphs
    return graph


def only_node(source: bytes, id_: str = "x") -> g.Node:
    """Return a node of a file that must be fine."""
    return only_graph(source).nodes[id_]


def one(reading: Reading, code: str) -> Finding:
    """Return the one finding with this code."""
    found = [finding for finding in reading.findings if finding.code == code]
    assert len(found) == 1, reading.findings
    return found[0]


def refused(source: bytes, code: str, element_id: str | None, severity: str = "error") -> Finding:
    """Return the finding that stops this file, after looking at where and how grave it is."""
    reading = read(source)
    there = [f for f in reading.findings if (f.code, f.element) == (code, element_id)]
    assert len(there) == 1, reading.findings
    finding = there[0]
    assert finding.severity == severity
    assert finding.sentence.endswith((".", "?"))
    assert not reading.ok
    return finding


def codes(source: bytes) -> set[str]:
    return {finding.code for finding in read(source).findings}
