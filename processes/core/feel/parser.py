"""From text to a tree, and from what is wrong with a text to a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from lark import Lark, Token, Tree, UnexpectedToken
from lark.lexer import Lexer

from .budget import MAX_NESTING, MAX_TEXT
from .errors import FeelSyntaxError
from .lexer import tokenize
from .names import Names

Node = Tree[Token] | Token

_OPERATORS = {"PLUS": "+", "MINUS": "-", "STAR": "*", "SLASH": "/", "_POWER": "**"}
_NEXT = {
    "_THEN": "Write then and what the result is, for example if urgent then 1 else 2.",
    "_ELSE": "Write else and the other result, for example if urgent then 1 else 2.",
    "_RETURN": "Write return and what to make of each one, for example for x in list return x + 1.",
    "_SATISFIES": "Write satisfies and a condition, for example some x in list satisfies x > 1.",
    "_IN": "Write in and a list, for example for x in list return x + 1.",
    "_COLON": "Write a colon and a value, for example {name: 1}.",
}


class _Given(Lexer):
    """Hands the tokens on that our own lexer has made."""

    def __init__(self, _conf: object) -> None:
        pass

    def lex(self, data: Iterable[Token]) -> Iterator[Token]:  # type: ignore[override]
        return iter(data)


@lru_cache(maxsize=1)
def _lark() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(
        grammar, parser="lalr", lexer=_Given, start=["expression", "unary_tests"],
        maybe_placeholders=False,
    )  # fmt: skip


def parse(text: str, known: Names, builtins: Names, start: str = "expression") -> Tree[Token]:
    """Return the tree of an expression or of unary tests. Raises FeelSyntaxError."""
    if len(text) > MAX_TEXT:
        raise FeelSyntaxError(
            "expression_too_long",
            f"The expression has {len(text):,} characters; at most {MAX_TEXT:,} are allowed. "
            "Split it into smaller ones.",
            MAX_TEXT,
        )
    tokens = tokenize(text, known, builtins)
    if not tokens:
        raise FeelSyntaxError(
            "expression_empty",
            "The expression is empty. Write one, for example amount > 1000.",
        )
    if start == "unary_tests":
        _mark_not(tokens)
    try:
        tree: Tree[Token] = _lark().parse(tokens, start=start)
    except UnexpectedToken as error:
        raise _explain(text, tokens, error) from None
    _refuse_deep(tree)
    return tree


def _mark_not(tokens: list[Token]) -> None:
    """See a ``not(…)`` around all tests as their negation, not as a call of the function."""
    if len(tokens) < 3 or tokens[0] != "not" or tokens[1].type != "_LPAR":
        return
    depth = 0
    for token in tokens[1:]:
        depth += token.type in ("_LPAR", "_LSQB", "_LBRACE", "_FILTER", "_OPEN_START")
        depth -= token.type in ("_RPAR", "_RSQB", "_RBRACE", "_OPEN_END")
        if depth == 0:
            if token is tokens[-1]:
                tokens[0] = Token("NOT", "not", start_pos=tokens[0].start_pos)
            return


def _refuse_deep(tree: Tree[Token]) -> None:
    level: list[Tree[Token]] = [tree]
    for _ in range(2 * MAX_NESTING):
        level = [child for node in level for child in node.children if isinstance(child, Tree)]
        if not level:
            return
    raise FeelSyntaxError(
        "expression_too_deep",
        f"The expression is nested more than {MAX_NESTING} levels deep. "
        "Split it into smaller ones.",
        _position(level[0]),
    )


def _position(node: Node) -> int:
    """Return where the node starts in the text; without recursion, for it may be deep."""
    while isinstance(node, Tree):
        if not node.children:
            return 0
        node = node.children[0]
    return node.start_pos or 0


def _explain(text: str, tokens: list[Token], error: UnexpectedToken) -> FeelSyntaxError:
    accepts = error.accepts or set()
    needed = accepts - {"_IN"} if "SIGN" in accepts else accepts
    advice = next((advice for kind, advice in _NEXT.items() if kind in needed), "")
    if error.token.type == "$END":
        return _stops(text, tokens, advice, "_RPAR" in accepts or "_RSQB" in accepts)
    at = error.token.start_pos or 0
    seen = text[at : error.token.end_pos or at + 1][:40]
    before = next((t for t in reversed(tokens) if (t.start_pos or 0) < at), None)
    if before is None or ("NAME" in accepts and "NUMBER" in accepts):
        advice = advice or "Write a value there: a name, a number, or a text in double quotes."
    elif (
        not advice
        and before.type == "NAME"
        and error.token.type in ("NAME", "NUMBER", "STRING", "AT")
    ):
        advice = (
            f"Write a sign or a word between “{before}” and “{seen}”, for example "
            f"{before} = {seen}, or use and or or."
        )
    elif error.token.type == "SIGN":
        advice = advice or "Put brackets around one of the comparisons, or join them with and."
    else:
        advice = advice or "Remove it, or write and, or, or a sign such as = or + before it."
    return FeelSyntaxError(
        "expression_unexpected",
        f"“{seen}” at position {at + 1} does not fit there. {advice}",
        at,
    )


def _stops(text: str, tokens: list[Token], advice: str, closing: bool) -> FeelSyntaxError:
    last = tokens[-1]
    at = last.end_pos or len(text)
    shown = text.strip() if len(text) < 80 else "…" + text.strip()[-60:]
    if last.type == "SIGN":
        sentence = (
            f"“{shown}” stops after the sign. "
            f"Write a number after it, for example {shown if len(shown) < 40 else 'amount >'} 1000."
        )
    elif last.type in _OPERATORS:
        sentence = f"“{shown}” stops after “{last}”. Write a value after it, for example 1."
    elif last.type in ("_AND", "_OR"):
        sentence = (
            f"“{shown}” stops after “{last}”. "
            "Write another condition after it, for example amount > 1000."
        )
    elif advice:
        sentence = f"“{shown}” stops too early. {advice}"
    elif closing:
        sentence = f"“{shown}” leaves a bracket open. Write the closing bracket."
    else:
        sentence = f"“{shown}” stops too early. Write a value after “{last}”."
    return FeelSyntaxError("expression_incomplete", sentence, at)
