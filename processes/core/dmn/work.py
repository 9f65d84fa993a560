"""One evaluation of a model: its budget, and what went wrong on the way without stopping it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from processes.core.dmn.model import Where
from processes.core.feel.budget import Run
from processes.core.findings import Finding

MAX_PROBLEMS = 50


class Work(Run):
    """A run that notes why something in it became null.

    ``variables`` are read under names that nothing in the model defines.
    """

    __slots__ = ("problems",)

    def __init__(self, variables: Mapping[str, object], now: datetime | None) -> None:
        super().__init__(variables, now)
        self.problems: list[Finding] = []


def tell(run: Run, where: Where, code: str, sentence: str, hint: str) -> None:
    """Note a problem of the element; the sentence goes on after its name."""
    if isinstance(run, Work) and len(run.problems) < MAX_PROBLEMS:
        finding = Finding(where.element, "error", code, f"“{where.label}”: {sentence}", hint)
        if finding not in run.problems:
            run.problems.append(finding)
