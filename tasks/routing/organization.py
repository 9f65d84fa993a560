"""What the database knows of people, read as far as a rule asks for it."""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from processes.models import Instance
from processes.services import Step
from tasks import access
from tasks.models import Position, Profile, Rotation, Substitution, Task, Unit
from tasks.routing.answers import Answers
from tasks.rules.routing import Load

if TYPE_CHECKING:
    from tasks.routing.exclusions import KeptOut

HOLDS = (Task.Status.RESERVED, Task.Status.IN_PROGRESS, Task.Status.SUSPENDED)


class Organization:
    """The `Facts` for one question of one instance.

    Everything is read once; with a ``step`` what that step is about to write counts as well.
    ``skills`` are what whoever does it must have; `keep_out` tells who never decides it.
    """

    def __init__(
        self,
        instance: Instance,
        *,
        node: str,
        amount: Decimal | None = None,
        now: datetime,
        step: Step | None = None,
    ) -> None:
        self.instance = instance
        self.node = node
        self.amount = amount
        self.now = now
        self.answers = Answers(instance, self.users, step)
        self.skills: Collection[str] = ()
        self.out: AbstractSet[int] = frozenset()
        self.out_groups: AbstractSet[int] = frozenset()
        self._users: dict[int, User] = {}
        self._ids: dict[str, int] = {}
        self._unknown: set[str] = set()
        self._groups: dict[str, Group] = {}
        self._away: dict[int, int | None] = {}
        self._here: set[int] = set()
        self._members: dict[int, frozenset[int]] = {}
        self._managers: dict[int, int | None] = {}

    @property
    def initiator(self) -> int | None:
        return self.instance.initiator_id

    def keep_out(self, who: "KeptOut") -> None:
        self.out, self.out_groups = frozenset(who.users), frozenset(who.groups)

    def users(self, names: Collection[str]) -> Mapping[str, int]:
        wanted = set(names) - self._ids.keys() - self._unknown
        if wanted:
            self._keep(users_where("username", wanted, self.now))
            self._unknown |= wanted - self._ids.keys()
        return {name: self._ids[name] for name in names if name in self._ids}

    def people(self, users: Iterable[int]) -> dict[int, User]:
        """Return the rows of these people."""
        users = list(users)
        wanted = set(users) - self._users.keys()
        if wanted:
            self._keep(users_where("id", wanted, self.now))
        return {user: self._users[user] for user in users if user in self._users}

    def groups(self, names: Collection[str]) -> Mapping[str, int]:
        wanted = set(names) - self._groups.keys()
        if wanted:
            self._groups |= {group.name: group for group in Group.objects.filter(name__in=wanted)}
        return {name: self._groups[name].pk for name in names if name in self._groups}

    def active(self, users: Collection[int]) -> AbstractSet[int]:
        return {pk for pk, user in self.people(users).items() if user.is_active}

    def kept_out(self, users: Collection[int]) -> AbstractSet[int]:
        out = set(users) & self.out
        if self.out_groups and users:
            inside = self.members(self.out_groups).values()
            out |= {user for user in users if any(user in group for group in inside)}
        return out

    def group_kept_out(self, group: int) -> bool:
        return group in self.out_groups

    def members(self, groups: Collection[int]) -> Mapping[int, AbstractSet[int]]:
        wanted = set(groups) - self._members.keys()
        if wanted:
            found: dict[int, set[int]] = {group: set() for group in wanted}
            rows = User.groups.through.objects.filter(group__in=wanted, user__is_active=True)
            for group, user in rows.values_list("group", "user"):
                found[group].add(user)
            self._members |= {group: frozenset(users) for group, users in found.items()}
        return {group: self._members[group] for group in groups}

    def anybody_in(self, groups: Collection[int]) -> bool:
        """Ask for one who is there; only when nobody is, look who stands in for whom."""
        away = Substitution.objects.current(self.now).values("absentee")
        members = User.objects.filter(groups__in=groups, is_active=True).exclude(pk__in=self.out)
        if self.out_groups:
            members = members.exclude(groups__in=self.out_groups)
        if members.exclude(pk__in=away).exists():
            return True
        left = set(members.values_list("pk", flat=True))
        standing_in = {deputy for deputy in self.away(left).values() if deputy is not None}
        return bool(standing_in - self.kept_out(standing_in)) or bool(left - self._away.keys())

    def unit_of(self, user: int | None) -> str | None:
        if user is None:
            return None
        found = Profile.objects.filter(user=user).values_list("unit__key", flat=True)
        return found.first()

    def units(self) -> Mapping[str, str | None]:
        return self._units

    @cached_property
    def _units(self) -> Mapping[str, str | None]:
        return dict(Unit.objects.order_by().values_list("key", "parent__key"))

    def holders(self, role: str) -> Mapping[str, list[int]]:
        rows = Position.objects.filter(role=role, user__is_active=True).order_by("user")
        found: dict[str, list[int]] = {}
        for unit, user in rows.values_list("unit__key", "user"):
            found.setdefault(unit, []).append(user)
        return found

    def manager(self, user: int) -> int | None:
        if user not in self._managers:
            self._managers |= {user: None} | managers_above(user)
        return self._managers[user]

    def did(self, step: str) -> list[int]:
        return self.answers.did(step)

    def last_decider(self) -> int | None:
        return self.answers.last()

    def skilled(self, users: Collection[int], skills: Collection[str]) -> AbstractSet[int]:
        wanted = set(skills)
        rows = Profile.objects.filter(user__in=users, skills__key__in=wanted)
        counted = rows.values("user").annotate(found=Count("skills__key", distinct=True))
        return set(counted.filter(found=len(wanted)).values_list("user", flat=True))

    def away(self, users: Collection[int]) -> Mapping[int, int | None]:
        wanted = set(users) - self._away.keys() - self._here
        if wanted:
            self._away |= access.absent_now(
                wanted,
                process=self.instance.process_id,
                amount=self.amount,
                now=self.now,
                excluded=self.out,
            )
            self._here |= wanted - self._away.keys()
        return {user: self._away[user] for user in users if user in self._away}

    def stands_for(self, user: int) -> Collection[int]:
        who = self.people([user])
        if not who:
            return ()
        found = access.principals(who[user], now=self.now)
        process = self.instance.process_id
        return [one for one in found.absentees if found.reaches(one, process, self.amount)]

    def loads(self, users: Collection[int]) -> Mapping[int, Load]:
        """Return what each holds, in one query."""
        mine = Task.objects.filter(owner=OuterRef("pk"), status__in=HOLDS).order_by()
        held = mine.values("owner").annotate(found=Count("pk")).values("found")
        given = Task.objects.filter(owner=OuterRef("pk")).order_by("-claimed_at")
        rows = User.objects.filter(pk__in=users).values_list(
            "pk",
            Coalesce(Subquery(held), 0),
            "profile__open_limit",
            Subquery(given.values("claimed_at")[:1]),
        )
        return {pk: Load(count, limit, at) for pk, count, limit, at in rows}

    def turn(self) -> int:
        """Count on, in one statement, so that two openings at once get different numbers."""
        table = connection.ops.quote_name(Rotation._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (process_id, node, turn) VALUES (%s, %s, 1) "  # noqa: S608
                f"ON CONFLICT (process_id, node) DO UPDATE SET turn = {table}.turn + 1 "
                "RETURNING turn",
                [self.instance.process_id, self.node],
            )
            (turn,) = cursor.fetchone()
        return int(turn)

    def group_rows(self, groups: Collection[int]) -> dict[int, Group]:
        """Return the rows of these groups."""
        known = {group.pk: group for group in self._groups.values()}
        wanted = set(groups) - known.keys()
        if wanted:
            known |= Group.objects.in_bulk(wanted)
            self._groups |= {group.name: group for group in known.values()}
        return {group: known[group] for group in groups if group in known}

    def _keep(self, found: Iterable[tuple[User, bool]]) -> None:
        for user, perhaps_away in found:
            self._users[user.pk] = user
            self._ids[user.username] = user.pk
            if not perhaps_away:
                self._here.add(user.pk)


