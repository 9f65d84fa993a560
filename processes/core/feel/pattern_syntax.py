"""Reading a pattern (XPath functions 3.1, 5.6.1, on top of XML Schema's) into a short program."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from .errors import FeelBudgetError

MAX_PROGRAM = 1_000
MAX_GROUPS = 20
MAX_NESTING = 24

Takes = Callable[[str], bool]


class BadPattern(Exception):
    """The text is not a pattern."""


class Op(NamedTuple):
    """One step of a program.

    ONE takes a character; SPLIT goes on at ``value`` first and at ``other`` if that fails; MARK
    notes a position; BACK repeats what a group held.
    """

    kind: int
    value: int = 0
    other: int = 0
    takes: Takes = bool


MATCH, ONE, MARK, SPLIT, JUMP, START, END, BACK = range(8)


@dataclass(slots=True)
class Part:
    """A node of the pattern while it is read."""

    kind: str
    parts: list[Part] = field(default_factory=list)
    takes: Takes = bool
    number: int = 0
    least: int = 0
    most: int | None = None
    lazy: bool = False


def compile_pattern(text: str, flags: str) -> tuple[tuple[Op, ...], int, bool]:
    """Return the program, how many groups it has, and whether it refers back to one.

    Raises BadPattern for a wrong pattern, FeelBudgetError for one that is too large.
    """
    if set(flags) - set("smixq"):
        raise BadPattern
    reader = _Reader(text, flags)
    tree = reader.read()
    program: list[Op] = []
    _emit(tree, program, flags)
    program.append(Op(MATCH))
    return tuple(program), reader.groups, reader.refers_back


class _Reader:
    def __init__(self, text: str, flags: str) -> None:
        self.literal = "q" in flags
        self.text = _without_space(text) if "x" in flags and not self.literal else text
        self.at = 0
        self.depth = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.refers_back = False
        self.any: Takes = (lambda sign: True) if "s" in flags else (lambda sign: sign not in "\n\r")
        self.loose = "i" in flags

    def read(self) -> Part:
        if self.literal:
            return Part("all", [Part("one", takes=self.exactly(sign)) for sign in self.text])
        tree = self.choice()
        if self.at < len(self.text):
            raise BadPattern
        return tree

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        sign = self.peek()
        if not sign:
            raise BadPattern
        self.at += 1
        return sign

    def letters(self, takes: Takes) -> Takes:
        """Take the other case of a letter as well, where the flags say so."""
        if not self.loose:
            return takes
        return lambda sign: any(map(takes, _cases(sign)))

    def exactly(self, wanted: str) -> Takes:
        if not self.loose:
            return lambda sign: sign == wanted
        cases = _cases(wanted)
        return lambda sign: not cases.isdisjoint(_cases(sign))

    def choice(self) -> Part:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise _too_large()
        branches = [self.sequence()]
        while self.peek() == "|":
            self.take()
            branches.append(self.sequence())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else Part("choice", branches)

    def sequence(self) -> Part:
        parts: list[Part] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.quantified(self.atom()))
        return Part("all", parts)

    def atom(self) -> Part:
        sign = self.take()
        if sign == "(":
            return self.group()
        if sign == "[":
            return Part("one", takes=self.set())
        if sign == ".":
            return Part("one", takes=self.any)
        if sign in "^$":
            return Part("start" if sign == "^" else "end")
        if sign == "\\":
            return self.escape()
        if sign in "?*+{}]":
            raise BadPattern
        return Part("one", takes=self.exactly(sign))

    def group(self) -> Part:
        number = 0
        if self.peek() == "?":
            self.take()
            if self.take() != ":":
                raise BadPattern
        else:
            self.groups += 1
            number = self.groups
            if number > MAX_GROUPS:
                raise _too_large()
        inner = self.choice()
        if self.take() != ")":
            raise BadPattern
        self.closed.add(number)
        return Part("group", [inner], number=number) if number else inner

    def escape(self) -> Part:
        sign = self.text[self.at : self.at + 1]
        if not (sign.isascii() and sign.isdigit()):
            return Part("one", takes=self.escaped())
        end = self.at + 1
        while (
            self.text[end : end + 1].isdigit() and int(self.text[self.at : end + 1]) in self.closed
        ):
            end += 1
        number = int(self.text[self.at : end])
        if number == 0 or number not in self.closed:
            raise BadPattern
        self.at = end
        self.refers_back = True
        return Part("back", number=number)

    def escaped(self) -> Takes:
        """Read what follows a backslash: a sign by itself or a class of characters."""
        sign = self.text[self.at : self.at + 1]
        self.at += 1
        if sign in _CLASSES:
            return _CLASSES[sign]
        if sign.lower() in _CLASSES and sign:
            return _other_than(_CLASSES[sign.lower()])
        if sign in ("p", "P"):
            return self.category(turned=sign == "P")
        if sign in _SPECIAL:
            return self.exactly(_SPECIAL[sign])
        if sign and sign in "\\|.?*+(){}-[]^$":
            return self.exactly(sign)
        raise BadPattern

    def category(self, *, turned: bool) -> Takes:
        end = self.text.find("}", self.at)
        if self.text[self.at : self.at + 1] != "{" or end < 0:
            raise BadPattern
        name, self.at = self.text[self.at + 1 : end], end + 1
        takes = _category(name)
        return _other_than(takes) if turned else takes

    def set(self) -> Takes:
        """Read a class in square brackets, which may be turned around and have a part cut out."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise _too_large()
        turned = self.peek() == "^"
        if turned:
            self.take()
        members: list[Takes] = []
        minus: Takes | None = None
        while True:
            sign = self.take()
            if sign == "]" and members:
                break
            if sign == "-" and self.peek() == "[" and members:
                self.take()
                minus = self.set()
                if self.take() != "]":
                    raise BadPattern
                break
            members.append(self.member(sign, first=not members))
        self.depth -= 1

        def takes(sign: str) -> bool:
            inside = any(member(sign) for member in members)
            return inside is not turned and not (minus and minus(sign))

        return takes

    def member(self, sign: str, *, first: bool) -> Takes:
        if sign == "\\":
            start = self.text[self.at : self.at + 1]
            takes = self.escaped()
            if start in _SPECIAL:
                sign = _SPECIAL[start]
            elif start in "\\|.?*+(){}-[]^$":
                sign = start
            else:
                return takes
        elif sign in "[]" or (sign == "-" and not first and self.peek() != "]"):
            raise BadPattern
        if self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", "["):
            return self.exactly(sign)
        self.take()
        last = self.take()
        if last == "\\":
            last = self.text[self.at : self.at + 1]
            self.escaped()
            last = _SPECIAL.get(last, last)
        if last < sign or last == "[":
            raise BadPattern
        return self.letters(lambda seen: sign <= seen <= last)

    def quantified(self, part: Part) -> Part:
        sign = self.peek()
        if not sign or sign not in "?*+{":
            return part
        self.take()
        least, most = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(sign, (0, 0))
        if sign == "{":
            least, most = self.counts()
        lazy = self.peek() == "?"
        if lazy:
            self.take()
        if self.peek() and self.peek() in "?*+{":
            raise BadPattern
        return Part("repeat", [part], least=least, most=most, lazy=lazy)

    def counts(self) -> tuple[int, int | None]:
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at : end].partition(",")
        if end < 0 or not low.isascii() or not low.isdigit() or (high and not high.isdigit()):
            raise BadPattern
        if len(low) > 4 or len(high) > 4:
            raise _too_large()
        self.at = end + 1
        least = int(low)
        most = int(high) if high else (None if comma else least)
        if most is not None and most < least:
            raise BadPattern
        return least, most


