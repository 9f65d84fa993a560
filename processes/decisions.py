"""The DMN decisions that a published version asks: pinned when it is published, compiled once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from processes.core import dmn
from processes.core.feel import Value
from processes.core.feel.errors import FeelEvaluationError
from processes.core.graph import Decision


class Bundle(TypedDict, total=False):
    """What a version keeps: DMN sources by namespace, and in which of them each decision is."""

    sources: dict[str, str]
    refs: dict[str, str]


@dataclass(frozen=True, slots=True)
class Compiled:
    """One decision of a DMN model."""

    model: dmn.Model
    ref: str

    def evaluate(self, inputs: Mapping[str, Any], *, now: datetime) -> Value:
        """Return what it decides. Raises FeelEvaluationError with the reason when it is faulty."""
        outcome = dmn.evaluate(self.model, self.ref, dict(inputs), now=now)
        if outcome.problems:
            problem = outcome.problems[0]
            raise FeelEvaluationError(problem.code, problem.sentence)
        return outcome.value


def compiled(bundle: Bundle) -> Mapping[str, Decision]:
    """Return the decisions by what business rule tasks call them."""
    sources = {name: text.encode() for name, text in bundle.get("sources", {}).items()}
    found: dict[str, Decision] = {}
    for ref, namespace in bundle.get("refs", {}).items():
        model = dmn.read(sources[namespace], sources).model
        if model is None:
            raise ValueError(f"the pinned source of {ref!r} can no longer be read")
        found[ref] = Compiled(model, ref)
    return found
