"""What a list is narrowed to. Each filter is said twice: to the ORM, and as SQL about ``t``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

DUE = ("overdue", "today", "week", "none")
HIGH = 50
"""A higher priority is a high one."""
LONGEST = 200
MOST_WORDS = 10
"""Each costs some comparisons per task; further ones narrow nothing."""

INSTANCE = "FROM processes_instance i WHERE i.id = t.instance_id"

Condition = tuple[Q, str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Only these tasks: everything that is set must hold.

    ``process`` is a key, ``node`` the id of a step, ``initiator`` a user name or a full name,
    ``due`` one of `DUE`. Each word of ``search`` must stand in the task's name, its searchable
    variables, or the subject, key or initiator of its instance.
    """

    process: str = ""
    node: str = ""
    high: bool = False
    due: str = ""
    initiator: str = ""
    search: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "Wanted":
        """Return what an address asks for; what makes no sense there narrows nothing."""

        def text(name: str) -> str:
            return " ".join(asked.get(name, "").replace("\x00", "").split())[:LONGEST]

        due = asked.get("due", "")
        return cls(
            process=text("process"),
            node=text("node"),
            high=asked.get("priority") == "high",
            due=due if due in DUE else "",
            initiator=text("initiator"),
            search=text("q"),
        )

    @property
    def query(self) -> dict[str, str]:
        """Return what `read` reads."""
        found = {
            "q": self.search,
            "process": self.process,
            "node": self.node,
            "priority": "high" if self.high else "",
            "due": self.due,
            "initiator": self.initiator,
        }
        return {name: value for name, value in found.items() if value}

    def __bool__(self) -> bool:
        return any((self.process, self.node, self.high, self.due, self.initiator, self.search))

    def as_q(self, now: datetime) -> Q:
        found = Q()
        for condition, _text, _values in self._conditions(now):
            found &= condition
        return found

    def as_sql(self, now: datetime) -> tuple[str, list[Any]]:
        conditions = list(self._conditions(now))
        text = " ".join(f"AND {text}" for _condition, text, _values in conditions)
        return text, [value for *_words, values in conditions for value in values]

    def _conditions(self, now: datetime) -> Iterator[Condition]:
        if self.process:
            yield (
                Q(instance__process__key=self.process),
                (
                    f"(SELECT i.process_id {INSTANCE}) = "  # noqa: S608
                    "(SELECT p.id FROM processes_process p WHERE p.key = %s)"
                ),
                [self.process],
            )
        if self.node:
            yield Q(node=self.node), "t.node = %s", [self.node]
        if self.high:
            yield Q(priority__gt=HIGH), "t.priority > %s", [HIGH]
        if self.due:
            yield self._due(now)
        if self.initiator:
            yield (
                Q(instance__initiator__username=self.initiator)
                | Q(instance__initiator_name__iexact=self.initiator),
                (
                    f"EXISTS (SELECT 1 {INSTANCE} AND (UPPER(i.initiator_name) = UPPER(%s) OR "  # noqa: S608
                    "i.initiator_id = (SELECT u.id FROM auth_user u WHERE u.username = %s)))"
                ),
                [self.initiator, self.initiator],
            )
        for word in self.search.split()[:MOST_WORDS]:
            yield _holds(word)

    def _due(self, now: datetime) -> Condition:
        if self.due == "none":
            return Q(due_at=None), "t.due_at IS NULL", []
        if self.due == "overdue":
            return Q(due_at__lt=now), "t.due_at < %s", [now]
        local = timezone.localtime(now)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        days = 1 if self.due == "today" else 7
        end = timezone.make_aware(midnight + timedelta(days=days), local.tzinfo)
        return (
            Q(due_at__gte=now, due_at__lt=end),
            "t.due_at >= %s AND t.due_at < %s",
            [now, end],
        )


def _holds(word: str) -> Condition:
    like = f"%{connection.ops.prep_for_like_query(word)}%"
    condition = (
        Q(name__icontains=word)
        | Q(words__contains=word.casefold())
        | Q(instance__subject__icontains=word)
        | Q(instance__business_key__icontains=word)
        | Q(instance__initiator_name__icontains=word)
    )
    text = (
        "(UPPER(t.name) LIKE UPPER(%s) OR t.words LIKE %s OR EXISTS "
        f"(SELECT 1 {INSTANCE} AND (UPPER(i.subject) LIKE UPPER(%s) OR "
        "UPPER(i.business_key) LIKE UPPER(%s) OR UPPER(i.initiator_name) LIKE UPPER(%s))))"
    )
    folded = f"%{connection.ops.prep_for_like_query(word.casefold())}%"
    return condition, text, [like, folded, like, like, like]
