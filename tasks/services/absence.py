"""Out of office: who stands in for whom, from when until when, and for what."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from processes.core.errors import Absent, Forbidden, Invalid, WrongState
from processes.models import Process
from processes.services import Hint, processes_with, publish_hints, user_group
from tasks.models import Candidate, Profile, Substitution, SubstitutionQuerySet, Task
from tasks.rules.absence import Link, Scope, circle, in_the_way
from tasks.services.turn import name_of

ADD = "tasks.add_substitution"
LONGEST = timedelta(days=366)
MOST_MANAGERS = 20
LOCK = "LOCK TABLE tasks_substitution IN SHARE ROW EXCLUSIVE MODE"


@dataclass(frozen=True, slots=True)
class Plan:
    """An absence as it is to be."""

    absentee: User
    substitute: User | None
    starts_at: datetime
    ends_at: datetime
    processes: tuple[Process, ...]
    amount_limit: Decimal | None
    reason: str

    @property
    def link(self) -> Link:
        processes = frozenset(process.pk for process in self.processes)
        return Link(
            self.absentee.pk,
            self.substitute.pk if self.substitute else None,
            self.starts_at,
            self.ends_at,
            Scope(processes or None, self.amount_limit),
        )


def set_absence(
    *,
    absentee: User,
    substitute: User | None,
    starts_at: datetime,
    ends_at: datetime,
    processes: Sequence[Process] = (),
    amount_limit: Decimal | None = None,
    reason: str = "",
    by: User,
    now: datetime,
) -> Substitution:
    """Let ``substitute`` act for ``absentee`` from ``starts_at`` until before ``ends_at``.

    Without a substitute nobody stands in. ``processes`` and ``amount_limit`` narrow for what the
    absence counts; without any it counts for all. People set their own; managers that of their
    people, also further down; others need the right to add substitutions. Raises Forbidden,
    Invalid with a sentence per field, and WrongState when it leaves open who stands in, or when
    people would stand in for each other in a circle.
    """
    plan = Plan(absentee, substitute, starts_at, ends_at, tuple(processes), amount_limit, reason)
    if not may_plan_for(by, absentee):
        raise not_your_absence()
    refuse_unfit(plan, now)
    with transaction.atomic():
        others = all_others(plan, now)
        refuse_overlap(plan, others)
        refuse_circle(plan, others)
        found = Substitution.objects.create(
            absentee=absentee,
            substitute=substitute,
            starts_at=starts_at,
            ends_at=ends_at,
            every_process=not plan.processes,
            amount_limit=amount_limit,
            reason=reason,
            created_by=by,
        )
        found.processes.set(plan.processes)
        tell(found)
    return found


def not_your_absence() -> Forbidden:
    return Forbidden(
        "not_your_absence",
        _("You can only set your own absence, or that of your team."),
        remedy=_("Ask their manager or an administrator."),
    )


def absences_seen_by(person: User) -> SubstitutionQuerySet:
    """Return a person's own absences, those in which they stand in, and those of their team.

    Who may view substitutions sees all.
    """
    rows = Substitution.objects.select_related("absentee", "substitute")
    rows = rows.prefetch_related("processes")
    if person.has_perm("tasks.view_substitution"):
        return rows
    return rows.filter(Q(absentee=person) | Q(substitute=person) | Q(absentee__in=led_by(person)))


def processes_of_absence(absentees: Collection[User], *, by: User) -> QuerySet[Process]:
    """Return for which processes ``by`` may plan absences of these people, by name.

    Those of their work, and those on which ``by`` has a right: no other names come out this way.
    """
    if by.has_perm(ADD):
        return Process.objects.order_by("name")
    asked = Candidate.objects.filter(Q(user__in=absentees) | Q(group__user__in=absentees))
    worked = Task.objects.filter(Q(owner__in=absentees) | Q(completed_by__in=absentees))
    found = Q(pk__in=asked.values("task__instance__process"))
    found |= Q(pk__in=worked.values("instance__process"))
    for right in ("view_process", "start_process", "operate_process"):
        found |= Q(pk__in=processes_with(by, right).values("pk"))
    return Process.objects.filter(found).order_by("name")


def may_plan_for(by: User, absentee: User, *, right: str = ADD) -> bool:
    """Tell whether somebody may set and end the absences of ``absentee``."""
    return by.is_active and (by == absentee or by.has_perm(right) or leads(by, absentee))


def leads(manager: User, person: User) -> bool:
    """Tell whether ``person`` reports to ``manager``, directly or further down."""
    at, seen = person.pk, {person.pk}
    for _level in range(MOST_MANAGERS):
        above = Profile.objects.filter(user=at, manager__is_active=True)
        found = above.values_list("manager", flat=True).first()
        if found == manager.pk:
            return True
        if found is None or found in seen:
            return False
        at = found
        seen.add(found)
    return False


def led_by(manager: User) -> list[User]:
    """Return who reports to the manager, directly or further down, by name."""
    found: set[int] = set()
    people = {manager.pk}
    for _level in range(MOST_MANAGERS):
        below = Profile.objects.filter(manager__in=people, user__is_active=True)
        people = set(below.values_list("user", flat=True)) - found - {manager.pk}
        if not people:
            break
        found |= people
    named = User.objects.filter(pk__in=found)
    return list(named.order_by("first_name", "last_name", "username"))


def refuse_unfit(plan: Plan, now: datetime) -> None:
    fields: dict[str, list[str]] = {}
    if plan.substitute == plan.absentee:
        fields["substitute"] = [_("Choose somebody else.")]
    elif plan.substitute is not None and not plan.substitute.is_active:
        gone = {"who": name_of(plan.substitute)}
        fields["substitute"] = [_("%(who)s no longer works here.") % gone]
    if plan.ends_at <= plan.starts_at:
        fields["ends_at"] = [_("This must be later than the start.")]
    elif plan.ends_at <= now:
        fields["ends_at"] = [_("This has already passed.")]
    elif plan.ends_at - plan.starts_at > LONGEST:
        fields["ends_at"] = [_("An absence lasts a year at most.")]
    if plan.amount_limit is not None and not 0 <= plan.amount_limit < Decimal(10) ** 15:
        fields["amount_limit"] = [_("Enter an amount of zero or more.")]
    if len(plan.reason) > 200:
        fields["reason"] = [_("Write at most 200 characters.")]
    if fields:
        raise Invalid(
            "invalid_absence", _("Please check what is marked."), details={"fields": fields}
        )


def all_others(plan: Plan, now: datetime) -> list[Substitution]:
    """Return every absence within this time, also of people who may come back to work here.

    The table is locked first: of two that would close a circle together the second one sees the
    first. SQLite has one writer at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(LOCK)
    rows = Substitution.objects.filter(
        ends_at__gt=max(plan.starts_at, now), starts_at__lt=plan.ends_at
    )
    return list(rows.select_related("substitute").prefetch_related("processes"))


