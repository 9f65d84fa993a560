"""The whole file as rules see it: every element of the standard that stands at its place.

Each part knows its kind by the schema, what lies around it and what lies in it. What has no place
in the schema is left out here; the rule about places names it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from processes.core.bpmn.draft import TRUE, id_of, standard_children, text_of
from processes.core.bpmn.grammar import child_of, is_a
from processes.core.bpmn.xml import BPMN, shorten

LABEL = 200  # more of a name is never shown, however long it is
# Their content is text or foreign, so nothing in it is an element of the standard.
OPAQUE = frozenset({"documentation", "extensionElements", "rendering", "script", "text"})


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """An element. ``slot`` is the place in the schema that it takes in its holder.

    ``refers`` is the kind that it names when it only holds the id of another element.
    """

    element: etree._Element
    name: str
    kind: str
    slot: str = ""
    refers: str = ""
    holder: "Part | None" = None
    parts: list["Part"] = field(default_factory=list)

    @property
    def id(self) -> str:
        return id_of(self.element)

    @property
    def owner(self) -> str:
        """The id of the element, or of the nearest one around it that has an id."""
        return next((part.id for part in self.upwards() if part.id), "")

    @property
    def label(self) -> str:
        """What people call it: its name, else its id, else the same of what lies around it."""
        for part in self.upwards():
            if found := (part.element.get("name") or "")[:LABEL].strip() or part.id:
                return shorten(found[:LABEL], 60)
        return self.name

    @property
    def text(self) -> str:
        return text_of(self.element)

    @property
    def target(self) -> str:
        """The id that it holds as its text; a prefix names the file itself."""
        return self.text.rpartition(":")[2]

    def attribute(self, name: str) -> str:
        return (self.element.get(name) or "").strip()

    def flag(self, name: str) -> bool:
        return self.attribute(name) in TRUE

    def reference(self, name: str) -> str:
        return self.attribute(name).rpartition(":")[2]

    def is_a(self, *kinds: str) -> bool:
        return any(is_a(self.kind, kind) for kind in kinds)

    def all(self, *kinds: str) -> list["Part"]:
        """Return what lies directly in it, by name or by kind."""
        return [
            part
            for part in self.parts
            if part.name in kinds or (not part.refers and part.is_a(*kinds))
        ]

    def first(self, *kinds: str) -> "Part | None":
        return next(iter(self.all(*kinds)), None)

    def upwards(self) -> Iterator["Part"]:
        """Yield it and what lies around it, the innermost first."""
        part: Part | None = self
        while part is not None:
            yield part
            part = part.holder

    def around(self, *kinds: str) -> "Part | None":
        """Return the innermost element of these kinds that it lies in."""
        return next((p for p in self.upwards() if p is not self and p.is_a(*kinds)), None)

    @property
    def executed(self) -> bool:
        """Whether it belongs to a process that is marked as executable."""
        process = self if self.kind == "process" else self.around("process")
        return process is not None and process.flag("isExecutable")

    @property
    def has_extensions(self) -> bool:
        """Whether another language than BPMN says more about it."""
        foreign = any(str(name).startswith("{") for name in self.element.attrib)
        return foreign or self.element.find(f"{{{BPMN}}}extensionElements") is not None


@dataclass(frozen=True)
class Model:
    root: Part
    parts: tuple[Part, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Part]:
        found: dict[str, Part] = {}
        for part in self.parts:
            if part.id:
                found.setdefault(part.id, part)
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, list[Part]]:
        found: dict[str, list[Part]] = {}
        for part in self.parts:
            found.setdefault("" if part.refers else part.kind, []).append(part)
        return found

    def all(self, *kinds: str) -> Iterator[Part]:
        """Yield the elements of these kinds in the whole file."""
        for kind, parts in self._by_name.items():
            if any(is_a(kind, wanted) for wanted in kinds):
                yield from parts

    def named(self, part: Part, attribute: str) -> Part | None:
        """Return the element whose id the attribute holds."""
        return self.by_id.get(part.reference(attribute))

    def listed(self, part: Part, child: str) -> list[Part]:
        """Return the elements whose ids the children of this name hold."""
        found = (self.by_id.get(one.target) for one in part.all(child))
        return [one for one in found if one is not None]

    @cached_property
    def pools(self) -> Mapping[str, Part]:
        """The first pool that shows each process."""
        found: dict[str, Part] = {}
        for pool in self.all("participant"):
            found.setdefault(pool.reference("processRef"), pool)
        return found

    @cached_property
    def incoming(self) -> Mapping[str, list[Part]]:
        return self._flows_by("targetRef")

    @cached_property
    def outgoing(self) -> Mapping[str, list[Part]]:
        return self._flows_by("sourceRef")

    def _flows_by(self, end: str) -> Mapping[str, list[Part]]:
        found: dict[str, list[Part]] = {}
        for flow in self.all("sequenceFlow"):
            found.setdefault(flow.reference(end), []).append(flow)
        return found


def model_of(root: etree._Element) -> Model:
    """Return the elements of a file from its ``definitions``, in the order of the file."""
    top = Part(root, "definitions", "definitions")
    parts = [top]
    for part in parts:
        if part.refers or part.kind in OPAQUE:
            continue
        for name, element in standard_children(part.element):
            place = child_of(part.kind, name)
            if place is not None:
                found = Part(element, name, place.kind, place.name, place.refers, part)
                part.parts.append(found)
                parts.append(found)
    return Model(top, tuple(parts))
