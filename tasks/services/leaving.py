"""People who leave: their open work goes to others, in one go, and can be looked at before."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from processes.core.errors import Forbidden, Invalid, Refusal
from processes.models import Incident, Instance
from processes.services import ENGINE, Actor, Step
from tasks import routing
from tasks.models import Candidate, Substitution, Task
from tasks.services.counting import recount
from tasks.services.rerouting import Handover, carry_out, covering, without
from tasks.services.turn import name_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes, or became, of one task. ``what`` is that of a `Handover`, or ``kept``.

    ``kept``: it could not be handed over now, and the sweep will; ``sentence`` says why. ``to`` are
    the names of who can act on it now.
    """

    task: Task
    what: str
    to: list[str]
    sentence: str = ""


def preview(*, user: User, now: datetime) -> list[Outcome]:
    """Return what would become of each open task if the person left now. Writes nothing."""
    outcomes = []
    for task in open_work(user):
        facts = routing.facts_at(task, now=now)
        found = without(task, facts, [user.pk], managers_of=[user.pk])
        outcomes.append(Outcome(task, found.what, to_whom(found, facts)))
    return outcomes


def deactivate(*, user: User, by: User, now: datetime) -> list[Outcome]:
    """Deactivate the person and hand over their open work, each task in a step of its own.

    Raises Forbidden and Invalid; then nothing was changed. What cannot be handed over now, such as
    a task of a suspended instance, the sweep hands over later.
    """
    refuse_deactivation(user, by)
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        row.is_active = user.is_active = False
        row.save(update_fields=["is_active"])
    return reroute(user=user, by=by, now=now)


def refuse_deactivation(user: User, by: User) -> None:
    """Refuse to who may not deactivate this person."""
    if not by.has_perm("auth.change_user") or (user.is_superuser and not by.is_superuser):
        raise Forbidden(
            "may_not_deactivate",
            _("You may not deactivate %(who)s.") % {"who": name_of(user)},
            remedy=_("Ask somebody who manages the accounts."),
        )
    if user == by:
        raise Invalid(
            "not_oneself",
            _("You cannot deactivate yourself."),
            remedy=_("Ask another administrator."),
        )


def reroute(*, user: User, by: User | None = None, now: datetime) -> list[Outcome]:
    """Hand over all open work of a person who has left."""
    actor = Actor(by, name_of(by)) if by else ENGINE
    return [hand_over(task.pk, user, actor=actor, now=now) for task in open_work(user)]


def hand_over(task_id: UUID, user: User, *, actor: Actor, now: datetime) -> Outcome:
    """Hand over one task, as it is by now."""
    try:
        with transaction.atomic():
            step, task = locked(task_id, actor=actor, now=now)
            facts = routing.facts_of(step, task)
            found = without(task, facts, [user.pk], managers_of=[user.pk])
            if task.is_open and found.changes:
                carry_out(step, found, facts, of=name_of(user))
                recount(step, task)
                step.save()
            return Outcome(task, found.what, to_whom(found, facts))
    except Refusal as refusal:
        task = Task.objects.with_process().get(pk=task_id)
        return Outcome(task, "kept", [], str(refusal))


def locked(task_id: UUID, *, actor: Actor, now: datetime) -> tuple[Step, Task]:
    """Lock the instance and read the task again."""
    instance_id = Task.objects.values_list("instance", flat=True).get(pk=task_id)
    step = Step.lock(instance_id, now=now, actor=actor)
    task = Task.objects.select_related("owner", "parent").get(pk=task_id)
    task.instance = step.instance
    return step, task


def open_work(user: User) -> QuerySet[Task]:
    """Return the open tasks that the person holds, is asked in by name, or could alone decide."""
    named = Candidate.objects.filter(user=user).values("task")
    alone = Group.objects.filter(user=user).exclude(
        Exists(
            User.groups.through.objects.filter(group=OuterRef("pk"), user__is_active=True).exclude(
                user=user
            )
        )
    )
    by_group = Candidate.objects.filter(group__in=alone).values("task")
    return (
        Task.objects.open()
        .filter(
            Q(owner=user)
            | Q(held_for=user)
            | Q(returns_to=user)
            | Q(pk__in=named)
            | Q(pk__in=by_group)
        )
        .with_process()
        .select_related("parent")
        .order_by("id")
    )


