"""From text to tokens: the part of FEEL that needs to know names and look ahead.

A name may hold spaces, signs and even keywords if it is known; ``[`` opens a list, a filter or
the outside of a range. A grammar alone cannot tell, so this is written by hand and bounded: the
length of the text and the depth of its brackets are checked before anything recurses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lark import Token

from .budget import MAX_NESTING
from .errors import FeelSyntaxError
from .names import KEYWORDS, NAME_PART, NAME_START, SPACE, WORD, Names, is_plain, join_words
from .types import read_type

NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
KEY = re.compile(f"[{NAME_START}][{NAME_PART}./\\-'+*\\s]*(?=:)")
PARAMETER = re.compile(f"[{NAME_START}][{NAME_PART}./\\-'+*\\s]*(?=[:,)])")
SIGN = re.compile(r"\*\*|\.\.|[<>!]=|[-+*/<>=()\[\]{},:.@]")
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
OUTSIDE = re.compile(r"\s*(?:$|[)\]},=!<>+*/]|\.(?![0-9])|(?:and|or|then|else|return|in)\b)")
OF = re.compile(r"\s+of\b")
CALLED = re.compile(r"\s*\(")

PLAIN = {
    "**": "_POWER", "..": "_TO", "-": "MINUS", "+": "PLUS", "*": "STAR", "/": "SLASH",
    ",": "_COMMA", ":": "_COLON", ".": "_DOT", "{": "_LBRACE", "(": "_LPAR",
    "<": "SIGN", ">": "SIGN", "<=": "SIGN", ">=": "SIGN", "=": "SIGN", "!=": "SIGN",
}  # fmt: skip
WORDS = {
    "true": "TRUE", "false": "FALSE", "null": "NULL", "some": "SOME", "every": "EVERY",
    "and": "_AND", "or": "_OR", "between": "_BETWEEN", "in": "_IN", "if": "_IF", "then": "_THEN",
    "else": "_ELSE", "for": "_FOR", "return": "_RETURN", "satisfies": "_SATISFIES",
    "function": "_FUNCTION",
}  # fmt: skip
CLOSING = {")": "_RPAR", "]": "_RSQB", "}": "_RBRACE"}
ENDS_VALUE = frozenset([
    "NUMBER", "STRING", "AT", "TRUE", "FALSE", "NULL", "NAME", "TYPE", "_RPAR", "_RSQB",
    "_RBRACE", "_OPEN_END",
])  # fmt: skip
MISTAKES = {
    "==": "Write a single = to compare.",
    "&&": "Write and.",
    "||": "Write or.",
    "&": "Write and, or + to join two texts.",
    "|": "Write or.",
    "%": "Write modulo(a, b) for the rest of a division.",
    "^": "Write ** for a power.",
    "'": 'Put texts in double quotes, for example "approved".',
    "“": 'Use straight quotes, for example "approved".',
    "”": 'Use straight quotes, for example "approved".',
    "!": "Write not(…) to turn a condition around, or != for “is not equal”.",
    ";": "Write one expression only.",
    "$": "Write the plain name of the variable, without ${…}.",
    "≤": "Write <=.",
    "≥": "Write >=.",
    "≠": "Write !=.",
}


@dataclass(slots=True)
class Bracket:
    """An open bracket: what it is and whether ``..`` was seen in it."""

    sign: str
    position: int
    range: bool = False
    parameters: bool = False


def tokenize(text: str, known: Names, builtins: Names) -> list[Token]:
    """Return the tokens of the text. Raises FeelSyntaxError."""
    return _Lexer(text, known, builtins).run()


class _Lexer:
    def __init__(self, text: str, known: Names, builtins: Names) -> None:
        self.text = text
        self.known = Names(parent=known)
        self.builtins = builtins
        self.tokens: list[Token] = []
        self.open: list[Bracket] = []
        self.signature_end = -1

    def run(self) -> list[Token]:
        at = self.skip(0)
        while at < len(self.text):
            at = self.skip(self.next(at))
        return self.tokens

    def skip(self, at: int) -> int:
        found = SPACE.match(self.text, at)
        return found.end() if found else at

    def last(self, back: int = 1) -> str:
        return self.tokens[-back].type if len(self.tokens) >= back else ""

    def add(self, kind: str, value: str, start: int, end: int) -> int:
        self.tokens.append(Token(kind, value, start_pos=start, end_pos=end))
        return end

    def next(self, at: int) -> int:
        """Read one token and return where it ends."""
        text = self.text
        if found := NUMBER.match(text, at):
            return self.add("NUMBER", found.group(), at, found.end())
        if text[at] == '"':
            return self.string("STRING", at, at)
        if WORD.match(text, at):
            return self.word(at)
        if text[at : at + 2] == "==":
            raise self.mistake("==", at)
        if text[at : at + 2] == "/*":
            raise FeelSyntaxError(
                "expression_comment_unclosed",
                f"The comment that starts at position {at + 1} has no end. Write */ after it.",
                at,
            )
        found = SIGN.match(text, at)
        if found is None:
            pair = text[at : at + 2]
            raise self.mistake(pair if pair in MISTAKES else text[at], at)
        return self.sign(found.group(), at)

    def mistake(self, seen: str, at: int) -> FeelSyntaxError:
        advice = MISTAKES.get(seen, "Remove it, or put it inside a text in double quotes.")
        return FeelSyntaxError(
            "expression_unknown_sign",
            f"“{seen}” at position {at + 1} is not part of the expression language. {advice}",
            at,
        )

    def sign(self, sign: str, at: int) -> int:
        end = at + len(sign)
        if sign == "@":
            opening = self.skip(end)
            if self.text[opening : opening + 1] == '"':
                return self.string("AT", opening, at)
            raise self.mistake("@", at)
        if sign in "([{" or (sign == "]" and self.opens_range()):
            return self.opening(sign, at)
        if sign in ")]}":
            self.close(sign, at)
            return self.add(CLOSING[sign], sign, at, end)
        if sign == ".." and self.open:
            self.open[-1].range = True
        self.add(PLAIN[sign], sign, at, end)
        if sign == ":" and self.open and self.open[-1].parameters:
            return self.type(end)
        return end

    def ends_value(self) -> bool:
        """Tell whether a value has just ended, so that a bracket now is one of a filter."""
        return self.last() in ENDS_VALUE and len(self.tokens) != self.signature_end

    def opens_range(self) -> bool:
        """Tell whether ``]`` stands where a value starts, as in ]1..10]."""
        return not self.ends_value() and self.last() != "_LSQB"

    def opening(self, sign: str, at: int) -> int:
        kind = PLAIN.get(sign, "_LSQB")
        if sign == "]":
            kind = "_OPEN_START"
        elif sign == "[" and self.ends_value():
            if self.open and self.open[-1].range and OUTSIDE.match(self.text, at + 1):
                self.open.pop()
                return self.add("_OPEN_END", sign, at, at + 1)
            kind = "_FILTER"
        if len(self.open) >= MAX_NESTING:
            raise FeelSyntaxError(
                "expression_too_deep",
                f"The brackets at position {at + 1} are nested more than {MAX_NESTING} levels "
                "deep. Split the expression into smaller ones.",
                at,
            )
        self.open.append(Bracket(sign, at, parameters=self.last() == "_FUNCTION"))
        return self.add(kind, sign, at, at + 1)

    def close(self, sign: str, at: int) -> None:
        if not self.open:
            raise FeelSyntaxError(
                "expression_bracket_unopened",
                f"The “{sign}” at position {at + 1} closes nothing. Remove it, or open a "
                "bracket before it.",
                at,
            )
        bracket = self.open.pop()
        if bracket.parameters:
            self.signature_end = len(self.tokens) + 1
        opening = bracket.sign
        pairs = opening + sign in ("()", "[]", "{}") or (bracket.range and "{" not in opening)
        if not pairs or (bracket.range and sign == "}"):
            wanted = {"(": ")", "[": "]", "{": "}", "]": "]"}[opening]
            raise FeelSyntaxError(
                "expression_bracket_mismatch",
                f"The “{opening}” at position {bracket.position + 1} is closed by “{sign}” at "
                f"position {at + 1}. Write “{wanted}” there.",
                at,
            )

    def string(self, kind: str, opening: int, start: int) -> int:
        found = STRING.match(self.text, opening)
        if found is None:
            raise FeelSyntaxError(
                "expression_text_unclosed",
                f"The text that starts at position {opening + 1} has no closing quote. "
                'Write " at its end.',
                opening,
            )
        return self.add(kind, unescape(found.group()[1:-1]), start, found.end())

    def type(self, at: int) -> int:
        start = self.skip(at)
        _, end = read_type(self.text, start)
        return self.add("TYPE", self.text[start:end], start, end)

    def word(self, at: int) -> int:
        found = WORD.match(self.text, at)
        word = found.group() if found else ""
        end = at + len(word)
        if (key := self.key(at)) is not None:
            return key
        name = self.known_name(at)
        if self.last() == "_DOT":
            joined = join_words(self.text, at)
            name = max(name or joined, joined, key=lambda entry: entry[1])
            return self.add("NAME", name[0], at, name[1])
        if name is None or name[1] <= end:
            if word in KEYWORDS:
                return self.add(WORDS[word], word, at, end)
            of = OF.match(self.text, end) if word == "instance" else None
            if of and self.ends_value():
                self.add("_INSTANCE", "instance of", at, of.end())
                return self.type(of.end())
        if name is None:
            name = join_words(self.text, at)
            self.refuse_words(word, name[0], at)
        return self.add("NAME", name[0], at, name[1])

    def key(self, at: int) -> int | None:
        """Read a name before a colon in a context, or a parameter, where any sign may stand."""
        if not self.open:
            return None
        bracket, last = self.open[-1], self.last()
        if bracket.sign == "{" and last in ("_LBRACE", "_COMMA"):
            found = KEY.match(self.text, at)
        elif bracket.parameters and last in ("_LPAR", "_COMMA"):
            found = PARAMETER.match(self.text, at)
        else:
            return None
        if found is None:
            return None
        name = " ".join(found.group().split())
        if not is_plain(name):
            self.known.add(name)
        return self.add("NAME", name, at, found.end())

    def known_name(self, at: int) -> tuple[str, int] | None:
        name = self.known.longest(self.text, at)
        builtin = self.builtins.longest(self.text, at)
        if builtin and CALLED.match(self.text, builtin[1]):
            return max(name or builtin, builtin, key=lambda entry: entry[1])
        return name

    def refuse_words(self, word: str, name: str, at: int) -> None:
        if word == "not" and not CALLED.match(self.text, at + 3):
            raise FeelSyntaxError(
                "expression_not_without_brackets",
                f"“not” at position {at + 1} needs brackets. Write not(…) around the condition, "
                "for example not(urgent).",
                at,
            )
        if name == "external" and self.last() == "_RPAR":
            raise FeelSyntaxError(
                "expression_external_function",
                f"The function at position {at + 1} calls code outside the expression, which is "
                "never allowed. Write what it calculates as an expression.",
                at,
            )


def unescape(text: str) -> str:
    """Return the text with its escapes resolved; an unknown escape stays as it is written."""
    if "\\" not in text:
        return text
    found = ESCAPE.sub(_unescape_one, text)
    if any("\ud800" <= sign <= "\udfff" for sign in found):
        return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return found


def _unescape_one(found: re.Match[str]) -> str:
    short, long, plain = found.groups()
    if plain is None:
        code = int(short or long, 16)
        return chr(code) if code <= 0x10FFFF else found.group()
    return {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}.get(
        plain, found.group()
    )
