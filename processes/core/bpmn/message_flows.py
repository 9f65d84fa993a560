"""What message flows between two processes of a file say about messages (BPMN 2.0.2, 9.4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from processes.core.bpmn.beside import Beside, called
from processes.core.bpmn.draft import Draft, Drawn, id_of
from processes.core.bpmn.notes import Notes
from processes.core.bpmn.xml import BPMN

TASKS = ("sendTask", "receiveTask")


@dataclass(frozen=True, slots=True)
class End:
    """A step at the end of a message flow; ``says`` is the message of each place for one."""

    step: Drawn
    process: str
    says: tuple[str, ...]

    @property
    def named(self) -> set[str]:
        return set(self.says) - {""}


def implied_messages(
    root: etree._Element, executable: Sequence[Draft], beside: Beside, notes: Notes
) -> dict[str, str]:
    """Return the message of each step that names none itself.

    It is that of the message flow, else that of the other end, else one that bears the name of the
    flow. What is only drawn, and what cannot meet, is written down.
    """
    steps = {id_: (draft, step) for draft in executable for id_, step in draft.nodes.items()}
    implied: dict[str, str] = {}
    for flow in flows_of(root):
        ends = []
        for reference in (flow.reference("sourceRef"), flow.reference("targetRef")):
            draft, step = steps.get(reference, (None, None))
            if draft is not None and step is not None:
                ends.append(End(step, draft.id, messages_of(step, beside)))
        if len(ends) < 2 or not all(end.says for end in ends):
            note_drawn_only(flow, ends, notes)
            continue
        note_mismatch(flow, ends[0], ends[1], notes)
        said = beside.find(flow, "messageRef", "message")
        names = [called(said)] if said else [name for end in ends for name in end.says if name]
        for end in ends:
            if "" in end.says:
                implied.setdefault(end.step.id, (names or [flow.name or flow.id])[0])
    return implied


def flows_of(root: etree._Element) -> Iterator[Drawn]:
    for element in root.iterfind(f"{{{BPMN}}}collaboration/{{{BPMN}}}messageFlow"):
        yield Drawn(id_of(element), "messageFlow", "", element)


def messages_of(step: Drawn, beside: Beside) -> tuple[str, ...]:
    """Return the names of the messages that a step sends or awaits; empty where none is named."""
    holders = (
        [step]
        if step.kind in TASKS
        else [d for d in beside.definitions(step) if d.kind == "messageEventDefinition"]
    )
    messages = [beside.message(holder) for holder in holders]
    return tuple(called(message) if message is not None else "" for message in messages)


def note_drawn_only(flow: Drawn, ends: Sequence[End], notes: Notes) -> None:
    """Tell that nothing goes along a flow, unless one of its ends sends or awaits by itself."""
    if not any(end.named for end in ends):
        notes.warning(
            flow.id or None,
            "drawn-only",
            f"The message flow “{flow.label}” is only drawn; nothing is sent along it.",
            "Send with a message event or a send task, to one that waits for the same message.",
        )


def note_mismatch(flow: Drawn, source: End, target: End, notes: Notes) -> None:
    if source.named and target.named and not source.named & target.named:
        notes.warning(
            flow.id or None,
            "message-mismatch",
            f"Along “{flow.label}”, “{source.step.label}” sends “{min(source.named)}” but "
            f"“{target.step.label}” waits for “{min(target.named)}”, so they never meet.",
            "Name the same message at both ends.",
        )
