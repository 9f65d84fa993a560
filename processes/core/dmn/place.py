"""Where an expression of a model stands: which names it can read, and whom its errors name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from processes.core.dmn.model import Literal, Missing, Where
from processes.core.feel.env import Scope
from processes.core.feel.errors import FeelError
from processes.core.feel.formula import Cell, compile_cell, compile_formula
from processes.core.feel.names import Names, is_plain
from processes.core.feel.types import FeelType, Named, parse_type, resolve
from processes.core.findings import Notes
from processes.core.xml import shorten

ALIASES = {
    "integer": "number",
    "long": "number",
    "double": "number",
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
}
"""Types that older files and other engines write, by what they are called today."""


MAX_LOGIC = 250_000
"""Characters in all expressions that are read together; a table of 25,000 cells has fewer."""


@dataclass(slots=True)
class Allowance:
    """How much may still be compiled; a hostile file would keep the compiler busy for a minute."""

    left: int = MAX_LOGIC


@dataclass(frozen=True, slots=True)
class Place:
    """A place in one model while it is read; ``names`` are those that are not plain words.

    In a file that declares no inputs, which ``is_open``, any name may be one.
    """

    scope: Scope
    names: Names
    types: Mapping[str, FeelType]
    where: Where
    notes: Notes
    allowance: Allowance
    is_open: bool = False

    def within(self, names: Iterable[str] = (), *, of_item: bool = False) -> Place:
        """Return the place inside of something that brings names of its own."""
        inner = Place(
            Scope(self.scope, set(), of_item=of_item),
            Names(parent=self.names),
            self.types,
            self.where,
            self.notes,
            self.allowance,
            self.is_open,
        )
        for name in names:
            inner.know(name)
        return inner

    def know(self, name: str) -> None:
        """Let the expressions that follow read this name."""
        self.scope.names.add(name)
        if not is_plain(name):
            self.names.add(name)

    def formula(self, text: str, what: str) -> Literal | Missing:
        """Return the compiled expression; ``what`` it is opens the sentence if it is none."""
        if not self._may_compile(text):
            return Missing(self.where, broken=True)
        try:
            formula = compile_formula(text, self.scope, self.names, self.types)
        except FeelError as error:
            self._cannot_be_read(text, what, error)
            return Missing(self.where, broken=True)
        self._tell_unknown(text, what, formula.unknown)
        return Literal(formula)

    def cell(self, text: str, what: str) -> Cell | None:
        """Return the compiled unary tests, or None after writing down why there are none."""
        if not self._may_compile(text):
            return None
        try:
            cell = compile_cell(text, self.scope, self.names, self.types)
        except FeelError as error:
            self._cannot_be_read(text, what, error)
            return None
        self._tell_unknown(text, what, cell.unknown)
        return cell

    def type(self, name: str) -> FeelType | None:
        """Return the type of that name, or None where any value will do."""
        name = name.rpartition("feel:")[2]
        name = ALIASES.get(name, name)
        if not name or name in ("Any", "<Undefined>"):
            return None
        if name in self.types:
            return self.types[name]
        try:
            found = resolve(parse_type(name), self.types)
        except FeelError:
            return self._no_type(name)
        return self._no_type(name) if isinstance(found, Named) else found

    def error(self, code: str, sentence: str, hint: str = "") -> None:
        """Write down an error of the element; the sentence goes on after its name."""
        self.notes.error(self.where.element, code, f"“{self.where.label}”: {sentence}", hint)

    def _may_compile(self, text: str) -> bool:
        self.allowance.left -= len(text)
        if self.allowance.left >= 0:
            return True
        self.notes.error(
            None,
            "too-much-logic",
            f"The expressions have more than {MAX_LOGIC:,} characters together. "
            "Those that follow are not read.",
            "Split the model into several that import each other, or shorten its expressions.",
        )
        return False

    def _no_type(self, name: str) -> FeelType | None:
        self.error(
            "unknown-type",
            f"there is no type “{shorten(name, 60)}”.",
            "Define it as an item definition of this name, or choose string, number, boolean, "
            "date, time or another type of the language.",
        )
        return None

    def _cannot_be_read(self, text: str, what: str, error: FeelError) -> None:
        self.error(
            "expression",
            f"{what}, {shorten(text, 60)}, cannot be read.",
            shorten(error.sentence, 300),
        )

    def _tell_unknown(self, text: str, what: str, unknown: frozenset[str]) -> None:
        for name in () if self.is_open else sorted(unknown):
            self.notes.warning(
                self.where.element,
                "unknown-name",
                f"“{self.where.label}”: {what}, {shorten(text, 60)}, reads “{shorten(name, 60)}”, "
                "which nothing here gives. It is null.",
                "Draw a requirement to what gives it, or correct the name.",
            )