def _emit(part: Part, program: list[Op], flags: str) -> None:
    if len(program) > MAX_PROGRAM:
        raise _too_large()
    match part.kind:
        case "one":
            program.append(Op(ONE, takes=part.takes))
        case "all":
            for inner in part.parts:
                _emit(inner, program, flags)
        case "choice":
            _emit_choice(part, program, flags)
        case "group":
            program.append(Op(MARK, 2 * part.number - 2))
            _emit(part.parts[0], program, flags)
            program.append(Op(MARK, 2 * part.number - 1))
        case "start":
            program.append(Op(START, int("m" in flags)))
        case "end":
            program.append(Op(END, int("m" in flags)))
        case "back":
            program.append(Op(BACK, part.number, int("i" in flags)))
        case _:
            _emit_repeat(part, program, flags)


def _emit_choice(part: Part, program: list[Op], flags: str) -> None:
    jumps: list[int] = []
    for inner in part.parts[:-1]:
        split = len(program)
        program.append(Op(JUMP))
        _emit(inner, program, flags)
        jumps.append(len(program))
        program.append(Op(JUMP))
        program[split] = Op(SPLIT, split + 1, len(program))
    _emit(part.parts[-1], program, flags)
    for jump in jumps:
        program[jump] = Op(JUMP, len(program))


