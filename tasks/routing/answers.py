"""Who answered what in one instance, in their own right and for whom."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from processes.core import events as ev
from processes.models import HistoryEvent, Instance
from processes.services import Step
from tasks.models import Task, Vote
from tasks.models.task import SENT_BACK

ByName = Callable[[Collection[str]], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Answer:
    """``by`` answered, perhaps in the ``place`` of somebody who was away; both are ids."""

    node: str
    by: int
    place: int | None

    @property
    def whose(self) -> int:
        """Who is meant by “who did it”: of a stand-in the one in whose place they answered."""
        return self.by if self.place is None else self.place


class Answers:
    """The answers of an instance, those of the step that is just being taken among them.

    Also those that may still be taken back. Read when first asked: a query for answers, and one for
    single votes. ``by_name`` looks up who is called how.
    """

    def __init__(self, instance: Instance, by_name: ByName, step: Step | None = None) -> None:
        self._instance = instance
        self._by_name = by_name
        self._step = step

    @cached_property
    def given(self) -> list[Answer]:
        """All answers, oldest first. What the clock answered is nobody's."""
        stored = Task.objects.filter(
            instance=self._instance,
            kind=Task.Kind.QUESTION,
            status=Task.Status.COMPLETED,
            completed_by__isnull=False,
        ).exclude(outcome=SENT_BACK)
        rows = stored.order_by("closed_at", "id").values_list(
            "node", "completed_by", "on_behalf_of"
        )
        return [*(Answer(*row) for row in rows), *self._just_given()]

    def _just_given(self) -> Iterator[Answer]:
        for row in self._new(HistoryEvent):
            if row.kind == ev.TaskCompleted.kind and row.actor_id is not None:
                behalf = row.data["on_behalf_of"]
                known = self._by_name([behalf]) if behalf else {}
                yield Answer(row.node, row.actor_id, known.get(behalf))

    @cached_property
    def votes(self) -> list[tuple[Any, Answer]]:
        """The single votes with the task of each, by task and then oldest first."""
        stored = Vote.objects.filter(task__instance=self._instance, voter__isnull=False)
        rows = stored.order_by("task", "id").values_list("task", "task__node", "voter", "seat")
        found = [(task, Answer(node, voter, seat)) for task, node, voter, seat in rows if voter]
        return found + [
            (vote.task_id, Answer(vote.task.node, vote.voter_id, vote.seat_id))
            for vote in self._new(Vote)
            if vote.voter_id is not None
        ]

    def last(self) -> int | None:
        """Return who answered last."""
        return self.given[-1].whose if self.given else None

    def did(self, step: str) -> list[int]:
        """Return who did the step the last time it was done; several where several answered."""
        votes = [(task, answer) for task, answer in self.votes if answer.node == step]
        if votes:
            latest = votes[-1][0]
            return list(dict.fromkeys(answer.whose for task, answer in votes if task == latest))
        answers = [answer for answer in self.given if answer.node == step]
        return [answers[-1].whose] if answers else []

    def of_steps(self, steps: Collection[str]) -> set[int]:
        """Return who ever answered one of these steps, themselves or through a stand-in."""
        return self._everybody(lambda node: node in steps)

    def of_others(self, step: str) -> set[int]:
        """Return who ever answered any other step."""
        return self._everybody(lambda node: node != step)

    def under(self, names: Collection[str]) -> dict[str, int]:
        """Return who answered under one of these names, by the id they keep."""
        answers = HistoryEvent.objects.filter(
            instance=self._instance, kind=ev.TaskCompleted.kind, actor__isnull=False
        )
        found = {data["by"]: actor for data, actor in answers.values_list("data", "actor")}
        return {name: found[name] for name in names if name in found}

    def _everybody(self, counts: Callable[[str], bool]) -> set[int]:
        answers = [*self.given, *(answer for _task, answer in self.votes)]
        found = {user for one in answers if counts(one.node) for user in (one.by, one.place)}
        return {user for user in found if user is not None}

    def _new(self, model: Any) -> Iterator[Any]:
        if self._step is not None:
            yield from self._step.batch.inserting(model)
