"""A process between the short form and BPMN: steps and the flows between them, by id."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from processes.core.bpmn.writer import Drawing, standard, timer
from processes.core.findings import Finding
from processes.core.short.source import Fault, Place


@dataclass(frozen=True, slots=True)
class Event:
    """What an event waits for or tells.

    ``about`` is the text of a time or a condition, the name of a message, signal or link, the code
    of an error or escalation, or the activity that is compensated; empty is any.
    """

    kind: str
    about: str = ""
    wait: bool = True


TIMES = ("duration", "date", "cycle")
NAMED = ("message", "signal", "error", "escalation")


def definition(event: Event, drawing: Drawing) -> etree._Element:
    """Return the event definition of the standard."""
    if event.kind in TIMES:
        return timer(event.kind, event.about)
    if event.kind in NAMED:
        return drawing.event(event.kind, event.about)
    match event.kind:
        case "condition":
            condition = standard("condition", text=event.about)
            return standard("conditionalEventDefinition", condition)
        case "compensate":
            wait = "" if event.wait else "false"
            return standard(
                "compensateEventDefinition", activityRef=event.about, waitForCompletion=wait
            )
        case "link":
            return standard("linkEventDefinition", name=event.about)
    return standard(f"{event.kind}EventDefinition")


@dataclass(slots=True)
class Step:
    """A flow node. ``scope`` is the sub-process around it, empty for the process."""

    kind: str
    id: str
    scope: str
    place: Place
    name: str = ""
    documentation: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list[etree._Element] = field(default_factory=list)
    inside: list[etree._Element] = field(default_factory=list)
    event: Event | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A sequence flow; ``turn`` is its place among those that leave a gateway."""

    source: str
    target: str
    name: str = ""
    condition: str = ""
    default: bool = False
    turn: int = 0


class Told:
    """Where faults of the text are written down, so that one reading tells all of them."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def wrong(self, place: Place, sentence: str, hint: str = "") -> None:
        self.findings.append(Finding(None, "error", "short-form", f"{place}: {sentence}", hint))

    def fault(self, fault: Fault) -> None:
        self.wrong(fault.place, fault.sentence, fault.hint)


@dataclass(slots=True)
class Sketch:
    """A whole process. ``undone`` leads from a compensation event to the step that undoes."""

    id: str
    name: str = ""
    documentation: str = ""
    parts: list[etree._Element] = field(default_factory=list)
    steps: dict[str, Step] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    undone: list[tuple[str, str]] = field(default_factory=list)

    def to_bpmn(self) -> bytes:
        """Return the file. The order of steps depends on the flows alone, not on the text."""
        drawing = Drawing(self.id, self.name, documentation=self.documentation, parts=self.parts)
        order = list(self._in_order(""))
        for step in order:
            attributes = dict(step.attributes)
            if step.message:
                attributes["messageRef"] = drawing.root("message", step.message)
            told = [definition(step.event, drawing)] if step.event else []
            drawing.node(
                step.kind,
                step.id,
                step.name,
                parent=step.scope,
                attributes=attributes,
                documentation=step.documentation,
                parts=step.parts,
                definitions=[*told, *step.inside],
            )
        place = {step.id: at for at, step in enumerate(order)}
        for edge in sorted(
            self.edges, key=lambda edge: (place[edge.source], edge.default, edge.turn)
        ):
            drawing.flow(
                edge.source,
                edge.target,
                edge.name,
                condition=edge.condition,
                default=edge.default,
            )
        for event, handler in self.undone:
            drawing.association(event, handler)
        return drawing.to_xml()

    def _in_order(self, scope: str) -> Iterator[Step]:
        """Yield the steps of a scope along the flows, each before what lies in it."""
        inside = [step for step in self.steps.values() if step.scope == scope]
        onward: dict[str, list[str]] = {step.id: [] for step in inside}
        for edge in sorted(self.edges, key=lambda edge: (edge.default, edge.turn)):
            if edge.source in onward:
                onward[edge.source].append(edge.target)
        hung: dict[str, list[str]] = {}
        for step in inside:
            hung.setdefault(step.attributes.get("attachedToRef", ""), []).append(step.id)
        handlers = dict(self.undone)
        led_to = {target for targets in onward.values() for target in targets}
        roots = [s.id for s in inside if s.kind == "startEvent"]
        roots += [s.id for s in inside if s.id not in led_to]
        seen: set[str] = set()
        for root in [*roots, *onward]:
            waiting = [root]
            while waiting:
                id_ = waiting.pop()
                host = self.steps[id_].attributes.get("attachedToRef", "")
                if id_ in seen or (host and host not in seen):
                    continue
                seen.add(id_)
                yield self.steps[id_]
                yield from self._in_order(id_)
                events = hung.get(id_, [])
                undoing = [handlers[id_]] if id_ in handlers else []
                waiting.extend(reversed([*events, *undoing, *onward[id_]]))
