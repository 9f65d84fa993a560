"""From JUEL to FEEL: the same meaning in the language that is run here, or a sentence why not.

What an expression reads stays what it is: JUEL turns texts into numbers and null into false as it
goes along, FEEL says null instead, and a condition without a true or false becomes an incident.
Everything else means the same, or carries a remark, or is not translated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

from processes.core.bpmn.dialects import juel_calls
from processes.core.bpmn.dialects.feel_pieces import (
    AND,
    COMPARED,
    LOOSE,
    OR,
    PRODUCT,
    SIGNED,
    SUM,
    TIGHT,
    Feel,
    Kind,
    path,
    quoted,
)
from processes.core.bpmn.dialects.juel_syntax import (
    Binary,
    Call,
    Choice,
    Constant,
    Index,
    Member,
    Name,
    Tree,
    Unary,
    parse,
)
from processes.core.bpmn.dialects.report import NotTranslated
from processes.core.bpmn.forms import unusable_name
from processes.core.feel import FeelError, compile_expression

MAX_FEEL = 4_000

BINARY: Mapping[str, tuple[str, int, Kind]] = {
    "||": ("or", OR, "boolean"),
    "&&": ("and", AND, "boolean"),
    "==": ("=", COMPARED, "boolean"),
    "!=": ("!=", COMPARED, "boolean"),
    "<": ("<", COMPARED, "boolean"),
    ">": (">", COMPARED, "boolean"),
    "<=": ("<=", COMPARED, "boolean"),
    ">=": (">=", COMPARED, "boolean"),
    "+": ("+", SUM, "number"),
    "-": ("-", SUM, "number"),
    "*": ("*", PRODUCT, "number"),
    "/": ("/", PRODUCT, "number"),
}
# What the engine keeps for itself while an activity runs several times.
COUNTERS: Mapping[str, str] = {
    "nrOfInstances": "numberOfInstances",
    "nrOfActiveInstances": "numberOfActiveInstances",
    "nrOfCompletedInstances": "numberOfCompletedInstances",
    "loopCounter": "(loopCounter - 1)",
}
EMPTY = '[null, "", [], {}]'
# Objects of the Java engine that no expression here can ask.
ENGINE = ("execution", "task", "caseExecution", "externalTask", "authenticatedUserId")


@dataclass(frozen=True, slots=True)
class Translation:
    """``text`` is FEEL without a leading ``=``, or with ``plain`` a text without expressions."""

    text: str
    plain: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def marked(self) -> str:
        """Return it as attributes want it, where ``=`` begins an expression."""
        return self.text if self.plain else f"={self.text}"

    @property
    def expression(self) -> str:
        """Return FEEL also where there was only plain text."""
        return quoted(self.text) if self.plain else self.text


def translate(text: str, names: Mapping[str, str] | None = None) -> Translation:
    """Return the text in FEEL. ``names`` tells what FEEL calls a variable of the other engine.

    Raises NotTranslated with a sentence that names the position.
    """
    parts = parse(text.strip())
    writer = Writer({**COUNTERS, **(names or {})})
    if not parts:
        return Translation("", plain=True)
    if len(parts) == 1:
        only = parts[0]
        if isinstance(only, str):
            return Translation(only, plain=True)
        found = writer.write(only).text
    else:
        found = f"string join([{', '.join(map(writer.piece, parts))}])"
    if len(found) > MAX_FEEL:
        raise NotTranslated(f"In FEEL it has more than {MAX_FEEL:,} characters.")
    try:
        compile_expression(found)
    except FeelError as error:
        raise NotTranslated(f"In FEEL it cannot be read: {error}") from error
    return Translation(found, remarks=tuple(dict.fromkeys(writer.remarks)))


@dataclass(slots=True)
class Writer:
    """Turns trees into FEEL and collects what a person should know about it."""

    names: Mapping[str, str]
    remarks: list[str] = field(default_factory=list)

    def piece(self, part: "str | Tree") -> str:
        """Return a part of a template as a text; null is left out, as JUEL does."""
        if isinstance(part, str):
            return quoted(part)
        found = self.write(part)
        return found.text if found.kind == "text" else f"string({found.text})"

    def write(self, tree: Tree) -> Feel:
        """Return the tree in FEEL. Some pieces are said twice there, so its length has a limit."""
        found = self._written(tree)
        if len(found.text) > MAX_FEEL:
            raise NotTranslated(f"In FEEL it has more than {MAX_FEEL:,} characters.")
        return found

    def _written(self, tree: Tree) -> Feel:
        match tree:
            case Constant():
                return constant(tree)
            case Name():
                return self.named(tree)
            case Member(Name(name), member, at) if name in ENGINE:
                return self.of_engine(name, member, at)
            case Member():
                return path(self.write(tree.base), tree.name)
            case Index():
                return self.indexed(tree)
            case Call():
                return self.called(tree)
            case Unary():
                return self.signed(tree)
            case Binary():
                return self.joined(tree)
            case Choice():
                condition, then = self.write(tree.condition), self.write(tree.then)
                otherwise = self.write(tree.otherwise)
                kind = then.kind if then.kind == otherwise.kind else "any"
                text = f"if {condition.text} then {then.text} else {otherwise.text}"
                return Feel(text, LOOSE, kind)
            case _:
                assert_never(tree)

    def named(self, tree: Name) -> Feel:
        if known := self.names.get(tree.name):
            return Feel(known)
        if tree.name in ENGINE:
            raise NotTranslated(
                f"At position {tree.at + 1} it asks the engine for “{tree.name}”, "
                "which there is not here."
            )
        if reason := unusable_name(tree.name):
            raise NotTranslated(f"At position {tree.at + 1}: “{tree.name[:60]}” {reason}")
        return Feel(tree.name)

    def of_engine(self, base: str, member: str, at: int) -> Feel:
        if base == "execution" and member in ("processBusinessKey", "businessKey"):
            return Feel("process.businessKey")
        raise NotTranslated(
            f"At position {at + 1} it asks the engine for “{base}.{member}”, "
            "which there is not here."
        )

    def indexed(self, tree: Index) -> Feel:
        """Return an item of a list. JUEL counts from 0, FEEL from 1."""
        key = tree.key
        if not isinstance(key, Constant) or key.kind != "number" or not str(key.value).isdigit():
            raise NotTranslated(
                f"At position {tree.at + 1} it looks up a place that is only known when it runs: "
                "nobody can say whether it is a number or a name."
            )
        return Feel(f"{self.write(tree.base).at(TIGHT)}[{int(str(key.value)) + 1}]")

    def called(self, tree: Call) -> Feel:
        arguments = tuple(self.write(argument) for argument in tree.arguments)
        match tree.base:
            case None:
                return juel_calls.function(tree, arguments)
            case Name(name) if name in ENGINE and name not in self.names:
                return juel_calls.of_engine(tree, self.remarks)
            case _:
                base = self.write(tree.base)
                return juel_calls.method(tree, base, arguments, self.remarks)

    def signed(self, tree: Unary) -> Feel:
        of = self.write(tree.of)
        match tree.sign:
            case "-":
                return Feel(f"-{of.at(TIGHT)}", SIGNED, "number")
            case "not":
                return Feel(f"not({of.text})", kind="boolean")
            case "empty":
                return Feel(f"list contains({EMPTY}, {of.text})", kind="boolean")
            case _:
                assert_never(tree.sign)

    def joined(self, tree: Binary) -> Feel:
        left, right = self.write(tree.left), self.write(tree.right)
        if tree.sign == "%":
            self.remarks.append("For a negative number the rest has the sign of the divisor here.")
            return Feel(f"modulo({left.text}, {right.text})", kind="number")
        if tree.sign in ("==", "!="):
            left, right = alike(tree.left, left, right), alike(tree.right, right, left)
        elif tree.sign in "+-*/" and "text" in (left.kind, right.kind):
            raise NotTranslated(
                f"At position {tree.at + 1} it calculates with a text; “{tree.sign}” is only for "
                "numbers, in JUEL too."
            )
        word, level, kind = BINARY[tree.sign]
        tighter = level + 1
        first = left.at(tighter if level == COMPARED else level)
        return Feel(f"{first} {word} {right.at(tighter)}", level, kind)


def alike(tree: Tree, of: Feel, other: Feel) -> Feel:
    """Return a side of ``==`` as a text, where the other is a text that looks like another kind.

    JUEL compares by the kind of the value it meets: 5 equals '5', and true equals 'true'.
    """
    said = other.text.strip('"')
    looks = said in ("true", "false") or said.isdigit()
    if isinstance(tree, Constant) or of.kind == "text" or other.kind != "text" or not looks:
        return of
    return Feel(f"string({of.text})", kind="text")


def constant(tree: Constant) -> Feel:
    match tree.kind:
        case "text":
            return Feel(quoted(str(tree.value)), kind="text")
        case "number":
            return Feel(plain_number(str(tree.value), tree.at), kind="number")
        case "boolean":
            return Feel(str(tree.value).lower(), kind="boolean")
        case "null":
            return Feel("null")
        case _:
            assert_never(tree.kind)


def plain_number(text: str, at: int) -> str:
    number = Decimal(text)
    if number.adjusted() > 30 or (number.adjusted() < -30 and number):
        raise NotTranslated(f"At position {at + 1} the number {text[:20]} is out of range.")
    return f"{number:f}"
