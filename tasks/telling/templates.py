"""The words of mails: what an admin wrote, or else what Placet says."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tasks.models import MessageTemplate
from tasks.rules.telling import ASKS


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and text with names in braces: see `rules.placeholders`."""

    subject: str
    body: str


def words_for(kind: str, language: str) -> Words:
    """Return the words for a kind in a language; those of another language rather than none."""
    rows = {row.language: row for row in MessageTemplate.objects.filter(kind=kind)}
    found = rows.get(language) or rows.get("en")
    return Words(found.subject, found.body) if found else usual_words(kind)


def usual_words(kind: str) -> Words:
    """Return what a mail says where no admin has written anything."""
    hello = _("Hello {person},")
    if kind == "digest":
        return Words(_("What is new for you"), f"{hello}\n\n{{news}}\n\n{{link}}")
    parts = [hello, "{news}", _("Task: {task}\nProcess: {process}")]
    if kind in ASKS:
        parts[2] += "\n" + _("Due: {due}")
    return Words("{news}", "\n\n".join([*parts, "{link}"]))
