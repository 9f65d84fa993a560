"""Moments, spans and repetitions as files write them: plain ISO 8601, or FEEL after a ``=``."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from lxml import etree

from processes.core.bpmn.draft import Drawn, standard_children, text_of
from processes.core.bpmn.notes import Notes
from processes.core.bpmn.rules.definitions import PLAIN, WRITTEN
from processes.core.bpmn.xml import shorten
from processes.core.feel import Expression, add_duration, compile_expression, parse_duration
from processes.core.feel.errors import FeelError
from processes.core.findings import Severity
from processes.core.graph import Timer

BARE_WORD = re.compile(r"[^\W\d]\w*")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T[0-9:.]+(Z|[+-]\d{2}:\d{2})?(@[\w/+-]+)?)?")
CYCLE = re.compile(r"R(?P<times>\d{0,6})/(?P<every>P[0-9A-Z.]+)")
CYCLE_FROM = re.compile(r"R\d*/\d{4}-.*")
CRON = re.compile(r"\S+(\s+\S+){4,6}")
WEEKS = re.compile(r"(?P<sign>-?)P(?P<weeks>\d{1,6})W")
ISO_8601 = re.compile("|".join(f"(?:{form.pattern})" for form, _, _ in WRITTEN.values()))

# Any moment will do: it only measures plain spans.
NOON = datetime(2000, 1, 1, 12, tzinfo=UTC)
LONGEST_YEARS = 100


def span(
    notes: Notes,
    element: str,
    what: str,
    text: str,
    *,
    zero: bool = False,
    severity: Severity = "error",
) -> Expression | None:
    """Return the expression of a duration such as PT24H, or None after writing down why not.

    A plain one must be longer than nothing unless ``zero`` is allowed. ``severity`` is how grave it
    is that a duration is none that we run: what is ISO 8601 is valid on a timer of the standard.
    """
    plain = in_days(text.strip())
    if not plain.startswith(("P", "-P")):
        return explicit(notes, element, what, plain, "a duration such as PT24H")
    try:
        end = add_duration(NOON, parse_duration(plain))
    except FeelError as error:
        notes.add(severity, element, "duration", f"{what} is wrong.", shorten(str(error), 300))
        return None
    if end < NOON or (end == NOON and not zero):
        notes.add(
            severity,
            element,
            "duration-not-positive",
            f"{what}, {shorten(plain, 40)}, is not longer than nothing.",
            "Write for example PT24H for 24 hours.",
        )
        return None
    if end.year - NOON.year > LONGEST_YEARS:
        notes.add(
            severity,
            element,
            "duration-too-long",
            f"{what}, {shorten(plain, 40)}, is longer than {LONGEST_YEARS} years.",
        )
        return None
    return compile_expression(f'duration("{plain}")')


def in_days(text: str) -> str:
    """Return a duration of weeks as one of days, which FEEL knows; anything else as it is."""
    found = WEEKS.fullmatch(text)
    return f"{found['sign']}P{7 * int(found['weeks'])}D" if found else text


def wait(notes: Notes, element: str, what: str, text: str) -> Expression | None:
    """Return how long a timer waits, which may be not at all."""
    return span(notes, element, what, text, zero=True, severity="unsupported")


def date(notes: Notes, element: str, what: str, text: str) -> Expression | None:
    plain = text.strip()
    if not DATE.fullmatch(plain):
        return explicit(notes, element, what, plain, "a date such as 2030-01-31T09:00:00Z")
    expression = compile_expression(f'date and time("{plain}")')
    try:
        found = expression.evaluate({}, now=NOON)
    except FeelError:
        found = None
    if found is None:
        notes.error(
            element,
            "date",
            f"{what}, {shorten(plain, 40)}, is no date of the calendar.",
            "Write for example 2030-01-31T09:00:00Z.",
        )
        return None
    return expression


def cycle(notes: Notes, element: str, what: str, text: str) -> Expression | None:
    plain = text.strip()
    if CYCLE_FROM.fullmatch(plain):
        notes.unsupported(
            element,
            "cycle-start",
            f"{what}, {shorten(plain, 60)}, begins at a date of its own. That is not run here.",
            "Write only how often and how long, for example R3/PT10M.",
        )
        return None
    if CRON.fullmatch(plain) and not plain.startswith("="):
        notes.unsupported(
            element,
            "cron",
            f"{what}, {shorten(plain, 60)}, looks like a cron schedule. That is not run here.",
            "Write how often and how long, for example R/P1D for every day.",
        )
        return None
    found = CYCLE.fullmatch(plain)
    if found is None:
        return explicit(notes, element, what, plain, "a repetition such as R3/PT10M")
    if found["times"] and int(found["times"]) == 0:
        notes.unsupported(
            element,
            "cycle-never",
            f"{what}, {shorten(plain, 40)}, fires zero times.",
            "Write for example R3/PT10M for three times, every ten minutes.",
        )
        return None
    if span(notes, element, what, found["every"], severity="unsupported") is None:
        return None
    return compile_expression(f'"R{found["times"]}/{in_days(found["every"])}"')


def explicit(notes: Notes, element: str, what: str, text: str, form: str) -> Expression | None:
    """Return the expression of anything that is not plain ISO 8601.

    A single bare word is taken for a slip, since a variable is easily told by a leading ``=``.
    """
    if ISO_8601.fullmatch(text):
        notes.unsupported(
            element,
            "time-not-run",
            f"{what}, {shorten(text, 60)}, is written in a way that is not run here.",
            f"Write {form}.",
        )
        return None
    if BARE_WORD.fullmatch(text):
        notes.error(
            element,
            "time",
            f"{what}, {shorten(text, 60)}, is neither {form} nor an expression.",
            f"Write {form}, or ={shorten(text, 60)} if that is a variable.",
        )
        return None
    return notes.expression(element, what, text)


FORMS: dict[str, Callable[[Notes, str, str, str], Expression | None]] = {
    "timeDate": date,
    "timeDuration": wait,
    "timeCycle": cycle,
}


def broken(kind: str, text: str) -> bool:
    """Tell whether the rules say already that this is no date, duration or repetition."""
    pattern, _, _ = WRITTEN[kind]
    return bool(PLAIN.fullmatch(text)) and not pattern.fullmatch(text)


def timer(definition: etree._Element, event: Drawn, notes: Notes) -> Timer | None:
    """Return when the event fires: by exactly one form, as the rules hold (BPMN 2.0.2, 10.5.5)."""
    forms = [(kind, child) for kind, child in standard_children(definition) if kind in FORMS]
    if len(forms) != 1:
        return None
    kind, child = forms[0]
    if broken(kind, text_of(child)):
        return None
    what = f"The time of “{event.label}”"
    expression = FORMS[kind](notes, event.id, what, text_of(child))
    if expression is None:
        return None
    match kind:
        case "timeDate":
            return Timer("date", expression)
        case "timeDuration":
            return Timer("duration", expression)
    return Timer("cycle", expression)
