"""Rules about what an event definition says: names, codes and times (10.5.5)."""

import re
from collections.abc import Iterator

from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.carried import definitions_of
from processes.core.bpmn.rules.model import Model, Part
from processes.core.bpmn.xml import shorten
from processes.core.findings import Finding

DATE = r"-?\d{4,9}-\d{2}-\d{2}"
TIME = r"\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?|@[\w/+\-]+)?"
DURATION = (
    r"-?P(?=.)(\d{1,9}Y)?(\d{1,9}M)?(\d{1,9}W)?(\d{1,9}D)?"
    r"(T(?=.)(\d{1,9}H)?(\d{1,9}M)?(\d{1,9}([.,]\d{1,9})?S)?)?"
)
MOMENT = rf"{DATE}(T{TIME})?"
# ISO 8601, as each of the three timers wants it (BPMN 2.0.2, 10.5.5).
WRITTEN = {
    "timeDate": (re.compile(MOMENT), "a date", "2027-03-01T09:00:00Z"),
    "timeDuration": (re.compile(DURATION), "a duration", "PT24H"),
    "timeCycle": (
        re.compile(
            rf"R\d{{0,9}}/({DURATION}|{MOMENT}/{DURATION}|{DURATION}/{MOMENT}|{MOMENT}/{MOMENT})"
        ),
        "a repetition",
        "R3/PT10M",
    ),
}
# What stands for itself: it begins like a moment, span or repetition, or is a single word.
# Anything else is an expression of some language.
PLAIN = re.compile(r"[-+]?\d[\w:.,/@+\-]*|-?[PR][\dT/]\S*|[^\W\d]\w*")


def timers_say_one_time(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.5: a date, a duration or a cycle, and only one of them."""
    for timer in model.all("timerEventDefinition"):
        times = timer.all(*WRITTEN)
        if len(times) > 1:
            yield broken(
                timer.owner,
                "several-times",
                f"The timer of “{timer.label}” has {len(times)} times; it can have one.",
                "Keep one of timeDate, timeDuration and timeCycle.",
            )
        elif not times and timer.executed:
            yield broken(
                timer.owner,
                "timer-without-time",
                f"The timer of “{timer.label}” does not say when it is due.",
                "Add a timeDuration, for example PT24H.",
            )
        for time in times:
            pattern, what, example = WRITTEN[time.name]
            if PLAIN.fullmatch(time.text) and not pattern.fullmatch(time.text):
                yield broken(
                    time.owner,
                    "iso-time",
                    f"{time.name} of “{time.label}”, {shorten(time.text, 60)}, is not {what}.",
                    f"Write for example {example}, or begin with “=” to calculate it.",
                )


def what_is_thrown_has_a_code(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.5: an executable process throws errors and escalations by their codes."""
    for event in model.all("endEvent", "intermediateThrowEvent", "implicitThrowEvent"):
        if not event.executed:
            continue
        for word, definition in definitions_of(model, event):
            if word in ("error", "escalation"):
                thrown = model.named(definition, f"{word}Ref")
                if thrown is None or (thrown.kind == word and not thrown.attribute(f"{word}Code")):
                    yield broken(
                        event.owner,
                        "thrown-without-code",
                        f"“{event.label}” throws an {word} without a code, so nothing can catch "
                        "it by its name.",
                        f"Name an <{word}> that has an {word}Code.",
                    )


def messages_and_signals_are_named(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.5: in an executable process an event says which message or signal it is."""
    for event in model.all("event"):
        if not event.executed:
            continue
        for word, definition in definitions_of(model, event):
            if word in ("message", "signal") and not _names(definition, f"{word}Ref"):
                yield broken(
                    event.owner,
                    f"{word}-missing",
                    f"“{event.label}” does not say which {word} it "
                    f"{'throws' if event.is_a('throwEvent') else 'waits for'}.",
                    f'Define a <{word} id="…" name="…"/> and name it as {word}Ref.',
                )


def _names(definition: Part, attribute: str) -> bool:
    return bool(definition.attribute(attribute)) or definition.has_extensions
