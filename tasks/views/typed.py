"""What somebody posted and has not been accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Typed:
    """``action`` names the form in the menu that it was typed into; empty is the answer's."""

    values: Mapping[str, str]
    outcome: str = ""
    comment: str = ""
    errors: Mapping[str, Sequence[str]] | None = None
    action: str = ""

    def error(self, name: str) -> str:
        return " ".join((self.errors or {}).get(name, ()))
