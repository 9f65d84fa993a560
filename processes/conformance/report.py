"""Counting what passed, and saying so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that did not give what it must, in texts for people."""

    case: str
    expected: str
    got: str
    group: str = ""

    def as_json(self) -> dict[str, str]:
        return {
            "case": self.case, "group": self.group, "expected": self.expected, "got": self.got,
        }  # fmt: skip


@dataclass(slots=True)
class Count:
    """How many cases of a group passed and failed."""

    passed: int = 0
    failures: list[Failure] = field(default_factory=list)

    @property
    def failed(self) -> int:
        return len(self.failures)

    @property
    def share(self) -> float:
        """The part that passed, from 0 to 1; 1 where there is nothing to pass."""
        total = self.passed + self.failed
        return round(self.passed / total, 4) if total else 1.0

    def as_json(self) -> dict[str, object]:
        return {"passed": self.passed, "failed": self.failed}


class Report(Protocol):
    """What a run of cases gives, of whatever kind they are."""

    @property
    def failures(self) -> list[Failure]: ...

    def table(self) -> list[tuple[str, ...]]:
        """Return the titles of the columns, then a row of texts for each group."""

    def as_json(self) -> dict[str, object]: ...


def lines(report: Report) -> list[str]:
    """Return the table of the groups, and a paragraph for each failure."""
    rows = report.table()
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    shown = [
        "  ".join(
            [first.ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        )
        for first, *rest in rows
    ]
    told = [
        f"{failure.case}\n    expected {failure.expected}\n    got      {failure.got}"
        for failure in report.failures
    ]
    return [*shown, *([""] if told else []), *told]
