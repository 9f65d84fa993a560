"""JUEL, the expression language of Camunda 7, from text to a tree (JSP 2.1, chapter 2).

A text is a template: plain words with expressions between ``${`` or ``#{`` and ``}``. Both marks
mean the same here, since nothing is evaluated before the process runs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from processes.core.bpmn.dialects.report import NotTranslated

MAX_TEXT = 4_000
MAX_NESTING = 30
MAX_PARTS = 200


@dataclass(frozen=True, slots=True)
class Constant:
    value: str | bool | None
    kind: Literal["text", "number", "boolean", "null"]
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Member:
    """``base.name``, or ``base["name"]`` with a constant key."""

    base: "Tree"
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Index:
    base: "Tree"
    key: "Tree"
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A method of ``base``, or without one a function."""

    base: "Tree | None"
    name: str
    arguments: "tuple[Tree, ...]"
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    sign: Literal["-", "not", "empty"]
    of: "Tree"
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    sign: str
    left: "Tree"
    right: "Tree"
    at: int


@dataclass(frozen=True, slots=True)
class Choice:
    condition: "Tree"
    then: "Tree"
    otherwise: "Tree"
    at: int


Tree = Constant | Name | Member | Index | Call | Unary | Binary | Choice
Template = tuple["str | Tree", ...]


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    at: int


TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<number>\d+\.\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|\d+([eE][+-]?\d+)?)
    | (?P<text>'(\\.|[^'\\])*'|"(\\.|[^"\\])*")
    | (?P<word>[^\W\d][\w$]*|\$[\w$]*)
    | (?P<sign>==|!=|<=|>=|&&|\|\||\+=|->|[-+*/%<>!?:.,()\[\]=;{}])
    """,
    re.VERBOSE | re.DOTALL,
)
# The words of the language and the signs that mean the same.
WORDS: Mapping[str, str] = {
    "and": "&&",
    "or": "||",
    "not": "!",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
    "div": "/",
    "mod": "%",
    "empty": "empty",
    "instanceof": "instanceof",
}
# Loosest first; each level joins operands of the next.
LEVELS = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))
ESCAPES: Mapping[str, str] = {"\\\\": "\\", "\\'": "'", '\\"': '"'}


def parse(text: str) -> Template:
    """Return the parts of a template: plain texts and trees. Raises NotTranslated."""
    if len(text) > MAX_TEXT:
        raise NotTranslated(
            f"It has {len(text):,} characters; at most {MAX_TEXT:,} are translated."
        )
    parts: list[str | Tree] = []
    plain, at = "", 0
    while at < len(text):
        if text.startswith(("\\${", "\\#{"), at):
            plain, at = plain + text[at + 1 : at + 3], at + 3
        elif text.startswith(("${", "#{"), at):
            if plain:
                parts.append(plain)
            parser = Parser(text, at + 2)
            parts.append(parser.expression())
            plain, at = "", parser.close()
        else:
            plain, at = plain + text[at], at + 1
    if plain:
        parts.append(plain)
    return tuple(parts)


def tokens(text: str, start: int) -> Iterator[Token]:
    """Yield the tokens from ``start`` on; what fits none is an ``odd`` one and the last."""
    at = start
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            yield Token("odd", text[at], at)
            return
        kind, body = str(found.lastgroup), found.group()
        if kind == "word" and body in WORDS:
            kind, body = "sign", WORDS[body]
        if kind != "space":
            yield Token(kind, body, at)
        at = found.end()


class Parser:
    """One expression, read token by token up to its closing brace."""

    def __init__(self, text: str, start: int) -> None:
        self._tokens = tokens(text, start)
        self._end = Token("end", "", len(text))
        self._depth = 0
        self._parts = 0
        self._next = next(self._tokens, self._end)

    def expression(self) -> Tree:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise NotTranslated(f"It is nested more than {MAX_NESTING} levels deep.")
        condition = self._operation(0)
        if mark := self._take("?"):
            then = self.expression()
            self._expect(":")
            condition = Choice(condition, then, self.expression(), mark.at)
        self._depth -= 1
        return condition

    def close(self) -> int:
        """Return where the text goes on behind the closing brace."""
        return self._expect("}").at + 1

    def _operation(self, level: int) -> Tree:
        if level == len(LEVELS):
            return self._unary()
        left = self._operation(level + 1)
        while sign := self._take(*LEVELS[level]):
            left = Binary(sign.text, left, self._operation(level + 1), sign.at)
        return left

    def _unary(self) -> Tree:
        marks: list[Token] = []
        while mark := self._take("-", "!", "empty"):
            marks.append(mark)
        if len(marks) > MAX_NESTING:
            raise NotTranslated(f"It is nested more than {MAX_NESTING} levels deep.")
        found = self._value()
        for mark in reversed(marks):
            match mark.text:
                case "-":
                    found = Unary("-", found, mark.at)
                case "!":
                    found = Unary("not", found, mark.at)
                case _:
                    found = Unary("empty", found, mark.at)
        return found

    def _value(self) -> Tree:
        found = self._primary()
        while True:
            if self._take("."):
                found = self._member(found, self._word())
            elif mark := self._take("["):
                key = self.expression()
                self._expect("]")
                if isinstance(key, Constant) and key.kind == "text":
                    found = Member(found, str(key.value), mark.at)
                else:
                    found = Index(found, key, mark.at)
            else:
                return found

    def _member(self, base: Tree, word: Token) -> Tree:
        if self._take("("):
            return Call(base, word.text, self._arguments(), word.at)
        return Member(base, word.text, word.at)

    def _primary(self) -> Tree:
        token = self._next
        if token.kind == "text":
            self._advance()
            return Constant(unquoted(token.text), "text", token.at)
        if token.kind == "number":
            self._advance()
            return Constant(token.text, "number", token.at)
        if token.kind == "word":
            self._advance()
            return self._named(token)
        if self._take("("):
            inside = self.expression()
            self._expect(")")
            return inside
        raise self._odd("a value")

    def _named(self, token: Token) -> Tree:
        if token.text in ("true", "false"):
            return Constant(token.text == "true", "boolean", token.at)
        if token.text == "null":
            return Constant(None, "null", token.at)
        if self._take("("):
            return Call(None, token.text, self._arguments(), token.at)
        return Name(token.text, token.at)

    def _arguments(self) -> tuple[Tree, ...]:
        found: list[Tree] = []
        if self._take(")"):
            return ()
        while True:
            found.append(self.expression())
            if not self._take(","):
                break
        self._expect(")")
        return tuple(found)

    def _word(self) -> Token:
        token = self._next
        if token.kind != "word":
            raise self._odd("a name")
        self._advance()
        return token

    def _take(self, *signs: str) -> Token | None:
        token = self._next
        if token.kind != "sign" or token.text not in signs:
            return None
        self._advance()
        return token

    def _expect(self, sign: str) -> Token:
        found = self._take(sign)
        if found is None:
            raise self._odd(f"“{sign}”")
        return found

    def _advance(self) -> None:
        self._parts += self._next.kind in ("sign", "word")
        if self._parts > MAX_PARTS:
            raise NotTranslated(f"It has more than {MAX_PARTS} names and signs. Write it shorter.")
        self._next = next(self._tokens, self._end)

    def _odd(self, wanted: str) -> NotTranslated:
        token = self._next
        if token.kind == "end":
            return NotTranslated(f"It stops where {wanted} should follow.")
        return NotTranslated(
            f"At position {token.at + 1} stands “{token.text[:20]}”, where {wanted} should be."
        )


def unquoted(text: str) -> str:
    """Return what a quoted text says; only quotes and backslashes are escaped (2.2.2)."""
    return re.sub(r"\\[\\'\"]", lambda found: ESCAPES[found.group()], text[1:-1])
