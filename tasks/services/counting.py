"""Counting votes: whose turn it is, what it comes to, and again when people come or go.

`tasks.rules.quorum` says what votes come to; here its result becomes rows.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Max, Sum
from django.utils.translation import ngettext

from processes.core import commands as c
from processes.models import Incident, Instance
from processes.services import ENGINE, Step
from tasks.agreement import (
    Agreement,
    agreement,
    agreements_of,
    belonging,
    kept_out,
    load,
    turn_of,
)
from tasks.desk import ask_tier
from tasks.live import inboxes
from tasks.models import Candidate, Exclusion, Task, Vote
from tasks.rules.quorum import Count as TierCount
from tasks.rules.quorum import Member
from tasks.rules.standing import Asked
from tasks.services.conclusion import Answer, conclude
from tasks.services.turn import Turn, name_of
from tasks.telling import Kind, announce

NAME_LENGTH = 150
SLICE = 200
MOVED = "tasks.memberships"
REMEMBERED = 3600


def recount(step: Step, task: Task) -> None:
    """Count again after people joined or left; the task is completed if that decides it.

    Nobody then answered it: it was decided by the votes that were there. Under the step's lock;
    the caller saves the step.
    """
    if not task.collective or task.status != Task.Status.READY:
        return
    load([task])
    asked = asked_so_far(step, task)
    found = go_on(step, task, list(task.votes.all()))
    if found.tally.decided:
        actor, step.actor = step.actor, ENGINE
        step.decide(c.NoteTask(task.token, "recounted"))
        conclude(step, task, asked, answered(found, None, None))
        task.automatic = False
        step.actor = actor
    for group in inboxes(asked):
        step.tell_inbox(group)


def go_on(step: Step, task: Task, votes: Sequence[Vote]) -> Agreement:
    """Ask the tiers whose turn has come and nobody else's, until there is something to wait for."""
    load([task])
    rows = rows_now(step, task)
    found = counted(step, task, rows, votes)
    while True:
        while kept := carried(step, task, found) or kept_votes(step, task, found):
            votes = [*votes, *kept]
            found = counted(step, task, rows, votes)
        before, now = turn_of(task), list(found.tally.asked)
        if found.tally.decided or before == now:
            break
        rows = take_turns(step, task, before, now)
        found = counted(step, task, rows, votes)
    if not found.tally.decided:
        tell_short(step, task, found)
    return found


def counted(step: Step, task: Task, rows: Sequence[Candidate], votes: Sequence[Vote]) -> Agreement:
    """Return what it comes to with what this step has not written yet."""
    mine = [row for row in step.batch.inserting(Exclusion) if row.task_id == task.pk]
    return agreement(task, rows, votes, [*task.exclusions.all(), *mine], belonging(rows))


def rows_now(step: Step, task: Task) -> list[Candidate]:
    """Return who is asked after this step, as far as it has come."""
    stored = [row for row in task.candidates.all() if not step.batch.deletes(row)]
    new = [row for row in step.batch.inserting(Candidate) if row.task_id == task.pk]
    return [*stored, *new]


def asked_so_far(step: Step, task: Task) -> Asked:
    """Return whom it asks or asked before this step, and whom this step has added."""
    rows = [*task.candidates.all(), *rows_now(step, task)]
    return Asked(
        users={row.user_id for row in rows if row.user_id is not None},
        groups={row.group_id for row in rows if row.group_id is not None},
    )


def take_turns(step: Step, task: Task, before: list[str], now: list[str]) -> list[Candidate]:
    """Ask the people of the tiers that begin; those of tiers that are done are asked no more."""
    task.asked = {**task.asked, "turn": now}
    task.tier = next(iter(now), "")
    step.batch.update(task, "asked", "tier")
    begin = [key for key in now if key not in before]
    for key in begin:
        ask_tier(step, task, key)
    for row in rows_now(step, task):
        if row.tier in before and row.tier not in now:
            take_off(step, row)
    rows = rows_now(step, task)
    asked = [row for row in rows if row.tier in begin]
    users = [row.user_id for row in asked if row.user_id is not None]
    groups = Group.objects.filter(pk__in=[row.group_id for row in asked if row.group_id])
    announce(step, Kind.ASKED, task, to=[*users, *groups])
    return rows


