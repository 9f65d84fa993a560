"""Our own DMN: decision tables, requirement graphs and boxed expressions over FEEL.

A file is read once into a model that never changes; evaluating it reads nothing but its inputs,
and what one evaluation may cost is bounded.
"""

from processes.core.dmn.evaluation import Outcome, UnknownDecision, evaluate
from processes.core.dmn.model import Decision, DecisionService, DecisionTable, Model
from processes.core.dmn.reader import Reading, read

__all__ = [
    "Decision", "DecisionService", "DecisionTable", "Model", "Outcome", "Reading",
    "UnknownDecision", "evaluate", "read",
]  # fmt: skip
