"""What reading and checking a definition found, in sentences that name the element."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "unsupported", "warning"]
MAX_FINDINGS = 200
"""How many findings of one file are shown; nobody reads more at once."""

RANK: dict[Severity, int] = {"error": 0, "unsupported": 1, "warning": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a definition before it is published.

    ``severity`` keeps three things apart: an ``error`` breaks a rule or cannot work;
    ``unsupported`` is valid but not run here; a ``warning`` runs, and is probably not meant so.
    ``element`` is the id in the file, None where the file as a whole is meant. ``code`` is stable
    and meant for programs, ``sentence`` and ``hint`` (what to do) are for people.
    """

    element: str | None
    severity: Severity
    code: str
    sentence: str
    hint: str = ""

    @property
    def stops_publishing(self) -> bool:
        return self.severity != "warning"


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return each finding once, the gravest kinds first, otherwise in their order."""
    return sorted(dict.fromkeys(findings), key=lambda finding: RANK[finding.severity])


class Notes:
    """Collects what a reading finds."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []

    def add(
        self, severity: Severity, element: str | None, code: str, sentence: str, hint: str = ""
    ) -> None:
        self._findings.append(Finding(element, severity, code, sentence, hint))

    def error(self, element: str | None, code: str, sentence: str, hint: str = "") -> None:
        self.add("error", element, code, sentence, hint)

    def unsupported(self, element: str | None, code: str, sentence: str, hint: str = "") -> None:
        self.add("unsupported", element, code, sentence, hint)

    def warning(self, element: str | None, code: str, sentence: str, hint: str = "") -> None:
        self.add("warning", element, code, sentence, hint)

    def extend(self, findings: Iterable[Finding]) -> None:
        self._findings.extend(findings)

    def findings(self) -> tuple[Finding, ...]:
        """Return what was found, the gravest kinds first, and no more than a person can read."""
        ordered = gravest_first(self._findings)
        more = len(ordered) - MAX_FINDINGS
        if more <= 0:
            return tuple(ordered)
        rest = Finding(
            None,
            "warning",
            "more-findings",
            f"{more:,} more findings are not shown.",
            "Mend these first, then read the file again.",
        )
        return (*ordered[:MAX_FINDINGS], rest)
