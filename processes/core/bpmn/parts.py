"""One `placet:` element of a file: its attributes read one by one, each fault written down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from lxml import etree

from processes.core.bpmn import times
from processes.core.bpmn.draft import text_of
from processes.core.bpmn.forms import unusable_name
from processes.core.bpmn.notes import Notes
from processes.core.bpmn.xml import BPMN, PLACET, shorten
from processes.core.feel import Expression

OPENING, CLOSING = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Part:
    """``owner`` is the id of the BPMN element around it, ``label`` its name for sentences."""

    element: etree._Element
    owner: str
    label: str
    notes: Notes

    @property
    def kind(self) -> str:
        return etree.QName(self.element).localname

    @property
    def body(self) -> str:
        return text_of(self.element)

    def what(self, attribute: str = "") -> str:
        """Return how a sentence about this part begins."""
        inner = f" ({attribute})" if attribute else ""
        return f"placet:{self.kind}{inner} of “{self.label}”"

    def wrong(self, code: str, sentence: str, hint: str = "") -> None:
        self.notes.error(self.owner, code, sentence, hint)

    def text(self, name: str) -> str:
        return (self.element.get(name) or "").strip()

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value:
            self.wrong("attribute-missing", f"{self.what()} needs the attribute “{name}”.")
        return value

    def name(self, attribute: str) -> str:
        """Return a name that expressions can read; empty after writing down why it is none."""
        value = self.needed(attribute)
        if value and (reason := unusable_name(value)):
            self.wrong("name", f"{self.what(attribute)}: “{shorten(value, 60)}” {reason}")
            return ""
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(name) or default
        if value not in choices:
            self.wrong(
                "choice",
                f"{self.what(name)} cannot be “{shorten(value, 40)}”.",
                f"Choose one of: {', '.join(choices)}.",
            )
            return default
        return value

    def flag(self, name: str) -> bool:
        return self.choice(name, ("true", "false"), "false") == "true"

    def number(self, name: str, default: float, low: float, high: float) -> float:
        text = self.text(name)
        try:
            value = float(text) if text else default
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            self.wrong(
                "number",
                f"{self.what(name)} is “{shorten(text, 40)}”.",
                f"Write a number from {low:g} to {high:g}.",
            )
            return default
        return value

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self.number(name, default, low, high)
        if value != int(value):
            self.wrong("number", f"{self.what(name)} must be a whole number.")
            return default
        return int(value)

    def span(self, name: str, default: str = "", *, zero: bool = False) -> Expression | None:
        """Return a duration; None when the attribute is absent or wrong."""
        text = self.text(name) or default
        if not text:
            return None
        return times.span(self.notes, self.owner, self.what(name), text, zero=zero)

    def span_of(self, text: str, name: str) -> Expression | None:
        """Return one duration of an attribute that holds several."""
        return times.span(self.notes, self.owner, self.what(name), text)

    def expression(self, name: str) -> Expression | None:
        text = self.text(name)
        return self.notes.expression(self.owner, self.what(name), text) if text else None

    def text_or_expression(self, text: str, attribute: str = "") -> str | Expression:
        """Return plain text as it is, and what begins with ``=`` compiled."""
        if not text.startswith("="):
            return text
        return self.notes.expression(self.owner, self.what(attribute), text) or ""

    def names(self, attribute: str) -> tuple[str | Expression, ...]:
        """Return the comma-separated names and expressions, each once."""
        found: dict[str, str | Expression] = {}
        for entry in split(self.text(attribute)):
            if len(entry) > 150 and not entry.startswith("="):
                self.wrong("name", f"{self.what(attribute)} has a name of {len(entry)} characters.")
            elif value := self.text_or_expression(entry, attribute):
                found.setdefault(entry, value)
        return tuple(found.values())

    def only(self, *attributes: str) -> None:
        """Write down attributes that this part does not have; they are often misspelt."""
        for name in self.element.attrib:
            if str(name) not in attributes:
                self.wrong(
                    "unknown-attribute",
                    f"placet:{self.kind} of “{self.label}” has no attribute "
                    f"“{shorten(etree.QName(str(name)).localname, 60)}”.",
                    did_you_mean(str(name), attributes),
                )


def split(text: str) -> Iterator[str]:
    """Yield the entries between commas that stand outside of brackets and quotes."""
    depth, quoted, start = 0, False, 0
    for at, sign in enumerate(f"{text},"):
        if quoted:
            quoted = sign != '"'
        elif sign == '"':
            quoted = True
        elif sign in OPENING:
            depth += 1
        elif sign in CLOSING:
            depth -= 1
        elif sign == "," and (depth <= 0 or at == len(text)):
            if entry := text[start:at].strip():
                yield entry
            start = at + 1
    if (quoted or depth > 0) and (entry := text[start:].strip()):
        yield entry


def did_you_mean(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word, known, 1, 0.6)
    if close:
        return f"Did you mean “{close[0]}”?"
    return f"Known here: {', '.join(known)}." if known else "Remove it."


def parts_of(element: etree._Element, owner: str, label: str, notes: Notes) -> list[Part]:
    """Return the `placet:` elements within ``extensionElements``, in their order."""
    return [
        Part(child, owner, label, notes)
        for holder in element.findall(f"{{{BPMN}}}extensionElements")
        for child in holder.iterfind(f"{{{PLACET}}}*")
    ]
