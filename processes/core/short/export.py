"""Write a BPMN file in the short form, or say what the short form has no word for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from processes.core.bpmn import words
from processes.core.bpmn.draft import TRUE, Draft, Drawn, standard_children, survey
from processes.core.bpmn.writer import ID
from processes.core.bpmn.xml import BPMN, BPMN_DI, Unreadable, load, shorten
from processes.core.findings import Finding
from processes.core.short import happenings
from processes.core.short.blocks import Flow, Level, Node, Teller
from processes.core.short.board import LONGEST_ID, spoken
from processes.core.short.compiler import MAX_STEPS
from processes.core.short.fields import EXPRESSION, Field, Json
from processes.core.short.seen import Seen
from processes.core.short.text import bare, compact, write
from processes.core.short.vocabulary import KINDS, MERGES, ON, PROCESS, Kind

KIND_OF = {kind.element: kind for kind in (*KINDS.values(), ON)}
OWN_LAYOUT = "The picture of the file is left behind: the short form is laid out anew."


def to_short(source: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Return the text, and what was found; the text is empty when something cannot be said.

    What is lost although the text says everything that is run, such as the arrangement of the
    picture and the ids of flows, is a warning.
    """
    try:
        root = load(source)
    except Unreadable as refusal:
        return "", (refusal.finding,)
    export = Export(root)
    drafts = [draft for draft in survey(root) if draft.executable]
    export.look_beside(root, len(drafts))
    if export.findings:
        return "", tuple(export.findings)
    text = write(export.process(drafts[0]))
    if export.findings:
        return "", tuple(export.findings)
    drawn = root.find(f"{{{BPMN_DI}}}BPMNDiagram") is not None
    left = (Finding(None, "warning", "own-layout", OWN_LAYOUT),) if drawn else ()
    return text, left


