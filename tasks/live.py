"""Who hears what: the live groups of people, and what an open page may go on hearing."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db.models import Count, Max, Model, Value

from processes.models import Instance, ProcessGroupPermission, ProcessUserPermission
from processes.services import people_group, user_group, visible_instances
from tasks import access, inbox
from tasks.rules.absence import ways_to
from tasks.rules.standing import Asked

RIGHTS: tuple[type[Model], ...] = (
    ProcessUserPermission,
    ProcessGroupPermission,
    User.user_permissions.through,
    Group.permissions.through,
)


def inboxes(asked: Asked) -> Iterator[str]:
    """Yield the live groups of everybody who sees the task in their inbox."""
    owner = set() if asked.owner is None else {asked.owner}
    for user in owner.union(asked.users):
        yield user_group(user)
    for group in asked.groups:
        yield people_group(group)


@dataclass(frozen=True, slots=True)
class Listening:
    """What an active person hears now: in their own right, and for whom they stand in.

    ``password`` is its hash: sessions end when it changes.
    """

    groups: frozenset[str]
    password: str
    superuser: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """What decides who hears what, at one moment. Who or what is missing may not listen.

    ``rights`` differs whenever any right on any process was given or taken.
    """

    people: Mapping[int, Listening]
    sessions: frozenset[str]
    sequences: Mapping[UUID, int]
    rights: str


def survey(
    *,
    users: Collection[int],
    sessions: Collection[str] = (),
    instances: Collection[UUID] = (),
    now: datetime,
) -> Survey:
    """Look up everything that matters to these pages, in as many queries for one as for all."""
    return Survey(
        people=listening(users, now=now),
        sessions=living_sessions(sessions, now=now),
        sequences=sequences(instances),
        rights=rights_given() if instances else "",
    )


def listening(users: Collection[int], *, now: datetime) -> dict[int, Listening]:
    """Return what each of these users hears; the same rule as `access.principals`, for many.

    A hint tells nothing, so how far a stand-in goes does not matter here.
    """
    found = User.objects.filter(pk__in=users, is_active=True)
    active = {row[0]: row for row in found.values_list("pk", "password", "is_superuser")}
    links = access.along("substitute", "absentee", set(active), now=now)
    stands_in = {user: [user, *ways_to(user, links)] for user in active}
    everybody = {person for people in stands_in.values() for person in people}
    groups: dict[int, list[int]] = {person: [] for person in everybody}
    memberships = User.groups.through.objects.filter(user__in=everybody)
    for user, group in memberships.values_list("user", "group"):
        groups[user].append(group)
    return {
        user: Listening(
            groups=frozenset(
                name
                for person in people
                for name in (user_group(person), *map(people_group, groups[person]))
            ),
            password=active[user][1],
            superuser=active[user][2],
        )
        for user, people in stands_in.items()
    }


def living_sessions(keys: Collection[str], *, now: datetime) -> frozenset[str]:
    """Return which of these sessions have neither ended nor expired."""
    if not keys:
        return frozenset()
    living = Session.objects.filter(session_key__in=keys, expire_date__gt=now)
    return frozenset(living.values_list("session_key", flat=True))


def sequences(instances: Collection[UUID]) -> dict[UUID, int]:
    """Return how far each of these instances has come."""
    if not instances:
        return {}
    return dict(Instance.objects.filter(pk__in=instances).values_list("pk", "sequence"))


def watchable_by(
    wanted: Mapping[int, Collection[UUID]], *, now: datetime
) -> dict[int, frozenset[UUID]]:
    """Return which of the instances that each user wants to watch the user may see."""
    return {user: watchable(user, instances, now=now) for user, instances in wanted.items()}


def watchable(user_id: int, instances: Collection[UUID], *, now: datetime) -> frozenset[UUID]:
    """Return which of these instances the person may see; the others are absent to them."""
    person = User.objects.filter(pk=user_id, is_active=True).first()
    if person is None or not instances:
        return frozenset()
    seen = visible_instances(person, now=now).filter(pk__in=instances)
    return frozenset(seen.values_list("pk", flat=True))


def progress(
    user_id: int, instances: Collection[UUID], *, now: datetime
) -> tuple[dict[UUID, int], str]:
    """Return how far these instances have come, and the stamp of the person's inbox."""
    return sequences(instances), inbox.stamp(User.objects.get(pk=user_id), now=now)


def rights_given() -> str:
    counts = [
        rows._default_manager.order_by()
        .annotate(table=Value(number))
        .values("table")
        .annotate(rows=Count("pk"), newest=Max("pk"))
        for number, rows in enumerate(RIGHTS)
    ]
    found = counts[0].union(*counts[1:], all=True)
    return repr(sorted((row["table"], row["rows"], row["newest"]) for row in found))
