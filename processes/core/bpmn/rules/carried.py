"""What an event carries: definitions in it, and definitions that it names."""

from processes.core.bpmn import words
from processes.core.bpmn.rules.model import Model, Part


def definitions_of(model: Model, event: Part) -> list[tuple[str, Part]]:
    """Return each definition with the plain word for its kind (BPMN 2.0.2, 10.5.5)."""
    named = model.listed(event, "eventDefinitionRef")
    return [
        (words.DEFINITIONS[part.kind], part)
        for part in (*event.all("eventDefinition"), *named)
        if part.kind in words.DEFINITIONS
    ]
