"""Deliveries on their way: claim what is due, send it outside of any transaction, write down how.

A delivery waits, and is then sent, moot, or dead. Deliveries of one person and channel that wait
together go out as one message when they are many. Sending is at least once: a worker that dies in
between leaves a lease that runs out, and the second try carries the same message id.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import override

from tasks import access
from tasks.models import ChatHook, Delivery, Notification, Preference
from tasks.rules.standing import Standing
from tasks.rules.telling import (
    ASKS,
    GATHERING,
    LATE,
    MORE_THAN_THIS_IS_A_DIGEST,
    Channel,
    is_late,
    next_try,
)
from tasks.telling import chat, mail, push
from tasks.telling.channels import Item, Message, Unsent, gravest, urgent_first
from tasks.telling.links import absolute, link_for
from tasks.telling.news import news_of, usual_zone
from tasks.telling.wishes import wishes_of

LEASE = timedelta(minutes=5)
MOST_TOGETHER = 200


log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Deliveries that go to one address as one message; only who holds the lease may settle it."""

    channel: Channel
    lease: UUID
    message: UUID
    deliveries: Sequence[Delivery]


def anything_to_send(*, now: datetime) -> bool:
    """Tell whether a message is due."""
    return waiting(now).filter(due_at__lte=now).exists()


def waiting(now: datetime) -> QuerySet[Delivery]:
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    return Delivery.objects.filter(free, status=Delivery.Status.WAITING)


def claim_parcel(*, now: datetime, without: Collection[Channel] = ()) -> Parcel | None:
    """Return what is due longest and everything that goes with it; None when nothing is.

    ``without`` are channels that are down.
    """
    free = waiting(now).select_related("announcement")
    due = free.filter(due_at__lte=now).exclude(channel__in=[c.value for c in without])
    with transaction.atomic():
        first = (
            due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "id").first()
        )
        if first is None:
            return None
        rows = list(
            together(free, first, now=now)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("due_at", "id")[:MOST_TOGETHER]
        )
        if first.message is None and not digested(first, rows):
            rows = [first]
        pks = [row.pk for row in rows]
        lease, message = uuid4(), first.message or uuid4()
        Delivery.objects.filter(pk__in=pks).update(
            lease=lease, leased_until=now + LEASE, message=message
        )
    claimed = Delivery.objects.filter(pk__in=pks).select_related(
        "user", "hook", "announcement__task", "announcement__instance__process"
    )
    return Parcel(Channel(first.channel), lease, message, list(claimed))


def together(free: QuerySet[Delivery], first: Delivery, *, now: datetime) -> QuerySet[Delivery]:
    """Return what may go out with the first: what did before, or what never went out.

    When late news goes out, the rest of it does not wait for its own time.
    """
    same = {"user": first.user_id, "hook": first.hook_id, "channel": first.channel}
    ready = Q(due_at__lte=now)
    if is_late(first.announcement.data):
        seconds = LATE.total_seconds()
        ready |= Q(due_at__lte=now + GATHERING, announcement__data__late__gte=seconds)
    return free.filter(ready, **same, message=first.message)


def digested(first: Delivery, rows: Sequence[Delivery]) -> bool:
    """Tell whether these go out as one: the reader wants that, it is a lot, or it comes late."""
    if len(rows) > MORE_THAN_THIS_IS_A_DIGEST:
        return True
    if len(rows) > 1 and any(is_late(row.announcement.data) for row in rows):
        return True
    if len(rows) < 2 or first.user_id is None:
        return False
    return wishes_of([first.user_id])[first.user_id].digest != "instantly"


def send_parcel(parcel: Parcel, *, now: datetime) -> Unsent | None:
    """Send it, and write down how that went. Returns what went wrong, if anything."""
    needed = still_needed(parcel.deliveries, now=now)
    moot = [row.pk for row in parcel.deliveries if row not in needed]
    if moot:
        held(parcel, moot).update(status=Delivery.Status.MOOT, lease=None, leased_until=None)
    if not needed:
        return None
    try:
        hand_over(parcel.channel, message_of(parcel, needed, now=now), now=now)
    except Unsent as unsent:
        keep_failure(parcel, needed, unsent, now=now)
        return unsent
    held(parcel, [row.pk for row in needed]).update(
        status=Delivery.Status.SENT,
        sent_at=now,
        attempts=F("attempts") + 1,
        error="",
        lease=None,
        leased_until=None,
    )
    return None


