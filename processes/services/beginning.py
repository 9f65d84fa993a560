"""The first step of an instance, and the words by which people know it."""

from datetime import datetime
from typing import Any

from processes.core import commands as c
from processes.core.feel import Expression, to_json
from processes.core.feel.errors import FeelEvaluationError
from processes.core.graph import Graph
from processes.models import Dispatch, Instance
from processes.store import Actor, Step

SUBJECT_LENGTH = 300


def begin(
    instance: Instance,
    command: c.Start,
    *,
    actor: Actor,
    cause: Dispatch | None = None,
    now: datetime,
) -> Instance:
    """Take the first step of a new instance and store it. Raises Refusal."""
    step = Step.begin(instance, now=now, actor=actor)
    if cause is not None:
        step.follow(cause)
    step.decide(command)
    instance.subject = subject_of(step.graph, step.state.variables, now)
    step.save()
    return instance


def subject_of(graph: Graph, variables: dict[str, Any], now: datetime) -> str:
    """Return the words by which people know the instance; the process's name if there are none."""
    subject = graph.subject
    if isinstance(subject, Expression):
        try:
            subject = str(to_json(subject.evaluate(variables, now=now)) or "")
        except FeelEvaluationError:
            subject = ""
    words = " ".join(subject.split()) or graph.name or graph.id
    return words if len(words) <= SUBJECT_LENGTH else words[: SUBJECT_LENGTH - 1] + "…"
