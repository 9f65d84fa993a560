"""What the reader of a node may look at besides the node itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from processes.core.bpmn.beside import Beside, target_of
from processes.core.bpmn.draft import Draft, Drawn, id_of, standard_children, text_of
from processes.core.bpmn.notes import Notes
from processes.core.graph import Activity


@dataclass(frozen=True)
class Context:
    """``implied`` is the message of a step that names none and lies at a message flow.

    ``data`` are the variables that data objects, properties, inputs and outputs stand for, by id.
    ``processes`` are the ids of the processes of the file, and whether each is to run.
    ``global_tasks`` are those that were read already.
    """

    draft: Draft
    beside: Beside
    notes: Notes
    implied: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    processes: Mapping[str, bool] = field(default_factory=dict)
    global_tasks: dict[str, Activity | None] = field(default_factory=dict)

    def before(self, node: Drawn) -> list[Drawn]:
        """Return the nodes from which a flow leads to this one."""
        flows = self.draft.incoming.get(node.id, ())
        sources = (self.draft.nodes.get(flow.attribute("sourceRef")) for flow in flows)
        return [source for source in sources if source is not None]

    @cached_property
    def links(self) -> Mapping[tuple[str, str], str]:
        """The names of links that catch, by scope and their id or the id of a source of theirs."""
        found: dict[tuple[str, str], str] = {}
        for node in self.draft.nodes.values():
            if node.kind != "intermediateCatchEvent":
                continue
            for definition in self.beside.definitions(node):
                if definition.kind == "linkEventDefinition":
                    sources = (target_of(child) for child in definition.children("source"))
                    for id_ in (definition.id, *sources):
                        found.setdefault((node.scope, id_), definition.attribute("name"))
        return found

    @cached_property
    def subscriptions(self) -> Mapping[str, Mapping[str, str]]:
        """What the process is told apart by: by key, where each property is found (8.4.2)."""
        found: dict[str, dict[str, str]] = {}
        for kind, element in standard_children(self.draft.element):
            if kind == "correlationSubscription":
                holder = Drawn(id_of(element), kind, "", element)
                found[holder.reference("correlationKeyRef")] = {
                    Drawn("", "", "", binding).reference("correlationPropertyRef"): text_of(path)
                    for binding in holder.children("correlationPropertyBinding")
                    for inner, path in standard_children(binding)
                    if inner == "dataPath"
                }
        return found
