"""Our own FEEL, the expression language of DMN 1.5, chapter 10.

Expressions are compiled once to closures and kept. They have no side effects, read nothing but the
variables they are given, and what one evaluation may cost is bounded.
"""

from .durations import DaysTime, Duration, YearsMonths, add_duration, parse_duration
from .errors import FeelBudgetError, FeelError, FeelEvaluationError, FeelSyntaxError
from .expression import (
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
    evaluate_condition,
)
from .json import from_json, to_json
from .values import Value

__all__ = [
    "DaysTime", "Duration", "Expression", "FeelBudgetError", "FeelError", "FeelEvaluationError",
    "FeelSyntaxError", "UnaryTests", "Value", "YearsMonths", "add_duration", "compile_expression",
    "compile_unary_tests", "evaluate_condition", "from_json", "parse_duration", "to_json",
]  # fmt: skip
