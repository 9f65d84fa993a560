"""The elements of a file by id and scope, before any of them is understood.

The rules of the standard are checked on this, so they also hold for elements that are not run.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from processes.core.bpmn import words
from processes.core.bpmn.xml import BPMN, shorten

TRUE = ("true", "1")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A flow node or a sequence flow as it stands in the file.

    ``kind`` is the element's local name; ``scope`` is the id of the process or sub-process around
    it. An empty id means that the file gives none.
    """

    id: str
    kind: str
    scope: str
    element: etree._Element

    @property
    def name(self) -> str:
        return name_of(self.element)

    @property
    def label(self) -> str:
        """The name for sentences: what is written on the drawing, or else the id."""
        return shorten(self.name or self.id or self.kind, 60)

    def attribute(self, name: str) -> str:
        return (self.element.get(name) or "").strip()

    def flag(self, name: str) -> bool:
        return self.attribute(name) in TRUE

    def reference(self, name: str) -> str:
        """Return the id that a QName attribute points to; its prefix names the file itself."""
        return self.attribute(name).rpartition(":")[2]

    def children(self, name: str) -> list[etree._Element]:
        return self.element.findall(f"{{{BPMN}}}{name}")

    @property
    def definitions(self) -> list[tuple[str, etree._Element]]:
        """The event definitions in it, each with the plain word for its kind."""
        return [
            (words.DEFINITIONS[kind], child)
            for kind, child in standard_children(self.element)
            if kind in words.DEFINITIONS
        ]

    @property
    def definition_references(self) -> list[str]:
        """The ids of the shared event definitions that it names; a prefix names the file itself."""
        return [text_of(child).rpartition(":")[2] for child in self.children("eventDefinitionRef")]


@dataclass(frozen=True)
class Draft:
    """One process of the file. Nodes and flows without an id are kept apart."""

    id: str
    element: etree._Element
    nodes: Mapping[str, Drawn]
    flows: Mapping[str, Drawn]
    nameless: tuple[Drawn, ...] = ()
    scopes: Mapping[str, Drawn] = field(default_factory=dict)

    @property
    def executable(self) -> bool:
        return (self.element.get("isExecutable") or "").strip() in TRUE

    @property
    def label(self) -> str:
        return shorten(name_of(self.element) or self.id or "process", 60)

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Drawn, ...]]:
        return self._flows_by("targetRef")

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Drawn, ...]]:
        return self._flows_by("sourceRef")

    def _flows_by(self, end: str) -> Mapping[str, tuple[Drawn, ...]]:
        found: dict[str, list[Drawn]] = {node: [] for node in self.nodes}
        for flow in self.flows.values():
            found.setdefault(flow.attribute(end), []).append(flow)
        return {node: tuple(flows) for node, flows in found.items()}

    @cached_property
    def associated(self) -> Mapping[str, tuple[str, ...]]:
        """The ids that associations connect with each id, in either direction."""
        found: dict[str, list[str]] = {}
        for element in self.element.iter(f"{{{BPMN}}}association"):
            association = Drawn("", "association", "", element)
            source, target = association.reference("sourceRef"), association.reference("targetRef")
            found.setdefault(source, []).append(target)
            found.setdefault(target, []).append(source)
        return {id_: tuple(others) for id_, others in found.items()}

    @cached_property
    def levels(self) -> Mapping[str, list[Drawn]]:
        """The nodes of the process itself and of each sub-process."""
        found: dict[str, list[Drawn]] = {scope: [] for scope in (self.id, *self.scopes)}
        for node in self.nodes.values():
            found[node.scope].append(node)
        return found


def survey(root: etree._Element) -> list[Draft]:
    """Return the processes of the file in its order."""
    return [draft_of(process) for process in root.findall(f"{{{BPMN}}}process")]


def draft_of(process: etree._Element) -> Draft:
    nodes: dict[str, Drawn] = {}
    flows: dict[str, Drawn] = {}
    nameless: list[Drawn] = []
    scopes: dict[str, Drawn] = {}
    waiting: list[tuple[str, etree._Element]] = [(id_of(process), process)]
    while waiting:
        scope, parent = waiting.pop()
        for kind, child in standard_children(parent):
            if kind not in words.FLOW_NODES and kind != "sequenceFlow":
                continue
            drawn = Drawn(id_of(child), kind, scope, child)
            if not drawn.id:
                nameless.append(drawn)
            elif kind == "sequenceFlow":
                flows.setdefault(drawn.id, drawn)
            else:
                nodes.setdefault(drawn.id, drawn)
            if kind in words.SUB_PROCESSES and drawn.id:
                scopes.setdefault(drawn.id, drawn)
                waiting.append((drawn.id, child))
    return Draft(id_of(process), process, nodes, flows, tuple(nameless), scopes)


def standard_children(parent: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Yield the children that belong to BPMN itself with their local names."""
    prefix = f"{{{BPMN}}}"
    for child in parent:
        if isinstance(child.tag, str) and child.tag.startswith(prefix):
            yield child.tag.removeprefix(prefix), child


def id_of(element: etree._Element) -> str:
    return (element.get("id") or "").strip()


def name_of(element: etree._Element) -> str:
    """Return the name on one line; modelers break lines inside names."""
    return " ".join((element.get("name") or "").split())


def text_of(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext()).strip()
