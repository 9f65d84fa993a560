"""What an import made of each thing that another tool had said."""

from dataclasses import dataclass
from typing import Literal

Standing = Literal["taken", "translated", "kept", "left"]


@dataclass(frozen=True, slots=True)
class Taken:
    """One thing that the file said, and what became of it.

    ``taken``: it means the same here as it stands. ``translated``: ``new`` says here what ``old``
    said. ``kept``: it stays in the file and changes nothing here, and that does no harm. ``left``:
    it is not taken over, and somebody should look. ``element`` is the id in the file, ``label`` its
    name; ``what`` is the attribute or element in the other tool's words.
    """

    element: str | None
    label: str
    what: str
    standing: Standing
    old: str = ""
    new: str = ""
    sentence: str = ""
    hint: str = ""


class NotTranslated(Exception):
    """What was written has no exact counterpart in FEEL. The message is for people."""