def take_off(step: Step, row: Candidate) -> None:
    if not row._state.adding:
        step.batch.delete(Candidate, id=row.pk)
        return
    step.batch.delete(Candidate, task_id=row.task_id, user_id=row.user_id, group_id=row.group_id)


def carried(step: Step, task: Task, found: Agreement) -> list[Vote]:
    """Let who agreed in one tier have agreed in every other that asks them, where declared."""
    if not found.quorum.carry:
        return []
    agreed = {v.seat_id: v for v in found.votes if found.quorum.agrees(v.outcome) and v.seat_id}
    kept = []
    for key in found.tally.asked:
        there = {vote.seat_id for vote in found.votes if vote.tier == key}
        for member in found.members.get(key, ()):
            vote = agreed.get(member.id)
            if vote is None or member.id in there:
                continue
            there.add(member.id)
            kept.append(copied(vote, step, task, found, key, member))
    step.batch.insert(*kept)
    return kept


def kept_votes(step: Step, task: Task, found: Agreement) -> list[Vote]:
    """Let who agreed before the task was sent back have agreed again, where that is declared.

    Only those count who are asked now, while neither they nor who voted for them is kept out.
    """
    before = task.asked.get("kept_from")
    if not before:
        return []
    rows = Vote.objects.filter(task=before)
    agreed = {vote.seat_id: vote for vote in rows if found.quorum.agrees(vote.outcome)}
    exclusions = [*task.exclusions.all(), *step.batch.inserting(Exclusion)]
    out, voted = kept_out([row for row in exclusions if row.task_id == task.pk])
    done = out | voted
    kept = []
    for key in found.tally.asked:
        for member in found.tally.of(key).missing:
            vote = agreed.get(member.id)
            if vote is None or vote.voter_id is None:
                continue
            who = {vote.voter_id, member.id}
            if not done.isdisjoint(who):
                continue
            done |= who
            again = copied(vote, step, task, found, key, member)
            again.data = vote.data
            kept.append(again)
            why = Exclusion.Why.VOTED
            step.batch.insert(
                *(Exclusion(task=task, user_id=user, why=why) for user in sorted(who))
            )
    step.batch.insert(*kept)
    return kept


def copied(vote: Vote, step: Step, task: Task, found: Agreement, key: str, member: Member) -> Vote:
    """Return the vote as it counts in this task and tier, without what was filled in."""
    return Vote(
        task=task,
        tier=key,
        voter_id=vote.voter_id,
        voter_name=vote.voter_name,
        seat_id=vote.seat_id,
        on_behalf_of_name=vote.on_behalf_of_name,
        outcome=vote.outcome,
        weight=found.quorum.leaf(key).weight(member.name),
        comment=vote.comment,
        kept=True,
        at=step.now,
    )


def tell_short(step: Step, task: Task, found: Agreement) -> None:
    """Tell an operator, once for each tier, that too few people are left to agree."""
    for count in found.tally.root.leaves:
        if not count.short or count.part.key not in found.tally.asked:
            continue
        key = f"short {task.token} {count.part.key}".strip()[:40]
        if Incident.objects.filter(instance=step.instance, key=key).exists():
            continue
        step.notice(
            key=key,
            token=task.token,
            node=task.node,
            code="quorum_short",
            sentence=short_sentence(task, count),
        )


def short_sentence(task: Task, count: TierCount) -> str:
    who = f" of “{count.part.name or count.part.key}”" if count.part.key else ""
    return (
        f"“{task.name}” needs {count.needed.normalize():f} to agree{who}, but with everybody who "
        f"may still vote there are only {count.of.normalize():f}. Add somebody who must agree."
    )


# --- what it comes to ----------------------------------------------------------------------------