def stranded(*, limit: int) -> list[tuple[UUID, int | None]]:
    """Return open tasks that wait for somebody who has left, with that person.

    Also, without a person, those whose groups have nobody any more, unless an operator was told.
    """
    left = User.objects.filter(is_active=False)
    running = Instance.Status.RUNNING
    tasks = Task.objects.open().filter(instance__status=running)
    held = tasks.filter(owner__in=left).values_list("pk", "owner")
    named = Candidate.objects.filter(user__in=left, task__instance__status=running)
    asked = named.values_list("task", "user")
    found: list[tuple[UUID, int | None]] = [*held[:limit], *asked[:limit]]
    told = Incident.objects.filter(
        instance=OuterRef("instance"), token=OuterRef("token"), code="nobody_to_ask", status="open"
    )
    empty = Group.objects.exclude(user__is_active=True)
    reached = Candidate.objects.filter(task=OuterRef("pk"))
    lonely = tasks.filter(
        ~Exists(reached.filter(user__is_active=True)),
        ~Exists(reached.filter(group__user__is_active=True)),
        ~Exists(told),
        owner=None,
        candidates__group__in=empty,
    )
    found += [(pk, None) for pk in lonely.values_list("pk", flat=True).distinct()[:limit]]
    return list(dict.fromkeys(found))[:limit]


def rescue(*, task_id: UUID, user_id: int | None, now: datetime) -> None:
    """Hand over one task that `stranded` found. Does nothing where it is no longer so."""
    with transaction.atomic():
        step, task = locked(task_id, actor=ENGINE, now=now)
        facts = routing.facts_of(step, task)
        gone = [] if user_id is None or facts.active([user_id]) else [user_id]
        found = without(task, facts, gone, managers_of=gone)
        nobody = user_id is None and found.what in ("fallback", "nobody")
        if not task.is_open or not (found.changes or nobody):
            return
        names = [name_of(user) for user in facts.people(gone).values()]
        carry_out(step, found, facts, of=", ".join(names))
        recount(step, task)
        step.save()


def reroute_absent(*, user: User, now: datetime) -> list[Outcome]:
    """Have others asked in open tasks where the person is away and nobody stands in.

    Call it after an absence without a substitute has begun. The person stays asked; what they hold
    is offered to the others. Tasks that somebody else can decide stay as they are.
    """
    return [outcome for task in open_work(user) for outcome in covered(task.pk, user, now=now)]


def cover_absences(*, now: datetime, limit: int) -> int:
    """Have others asked where an absence without a substitute has begun; return how many have.

    Each is looked at once: what is asked during the absence looks at it by itself.
    """
    begun = Substitution.objects.current(now).filter(substitute=None, covered_at=None)
    found = list(begun.select_related("absentee").order_by("starts_at", "pk")[:limit])
    for absence in found:
        reroute_absent(user=absence.absentee, now=now)
        absence.covered_at = now
        absence.save(update_fields=["covered_at"])
    return len(found)


def covered(task_id: UUID, user: User, *, now: datetime) -> Iterator[Outcome]:
    with suppress(Refusal), transaction.atomic():
        step, task = locked(task_id, actor=ENGINE, now=now)
        facts = routing.facts_of(step, task)
        if not task.is_open or facts.away([user.pk]).get(user.pk, user.pk) is not None:
            return
        found = covering(task, facts, user.pk)
        if found is None:
            return
        carry_out(step, found, facts, of=name_of(user))
        recount(step, task)
        step.save()
        yield Outcome(task, found.what, to_whom(found, facts))


def to_whom(found: Handover, facts: routing.Organization) -> list[str]:
    """Return the names of who can act on the task then."""
    if found.task.owner is not None and not found.released:
        return [name_of(found.task.owner)]
    there = [routing.seat_of(row) for row in found.left]
    return routing.names_of([*there, *found.seats], facts)
