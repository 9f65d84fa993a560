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

MOST = 99


@dataclass(frozen=True, slots=True)
class Shell:
    """``stamp`` changes with the person's open work; ``count`` is for a badge, so it is short."""

    count: str
    stamp: str
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
    waiting = getattr(request, "waiting", None)
    if waiting is None:
        waiting = inbox.count(person, now=now)["todo"]
    absence = (
        Substitution.objects.current(now)
        .filter(absentee=person)
        .select_related("substitute")
        .first()
    )
    return Shell(
        count="" if not waiting else str(waiting) if waiting <= MOST else f"{MOST}+",
        stamp=inbox.stamp(person, now=now),
        absence=absence,
    )