def answered(found: Agreement, last: Vote | None, turn: Turn | None) -> Answer:
    """Return the answer that the votes give. ``last`` is the vote that decided, if one did."""
    carrying = supporters(found)
    lead = last if last in carrying else (carrying[-1] if carrying else None)
    alone = len(carrying) == 1 and lead is last
    absentee = turn.absentee if turn and alone else None
    return Answer(
        outcome=found.tally.outcome,
        data={**(lead.data if lead else {}), "votes": [told(vote) for vote in found.votes]},
        comment=lead.comment if lead else "",
        by=turn.person if turn else None,
        by_name=together(lead, len(carrying)) if lead else "",
        on_behalf_of=absentee,
        on_behalf_of_name=name_of(absentee) if absentee else "",
    )


def supporters(found: Agreement) -> list[Vote]:
    """Return the votes for which it was decided so, each person's once."""
    first: dict[int | None, Vote] = {}
    for vote in found.votes:
        first.setdefault(vote.seat_id, vote)
    quorum, cast_votes = found.quorum, list(first.values())
    match found.tally.how:
        case "veto":
            fitting = [vote for vote in cast_votes if vote.outcome in quorum.veto]
        case "agreed":
            fitting = [vote for vote in cast_votes if quorum.agrees(vote.outcome)]
        case _:
            fitting = [
                vote
                for vote in cast_votes
                if not quorum.agrees(vote.outcome) and vote.outcome not in quorum.abstain
            ]
    return fitting or cast_votes


def together(lead: Vote, count: int) -> str:
    """Return “Bob Brown and 2 others”, short enough to be kept."""
    if count < 2:
        return lead.voter_name
    others = count - 1
    tail = ngettext("and %(count)s other", "and %(count)s others", others) % {"count": others}
    return f"{lead.voter_name[: NAME_LENGTH - len(tail) - 1]} {tail}"


def told(vote: Vote) -> dict[str, Any]:
    """Return a vote as the process keeps it among its variables."""
    by = vote.voter.get_username() if vote.voter else ""
    absentee = vote.seat if vote.seat_id != vote.voter_id else None
    return {
        "by": by,
        "onBehalfOf": absentee.get_username() if absentee else None,
        "outcome": vote.outcome,
        "comment": vote.comment,
        "data": vote.data,
        "tier": vote.tier,
    }


# --- people come and go --------------------------------------------------------------------------


def anybody_moved() -> bool:
    """Tell whether memberships or active people differ from when it was last asked.

    One cheap query for all groups; what is remembered may be lost, which only costs a count.
    """
    memberships = User.groups.through.objects.aggregate(n=Count("pk"), last=Max("pk"), s=Sum("pk"))
    inactive = User.objects.filter(is_active=False).aggregate(n=Count("pk"), s=Sum("pk"))
    stamp = repr([*memberships.values(), *inactive.values()])
    if cache.get(MOVED) == stamp:
        return False
    cache.set(MOVED, stamp, timeout=REMEMBERED)
    return True


def recount_changed(*, now: datetime) -> int:
    """Count again where people joined or left; return how many tasks that moved.

    Looks at all open tasks of several, in slices, and takes a lock only where something moves.
    """
    moved, last = 0, None
    while slice_ := following(last):
        last = slice_[-1].pk
        found = agreements_of(slice_)
        for task in slice_:
            tally = found[task.pk].tally
            if tally.decided or list(tally.asked) != turn_of(task):
                moved += recount_one(task_id=task.pk, now=now)
    return moved


def following(last: UUID | None) -> list[Task]:
    """Return the next open tasks of several, in the order of their ids."""
    rows = Task.objects.filter(collective=True, status=Task.Status.READY)
    rows = rows.filter(instance__status=Instance.Status.RUNNING)
    if last is not None:
        rows = rows.filter(pk__gt=last)
    return list(rows.select_related("instance").order_by("pk")[:SLICE])


def recount_one(*, task_id: UUID, now: datetime) -> bool:
    """Count one task again, and tell whether that moved it."""
    with transaction.atomic():
        step = Step.lock_one(Instance.objects.filter(tasks=task_id), now=now)
        task = Task.objects.get(pk=task_id)
        task.instance = step.instance
        before = step.instance.sequence, turn_of(task)
        recount(step, task)
        if before == (step.instance.sequence, turn_of(task)):
            return False
        step.save()
    return True
