"""The escalation ladder: what each rung does when its moment has come.

A rung never widens who may decide: whoever is excluded stays out, and one that names nobody else
asks nobody and tells an operator.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from processes.core import commands as c
from processes.core import graph as g
from processes.services import Step
from tasks import reading, routing
from tasks.agreement import turn_of
from tasks.desk import place
from tasks.live import inboxes
from tasks.models import Candidate, Task
from tasks.rules.deadlines import first_negative
from tasks.rules.routing import Seat, route, somebody
from tasks.rules.standing import Asked
from tasks.services.conclusion import Answer, conclude
from tasks.services.counting import recount
from tasks.services.pausing import PAUSE
from tasks.services.turn import name_of
from tasks.telling import Kind, announce

Rung = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Climb:
    """One rung of one task, about to be taken. ``number`` is its index; ``late`` in seconds."""

    step: Step
    task: Task
    asked: Asked
    rung: Rung
    number: int
    late: int

    def people(self) -> "People":
        """Return whom the rung means now; nobody where all of them are kept out or gone."""
        facts = routing.facts_of(self.step, self.task)
        found = route(self.rung, facts)
        seats = found.seats if somebody(found, facts) else []
        users = facts.people(seat.user for seat in seats if seat.user is not None)
        groups = facts.group_rows({seat.group for seat in seats if seat.group is not None})
        return People(seats, list(users.values()), list(groups.values()))

    def note(self, **details: Any) -> None:
        """Write into the history which rung was taken."""
        do = self.rung.get("do", "add")
        more = {} if do == "add" else {"do": do}
        self.step.decide(c.NoteTask(self.task.token, "escalated", {**details, **more}))

    def tell(self, people: "People") -> None:
        to: list[User | Group | int] = [*people.users, *people.groups]
        do = self.rung.get("do", "add")
        announce(self.step, Kind.ESCALATED, self.task, to=to, do=do, late=self.late)

    def notice(self, code: str, sentence: str) -> None:
        self.step.notice(
            key=f"rung {self.number} {self.task.token}"[:40],
            token=self.task.token,
            node=self.task.node,
            code=code,
            sentence=sentence,
        )

    def refresh(self) -> None:
        """Have the inboxes of those who were asked before look again."""
        for group in inboxes(self.asked):
            self.step.tell_inbox(group)


@dataclass(frozen=True, slots=True)
class People:
    """Whom a rung means: their seats, and themselves."""

    seats: Sequence[Seat]
    users: Sequence[User]
    groups: Sequence[Group]

    @property
    def names(self) -> list[str]:
        return [*map(name_of, self.users), *(group.name for group in self.groups)]


def climb(step: Step, task: Task, number: int, *, late: int) -> None:
    """Take one rung of the task's ladder."""
    rung = task.asked["escalations"][number]
    found = Climb(step, task, reading.asked_of(task), rung, number, late)
    RUNGS[rung.get("do", "add")](found)
    found.refresh()


def add(climb: Climb) -> None:
    """Ask these people as well; whoever held the task shares it with everybody from now on."""
    people = climb.people()
    if not people.seats:
        nobody(climb)
        return
    task, former = climb.task, holder(climb.task)
    seats = people.seats if task.owner is None else [Seat(user=task.owner_id), *people.seats]
    share(climb)
    seat(climb, seats, there=task.candidates.all())
    climb.note(to=people.names, held_by=former)
    climb.tell(people)
    recount(climb.step, task)


def reassign(climb: Climb) -> None:
    """Ask these people instead of those who are asked now; of several tiers, in the next one."""
    people = climb.people()
    if not people.seats:
        nobody(climb)
        return
    task, former = climb.task, holder(climb.task)
    share(climb)
    stay, tier = [], tier_of(task)
    for row in task.candidates.all():
        if row.tier != tier or Seat(user=row.user_id, group=row.group_id) in people.seats:
            stay.append(row)
        else:
            climb.step.batch.delete(Candidate, id=row.pk)
    seat(climb, people.seats, there=stay)
    climb.note(to=people.names, held_by=former)
    climb.tell(people)
    recount(climb.step, task)


