"""Read a BPMN 2.0 file: graphs that can run, and findings for everything that cannot.

In this order: load the XML safely, draw up its elements, judge them by the rules of the standard,
then understand what is run. Reading never raises; whatever is wrong becomes a finding.
"""

import re
from collections import Counter
from dataclasses import dataclass

from lxml import etree

from processes.core.bpmn import diagram, extension, words
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
from processes.core.bpmn.nodes import MAX_NAME, read_node, refuse_long_name
from processes.core.bpmn.notes import Notes
from processes.core.bpmn.rules import FILE_RULES, RULES
from processes.core.bpmn.xml import BPMN, Unreadable, load, shorten
from processes.core.feel import Expression
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
    for file_rule in FILE_RULES:
        notes.extend(file_rule(root))
    for draft in drafts:
        for rule in RULES:
            notes.extend(rule(draft))
    executable = [draft for draft in drafts if draft.executable]
    note_roots(root, executable, notes)
    note_message_flows(root, notes)
    drawn = diagram.drawn_ids(root)
    graphs = []
    undrawn: list[str] = []
    for draft in executable:
        graph = graph_of(draft, notes)
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


def note_roots(root: etree._Element, executable: list[Draft], notes: Notes) -> None:
    """Write down what stands beside the processes, and that exactly one of them is to run."""
    for kind, child in standard_children(root):
        if kind in words.ROOTS_NOT_RUN:
            notes.warning(
                id_of(child) or None,
                "not-run",
                f"The file also holds {words.ROOTS_NOT_RUN[kind]}, which Placet does not run.",
            )
        elif kind not in words.ROOTS:
            notes.error(
                id_of(child) or None,
                "unknown-element",
                f"<{shorten(kind, 60)}> is not an element of BPMN 2.0 at this place.",
                "Check the spelling, or remove it.",
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
    if not executable:
        notes.unsupported(
            None,
            "not-executable",
            "No process in the file is marked as executable.",
            'Set isExecutable="true" on the process that is to run.',
        )
    for draft in executable[1:]:
        notes.unsupported(
            draft.id or None,
            "several-processes",
            f"The file holds {len(executable)} executable processes; Placet runs one of a file.",
            "Put each into a file of its own, or mark only one as executable.",
        )


def note_message_flows(root: etree._Element, notes: Notes) -> None:
    for flow in root.iterfind(f"{{{BPMN}}}collaboration/{{{BPMN}}}messageFlow"):
        notes.warning(
            id_of(flow) or None,
            "drawn-only",
            f"The message flow “{shorten(flow.get('name') or id_of(flow), 60)}” is only drawn; "
            "nothing is sent along it.",
            "Send with a service task.",
        )


# --- a process -----------------------------------------------------------------------------------


def graph_of(draft: Draft, notes: Notes) -> Graph:
    """Return the graph of what could be understood."""
    note_process(draft, notes)
    nodes: dict[str, Node] = {}
    for drawn in draft.nodes.values():
        note_dialect(drawn.element, drawn.id, drawn.label, notes)
        if drawn.scope == draft.id and (node := read_node(drawn, draft.id, notes)) is not None:
            nodes[node.id] = node
    defaults = {node.default for node in nodes.values()}
    flows = {
        drawn.id: flow_of(drawn, drawn.id in defaults, notes)
        for drawn in draft.flows.values()
        if drawn.scope == draft.id
    }
    note_starts(draft, notes)
    holder = Holder(draft.element, "process", draft.id, draft.label)
    says = extension.process(said(holder, notes))
    return Graph(
        id=draft.id,
        name=shorten(name_of(draft.element) or draft.id, MAX_NAME),
        nodes=nodes,
        flows=flows,
        subject=says.subject,
        start_form=says.start_form,
        variables=says.variables,
        documentation="\n\n".join(
            text_of(child) for child in draft.element.iterchildren(f"{{{BPMN}}}documentation")
        ),
    )


def note_process(draft: Draft, notes: Notes) -> None:
    note_dialect(draft.element, draft.id, draft.label, notes)
    refuse_long_name(Drawn(draft.id, "process", "", draft.element), notes)
    for kind, _ in standard_children(draft.element):
        if kind in words.PARTS:
            notes.unsupported(
                draft.id or None,
                "part",
                f"“{draft.label}” has {words.PARTS[kind]}, which Placet does not run.",
                "Remove it.",
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


def note_starts(draft: Draft, notes: Notes) -> None:
    """Write down a process that begins nowhere, or at several places at once."""
    inside = draft.levels[draft.id]
    starts = [node for node in inside if node.kind == "startEvent"]
    if not inside:
        notes.unsupported(
            draft.id or None,
            "empty-process",
            f"“{draft.label}” has no steps.",
            "Draw a start event, the steps and an end event.",
        )
    elif not starts and not any(node.kind == "endEvent" for node in inside):
        notes.unsupported(
            draft.id or None,
            "implicit-start",
            f"“{draft.label}” has no start event. BPMN allows that; Placet does not run it.",
            "Draw a start event and an end event.",
        )
    for start in starts[1:]:
        notes.unsupported(
            start.id,
            "several-starts",
            f"“{start.label}” is a second start event; Placet starts a process at one place.",
            "Begin with one start event and an exclusive gateway behind it.",
        )


def flow_of(drawn: Drawn, is_default: bool, notes: Notes) -> Flow:
    """Return the flow. The condition of a default flow is ignored (BPMN 2.0.2, 10.6.2)."""
    note_dialect(drawn.element, drawn.id, drawn.label, notes)
    condition = None
    for element in () if is_default else drawn.children("conditionExpression")[:1]:
        condition = condition_of(drawn, element, notes)
    return Flow(
        id=drawn.id,
        source=drawn.attribute("sourceRef"),
        target=drawn.attribute("targetRef"),
        name=drawn.name,
        condition=condition,
    )


def condition_of(flow: Drawn, element: etree._Element, notes: Notes) -> Expression | None:
    language = (element.get("language") or "").strip()
    if language and "feel" not in language.lower():
        notes.unsupported(
            flow.id,
            "expression-language",
            f"The condition of “{flow.label}” is written in {shorten(language, 60)}; "
            "Placet reads FEEL.",
            "Write it in FEEL, for example =amount > 1000, and remove the attribute “language”.",
        )
        return None
    return notes.expression(flow.id, f"The condition of “{flow.label}”", text_of(element))


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
