r"""Patterns of ``matches``, ``replace`` and ``split``, matched by a machine whose work is bounded.

DMN 1.5, 10.3.4.3 takes XQuery's regular expressions. Python's ``re`` backtracks without a limit:
``(a+)+b`` on forty letters holds it for hours. Here a pattern becomes a short program, and a place
of the program is tried at most once at each position of the text: what failed there once fails
again. The work is at most the size of the program times the length of the text, whatever the
pattern, and every step is paid from the budget. Only a reference back to a group (``\1``) makes
the outcome depend on the way taken; then places are tried again, and the budget alone ends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .budget import Run
from .pattern_syntax import END as END_OF_TEXT
from .pattern_syntax import JUMP, MARK, MATCH, ONE, SPLIT, START, BadPattern, Op, compile_pattern

STEP = 2
"""What one step of the machine costs, in steps of the budget."""

Marks = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern."""

    program: tuple[Op, ...]
    groups: int
    refers_back: bool


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern was found; ``marks`` holds the start and end of each group."""

    start: int
    end: int
    marks: Marks

    def group(self, text: str, number: int) -> str:
        """Return what a group held; an empty text if it took no part. Group 0 is everything."""
        if number == 0:
            return text[self.start : self.end]
        if 2 * number - 1 >= len(self.marks):
            return ""
        return _held(text, self.marks, number)


@lru_cache(maxsize=256)
def pattern_of(text: str, flags: str) -> Pattern | None:
    """Return the compiled pattern, or None if it or its flags are not valid."""
    try:
        program, groups, refers_back = compile_pattern(text, flags)
    except BadPattern:
        return None
    return Pattern(program, groups, refers_back)


def find_all(run: Run, pattern: Pattern, text: str) -> Iterator[Match]:
    """Yield the matches from left to right; they do not overlap."""
    at = 0
    while at <= len(text):
        found = find(run, pattern, text, at)
        if found is None:
            return
        yield found
        at = max(found.end, found.start + 1)


def find(run: Run, pattern: Pattern, text: str, start: int = 0) -> Match | None:
    """Return the first match at or after ``start``."""
    tried: set[int] | None = None if pattern.refers_back else set()
    for at in range(start, len(text) + 1):
        run.charge(STEP)
        found = _match_at(run, pattern, text, at, tried)
        if found is not None:
            return found
    return None


def _match_at(
    run: Run, pattern: Pattern, text: str, start: int, tried: set[int] | None
) -> Match | None:
    """Run the program from one position, preferring what stands first in each choice."""
    program, size = pattern.program, len(text)
    stack: list[tuple[int, int, Marks]] = [(0, start, (-1,) * (2 * pattern.groups))]
    while stack:
        place, at, marks = stack.pop()
        while True:
            run.charge(STEP)
            if tried is not None:
                key = at * len(program) + place
                if key in tried:
                    break
                tried.add(key)
            kind, value, other, takes = program[place]
            if kind == ONE:
                if at >= size or not takes(text[at]):
                    break
                at += 1
            elif kind == SPLIT:
                stack.append((other, at, marks))
                place = value
                continue
            elif kind == JUMP:
                place = value
                continue
            elif kind == MATCH:
                return Match(start, at, marks)
            elif kind == MARK:
                marks = (*marks[:value], at, *marks[value + 1 :])
            else:
                length = _stands(program[place], text, at, marks)
                if length is None:
                    break
                run.charge(length >> 4)
                at += length
            place += 1
    return None


def _stands(op: Op, text: str, at: int, marks: Marks) -> int | None:
    """Return how many characters an anchor or a reference takes here; None if it does not fit."""
    kind, value, other, _ = op
    if kind == START:
        return 0 if at == 0 or (value and text[at - 1] == "\n") else None
    if kind == END_OF_TEXT:
        return 0 if at == len(text) or (value and text[at] == "\n") else None
    held = _held(text, marks, value)
    seen = text[at : at + len(held)]
    return len(held) if seen == held or (other and seen.lower() == held.lower()) else None


def _held(text: str, marks: Marks, number: int) -> str:
    start, end = marks[2 * number - 2], marks[2 * number - 1]
    return text[start:end] if 0 <= start <= end else ""
