"""What the frame around every page shows: how much waits, and whether somebody stands in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from tasks import inbox
from tasks.models import Substitution
from tasks.services import unread

MOST = 99


@dataclass(frozen=True, slots=True)
class Shell:
    """``stamp`` changes with the person's open work.

    ``count`` of open work, and ``unread`` of notifications, are for badges, so they are short.
    """

    count: str
    stamp: str
    unread: str = ""
    absence: Substitution | None = None

    @property
    def last_day(self) -> datetime | None:
        """Return the last day on which somebody stands in for the person."""
        return self.absence.ends_at - timedelta(seconds=1) if self.absence else None


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return what templates need everywhere; nothing is asked unless a template shows it."""
    now = timezone.now()
    return {
        "now": now,
        "demo": settings.PLACET_DEMO,
        "shell": SimpleLazyObject(lambda: frame(request, now)),
    }


def frame(request: HttpRequest, now: datetime) -> Shell:
    """Look up the frame of a person who is signed in; a page that has counted is not repeated."""
    person = request.user
    if not isinstance(person, User):
        return Shell("", "")
    box = getattr(request, "inbox", None) or inbox.Inbox(person, now=now)
    waiting = getattr(request, "waiting", None)
    if waiting is None:
        waiting = box.counts()["todo"]
    absence = (
        Substitution.objects.current(now)
        .filter(absentee=person)
        .select_related("substitute")
        .first()
    )
    return Shell(
        count=badge(waiting),
        stamp=box.stamp,
        unread=badge(unread(person)),
        absence=absence,
    )


def badge(number: int) -> str:
    return "" if not number else str(number) if number <= MOST else f"{MOST}+"