def refuse_overlap(plan: Plan, others: Iterable[Substitution]) -> None:
    rows = {row.link(): row for row in others}
    other = in_the_way(plan.link, rows)
    if other is None:
        return
    substitute = rows[other].substitute
    sentence = (
        _("%(who)s already stands in during this time.") % {"who": name_of(substitute)}
        if substitute
        else _("This absence is written down already.")
    )
    raise WrongState(
        "absence_overlaps",
        sentence,
        remedy=_("End that absence first, or choose other days, processes or amounts."),
    )


def refuse_circle(plan: Plan, others: Iterable[Substitution]) -> None:
    found = circle(plan.link, [row.link() for row in others])
    if found is None:
        return
    names = {user.pk: name_of(user) for user in User.objects.filter(pk__in=found)}
    raise WrongState(
        "absence_in_a_circle",
        _("Nobody would be left to decide: %(chain)s.")
        % {"chain": " → ".join(names[user] for user in found)},
        remedy=_("Choose somebody who does not rely on you in this time."),
    )


def end_absence(*, substitution_id: int, by: User, now: datetime) -> None:
    """End an absence now; one that has not begun is removed. Raises Absent for a foreign one."""
    with transaction.atomic():
        rows = Substitution.objects.select_for_update(of=("self",)).select_related("absentee")
        found = rows.filter(pk=substitution_id).first()
        right = "tasks.change_substitution"
        if found is None or not may_plan_for(by, found.absentee, right=right):
            raise Absent("absence_not_found", _("This absence does not exist."))
        if found.ends_at <= now:
            raise WrongState("absence_over", _("This absence is over already."))
        tell(found)
        if found.starts_at >= now:
            found.delete()
        else:
            found.ends_at = now
            found.save(update_fields=["ends_at"])


def tell(found: Substitution) -> None:
    """Have the inboxes of both look again after the commit."""
    people = [person for person in (found.absentee_id, found.substitute_id) if person is not None]
    hints = [Hint(user_group(person), "inbox", "", 0) for person in people]
    transaction.on_commit(lambda: publish_hints(hints))
