"""How far several people have agreed: who may vote now, who has, and what it comes to.

Membership is read afresh each time, so that somebody who joined or left counts from that moment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Prefetch, prefetch_related_objects

from processes.core import graph as g
from processes.services import graph_of
from tasks.models import Candidate, Exclusion, Task, Vote
from tasks.rules.quorum import Ballot, Member, Quorum, Tally, open_tiers, quorum_of, tally


@dataclass(frozen=True, slots=True)
class Agreement:
    """``members`` are by tier who belongs to it now, without those who are kept out."""

    node: g.UserTask
    quorum: Quorum
    members: Mapping[str, Sequence[Member]]
    votes: Sequence[Vote]
    tally: Tally

    def hidden(self, task: Task) -> bool:
        """Tell whether votes are a secret still: until the end, and until it cannot be undone."""
        return self.quorum.secret and (task.is_open or task.held)

    def tier_of(self, seat: int) -> str | None:
        """Return the tier in which the vote of this seat counts now; None if in none."""
        for key in self.tally.asked:
            if any(member.id == seat for member in self.tally.of(key).missing):
                return key
        return None


def agreement_of(task: Task) -> Agreement:
    """Return how far a collective task is; the rows that it takes stay with the task."""
    return agreements_of([task])[task.pk]


def agreements_of(tasks: Sequence[Task]) -> dict[UUID, Agreement]:
    """Return how far each of these collective tasks is, in as many queries as for one: five."""
    load(tasks)
    rows = {task.pk: list(task.candidates.all()) for task in tasks}
    belongs = belonging([row for found in rows.values() for row in found])
    return {
        task.pk: agreement(
            task, rows[task.pk], list(task.votes.all()), list(task.exclusions.all()), belongs
        )
        for task in tasks
    }


def load(tasks: Sequence[Task]) -> None:
    votes = Prefetch("votes", Vote.objects.select_related("voter", "seat"))
    prefetch_related_objects(tasks, "candidates", "exclusions", votes)


def agreement(
    task: Task,
    rows: Sequence[Candidate],
    votes: Sequence[Vote],
    exclusions: Sequence[Exclusion],
    belongs: "Belonging",
) -> Agreement:
    """Return what these rows come to."""
    node = node_of(task)
    outcomes = [(outcome.id, outcome.kind) for outcome in node.outcomes]
    quorum = quorum_of(task.asked, outcomes)
    out, barred = kept_out(exclusions)
    members: dict[str, list[Member]] = {leaf.key: [] for leaf in quorum.root.leaves}
    strays: list[Member] = []
    for row in rows:
        found = [member for member in belongs.of(row) if member.id not in out]
        members.get(row.tier, strays).extend(found)
    if quorum.carry:
        known = {member.name: member for found in members.values() for member in found}
        for tier in task.asked.get("tiers", ()):
            named = [known[name] for name in tier.get("users", ()) if name in known]
            members.get(tier["key"], []).extend(named)
    ballots = [ballot_of(vote) for vote in votes]
    result = tally(quorum, members=members, ballots=ballots, barred=barred)
    if strays and result.asked:
        # Whom an escalation asks as well belongs to no tier: they help the first that is open.
        members[result.asked[0]].extend(strays)
        result = tally(quorum, members=members, ballots=ballots, barred=barred)
    return Agreement(node, quorum, members, votes, result)


def ballot_of(vote: Vote) -> Ballot:
    return Ballot(vote.seat_id, vote.tier, vote.outcome, vote.weight, kept=vote.kept)


@dataclass(frozen=True, slots=True)
class Belonging:
    """The active people behind candidates, by their own id and by that of their group."""

    people: Mapping[int, Member]
    groups: Mapping[int, Sequence[Member]]

    def of(self, row: Candidate) -> Sequence[Member]:
        if row.group_id is not None:
            return self.groups.get(row.group_id, ())
        found = self.people.get(row.user_id or 0)
        return [found] if found else []


def belonging(rows: Sequence[Candidate]) -> Belonging:
    """Return who is behind these candidates; two queries."""
    users = {row.user_id for row in rows if row.user_id is not None}
    groups = {row.group_id for row in rows if row.group_id is not None}
    active = User.objects.filter(pk__in=users, is_active=True)
    people = {pk: Member(pk, name) for pk, name in active.values_list("pk", "username")}
    members: dict[int, list[Member]] = {group: [] for group in groups}
    through = User.groups.through.objects.filter(group__in=groups, user__is_active=True)
    for group, pk, name in through.order_by("user").values_list("group", "user", "user__username"):
        members[group].append(Member(pk, name))
    return Belonging(people, members)


def kept_out(rows: Iterable[Exclusion]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the ids of who never decides the task, and of who has voted or was voted for."""
    voted = {row.user_id for row in rows if row.why == Exclusion.Why.VOTED and row.user_id}
    others = [row for row in rows if row.why != Exclusion.Why.VOTED]
    users = {row.user_id for row in others if row.user_id is not None}
    groups = [row.group_id for row in others if row.group_id is not None]
    if groups:
        users |= set(User.objects.filter(groups__in=groups).values_list("pk", flat=True))
    return frozenset(users), frozenset(voted)


def turn_of(task: Task) -> list[str]:
    """Return the keys of the tiers that have been asked and are not done yet."""
    return list(task.asked.get("turn", open_tiers(task.asked)))


def node_of(task: Task) -> g.UserTask:
    node = graph_of(task.instance.version_id).nodes[task.node]
    if not isinstance(node, g.UserTask):
        raise TypeError(f"{task.node} is no user task")
    return node
