"""What an operator reads of the votes on a task; a secret stays one here too."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from processes.admin import words
from processes.services import graph_of
from tasks.agreement import agreement_of
from tasks.models import Task


@dataclass(frozen=True, slots=True)
class Row:
    """One vote. ``said`` and its ``tone`` are empty while it is hidden."""

    who: str
    on_behalf_of: str
    tier: str
    said: str
    tone: str
    comment: str
    kept: bool
    at: datetime


def votes_of(task: Task) -> list[Row]:
    """Return the votes in the order in which they were given; none for one person's task."""
    if not task.collective:
        return []
    found = agreement_of(task)
    hidden, graph = found.hidden(task), graph_of(task.instance.version_id)
    names = {leaf.key: leaf.name or leaf.key for leaf in found.quorum.root.leaves}
    rows = []
    for vote in found.votes:
        said, tone = words.answer(graph, task.node, vote.outcome)
        rows.append(
            Row(
                who=vote.voter_name,
                on_behalf_of=vote.on_behalf_of_name,
                tier=names.get(vote.tier, vote.tier),
                said=_("Hidden until the end") if hidden else said,
                tone="" if hidden else tone,
                comment="" if hidden else vote.comment,
                kept=vote.kept,
                at=vote.at,
            )
        )
    return rows
