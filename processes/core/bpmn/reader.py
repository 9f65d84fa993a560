"""Read a BPMN 2.0 file: graphs that can run, and findings for everything that cannot.

In this order: load the XML safely, draw up its elements, judge them by the rules of the standard,
then understand what is run. Reading never raises; whatever is wrong becomes a finding.
"""

import re
from collections import Counter
from dataclasses import dataclass

from lxml import etree

from processes.core.bpmn import diagram, extension, words
from processes.core.bpmn.beside import MAX_KEYS, Beside, beside, called
from processes.core.bpmn.context import Context
from processes.core.bpmn.data import declared_in, names_of
from processes.core.bpmn.draft import (
    Draft,
    Drawn,
    id_of,
    name_of,
    standard_children,
    survey,
    text_of,
)
from processes.core.bpmn.extension import Holder, said
from processes.core.bpmn.formal import formal_child
from processes.core.bpmn.message_flows import implied_messages
from processes.core.bpmn.nodes import read_node
from processes.core.bpmn.notes import Notes
from processes.core.bpmn.rules import judge
from processes.core.bpmn.step import MAX_NAME, plain_starts, refuse_long_name
from processes.core.bpmn.xml import BPMN, Unreadable, load, shorten
from processes.core.findings import Finding
from processes.core.graph import Flow, Graph, Node

