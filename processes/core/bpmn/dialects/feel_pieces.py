"""Pieces of FEEL on their way into a longer expression."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from processes.core.bpmn.dialects.report import NotTranslated
from processes.core.bpmn.forms import unusable_name

Kind = Literal["any", "number", "text", "boolean", "moment"]

MAX_DIGITS = 34

# How tightly a piece holds together; what is looser than its place gets brackets.
LOOSE, OR, AND, COMPARED, SUM, PRODUCT, SIGNED, TIGHT = range(8)


@dataclass(frozen=True, slots=True)
class Feel:
    """``text`` with its ``level``, and what is certain about the kind of its value."""

    text: str
    level: int = TIGHT
    kind: Kind = "any"

    def at(self, level: int) -> str:
        """Return the text for a place that needs this level."""
        return self.text if self.level >= level else f"({self.text})"


def quoted(text: str) -> str:
    """Return the text as a literal of FEEL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def path(base: Feel, name: str) -> Feel:
    """Return the entry of a context, also where FEEL could not read its name in a path."""
    if unusable_name(name):
        return Feel(f"get value({base.text}, {quoted(name)})")
    return Feel(f"{base.at(TIGHT)}.{name}")


def number(value: float) -> str:
    """Return a number as FEEL writes it, which keeps 34 digits (DMN 1.5, 10.3.2.3.1)."""
    found = Decimal(str(value))
    if not found.is_finite() or len(found.as_tuple().digits) > MAX_DIGITS:
        raise NotTranslated(f"A number is infinite or has more than {MAX_DIGITS} digits.")
    return f"{found:f}"
