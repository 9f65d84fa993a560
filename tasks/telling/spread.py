"""After the commit: whom an announcement concerns, and by which ways they hear of it.

People are told in groups, each in a transaction of its own that also notes how far it came. A
crash between two of them, or a second worker, tells nobody twice: unique constraints see to that.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from processes.services import Hint, operators, publish_hints, user_group
from tasks import access, reading
from tasks.models import (
    Announcement,
    ChatHook,
    Comment,
    Delivery,
    Exclusion,
    Notification,
)
from tasks.rules.telling import ASKS, GATHERING, Channel, Kind, is_late, send_at
from tasks.telling.news import name_of
from tasks.telling.reach import reachable
from tasks.telling.wishes import wishes_of

AT_ONCE = 500
"""People who are told in one transaction."""
CLAIM = timedelta(seconds=60)
GIVEN_UP = 8

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Concerned:
    """Ids of people, and of groups all of whose members are meant."""

    users: set[int] = field(default_factory=set)
    groups: set[int] = field(default_factory=set)


def claim_untold(*, now: datetime, limit: int) -> list[int]:
    """Return announcements, oldest first, that no other worker will look at for a minute."""
    with transaction.atomic():
        found = list(
            Announcement.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(Q(retry_at=None) | Q(retry_at__lte=now), told_at=None)
            .order_by("id")
            .values_list("pk", flat=True)[:limit]
        )
        Announcement.objects.filter(pk__in=found).update(retry_at=now + CLAIM)
    return found


def tell_everybody(announcement_id: int, *, now: datetime) -> None:
    """Tell all whom it concerns; goes on where an earlier run was cut off."""
    while tell_some(announcement_id, now=now):
        pass


def tell_some(announcement_id: int, *, now: datetime) -> bool:
    """Tell the next group of people; False when there is nobody left."""
    with transaction.atomic():
        rows = Announcement.objects.select_for_update(of=("self",))
        told = rows.filter(pk=announcement_id, told_at=None).first()
        if told is None:
            return False
        told = Announcement.objects.select_related("instance__process", "task").get(pk=told.pk)
        concerned = concerned_by(told)
        people = list(next_people(told, concerned))
        stand_ins, replaced = substitutes(told, people, now=now)
        fresh = notify([*people, *stand_ins], stand_ins, told, now=now)
        deliver(fresh, told, quiet_for=replaced, now=now)
        done = len(people) < AT_ONCE
        if told.told_up_to == 0:
            post(told, concerned, now=now)
        told.told_up_to = people[-1].pk if people else told.told_up_to
        told.told_at = now if done else None
        told.save(update_fields=["told_up_to", "told_at"])
    publish_hints(Hint(user_group(person.pk), "notifications", "", 0) for person in fresh)
    return not done


def put_off(announcement_id: int, *, now: datetime) -> None:
    """Move an announcement that failed out of the way; after some tries it is given up."""
    told = Announcement.objects.filter(pk=announcement_id, told_at=None).first()
    if told is None:
        return
    told.failures += 1
    told.retry_at = now + timedelta(minutes=2 ** min(told.failures, 8))
    if told.failures >= GIVEN_UP:
        told.told_at = now
    told.save(update_fields=["failures", "retry_at", "told_at"])


# --- who ------------------------------------------------------------------------------------------


def concerned_by(told: Announcement) -> Concerned:
    """Return whom it concerns, as things stand now: a task may have moved on in between."""
    if told.to is not None:
        return Concerned(set(told.to["users"]), set(told.to["groups"]))
    kind, task, initiator = Kind(told.kind), told.task, told.instance.initiator_id
    started = set() if initiator is None else {initiator}
    if kind is Kind.INCIDENT or task is None:
        return Concerned(operators(told.instance.process))
    if kind in (Kind.DECIDED, Kind.SENT_BACK):
        return Concerned(started)
    holder = set() if task.owner_id is None else {task.owner_id}
    if kind is Kind.ASKED and task.claimed_at is not None and task.claimed_at > told.created_at:
        # Whoever holds it by now took it, or was told of it by whoever handed it over.
        return Concerned()
    if kind is Kind.COMMENTED:
        authors = Comment.objects.filter(task=task, author__isnull=False)
        return Concerned(holder | started | set(authors.values_list("author", flat=True)))
    if kind is Kind.INFORMATION_GIVEN:
        parent = task.parent
        return Concerned({parent.owner_id} if parent and parent.owner_id else set())
    if kind in (Kind.WITHDRAWN, Kind.MENTIONED, Kind.SUBSTITUTED) or holder:
        return Concerned(holder)
    asked = reading.asked_of(task)
    return Concerned(set(asked.users), set(asked.groups)) if task.is_open else Concerned()


def next_people(told: Announcement, concerned: Concerned) -> QuerySet[User]:
    """Return the next group of people in the order of their ids: active, allowed, not the actor."""
    found = User.objects.filter(
        Q(pk__in=concerned.users) | Q(pk__in=members(concerned.groups)),
        pk__gt=told.told_up_to,
        is_active=True,
    )
    if told.actor_id is not None:
        found = found.exclude(pk=told.actor_id)
    if told.task_id is not None and told.kind in ASKS:
        kept_out = Exclusion.objects.filter(task=told.task_id)
        found = found.exclude(pk__in=kept_out.filter(user__isnull=False).values("user"))
        groups = kept_out.filter(group__isnull=False).values_list("group", flat=True)
        found = found.exclude(pk__in=members(groups))
    return found.order_by("pk")[:AT_ONCE]


def members(groups: Iterable[int]) -> QuerySet[Any, int]:
    return User.groups.through.objects.filter(group__in=list(groups)).values_list("user", flat=True)


def substitutes(
    told: Announcement, people: Collection[User], *, now: datetime
) -> tuple[dict[User, str], set[int]]:
    """Return who stands in for some of these in this task, with whose name; and who is replaced.

    Whether a substitute may act is asked of `access`, as every decision does.
    """
    task = told.task
    if task is None or told.kind not in ASKS or not people:
        return {}, set()
    task.instance = told.instance
    known = {person.pk: person for person in people}
    away = access.absent_now(known, process=told.instance.process_id, amount=task.amount, now=now)
    found: dict[User, str] = {}
    replaced: set[int] = set()
    others = [other for other in away.values() if other and other != told.actor_id]
    stand_ins = User.objects.filter(pk__in=others)
    for person in stand_ins.filter(is_active=True):
        standing = access.standing_of(person, task, now=now)
        mine = {absentee for absentee, other in away.items() if other == person.pk}
        if standing.on_behalf_of in mine:
            found[person] = name_of(known[standing.on_behalf_of])[:150]
        if standing.candidate or standing.owner:
            replaced |= mine
    return found, replaced


# --- how ------------------------------------------------------------------------------------------


def notify(
    people: Collection[User], stand_ins: Mapping[User, str], told: Announcement, *, now: datetime
) -> list[User]:
    """Make the notifications; return who had none yet."""
    before = set(
        Notification.objects.filter(announcement=told, user__in=people).values_list(
            "user", flat=True
        )
    )
    fresh = [person for person in people if person.pk not in before]
    Notification.objects.bulk_create(
        [
            Notification(
                announcement=told,
                user=person,
                created_at=now,
                on_behalf_of_name=stand_ins.get(person, ""),
            )
            for person in fresh
        ],
        ignore_conflicts=True,
    )
    return fresh


def deliver(
    people: Collection[User], told: Announcement, *, quiet_for: Collection[int], now: datetime
) -> None:
    """Write down what goes out of the portal, and when. Who is replaced reads it when back."""
    kind, late = Kind(told.kind), is_late(told.data)
    present = [person for person in people if person.pk not in quiet_for]
    wishes = wishes_of([person.pk for person in present])
    ways = reachable(present)
    Delivery.objects.bulk_create(
        [
            Delivery(
                announcement=told,
                user=person,
                channel=channel.value,
                due_at=send_at(wishes[person.pk], kind, now, late=late),
                created_at=now,
            )
            for person in present
            for channel in Channel
            if person.pk in ways[channel] and wishes[person.pk].wants(kind, channel)
        ],
        ignore_conflicts=True,
    )


def post(told: Announcement, concerned: Concerned, *, now: datetime) -> None:
    """Let the chats of the process, and of the groups that are asked, hear of it."""
    hooks = ChatHook.objects.filter(
        Q(process=told.instance.process_id) | Q(group__in=concerned.groups), active=True
    )
    Delivery.objects.bulk_create(
        [
            Delivery(
                announcement=told,
                hook=hook,
                channel=Channel.CHAT.value,
                due_at=now + GATHERING if is_late(told.data) else now,
                created_at=now,
            )
            for hook in hooks
            if not hook.kinds or told.kind in hook.kinds
        ],
        ignore_conflicts=True,
    )
