"""What reading and checking a definition found, in sentences that name the element."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "unsupported", "warning"]
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
