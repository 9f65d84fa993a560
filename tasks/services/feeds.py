"""A person's deadlines as a calendar that other programs read (RFC 5545)."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from processes.core.errors import Absent
from tasks import inbox
from tasks.models import CalendarFeed, Task

MOST = 500
LENGTH = timedelta(minutes=15)


def renew_feed(*, person: User, now: datetime) -> str:
    """Return a new secret of the person's feed, told this once; an older one is worth nothing."""
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user=person, defaults={"secret_hash": hashed(secret), "created_at": now}
    )
    return secret


def revoke_feed(*, person: User) -> None:
    """Have the person's feed end; nothing happens when there is none."""
    CalendarFeed.objects.filter(user=person).delete()


def owner_of_feed(secret: str) -> User:
    """Return whose feed it is. Raises Absent when it was revoked or its owner is deactivated."""
    found = CalendarFeed.objects.select_related("user").filter(
        secret_hash=hashed(secret), user__is_active=True
    )
    feed = found.first()
    if feed is None:
        raise Absent("feed_not_found", _("This calendar does not exist."))
    return feed.user


def feed_of(person: User, *, address: Callable[[Task], str], now: datetime) -> bytes:
    """Return the person's open tasks that have a deadline, the earliest 500, as iCalendar.

    ``address`` gives the page of a task. The same tasks always give the same bytes.
    """
    due = inbox.tasks(person, "todo", now=now).filter(due_at__isnull=False)
    return calendar(due.order_by("due_at", "id")[:MOST], address=address)


def calendar(tasks: Iterable[Task], *, address: Callable[[Task], str]) -> bytes:
    made = Calendar()
    made.add("prodid", "-//Placet//Deadlines//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _("Placet deadlines"))
    made.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for task in tasks:
        made.add_component(event(task, address(task)))
    return bytes(made.to_ical())


def event(task: Task, address: str) -> Event:
    made = Event()
    made.add("uid", f"{task.pk}@placet")
    made.add("dtstamp", task.created_at)
    made.add("dtstart", task.due_at)
    made.add("duration", LENGTH)
    made.add("summary", f"{task.name}: {task.instance.subject}")
    made.add("description", f"{task.instance.process.name}\n{address}")
    made.add("url", address)
    # A deadline does not make anybody busy.
    made.add("transp", "TRANSPARENT")
    return made


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
