"""What stands beside the processes of a file: messages, codes, shared definitions, pools."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from processes.core.bpmn import words
from processes.core.bpmn.draft import Drawn, id_of, standard_children, text_of
from processes.core.bpmn.xml import BPMN

# More correlation keys than anybody draws; each is looked at for each message.
MAX_KEYS = 100


@dataclass(frozen=True)
class Beside:
    """``roots`` are the elements directly in the file, by their ids.

    ``pools`` are the names of pools by the process they show, ``operations`` the message that each
    operation takes, ``keys`` the properties of each correlation key, and ``retrievals`` where the
    properties stand in each message.
    """

    roots: Mapping[str, Drawn]
    pools: Mapping[str, str]
    operations: Mapping[str, str]
    keys: Mapping[str, tuple[str, ...]]
    retrievals: Mapping[str, Mapping[str, str]]

    def find(self, holder: Drawn, attribute: str, *kinds: str) -> Drawn | None:
        """Return the root element of these kinds that an attribute names."""
        return self.root(holder.reference(attribute), *kinds)

    def root(self, id_: str, *kinds: str) -> Drawn | None:
        found = self.roots.get(id_)
        return found if found is not None and found.kind in kinds else None

    def definitions(self, event: Drawn) -> list[Drawn]:
        """Return the event definitions in an event, then the shared ones that it names."""
        inside = [
            Drawn(id_of(child), kind, event.scope, child)
            for kind, child in standard_children(event.element)
            if kind in words.DEFINITIONS
        ]
        shared = (self.root(id_, *words.DEFINITIONS) for id_ in event.definition_references)
        return [*inside, *(one for one in shared if one is not None)]

    def message(self, holder: Drawn) -> Drawn | None:
        """Return the message that a task or definition names, itself or by an operation."""
        if found := self.find(holder, "messageRef", "message"):
            return found
        operations = [
            holder.reference("operationRef"),
            *(target_of(child) for child in holder.children("operationRef")),
        ]
        taken = (self.operations.get(operation, "") for operation in operations)
        return next((m for id_ in taken if (m := self.root(id_, "message"))), None)


def beside(root: etree._Element) -> Beside:
    """Return what stands beside the processes in ``definitions``."""
    roots = by_id(standard_children(root))
    return Beside(
        roots=roots,
        pools=pools_of(root),
        operations={
            id_of(element): target_of(message)
            for element in root.iterfind(f"{{{BPMN}}}interface/{{{BPMN}}}operation")
            for message in element.findall(f"{{{BPMN}}}inMessageRef")
        },
        keys={
            id_of(element): tuple(
                target_of(one) for one in element.iterfind(f"{{{BPMN}}}correlationPropertyRef")
            )
            for element in islice(root.iter(f"{{{BPMN}}}correlationKey"), MAX_KEYS)
        },
        retrievals=retrievals_of(roots),
    )


def retrievals_of(roots: Mapping[str, Drawn]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for root in roots.values():
        if root.kind == "correlationProperty":
            for element in root.children("correlationPropertyRetrievalExpression"):
                retrieval = Drawn("", "", "", element)
                for path in retrieval.children("messagePath"):
                    found.setdefault(retrieval.reference("messageRef"), {})[root.id] = text_of(path)
    return found


def by_id(children: Iterable[tuple[str, etree._Element]]) -> dict[str, Drawn]:
    found: dict[str, Drawn] = {}
    for kind, child in children:
        if id_of(child):
            found.setdefault(id_of(child), Drawn(id_of(child), kind, "", child))
    return found


def pools_of(root: etree._Element) -> dict[str, str]:
    """Return the name of the first pool that shows each process."""
    found: dict[str, str] = {}
    for element in root.iterfind(f"{{{BPMN}}}collaboration/{{{BPMN}}}participant"):
        pool = Drawn(id_of(element), "participant", "", element)
        if pool.name:
            found.setdefault(pool.reference("processRef"), pool.name)
    return found


def target_of(element: etree._Element) -> str:
    """Return the id that an element holds as its text; a prefix names the file itself."""
    return text_of(element).rpartition(":")[2]


def called(root: Drawn) -> str:
    """Return what a message or signal is called everywhere: its name, else its id."""
    return root.name or root.id
