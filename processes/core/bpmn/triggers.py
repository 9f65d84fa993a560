"""From an event definition to the trigger of the graph: one function for each kind.

TRIGGERS names what is run. To run another definition, write its function and add it here; until
then an event that carries it is refused by its plain name.
"""

from collections.abc import Callable

from lxml import etree

from processes.core.bpmn import times, words
from processes.core.bpmn.draft import Drawn
from processes.core.bpmn.notes import Notes
from processes.core.graph import Terminate, Timer

Trigger = Timer | Terminate


def trigger(event: Drawn, notes: Notes) -> Trigger | None:
    """Return what the event waits for or does, or None after writing down why it is not run."""
    count = len(event.definitions) + len(event.definition_references)
    if count > 1:
        notes.unsupported(
            event.id,
            "multiple-event",
            f"“{event.label}” waits for or sends {count} things at once. Placet does not run that.",
            "Use an event for each of them.",
        )
        return None
    if event.definition_references:
        notes.unsupported(
            event.id,
            "shared-definition",
            f"“{event.label}” refers to an event definition elsewhere in the file, "
            "which Placet does not read.",
            "Put the definition into the event itself.",
        )
        return None
    if not event.definitions:
        return None
    word, definition = event.definitions[0]
    reader = TRIGGERS.get((event.kind, word))
    if reader is None:
        notes.unsupported(
            event.id,
            "event",
            f"“{event.label}” is {words.EVENTS[event.kind]} with the definition “{word}”, "
            "which Placet does not run.",
            "Use a plain start or end, a timer, or a user task.",
        )
        return None
    return reader(definition, event, notes)


def terminate(_definition: etree._Element, _event: Drawn, _notes: Notes) -> Trigger | None:
    return Terminate()


TRIGGERS: dict[tuple[str, str], Callable[[etree._Element, Drawn, Notes], Trigger | None]] = {
    ("intermediateCatchEvent", "timer"): times.timer,
    ("boundaryEvent", "timer"): times.timer,
    ("endEvent", "terminate"): terminate,
}