@dataclass
class Export:
    root: etree._Element
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.roots = happenings.roots_of(self.root)
        every = self.root.iter(f"{{{BPMN}}}*")
        self.defaults = {element.get("default") for element in every} - {None}

    def refuse(self, element: str, label: str, lacks: Iterable[str]) -> None:
        for lack in dict.fromkeys(lacks):
            self.findings.append(
                Finding(
                    element,
                    "unsupported",
                    "no-short-form",
                    f"The short form has no word for {lack}, which “{label}” has.",
                    "Keep the process as BPMN.",
                )
            )

    # --- the file ----------------------------------------------------------------------------

    def look_beside(self, root: etree._Element, executable: int) -> None:
        known = {"process", "documentation", *(kind for kind, _ in self.roots.values())}
        lacks = [f"<{kind}>" for kind, _ in standard_children(root) if kind not in known]
        if executable != 1:
            lacks.append(f"{executable} executable processes")
        if len(root.findall(f"{{{BPMN}}}process")) > 1:
            lacks.append("several processes")
        self.refuse("", "the file", lacks)

    def process(self, draft: Draft) -> dict[str, Any]:
        lacks: list[str] = []
        if len(draft.nodes) > MAX_STEPS:
            lacks.append(f"more than {MAX_STEPS:,} steps")
            self.refuse(draft.id, draft.label, lacks)
            return {}
        seen = Seen(draft.element, lacks, (*words.FLOW_NODES, "sequenceFlow", "association"))
        seen.take_attribute("isExecutable")
        text: dict[str, Any] = {"process": draft.id}
        if name := seen.take_attribute("name"):
            text["name"] = " ".join(name.split())
        if documentation := seen.take_documentation():
            text["documentation"] = documentation
        self._say(seen, PROCESS, text)
        lacks += ["a step without an id"] * len(draft.nameless)
        seen.close()
        self.refuse(draft.id, draft.label, lacks)
        return text | self._scope(draft, draft.id, Level(""))

    def _scope(self, draft: Draft, scope: str, level: Level) -> dict[str, Any]:
        """Return ``steps`` and ``events`` of a process or sub-process."""
        for drawn in draft.levels[scope]:
            level.nodes[drawn.id] = self._node(draft, drawn)
        for drawn in draft.flows.values():
            if drawn.scope == scope:
                self._flow(level, drawn)
        if self.findings:
            return {}
        level.undone = self._handlers(draft, scope)
        teller = Teller(level)
        told = teller.whole()
        for id_, lack in teller.lacks:
            self.refuse(id_, draft.nodes[id_].label if id_ in draft.nodes else scope, [lack])
        return told

    def _handlers(self, draft: Draft, scope: str) -> dict[str, str]:
        """Return the activities that undo, by the event whose association leads to them."""
        around = draft.element if scope == draft.id else draft.nodes[scope].element
        found: dict[str, str] = {}
        for line in around.findall(f"{{{BPMN}}}association"):
            source, target = line.get("sourceRef") or "", line.get("targetRef") or ""
            one, other = draft.nodes.get(source), draft.nodes.get(target)
            if one and other and one.kind == "boundaryEvent" and other.flag("isForCompensation"):
                found[source] = target
            else:
                self.refuse(line.get("id") or "", line.get("id") or "", ["an association"])
        return found

    # --- steps and flows ---------------------------------------------------------------------

    def _node(self, draft: Draft, drawn: Drawn) -> Node:
        lacks: list[str] = []
        kind = KIND_OF.get(drawn.kind)
        if kind is None:
            self.refuse(drawn.id, drawn.label, [words.FLOW_NODES[drawn.kind]])
            return Node(drawn.id, drawn.kind, "", {})
        if not ID.fullmatch(drawn.id) or len(drawn.id) > LONGEST_ID:
            lacks.append(f"the id “{shorten(drawn.id, 60)}”")
        seen = Seen(drawn.element, lacks, (*words.FLOW_NODES, "sequenceFlow", "association"))
        node = Node(drawn.id, drawn.kind, kind.word, {})
        self._common(seen, drawn, kind, node)
        about = happenings.read(seen, drawn.kind, self.roots)
        node.said |= {key: compact(bare(value)) for key, value in about.items()}
        self._say(seen, kind.fields, node.said)
        if drawn.kind in words.SUB_PROCESSES:
            node.event = seen.take_attribute("triggeredByEvent") in TRUE
            level = Level(f"{drawn.id}_", ad_hoc=drawn.kind == "adHocSubProcess")
            node.inside = self._scope(draft, drawn.id, level)
            if node.event and drawn.kind != "subProcess":
                lacks.append("an event that begins it")
        seen.close()
        self.refuse(drawn.id, drawn.label, lacks)
        return node

    def _common(self, seen: Seen, drawn: Drawn, kind: Kind, node: Node) -> None:
        for said_by_others in ("name", "default", "isForCompensation"):
            seen.take_attribute(said_by_others)
        node.host = seen.take_attribute("attachedToRef").rpartition(":")[2]
        if drawn.name and not (kind.is_activity and drawn.name == spoken(drawn.id)):
            node.said["name"] = drawn.name
        if documentation := seen.take_documentation():
            node.said["documentation"] = documentation
        node.of = next((word for word, of in MERGES.items() if of == kind.element), "")

    def _say(self, seen: Seen, fields: Iterable[Field], text: dict[str, Any]) -> None:
        for said in fields:
            value = said.read(seen)
            if value is not None:
                text[said.key] = compact(value if isinstance(said, Json) else bare(value))

    def _flow(self, level: Level, drawn: Drawn) -> None:
        lacks: list[str] = []
        seen = Seen(drawn.element, lacks)
        source, target = seen.take_attribute("sourceRef"), seen.take_attribute("targetRef")
        seen.take_attribute("name")
        child = seen.take_child("conditionExpression")
        condition = ""
        if child is not None:
            language = child.take_attribute("language")
            if language and "feel" not in language.lower():
                lacks.append("a condition that is not FEEL")
            condition = EXPRESSION.read(child.text)
        seen.close()
        if source not in level.nodes or target not in level.nodes:
            lacks.append("a flow that leaves its sub-process")
        else:
            default = drawn.id in self.defaults
            level.flows.append(Flow(source, target, drawn.name, condition, default=default))
        self.refuse(drawn.id, drawn.label, lacks)