def users_where(
    column: str, values: Collection[str] | Collection[int], now: datetime
) -> list[tuple[User, bool]]:
    """Return these users with what an offer needs of them, and whether they may be away.

    Plain SQL, because every step that opens a task asks this and the ORM takes five times as long.
    """
    marks = ", ".join(["%s"] * len(values))
    columns = ("id", "username", "first_name", "last_name", "is_active")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)}, EXISTS(SELECT 1 FROM tasks_substitution s "  # noqa: S608
            "WHERE s.absentee_id = auth_user.id AND s.starts_at <= %s AND s.ends_at > %s) "
            f"FROM auth_user WHERE {column} IN ({marks})",
            [now, now, *values],
        )
        rows = cursor.fetchall()
    return [(User.from_db(connection.alias, columns, row[:-1]), bool(row[-1])) for row in rows]


def managers_above(user: int) -> dict[int, int | None]:
    """Return who reports to whom, from this person up; one query, and circles do no harm."""
    table = connection.ops.quote_name(Profile._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE up (user_id, manager_id) AS ("  # noqa: S608
            f"SELECT user_id, manager_id FROM {table} WHERE user_id = %s "
            f"UNION SELECT p.user_id, p.manager_id FROM {table} p "
            "JOIN up ON p.user_id = up.manager_id) "
            "SELECT user_id, manager_id FROM up",
            [user],
        )
        found: dict[int, int | None] = dict(cursor.fetchall())
    return found | {boss: None for boss in found.values() if boss is not None and boss not in found}
