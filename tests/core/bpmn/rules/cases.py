"""A rule of the standard with files that break it and files that keep it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from processes.core.bpmn.draft import survey
from processes.core.bpmn.rules import FILE_RULES
from processes.core.bpmn.rules.model import model_of
from processes.core.bpmn.xml import BPMN, load
from processes.core.findings import Finding

Rule = Callable[[Any], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Case:
    """``broken`` must give one finding with the code, or more, that names ``element``."""

    rule: Rule
    code: str
    element: str
    broken: str
    kept: str

    def __str__(self) -> str:
        return f"{self.rule.__name__}-{self.code}"


def judged(rule: Rule, roots: str) -> list[Finding]:
    """Return what one rule says about a file with these elements."""
    root = load(f'<definitions xmlns="{BPMN}" id="d">{roots}</definitions>'.encode())
    if rule in FILE_RULES:
        return list(rule(model_of(root)))
    return [finding for draft in survey(root) for finding in rule(draft)]


def process(*inside: str, id_: str = "p", executable: bool = True) -> str:
    written = "".join(inside)
    return f'<process id="{id_}" isExecutable="{str(executable).lower()}">{written}</process>'


def flow(source: str, target: str, condition: str = "", id_: str = "") -> str:
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return (
        f'<sequenceFlow id="{id_ or f"{source}-{target}"}" sourceRef="{source}" '
        f'targetRef="{target}">{inner}</sequenceFlow>'
    )


def tasks(*ids: str) -> str:
    return "".join(f'<task id="{id_}"/>' for id_ in ids)


def event(kind: str, id_: str, *definitions: str, **attributes: str) -> str:
    """Return an event; a definition is its plain kind, or the whole element."""
    inside = "".join(d if d.startswith("<") else f"<{d}EventDefinition/>" for d in definitions)
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<{kind} id="{id_}"{written}>{inside}</{kind}>'


def catch(id_: str, *definitions: str) -> str:
    return event("intermediateCatchEvent", id_, *definitions)


def throw(id_: str, *definitions: str) -> str:
    return event("intermediateThrowEvent", id_, *definitions)


def boundary(id_: str, on: str, *definitions: str, **more: str) -> str:
    return event("boundaryEvent", id_, *definitions, attachedToRef=on, **more)


START, END = event("startEvent", "start"), event("endEvent", "end")
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
ITEMS = (
    '<itemDefinition id="text" structureRef="string"/><itemDefinition id="int" structureRef="int"/>'
    '<itemDefinition id="texts" structureRef="string" isCollection="true"/>'
)
SETS = "<inputSet/><outputSet/>"
OBJECT = '<dataObject id="do" itemSubjectRef="{}" name="Order"/>'


def takes(id_: str, item: str = "text", **more: str) -> str:
    """Return a specification with one data input in one set."""
    written = "".join(f' {name}="{value}"' for name, value in more.items())
    return (
        f'<ioSpecification><dataInput id="{id_}" itemSubjectRef="{item}"{written}/><inputSet>'
        f"<dataInputRefs>{id_}</dataInputRefs></inputSet><outputSet/></ioSpecification>"
    )


def gives(id_: str, item: str = "text") -> str:
    return (
        f'<ioSpecification><dataOutput id="{id_}" itemSubjectRef="{item}"/><inputSet/><outputSet>'
        f"<dataOutputRefs>{id_}</dataOutputRefs></outputSet></ioSpecification>"
    )


def task(*inside: str, kind: str = "task", **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<{kind} id="a"{written}>{"".join(inside)}</{kind}>'


def instances(*inside: str) -> str:
    written = "".join(inside)
    return f"<multiInstanceLoopCharacteristics>{written}</multiInstanceLoopCharacteristics>"


def link(id_: str, name: str, *inside: str) -> str:
    return f'<linkEventDefinition id="{id_}" name="{name}">{"".join(inside)}</linkEventDefinition>'


def sub(*inside: str, kind: str = "subProcess", event_: bool = False) -> str:
    triggered = ' triggeredByEvent="true"' if event_ else ""
    return f'<{kind} id="sub"{triggered}>{"".join(inside)}</{kind}>'
