"""Names with spaces and signs: which words of a text belong together (DMN 1.5, 10.3.1.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable

NAME_START = (
    r"?A-Za-z_\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
NAME_PART = NAME_START + r"0-9\u00B7\u0300-\u036F\u203F-\u2040"
WORD = re.compile(f"[{NAME_START}][{NAME_PART}]*")
PIECE = re.compile(f"[{NAME_PART}]+|[^\\s]")
SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*(?s:.*?)\*/)*")
BLANK = re.compile(r"\s*")

NAME = re.compile(f"[{NAME_START}][{NAME_PART}./\\-'+* ]*")

KEYWORDS = frozenset([
    "and", "between", "else", "every", "for", "function", "if", "in", "or", "return", "satisfies",
    "some", "then", "true", "false", "null",
])  # fmt: skip


def is_name(text: str) -> bool:
    """Tell whether the text is a name by the grammar (DMN 1.5, 10.3.1.2, rules 25 to 30)."""
    return NAME.fullmatch(text) is not None


def is_plain(name: str) -> bool:
    """Tell whether the name is made of words, so that a text holds it without knowing it."""
    return all(WORD.fullmatch(word) and word not in KEYWORDS for word in name.split())


class Names:
    """The names that are known where an expression stands."""

    def __init__(self, names: Iterable[str] = (), parent: Names | None = None) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._parent = parent
        self.names: set[str] = set()
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Know this name from now on."""
        pieces = tuple(PIECE.findall(name))
        if not pieces or name in self.names:
            return
        self.names.add(name)
        found = self._by_first.setdefault(pieces[0], [])
        found.append((pieces, name))
        found.sort(key=lambda entry: -len(entry[0]))

    def longest(self, text: str, start: int) -> tuple[str, int] | None:
        """Return the longest known name that the text goes on with, and where it ends."""
        first = PIECE.match(text, start)
        if first is None:
            return None
        outer = self._parent.longest(text, start) if self._parent else None
        for pieces, name in self._by_first.get(first.group(), ()):
            end = _match(text, start, pieces)
            if end is not None:
                return (name, end) if outer is None or end > outer[1] else outer
        return outer


def _match(text: str, position: int, pieces: tuple[str, ...]) -> int | None:
    end = position
    for piece in pieces:
        blank = BLANK.match(text, end)
        found = PIECE.match(text, blank.end() if blank else end)
        if found is None or found.group() != piece:
            return None
        end = found.end()
    return end


def join_words(text: str, start: int) -> tuple[str, int]:
    """Return the words that stand next to each other as one name, and where it ends.

    Two names side by side mean nothing in the language, so what is not known to be a name of
    several words can only be one. Keywords end it.
    """
    found = WORD.match(text, start)
    if found is None:
        return "", start
    words, end = [found.group()], found.end()
    while True:
        blank = BLANK.match(text, end)
        found = WORD.match(text, blank.end() if blank else end)
        if found is None or found.group() in KEYWORDS:
            return " ".join(words), end
        if found.group() == "instance" and re.match(r"\s+of\b", text[found.end() :]):
            return " ".join(words), end
        words.append(found.group())
        end = found.end()
