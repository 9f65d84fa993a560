"""Rules about expressions that must give a truth value or a number."""

import re
from collections.abc import Iterator

from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.model import Model
from processes.core.bpmn.xml import shorten
from processes.core.findings import Finding

# Written by itself in any expression language, this is a number or a text and nothing else.
NUMBER = re.compile(r"=?\s*[+-]?\d+(\.\d+)?")
QUOTED = re.compile(r"=?\s*(\"[^\"]*\"|'[^']*')")
CONDITIONS = (
    *("conditionExpression", "loopCondition", "completionCondition", "condition"),
    "activationCondition",
)
PLAIN = {
    "conditionExpression": "The condition",
    "loopCondition": "The loop condition",
    "completionCondition": "The completion condition",
    "condition": "The condition",
    "activationCondition": "The activation condition",
}


def conditions_are_true_or_false(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 8.4.13, 10.3.5, 10.3.8, 10.5.5 and 10.6.5: a truth value, never a number."""
    for part in model.all("expression"):
        if part.name in CONDITIONS and (NUMBER.fullmatch(part.text) or QUOTED.fullmatch(part.text)):
            yield broken(
                part.owner,
                "condition-not-boolean",
                f"{PLAIN[part.name]} of “{part.label}”, {shorten(part.text, 60)}, is neither true "
                "nor false.",
                "Compare something, for example amount > 1000.",
            )


def instances_are_counted_by_a_number(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.8: loopCardinality gives a whole number, which cannot be below zero."""
    for part in model.all("expression"):
        text = part.text.removeprefix("=").strip()
        if part.name == "loopCardinality" and (
            text in ("true", "false")
            or QUOTED.fullmatch(text)
            or (NUMBER.fullmatch(text) and ("." in text or text.startswith("-")))
        ):
            yield broken(
                part.owner,
                "loop-cardinality",
                f"“{part.label}” cannot run {shorten(text, 60)} times.",
                "Write a whole number, or an expression that gives one.",
            )
