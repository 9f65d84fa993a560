"""BPMN of processes that talk to one another, written as short as it can be."""

from textwrap import dedent

HEAD = (
    '<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:placet="urn:placet:bpmn:1" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="urn:test">'
)
SHARED = """
<b:message id="m-paid" name="paid"/>
<b:message id="m-ordered" name="ordered"/>
<b:signal id="s-alarm" name="alarm"/>
<b:error id="e-broke" name="Broke" errorCode="broke"/>
"""


def file_of(*processes: str) -> str:
    """Return one file with these processes and the messages, signals and errors they share."""
    return HEAD + SHARED + "".join(processes) + "</b:definitions>"


def process(key: str, *nodes: str, flow: str = "", extension: str = "") -> str:
    """Return a process; ``flow`` names the nodes in order, one path a line."""
    flows = [
        f'<b:sequenceFlow id="{one}-{other}" sourceRef="{one}" targetRef="{other}"/>'
        for line in dedent(flow).strip().splitlines()
        for one, other in zip(line.split(), line.split()[1:], strict=False)
    ]
    return (
        f'<b:process id="{key}" name="{key.capitalize()}" isExecutable="true">'
        f"<b:extensionElements>{extension}</b:extensionElements>"
        f"{''.join(nodes)}{''.join(flows)}</b:process>"
    )


def start(inside: str = "", name: str = "start", **attributes: str) -> str:
    return f'<b:startEvent id="{name}"{_said(attributes)}>{inside}</b:startEvent>'


def end(inside: str = "", name: str = "end") -> str:
    return f'<b:endEvent id="{name}">{inside}</b:endEvent>'


def catch(name: str, inside: str) -> str:
    return f'<b:intermediateCatchEvent id="{name}">{inside}</b:intermediateCatchEvent>'


def throw(name: str, inside: str) -> str:
    return f'<b:intermediateThrowEvent id="{name}">{inside}</b:intermediateThrowEvent>'


def boundary(name: str, on: str, inside: str, *, interrupting: bool = True) -> str:
    cancels = "" if interrupting else ' cancelActivity="false"'
    return f'<b:boundaryEvent id="{name}" attachedToRef="{on}"{cancels}>{inside}</b:boundaryEvent>'


def message(ref: str = "m-paid", **says: str) -> str:
    """Return a message event; ``says`` are attributes of placet:message."""
    extension = f"<placet:message{_said(says)}/>" if says else ""
    return _with(extension, f'<b:messageEventDefinition messageRef="{ref}"/>')


def signal(payload: str = "") -> str:
    extension = f'<placet:signal payload="{payload}"/>' if payload else ""
    return _with(extension, '<b:signalEventDefinition signalRef="s-alarm"/>')


def error() -> str:
    return '<b:errorEventDefinition errorRef="e-broke"/>'


def terminate() -> str:
    return "<b:terminateEventDefinition/>"


def every(cycle: str) -> str:
    return f"<b:timerEventDefinition><b:timeCycle>{cycle}</b:timeCycle></b:timerEventDefinition>"


def condition(text: str) -> str:
    inside = f"<b:condition>{text}</b:condition>"
    return f"<b:conditionalEventDefinition>{inside}</b:conditionalEventDefinition>"


def ask(name: str = "ask", who: str = "bob") -> str:
    return (
        f'<b:userTask id="{name}" name="{name}"><b:extensionElements>'
        f'<placet:assignment candidateUsers="{who}"/></b:extensionElements></b:userTask>'
    )


def call(key: str, name: str = "call", **binding: str) -> str:
    says = f"<placet:call{_said(binding)}/>" if binding else ""
    return (
        f'<b:callActivity id="{name}" name="{name}" calledElement="{key}">'
        f"<b:extensionElements>{says}</b:extensionElements></b:callActivity>"
    )


def topic(name: str, inside: str = "") -> str:
    return (
        f'<b:serviceTask id="{name}" name="{name}"><b:extensionElements>'
        f'<placet:topic name="{name}"/>{inside}</b:extensionElements></b:serviceTask>'
    )


def _said(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in attributes.items())


def _with(extension: str, definition: str) -> str:
    return f"<b:extensionElements>{extension}</b:extensionElements>{definition}"
