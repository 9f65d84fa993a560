"""How much one evaluation may cost.

Every loop, call and large value is charged before the work is done, so that the hardest
expression a person can write in 4,000 characters ends in well under a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from .errors import FeelBudgetError

if TYPE_CHECKING:
    from .types import FeelType
    from .values import Value

MAX_TEXT = 4_000
"""Characters in an expression."""

MAX_NESTING = 48
"""Levels of brackets and clauses in an expression; the compiler recurses this deep."""

MAX_STEPS = 100_000
"""Nodes of the expression visited in one evaluation, roughly."""

MAX_STRING = 100_000
"""Characters in one string."""

MAX_ITEMS = 50_000
"""Values in one list or in one nest of lists and contexts."""

MAX_DEPTH = 64
"""Levels of lists and contexts within each other in one value."""

MAX_OWN_FRAMES = 320
"""Python frames that an expression may stand on without calling its own functions."""

MAX_FRAMES = 600
"""Python frames that one evaluation may stand on; Python itself stops at 1,000 for the process."""


class Run:
    """One evaluation: its variables, its clock, and what is left of its budget."""

    __slots__ = ("converted", "depth", "now", "steps", "types", "variables")

    def __init__(
        self,
        variables: Mapping[str, object],
        now: datetime | None = None,
        types: Mapping[str, FeelType] | None = None,
        frames: int = 0,
    ) -> None:
        self.variables = variables
        self.now = now
        self.types = types
        self.steps = MAX_STEPS
        self.depth = frames
        self.converted: dict[int, tuple[object, Value]] | None = None

    def called_from(self, caller: Run) -> Run:
        """Return the run of a function that was made in this one and is called in another.

        It reads the variables it was made with and spends the budget of its caller.
        """
        if caller is self:
            return self
        run = Run(self.variables, self.now, self.types)
        run.steps, run.depth = caller.steps, caller.depth
        return run

    def charge(self, steps: int) -> None:
        """Pay for work that is about to be done."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelBudgetError(
                "expression_too_much_work",
                "This expression needs too much work for one evaluation and was stopped. "
                "Shorten its loops, or give it shorter lists and texts.",
            )

    def enter(self, frames: int) -> None:
        """Go deeper by a function body of so many frames."""
        self.depth += frames
        if self.depth > MAX_FRAMES:
            raise FeelBudgetError(
                "expression_calls_too_deep",
                "This expression calls functions within functions too deeply and was stopped. "
                "Check that no function calls itself without an end.",
            )

    def leave(self, frames: int) -> None:
        """Come back from a function body."""
        self.depth -= frames

    def check_string(self, length: int) -> None:
        """Refuse a text of this length before it is built; pay for it otherwise."""
        if length > MAX_STRING:
            raise FeelBudgetError(
                "expression_text_too_long",
                f"This expression builds a text of {length:,} characters. "
                f"At most {MAX_STRING:,} are allowed: take a part of it with substring(…).",
            )
        self.charge(1 + (length >> 6))

    def check_items(self, count: int) -> None:
        """Refuse a list of this size before it is built; pay for it otherwise."""
        if count > MAX_ITEMS:
            raise FeelBudgetError(
                "expression_list_too_long",
                f"This expression builds a list of {count:,} values. "
                f"At most {MAX_ITEMS:,} are allowed: take a part of it with sublist(…).",
            )
        self.charge(1 + (count >> 4))


def too_deep() -> FeelBudgetError:
    """Return the refusal of a value whose lists and contexts are nested too deeply."""
    return FeelBudgetError(
        "expression_value_too_deep",
        f"A value has lists or contexts nested more than {MAX_DEPTH} levels deep. "
        "Use a flatter value.",
    )
