"""Expressions as the standard writes them: an element whose text they are (BPMN 2.0.2, 8.4.8)."""

from lxml import etree

from processes.core.bpmn.draft import Drawn, text_of
from processes.core.bpmn.notes import Notes
from processes.core.bpmn.xml import shorten
from processes.core.feel import Expression


def formal(element: etree._Element, owner: str, what: str, notes: Notes) -> Expression | None:
    """Return the expression, or None after writing down why it is not run.

    ``what`` opens the sentence, such as “The condition of “Too much?””.
    """
    language = (element.get("language") or "").strip()
    if language and "feel" not in language.lower():
        notes.unsupported(
            owner,
            "expression-language",
            f"{what} is written in {shorten(language, 60)}; Placet reads FEEL.",
            "Write it in FEEL, for example =amount > 1000, and remove the attribute “language”.",
        )
        return None
    return notes.expression(owner, what, text_of(element))


def formal_child(
    holder: Drawn, child: str, owner: Drawn, what: str, notes: Notes
) -> Expression | None:
    """Return the expression in a child of ``holder``; None also when there is no such child."""
    for element in holder.children(child)[:1]:
        return formal(element, owner.id, f"{what} of “{owner.label}”", notes)
    return None
