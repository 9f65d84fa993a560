"""Filters of the inbox that somebody keeps: named, used again, forgotten."""

from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from processes.core.errors import Absent, Invalid
from tasks.inbox import SCOPES, Wanted
from tasks.models import SavedFilter

LONGEST_NAME = 60
MOST = 30


def save_filter(*, person: User, name: str, query: str, now: datetime) -> SavedFilter:
    """Keep what ``query`` narrows the inbox to, under a name; a name used before means the new one.

    ``query`` is what an address of the inbox says behind the question mark; what it says besides
    is dropped. Raises Invalid.
    """
    name = " ".join(name.replace("\x00", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise _invalid("name", _("Give the filter a name of at most %d letters.") % LONGEST_NAME)
    asked = dict(parse_qsl(query))
    wanted = Wanted.read(asked)
    if not wanted:
        raise _invalid("query", _("This filter leaves nothing out. Choose something first."))
    scope = {"scope": asked["scope"]} if asked.get("scope") in SCOPES else {}
    others = SavedFilter.objects.filter(person=person).exclude(name=name)
    if others.count() >= MOST:
        sentence = _("You keep %d filters already. Delete one you no longer use first.") % MOST
        raise _invalid("name", sentence)
    kept, _made = SavedFilter.objects.update_or_create(
        person=person,
        name=name,
        defaults={"query": urlencode({**scope, **wanted.query})},
        create_defaults={"query": urlencode({**scope, **wanted.query}), "created_at": now},
    )
    return kept


def delete_filter(*, person: User, filter_id: int) -> None:
    """Forget one of the person's filters. Raises Absent for what is not theirs."""
    gone, _rows = SavedFilter.objects.filter(person=person, pk=filter_id).delete()
    if not gone:
        raise Absent("filter_not_found", _("This filter does not exist."))


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid("invalid_filter", sentence, details={"fields": {field: [sentence]}})
