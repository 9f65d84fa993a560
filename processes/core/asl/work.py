"""Tasks and waits of a state machine: who does the work, how often it is tried, how long."""

import re
from typing import Any

from lxml import etree

from processes.core.asl import paths
from processes.core.asl.dataflow import STATE, Flow
from processes.core.bpmn.writer import placet, timer

ARN = re.compile(r"arn:[\w-]*:(?P<service>[\w-]*):[\w-]*:[\w-]*:(?P<rest>.+)", re.DOTALL)
CALLBACK = ".waitForTaskToken"
LONGEST_WAIT = 7 * 24 * 3600
MOST_ATTEMPTS = 20
EVERY_ERROR = ("States.ALL", "States.TaskFailed")


def topic(flow: Flow) -> str:
    """Return the name under which an external worker finds the work, told by the resource."""
    resource = flow.state.text("Resource")
    if not resource:
        flow.left("Resource", "", "The task does not say what does it.", 'Write "Resource".')
        return flow.node
    found = ARN.fullmatch(resource)
    name = resource
    if found is not None:
        rest = found["rest"]
        kind, _, named = rest.partition(":")
        name = named.partition(":")[0] if kind in ("function", "activity") else rest.lstrip(":")
    said = name.removesuffix(CALLBACK)
    flow.add(
        "Resource",
        "translated",
        resource,
        said,
        sentence="An external worker does it: it gets “input”, and what it answers is the result.",
        hint="To call a system over HTTP instead, write placet:http.",
    )
    return said[:200]


def span(flow: Flow, field: str) -> str:
    """Return a duration as timers want it, from seconds or the path to them; empty when unsaid."""
    says = flow.state.says
    if f"{field}Path" in says:
        text = says[f"{field}Path"]
        found = flow.feel(
            f"{field}Path",
            text,
            lambda: f'duration("PT" + string({paths.translate(str(text), STATE)}) + "S")',
            "",
        )
        return f"={found}" if found else ""
    seconds = says.get(field)
    if isinstance(seconds, int) and not isinstance(seconds, bool) and 0 <= seconds < 10**9:
        flow.add(field, "translated", str(seconds), f"PT{seconds}S")
        return f"PT{seconds}S"
    if seconds is not None:
        flow.left(field, seconds, "It must be a whole number of seconds.", "Write for example 60.")
    return ""


def wait(flow: Flow) -> etree._Element:
    """Return the timer of a Wait state; one that says no time waits for nothing."""
    says = flow.state.says
    if isinstance(says.get("Timestamp"), str):
        flow.add("Timestamp", "taken", says["Timestamp"], says["Timestamp"])
        return timer("date", says["Timestamp"])
    if "TimestampPath" in says:
        text = says["TimestampPath"]
        found = flow.feel(
            "TimestampPath",
            text,
            lambda: f"date and time({paths.translate(str(text), STATE)})",
            "now()",
        )
        return timer("date", f"={found}")
    found = span(flow, "Seconds")
    if not found:
        flow.left("Seconds", "", "The state does not say how long it waits.", 'Write "Seconds".')
    if found == "PT0S":
        found = '=duration("PT0S")'
    return timer("duration", found or '=duration("PT0S")')


# --- retries -------------------------------------------------------------------------------------


def retry(flow: Flow) -> list[etree._Element]:
    """Return how often the task is tried. There is one policy for all failures here."""
    rules = flow.state.list_of("Retry")
    if not rules:
        return [placet("retry", attempts="1")]
    rule = rules[0]
    errors = errors_of(rule)
    attempts = int(number(rule, "MaxAttempts", 3)) + 1
    interval = max(number(rule, "IntervalSeconds", 1), 0.001)
    rate = min(max(number(rule, "BackoffRate", 2), 1), 10)
    longest = number(rule, "MaxDelaySeconds", LONGEST_WAIT)
    tries = max(1, min(attempts, MOST_ATTEMPTS))
    last = interval * rate ** max(tries - 2, 0)
    said = {
        "attempts": str(tries),
        "backoff": f"PT{plain(interval)}S",
        "factor": f"{rate:g}",
        "cap": f"PT{int(max(min(last, longest, LONGEST_WAIT), 1))}S",
    }
    limits = [] if tries == attempts else [f"At most {MOST_ATTEMPTS} tries are made."]
    if not set(errors) & set(EVERY_ERROR):
        limits.append("It is tried again after any failure, not only after these errors.")
    new = ", ".join(f"{key} {value}" for key, value in said.items())
    flow.add("Retry", "translated", ", ".join(errors), new, sentence=" ".join(limits))
    for more in rules[1:]:
        flow.left(
            "Retry",
            ", ".join(errors_of(more)),
            "A task has one policy for all failures here; the first one is taken.",
            "Let the worker report what must not be tried again as an error of the process.",
        )
    return [placet("retry", **said)]


def errors_of(rule: dict[str, Any]) -> list[str]:
    """Return the names of the errors that a rule of Retry or Catch is for."""
    said = rule.get("ErrorEquals")
    return [str(error) for error in said] if isinstance(said, list) else []


def plain(seconds: float) -> str:
    """Return the number without an exponent."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def number(rule: dict[str, Any], name: str, default: float) -> float:
    value = rule.get(name, default)
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**8
    return value if fits else default