MAX_STEPS = 3_000
# People see it in addresses, programs use it to start the process.
PROCESS_ID = re.compile(r"[A-Za-z_][\w.-]{0,99}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says.

    ``graphs`` holds the executable processes as far as they were understood, so that a draft can
    be kept; they are whole, and may run, only when the file is ``ok``. ``undrawn`` names the steps
    and flows that the picture leaves out.
    """

    graphs: tuple[Graph, ...] = ()
    findings: tuple[Finding, ...] = ()
    has_diagram: bool = False
    undrawn: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not any(finding.stops_publishing for finding in self.findings)


def read(source: bytes) -> Reading:
    """Return what the file says, with a finding for everything that is wrong or not run."""
    notes = Notes()
    try:
        root = load(source)
    except Unreadable as refusal:
        return Reading(findings=(refusal.finding,))
    drafts = survey(root)
    if too_large := oversize(drafts):
        return Reading(findings=(too_large,))
    notes.extend(judge(root, drafts))
    executable = [draft for draft in drafts if draft.executable]
    known = beside(root)
    note_roots(root, known, executable, notes)
    implied = implied_messages(root, executable, known, notes)
    processes = {draft.id: draft.executable for draft in drafts}
    drawn = diagram.drawn_ids(root)
    graphs = []
    undrawn: list[str] = []
    for draft in executable:
        context = Context(draft, known, notes, implied, names_of(draft), processes)
        graph = graph_of(context)
        if PROCESS_ID.fullmatch(graph.id):
            graphs.append(graph)
        undrawn.extend(diagram.note_undrawn(draft, drawn, notes))
    return Reading(
        graphs=tuple(graphs),
        findings=notes.findings(),
        has_diagram=bool(drawn),
        undrawn=tuple(undrawn),
    )


# --- the file ------------------------------------------------------------------------------------


def oversize(drafts: list[Draft]) -> Finding | None:
    """Return why the file is too large to be judged, before any work is done on it."""
    steps = sum(len(draft.nodes) for draft in drafts)
    flows = sum(len(draft.flows) for draft in drafts)
    if steps <= MAX_STEPS and flows <= 2 * MAX_STEPS:
        return None
    return Finding(
        None,
        "unsupported",
        "too-many-steps",
        f"The file has {steps:,} steps and {flows:,} flows; "
        f"at most {MAX_STEPS:,} steps and {2 * MAX_STEPS:,} flows are read.",
        "Split the process.",
    )


def note_roots(root: etree._Element, known: Beside, executable: list[Draft], notes: Notes) -> None:
    """Write down what stands beside the processes and is not run, and that one is to run."""
    for kind, child in standard_children(root):
        if kind in words.ROOTS_NOT_RUN:
            notes.warning(
                id_of(child) or None,
                "not-run",
                f"The file also holds {words.ROOTS_NOT_RUN[kind]}, which Placet does not run.",
            )
    for child in root.iterfind(f"{{{BPMN}}}extension"):
        if (child.get("mustUnderstand") or "").strip() in ("true", "1"):
            notes.unsupported(
                None,
                "extension",
                f"The file says that the extension {shorten(child.get('definition') or '', 60)} "
                "must be understood, and Placet does not know it.",
                "Remove the extension if the process also makes sense without it.",
            )
    if len(known.keys) >= MAX_KEYS:
        notes.unsupported(
            None,
            "too-many-keys",
            f"The file has {MAX_KEYS} correlation keys or more.",
            "Use placet:message correlationKey instead.",
        )
    note_same_names(known, notes)
    if not executable:
        notes.unsupported(
            None,
            "not-executable",
            "No process in the file is marked as executable.",
            'Set isExecutable="true" on the process that is to run.',
        )


def note_same_names(known: Beside, notes: Notes) -> None:
    """Warn of messages and signals that only their ids tell apart, since names are what counts."""
    seen: dict[tuple[str, str], Drawn] = {}
    for root in known.roots.values():
        first = seen.setdefault((root.kind, called(root)), root)
        if root.kind in ("message", "signal") and first is not root:
            notes.warning(
                root.id,
                "same-name",
                f"The {root.kind}s {first.id[:60]} and {root.id[:60]} are both called "
                f"“{root.label}”, so they are one and the same here.",
                "Give each a name of its own.",
            )


# --- a process -----------------------------------------------------------------------------------


def graph_of(context: Context) -> Graph:
    """Return the graph of what could be understood, sub-processes and all."""
    draft, notes = context.draft, context.notes
    note_process(draft, notes)
    nodes: dict[str, Node] = {}
    for drawn in draft.nodes.values():
        note_dialect(drawn.element, drawn.id, drawn.label, notes)
        if (node := read_node(drawn, context)) is not None:
            nodes[node.id] = node
    defaults = {node.default for node in nodes.values()}
    flows = {
        drawn.id: flow_of(drawn, drawn.id in defaults, notes) for drawn in draft.flows.values()
    }
    note_starts(context)
    says = extension.process(said(Holder(draft.element, "process", draft.id, draft.label), notes))
    name = name_of(draft.element) or context.beside.pools.get(draft.id, "") or draft.id
    graph = Graph(
        id=draft.id,
        name=shorten(name, MAX_NAME),
        nodes=nodes,
        flows=flows,
        subject=says.subject,
        start_form=says.start_form,
        variables={**declared_in(draft.element, context.data, context.beside), **says.variables},
        documentation="\n\n".join(
            text_of(child) for child in draft.element.iterchildren(f"{{{BPMN}}}documentation")
        ),
        lanes=lanes_of(draft),
        withdrawal=says.withdrawal,
    )
    note_no_beginning(context, graph)
    return graph


def note_no_beginning(context: Context, graph: Graph) -> None:
    """Write down a process that begins nowhere, if every step of it was understood."""
    draft = context.draft
    understood = len(graph.nodes) == len(draft.nodes) and all(
        flow.target in graph.nodes for flow in graph.flows.values()
    )
    if graph.nodes and understood and not graph.beginnings[None] and not graph.entrances:
        context.notes.unsupported(
            draft.id or None,
            "begins-nowhere",
            f"“{draft.label}” begins nowhere: a flow leads to each of its steps.",
            "Draw a start event in front of the first step.",
        )


def lanes_of(draft: Draft) -> dict[str, str]:
    """Return the name of the innermost lane that lists each step (BPMN 2.0.2, 10.8)."""
    found: dict[str, str] = {}
    for element in draft.element.iter(f"{{{BPMN}}}lane"):
        lane = Drawn(id_of(element), "lane", "", element)
        if lane.name:
            found |= {
                text_of(child): shorten(lane.name, MAX_NAME)
                for child in lane.children("flowNodeRef")
            }
    return found


def note_process(draft: Draft, notes: Notes) -> None:
    note_dialect(draft.element, draft.id, draft.label, notes)
    refuse_long_name(Drawn(draft.id, "process", "", draft.element), notes)
    for kind, _ in standard_children(draft.element):
        if kind in words.PEOPLE_PARTS or kind == "ioBinding":
            notes.warning(
                draft.id or None,
                "part",
                f"“{draft.label}” has {words.PEOPLE_PARTS.get(kind, 'an operation binding')}, "
                "which says nothing here.",
                "Who may start a process is decided by rights in the portal.",
            )
    if not PROCESS_ID.fullmatch(draft.id):
        notes.unsupported(
            draft.id or None,
            "process-id",
            f"“{shorten(draft.id, 60)}” cannot be the key of a process."
            if draft.id
            else "The executable process has no id, so nobody could start it.",
            "Give it an id such as purchase-approval: at most 100 letters, digits, “.”, “-”, “_”.",
        )
    for drawn in draft.nameless:
        notes.unsupported(
            draft.id or None,
            "no-id",
            f"“{drawn.label}” in “{draft.label}” has no id, so its steps cannot be kept.",
            "Save the file in a modeler, which gives every element an id.",
        )


def note_starts(context: Context) -> None:
    """Write down a process that begins nowhere, or on request at several places at once."""
    draft, notes = context.draft, context.notes
    inside = draft.levels[draft.id]
    if not inside:
        notes.unsupported(
            draft.id or None,
            "empty-process",
            f"“{draft.label}” has no steps.",
            "Draw a start event, the steps and an end event.",
        )
    for start in plain_starts(inside)[1:]:
        notes.unsupported(
            start.id,
            "several-starts",
            f"“{start.label}” is a second start event without a trigger; Placet starts a process "
            "at one place.",
            "Begin with one start event and an exclusive gateway behind it.",
        )


def flow_of(drawn: Drawn, is_default: bool, notes: Notes) -> Flow:
    """Return the flow. The condition of a default flow is ignored (BPMN 2.0.2, 10.6.2)."""
    note_dialect(drawn.element, drawn.id, drawn.label, notes)
    condition = None
    if not is_default:
        condition = formal_child(drawn, "conditionExpression", drawn, "The condition", notes)
    return Flow(
        id=drawn.id,
        source=drawn.attribute("sourceRef"),
        target=drawn.attribute("targetRef"),
        name=drawn.name,
        condition=condition,
    )


def note_dialect(element: etree._Element, id_: str, label: str, notes: Notes) -> None:
    """Warn about what another engine would do here and we do not read."""
    found: Counter[str] = Counter()
    names = [str(name) for name in element.attrib]
    for holder in element.findall(f"{{{BPMN}}}extensionElements"):
        names.extend(
            child.tag for child in holder.iter(etree.Element) if isinstance(child.tag, str)
        )
    for name in names:
        qualified = etree.QName(name)
        if vendor := words.DIALECTS.get(qualified.namespace or ""):
            found[f"{vendor}:{qualified.localname}"] += 1
    if found:
        notes.warning(
            id_ or None,
            "dialect",
            f"“{label}” says {shorten(', '.join(found), 120)}, which Placet does not read.",
            "Say the same with placet: elements; see the process language in the documentation.",
        )