def notify(climb: Climb) -> None:
    """Tell these people; nothing else changes."""
    people = climb.people()
    if not people.seats:
        nobody(climb)
        return
    climb.note(to=people.names)
    climb.tell(people)


def prioritize(climb: Climb) -> None:
    """Raise the priority; one that is higher already stays."""
    task = climb.task
    task.priority = max(task.priority, climb.rung["priority"])
    climb.step.batch.update(task, "priority")
    climb.note(priority=task.priority)


def throw(climb: Climb) -> None:
    """Throw the escalation of the process; an event on the task's edge or further out may act."""
    climb.note(code=climb.rung["code"])
    climb.step.decide(c.EscalateTask(climb.task.token, climb.rung["code"]))


def answer(climb: Climb) -> None:
    """Answer in nobody's name, as the definition declares: else with the first negative outcome."""
    step, task = climb.step, climb.task
    node = step.graph.nodes[task.node]
    outcomes = node.outcomes if isinstance(node, g.UserTask) else ()
    declared = {outcome.id for outcome in outcomes}
    outcome = climb.rung.get("outcome") or first_negative(outcomes)
    if outcome not in declared:
        climb.notice(
            "no_automatic_outcome",
            f"“{task.name}” should be answered by its deadline, but has no outcome for that. "
            "Nothing was answered. Name the outcome in the next version, and decide this one.",
        )
        return
    if task.status == Task.Status.SUSPENDED:
        task.resume()
        step.batch.update(task, *PAUSE)
    elif task.status == Task.Status.CREATED:
        task.offer()
    conclude(step, task, climb.asked, Answer(outcome=outcome, comment=because(task)))


RUNGS: dict[str, Callable[[Climb], None]] = {
    "add": add,
    "notify": notify,
    "reassign": reassign,
    "prioritize": prioritize,
    "throw": throw,
    "answer": answer,
}


def nobody(climb: Climb) -> None:
    """Say that a rung asks nobody, to those who look into the history and to an operator."""
    climb.note(to=[], held_by="")
    climb.notice(
        "nobody_to_escalate_to",
        f"“{climb.task.name}” is late, and its escalation names nobody who may be asked. "
        "It stays with those who are asked now. Nominate somebody, or mend the definition.",
    )


def share(climb: Climb) -> None:
    """Let nobody hold the task any more; a suspended one stays suspended."""
    task = climb.task
    if task.status == Task.Status.SUSPENDED:
        task.escalated_at = climb.step.now
        climb.step.batch.update(task, "escalated_at")
        return
    task.escalate(now=climb.step.now)
    fields = ("status", "owner", "held_for", "returns_to", "claimed_at", "escalated_at")
    climb.step.batch.update(task, *fields)


def seat(climb: Climb, seats: Iterable[Seat], *, there: Iterable[Candidate]) -> None:
    """Give a place to those who have none among ``there``."""
    taken = {Seat(user=row.user_id, group=row.group_id) for row in there}
    new = [one for one in seats if one not in taken]
    via = Candidate.Via.ESCALATION
    place(climb.step, climb.task, new, via=via, tier=tier_of(climb.task))


def tier_of(task: Task) -> str:
    """Return the tier in which whoever joins votes: the next one that is not done."""
    return next(iter(turn_of(task)), "") if task.collective else ""


def holder(task: Task) -> str:
    return name_of(task.owner) if task.owner else ""


def because(task: Task) -> str:
    """Return why it was answered without anybody, for everybody who reads the answer."""
    if task.due_at is None:
        return _("Nobody answered in time.")
    due = date_format(localtime(task.due_at), "H:i, j F Y")
    return _("Nobody answered by %(due)s.") % {"due": due}