def _emit_repeat(part: Part, program: list[Op], flags: str) -> None:
    inner = part.parts[0]
    for _ in range(part.least):
        _emit(inner, program, flags)
        if inner.kind == "all" and not inner.parts:
            break
    splits: list[int] = []
    for _ in range((part.most or 0) - part.least if part.most is not None else 1):
        splits.append(len(program))
        program.append(Op(JUMP))
        _emit(inner, program, flags)
    if part.most is None:
        program.append(Op(JUMP, splits[0]))
    for split in splits:
        inside, after = split + 1, len(program)
        program[split] = Op(SPLIT, after, inside) if part.lazy else Op(SPLIT, inside, after)


def _too_large() -> FeelBudgetError:
    return FeelBudgetError(
        "expression_pattern_too_large",
        "A pattern in the expression is too large: it nests or repeats too much. "
        "Write a shorter one.",
    )


def _without_space(text: str) -> str:
    """Return the pattern without white space, except within square brackets."""
    kept: list[str] = []
    depth = 0
    escaped = False
    for sign in text:
        if depth == 0 and sign in " \t\r\n":
            continue
        if not escaped:
            depth += (sign == "[") - (sign == "]" and depth > 0)
        escaped = sign == "\\" and not escaped
        kept.append(sign)
    return "".join(kept)


@lru_cache(maxsize=1024)
def _cases(sign: str) -> frozenset[str]:
    """Return the character in its upper and its lower case, whichever way one gets there."""
    lower, upper = sign.lower(), sign.upper()
    return frozenset([sign, lower, upper, lower.upper(), upper.lower()])


def _other_than(takes: Takes) -> Takes:
    return lambda sign: not takes(sign)


_SPECIAL = {"n": "\n", "r": "\r", "t": "\t"}
_CLASSES: dict[str, Takes] = {
    "s": lambda sign: sign in " \t\n\r",
    "d": lambda sign: unicodedata.category(sign) == "Nd",
    "w": lambda sign: unicodedata.category(sign)[0] not in "PZC",
    "i": lambda sign: sign in "_:" or unicodedata.category(sign)[0] == "L",
    "c": lambda sign: sign in "_:-." or unicodedata.category(sign)[0] in "LNM",
}
_CATEGORIES = frozenset([
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc",
    "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Z", "Zs", "Zl", "Zp", "S", "Sm", "Sc", "Sk", "So", "C",
    "Cc", "Cf", "Co", "Cn",
])  # fmt: skip
_BLOCKS = {
    "IsBasicLatin": (0x0000, 0x007F),
    "IsLatin-1Supplement": (0x0080, 0x00FF),
    "IsLatinExtended-A": (0x0100, 0x017F),
    "IsLatinExtended-B": (0x0180, 0x024F),
    "IsGreek": (0x0370, 0x03FF),
    "IsGreekandCoptic": (0x0370, 0x03FF),
    "IsCyrillic": (0x0400, 0x04FF),
    "IsArmenian": (0x0530, 0x058F),
    "IsHebrew": (0x0590, 0x05FF),
    "IsArabic": (0x0600, 0x06FF),
    "IsDevanagari": (0x0900, 0x097F),
    "IsThai": (0x0E00, 0x0E7F),
    "IsHiragana": (0x3040, 0x309F),
    "IsKatakana": (0x30A0, 0x30FF),
    "IsCJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "IsHangulSyllables": (0xAC00, 0xD7AF),
}


def _category(name: str) -> Takes:
    if name in _CATEGORIES:
        return lambda sign: unicodedata.category(sign).startswith(name)
    if name in _BLOCKS:
        low, high = _BLOCKS[name]
        return lambda sign: low <= ord(sign) <= high
    raise BadPattern
