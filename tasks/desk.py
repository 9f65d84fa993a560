"""The desk: turns the engine's question into a task that asks particular people.

Implements `processes.desk.TaskDesk`; called inside the step's transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet

from processes.core import events as ev
from processes.core import graph as g
from processes.models import Incident
from processes.services import Step
from tasks import inbox, reading, routing, timing
from tasks.live import inboxes
from tasks.models import Candidate, Task
from tasks.rules.chains import Json, arranged
from tasks.rules.distribution import allot
from tasks.rules.naming import name_of_task
from tasks.rules.quorum import open_tiers
from tasks.rules.routing import Seat
from tasks.rules.standing import Asked
from tasks.telling import Kind, announce
from tasks.telling.news import name_of

MOST_WORDS = 2_000
"""So many characters of searchable variables are kept with a task."""


class Desk:
    def open(self, step: Step, event: ev.TaskOpened) -> None:
        node = step.graph.nodes[event.node]
        if not isinstance(node, g.UserTask):
            raise TypeError(f"{event.node} is no user task")
        asked = arranged(event.asked)
        task = Task(
            instance=step.instance,
            token=event.token,
            node=event.node,
            name=name_of_task(step.graph, step.state, node.id, event.token)[:200],
            asked=asked,
            words=searchable_words(step, event.token),
            priority=asked.get("priority", 50),
            amount=asked.get("amount"),
            collective="quorum" in asked,
            created_at=step.now,
        )
        facts = routing.Organization(step.instance, node=node.id, now=step.now, step=step)
        facts.amount, facts.skills = amount_of(asked), asked.get("skills", ())
        initiator = step.state.initiator
        out = routing.kept_out(asked, facts, initiator=initiator, graph=step.graph)
        facts.keep_out(out)
        found = tables(task, facts) if task.collective else {"": single_table(step, task, facts)}
        seats = [seat for table in found.values() for seat in table.route.seats]
        owner = found[""].route.owner if "" in found else None
        people = facts.people(seat.user for seat in seats if seat.user is not None)
        if owner is not None:
            task.claim(owner=facts.people([owner])[owner], now=step.now)
        elif seats:
            task.offer()
        step.batch.insert(task)
        groups = facts.group_rows({seat.group for seat in seats if seat.group is not None})
        timing.arm(step, task, users=list(people.values()), groups=list(groups.values()))
        for key, table in found.items():
            seat_at(step, task, table, facts, tier=key)
        announce(step, Kind.ASKED, task)
        step.batch.insert(*out.rows(task))
        for name in sorted(out.unknown):
            tell_unknown(step, task, name)

    def withdraw(self, step: Step, event: ev.TaskWithdrawn) -> None:
        task = asking_now(step, event.token)
        asked = reading.asked_of(task)
        task.exit(now=step.now)
        step.batch.update(task, "status", "closed_at")
        close(step, task, asked)
        if task.owner_id is not None:
            announce(step, Kind.WITHDRAWN, task, to=[task.owner_id])

    def hold(self, step: Step) -> None:
        timing.hold(step)

    def go_on(self, step: Step) -> None:
        timing.go_on(step)

    def report(self, step: Step, incident: Incident) -> None:
        node = step.graph.nodes.get(incident.node)
        announce(step, Kind.INCIDENT, None, code=incident.code, where=node.label if node else "")

    def instances_asking(self, person: Any, *, now: datetime) -> QuerySet[Task, Any]:
        return inbox.asking(person, now=now).values("instance")

    def open_tasks(self, instance: Any) -> QuerySet[Task, Any]:
        return Task.objects.open().filter(instance=instance).order_by("id")


def searchable_words(step: Step, token: str) -> str:
    """Return what the searchable variables hold that the task sees; never a sensitive value."""
    names = [
        name
        for name, known in step.graph.variables.items()
        if known.searchable and not known.sensitive
    ]
    if not names:
        return ""
    at = step.state.tokens.get(token)
    values = step.state.variables if at is None else step.state.visible(at.scope)
    found = (values.get(name) for name in sorted(names))
    words = (str(value) for value in found if isinstance(value, str | int | float))
    return "\n".join(words).casefold()[:MOST_WORDS]


def amount_of(asked: Json) -> Decimal | None:
    return Decimal(asked["amount"]) if "amount" in asked else None


def single_table(step: Step, task: Task, facts: routing.Organization) -> routing.Found:
    """Return who is asked where one answer is enough, and who holds it from the start."""
    found = routing.find(task.asked, facts)
    if not found.nobody:
        node = step.graph.nodes[task.node]
        how = node.assignment.allocate if isinstance(node, g.UserTask) else "offer"
        answerer = step.actor.user.pk if task.asked.get("chained") and step.actor.user else None
        allot(found.route, facts, how=how, seed=str(task.pk), answerer=answerer)
    return found


def tables(task: Task, facts: routing.Organization) -> dict[str, routing.Found]:
    """Return who is asked first where several must answer, by tier."""
    if task.asked["quorum"]["order"] == "sequential" and not task.asked.get("tiers"):
        everybody = routing.find(task.asked, facts, each=True)
        task.asked = routing.in_turn(task.asked, everybody.route, facts)
    asked = task.asked
    return {
        key: routing.find(routing.who_of_tier(asked, key), facts, each=True)
        for key in open_tiers(asked)
    }


def ask_tier(step: Step, task: Task, key: str) -> routing.Found:
    """Ask the people of a tier whose turn has come, as the organization is now."""
    facts = routing.facts_of(step, task)
    found = routing.find(routing.who_of_tier(task.asked, key), facts, each=True)
    seat_at(step, task, found, facts, tier=key, there=list(task.candidates.all()))
    step.batch.update(task, "routing")
    return found


def seat_at(
    step: Step,
    task: Task,
    found: routing.Found,
    facts: routing.Organization,
    *,
    tier: str = "",
    there: Iterable[Candidate] = (),
) -> None:
    """Add candidates for one table, keep how they were found, and tell when nobody was."""
    head: list[Json] = [{"rule": "tier", "key": tier}] if tier else []
    task.routing = [*task.routing, *head, *found.route.steps]
    place(step, task, found.route.seats, tier=tier, there=there)
    if found.nobody:
        tell_nobody(step, task, found.route.steps, facts, tier=tier)


def place(
    step: Step,
    task: Task,
    seats: Iterable[Seat],
    *,
    via: Candidate.Via = Candidate.Via.ASKED,
    tier: str = "",
    there: Iterable[Candidate] = (),
) -> None:
    """Add candidates, and have their inboxes look again. Who is ``there`` already moves up."""
    rows = {(row.user_id, row.group_id): row for row in there}
    rows |= {
        (row.user_id, row.group_id): row
        for row in step.batch.inserting(Candidate)
        if row.task_id == task.pk
    }
    for seat in seats:
        known = rows.get((seat.user, seat.group))
        if known is not None:
            if known.tier != tier and tier and known in there:
                known.tier = tier
                step.batch.update(known, "tier")
            continue
        by_fallback = seat.reason.get("rule") == "fallback"
        step.batch.insert(
            Candidate(
                task=task,
                user_id=seat.user,
                group_id=seat.group,
                via=Candidate.Via.FALLBACK if by_fallback else via,
                reason=seat.reason,
                tier=tier,
                due_at=task.due_at,
            )
        )
        users = set() if seat.user is None else {seat.user}
        _tell(step, Asked(users, set() if seat.group is None else {seat.group}))


def ask(
    step: Step,
    task: Task,
    *,
    users: Iterable[User] = (),
    groups: Iterable[Group] = (),
    via: Candidate.Via,
) -> None:
    """Add these people and groups as candidates, and have their inboxes look again."""
    seats = [Seat(user=user.pk) for user in users] + [Seat(group=group.pk) for group in groups]
    place(step, task, seats, via=via)


def offer_rest(step: Step, task: Task) -> None:
    """Ask everybody else who was found, when the one person who was chosen gives it back."""
    rest = routing.passed_over(task.routing)
    if rest:
        facts = routing.facts_of(step, task)
        place(step, task, routing.seats_left(rest, facts), there=list(task.candidates.all()))


def tell_nobody(
    step: Step,
    task: Task,
    steps: list[Json],
    facts: routing.Organization,
    *,
    tier: str = "",
) -> None:
    """Tell an operator that only the fallback group is left, and why."""
    group = step.instance.process.fallback_group
    where = f"“{group}” was asked instead" if group else "there is no fallback group either"
    names = {pk: name_of(user) for pk, user in facts.people(routing.people_in(steps)).items()}
    sentences = [
        f"“{task.name}” asks nobody who may decide; {where}.",
        *routing.findings(steps, names),
    ]
    step.notice(
        key=f"nobody {task.token} {tier}".strip()[:40],
        token=task.token,
        node=task.node,
        code="nobody_to_ask",
        sentence=" ".join(sentences),
    )


def tell_unknown(step: Step, task: Task, name: str) -> None:
    """Tell an operator of an exclusion that means nobody: it never fails in silence."""
    step.notice(
        key=f"excludes {task.token} {name}"[:40],
        token=task.token,
        node=task.node,
        code="unknown_exclusion",
        sentence=f"“{task.node}” excludes “{name}”, but nobody has this name.",
    )


def asking_now(step: Step, token: str) -> Task:
    """Return the task that puts the token's question; also one whose answer does not count yet.

    A token that was asked again after an error has closed tasks too.
    """
    made = step.batch.inserted(Task, instance_id=step.instance.pk, token=token)
    if made is not None:
        return made
    rows = Task.objects.filter(instance=step.instance, token=token, kind=Task.Kind.QUESTION)
    unsettled = Q(status=Task.Status.COMPLETED, settles_at__isnull=False)
    task = rows.get(Q(status__in=Task.OPEN) | unsettled)
    task.instance = step.instance
    return task


def close(step: Step, task: Task, asked: Asked) -> None:
    """Take a closed task off the desk: nobody is asked or reminded any more."""
    close_questions(step, task)
    task.former_candidates = {"users": sorted(asked.users), "groups": sorted(asked.groups)}
    step.batch.update(task, "former_candidates")
    step.batch.delete(Candidate, task_id=task.pk)
    timing.disarm(step, task)
    _tell(step, asked)


def _tell(step: Step, asked: Asked) -> None:
    for group in inboxes(asked):
        step.tell_inbox(group)


def close_questions(step: Step, task: Task) -> None:
    """Take back what colleagues were asked about a task that is answered or gone."""
    if not task.open_questions:
        return
    for question in Task.objects.open().filter(parent=task).order_by("id"):
        asked = reading.asked_of(question)
        question.exit(now=step.now)
        step.batch.update(question, "status", "closed_at")
        close(step, question, asked)
    task.open_questions = 0
    step.batch.update(task, "open_questions")
