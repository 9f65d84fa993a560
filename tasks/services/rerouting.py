"""What becomes of open tasks when somebody can no longer act on them.

People leave, are away with nobody in their place, or have answered what must stay apart. The plan
only reads, so that it can be shown before; carrying it out is part of a step.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from processes.core import commands as c
from processes.services import Step
from tasks import reading, routing
from tasks.desk import place, tell_nobody
from tasks.live import inboxes
from tasks.models import Candidate, Exclusion, Task
from tasks.models.task import HOLDING
from tasks.rules.chains import Json
from tasks.rules.routing import Route, Seat, deputy, somebody
from tasks.telling import Kind, announce
from tasks.telling.news import name_of

What = Literal["others", "manager", "fallback", "nobody"]


@dataclass(frozen=True, slots=True)
class Handover:
    """``what``: others are asked anyway, a manager is, the fallback group is, or nobody is left.

    ``seats`` are asked from now on, ``left`` stay, ``removed`` go. ``released``: offered again.
    """

    task: Task
    what: What
    seats: list[Seat] = field(default_factory=list)
    left: list[Candidate] = field(default_factory=list)
    removed: list[Candidate] = field(default_factory=list)
    released: bool = False
    steps: list[Json] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        return bool(self.seats or self.removed or self.released)

    def keeping(self, user: int) -> "Handover":
        """Return the same with the person staying asked, without holding it."""
        asked = user in {row.user_id for row in (*self.left, *self.removed)}
        seats = self.seats if asked else [Seat(user=user), *self.seats]
        return replace(self, seats=seats, left=[*self.left, *self.removed], removed=[])


def without(
    task: Task,
    facts: routing.Organization,
    users: Collection[int],
    *,
    managers_of: Iterable[int] = (),
    because: Literal["left", "away"] = "left",
) -> Handover:
    """Return what becomes of the task when these people do nothing with it any more.

    Of a task with tiers only the tiers count in which they sit. Where nobody is left,
    ``managers_of`` are asked for their managers, and then the fallback group.
    """
    rows = list(task.candidates.all())
    removed = [row for row in rows if row.user_id in users]
    left = [row for row in rows if row.user_id not in users]
    released = task.owner_id in users or task.held_for_id in users
    facts.out = facts.out | set(users)
    rest = routing.passed_over(task.routing) if released else {}
    seats = routing.seats_left(rest, facts) if rest else []
    tiers = {row.tier for row in removed}
    around = [row for row in left if not removed or row.tier in tiers]
    table = Route([*map(routing.seat_of, around), *seats])
    held = task.owner_id is not None and not released
    if held or somebody(table, facts):
        return Handover(task, "others", seats, left, removed, released)
    steps: list[Json] = []
    for user in managers_of:
        boss = deputy(user, facts)
        steps.append({"rule": because, "user": user, "for": boss})
        if boss is not None:
            seats.append(Seat(user=boss, reason={"rule": because, "of": user}))
    if somebody(Route(seats), facts):
        return Handover(task, "manager", seats, left, removed, released, steps)
    found = routing.fall_back(Route(), facts)
    what: What = "fallback" if found.route.seats else "nobody"
    steps += found.route.steps
    return Handover(task, what, [*seats, *found.route.seats], left, removed, released, steps)


def covering(task: Task, facts: routing.Organization, user: int) -> Handover | None:
    """Return who is asked while the person is away and nobody stands in; None: all can stay.

    Where one answer is enough, others are, and else the manager as well. Where several must answer
    the manager takes the seat, since nobody could answer from it.
    """
    rows = list(task.candidates.all())
    if not task.collective:
        mine = task.owner_id == user
        if task.owner_id is not None and not mine:
            return None
        found = without(task, facts, [user], managers_of=[user], because="away")
        return found.keeping(user) if mine or found.what != "others" else None
    boss = deputy(user, facts)
    removed = [row for row in rows if row.user_id == user]
    if boss is None or not removed:
        return None
    left = [row for row in rows if row.user_id != user]
    seats = [Seat(user=boss, reason={"rule": "away", "of": user})]
    steps = [{"rule": "away", "user": user, "for": boss}]
    return Handover(task, "manager", seats, left, removed, steps=steps)


def carry_out(step: Step, found: Handover, facts: routing.Organization, *, of: str) -> None:
    """Do it, in this step; ``of`` is the name of who cannot act any more."""
    task = found.task
    asked = reading.asked_of(task)
    for row in found.removed:
        step.batch.delete(Candidate, id=row.pk)
    if found.released:
        let_go(step, task)
    if task.status == Task.Status.CREATED and found.seats:
        task.offer()
        step.batch.update(task, "status")
    tier = found.removed[0].tier if found.removed else task.tier
    via = Candidate.Via.REROUTED
    place(step, task, found.seats, via=via, tier=tier, there=found.left)
    if found.steps:
        task.routing = [*task.routing, *found.steps]
        step.batch.update(task, "routing")
    to = routing.names_of(found.seats, facts)
    step.decide(c.NoteTask(token_of(task), "rerouted", {"from": of, "to": to}))
    people = [routing.seat_of(row) for row in found.left]
    users = [seat.user for seat in found.seats or people if seat.user is not None]
    groups = {seat.group for seat in found.seats or people if seat.group is not None}
    if users or groups:
        announce(step, Kind.REROUTED, task, to=[*users, *facts.group_rows(groups).values()])
    if found.what in ("fallback", "nobody"):
        tell_nobody(step, task, found.steps, facts, tier=tier)
    for group in inboxes(asked):
        step.tell_inbox(group)


def let_go(step: Step, task: Task) -> None:
    """Let nobody hold the task any more; one that is suspended is offered when it goes on."""
    if task.status == Task.Status.SUSPENDED:
        task.suspended_from = Task.Status.READY
        task.owner = task.held_for = task.claimed_at = None
    elif task.status in Task.HELD:
        task.forward()
    task.returns_to = None
    step.batch.update(task, *HOLDING, "suspended_from")


def token_of(task: Task) -> str:
    """Return the token that waits: a colleague's question belongs to that of the task."""
    return task.parent.token if task.parent is not None else task.token


def keep_apart(step: Step, task: Task, users: Iterable[int | None]) -> None:
    """Keep who answered this task out of open tasks that must be somebody else's.

    Call it whenever somebody has answered or voted: a step that is asked at the same time does not
    know of it otherwise. Who holds such a task holds it no longer.
    """
    others = routing.steps_apart(step.graph, task.node)
    if not others:
        return
    who = {user for user in users if user is not None}
    rows = Task.objects.open().filter(instance=step.instance, node__in=others).exclude(pk=task.pk)
    for other in rows.order_by("id"):
        other.instance = step.instance
        known = set(other.exclusions.values_list("user", flat=True))
        why = Exclusion.Why.DECIDER
        new = sorted(who - known)
        step.batch.insert(*(Exclusion(task=other, user_id=user, why=why) for user in new))
        facts = routing.facts_of(step, other)
        found = without(other, facts, who)
        if found.changes:
            names = [name_of(user) for user in facts.people(who).values()]
            carry_out(step, found, facts, of=", ".join(names))