def hand_over(channel: Channel, message: Message, *, now: datetime) -> None:
    """Send the message by its way. Raises Unsent."""
    match channel:
        case Channel.MAIL:
            mail.send(message)
        case Channel.CHAT:
            chat.send(message)
        case Channel.PUSH:
            show(message, now=now)
        case _:
            assert_never(channel)


def show(message: Message, *, now: datetime) -> None:
    """Show the message in the reader's browsers. Raises Unsent."""
    if message.reader is None:
        raise Unsent("Only a person has browsers.", for_good=True)
    with override(message.language):
        text = "" if message.digest else message.items[0].news.detail
        try:
            push.push(
                message.reader,
                title=message.title,
                text=text,
                url=message.link,
                tag=str(message.id),
                now=now,
            )
        except push.NotPushed as error:
            raise Unsent(str(error)) from error


def held(parcel: Parcel, pks: Collection[int]) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk__in=pks, lease=parcel.lease)


def keep_failure(
    parcel: Parcel, rows: Collection[Delivery], unsent: Unsent, *, now: datetime
) -> None:
    """Have it tried again later, or give it up. What surely did not arrive may regroup."""
    for row in rows:
        attempts = row.attempts + 1
        again = None if unsent.for_good else next_try(now, attempts)
        held(parcel, [row.pk]).update(
            status=Delivery.Status.DEAD if again is None else Delivery.Status.WAITING,
            due_at=again or row.due_at,
            attempts=attempts,
            message=parcel.message if unsent.maybe_sent else None,
            error=unsent.sentence[:300],
            lease=None,
            leased_until=None,
        )
    log.warning(
        "message_not_sent", channel=parcel.channel.value, count=len(rows), why=unsent.sentence
    )


def still_needed(rows: Sequence[Delivery], *, now: datetime) -> list[Delivery]:
    """Return those that still tell somebody something.

    Not: who is gone; what was read in the portal meanwhile; what asked something of the person
    when there is nothing left to do.
    """
    read = set(
        Notification.objects.filter(
            announcement__in=[row.announcement_id for row in rows],
            user__in=[row.user_id for row in rows if row.user_id],
            read_at__isnull=False,
        ).values_list("announcement", "user")
    )
    standings = standings_in(rows, now=now)
    return [
        row
        for row in rows
        if (row.announcement_id, row.user_id) not in read and concerns(row, standings)
    ]


def standings_in(rows: Sequence[Delivery], *, now: datetime) -> dict[UUID, Standing]:
    """Return what the reader is to each task that the rows ask something about."""
    reader = rows[0].user
    tasks = {}
    for row in rows:
        told = row.announcement
        if told.task is not None and told.kind in ASKS:
            told.task.instance = told.instance
            tasks[told.task.pk] = told.task
    return access.standings(reader, list(tasks.values()), now=now) if reader and tasks else {}


def concerns(row: Delivery, standings: Mapping[UUID, Standing]) -> bool:
    """Tell whether the reader is still there, and what is asked is still the reader's to do."""
    task, kind = row.announcement.task, row.announcement.kind
    if row.user is not None and not row.user.is_active:
        return False
    if kind not in ASKS or task is None:
        return True
    if not task.is_open:
        return False
    if row.user is None or standings[task.pk].owner:
        return True
    return standings[task.pk].candidate and task.owner_id is None


def message_of(parcel: Parcel, rows: Sequence[Delivery], *, now: datetime) -> Message:
    """Return what goes out, in the reader's language and time."""
    reader = rows[0].user
    wishes = wishes_of([reader.pk] if reader else [])
    preference = Preference.objects.filter(user=reader).first() if reader else None
    zone = wishes[reader.pk].zone if reader else usual_zone()
    names = dict(
        Notification.objects.filter(
            announcement__in=[row.announcement_id for row in rows], user=reader
        ).values_list("announcement", "on_behalf_of_name")
    )
    language = preference.language if preference and preference.language else settings.LANGUAGE_CODE
    with override(language):
        items = [
            Item(found, link_for(reader, found.path, now=now))
            for found in (
                news_of(
                    row.announcement,
                    reader=reader,
                    on_behalf_of=names.get(row.announcement_id, ""),
                    zone=zone,
                )
                for row in rows
            )
        ]
    hook = rows[0].hook
    if hook is None and parcel.channel is Channel.CHAT:
        hook = ChatHook.objects.filter(user=reader, active=True).first()
    return Message(
        id=parcel.message,
        items=sorted(gravest(items), key=urgent_first),
        portal=absolute(reverse("notifications")),
        language=language,
        reader=reader,
        hook=hook,
    )
