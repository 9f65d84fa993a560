"""What Camunda 7 and 8 say in different words and Placet in one way."""

import re

from processes.core.bpmn.dialects.feel_pieces import quoted
from processes.core.bpmn.dialects.juel import Translation
from processes.core.bpmn.dialects.rewriting import Owner
from processes.core.bpmn.forms import unusable_name
from processes.core.feel import FeelError, parse_duration

FROM_NOW = re.compile(
    r'now\(\)\s*\+\s*(duration\(\s*"[^"]+"\s*\)(?:\s*\+\s*duration\(\s*"[^"]+"\s*\))*)'
)
ONE_SPAN = re.compile(r'duration\(\s*"([^"]+)"\s*\)')
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)")
ZONE_WITHOUT_COLON = re.compile(r"([+-]\d\d)(\d\d)$")
ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[\w.-]+(?::\d+)?)(?P<path>[/?][^\s]*)?", re.ASCII
)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LONGEST_NAME = 150
MOST_ATTEMPTS = 20


def is_span(text: str) -> bool:
    try:
        parse_duration(text)
    except FeelError:
        return False
    return True


# --- people --------------------------------------------------------------------------------------


def names(owner: Owner, what: str, entries: list[str]) -> str:
    """Return names of people or groups as `placet:assignment` lists them."""
    found: list[str] = []
    for entry in entries:
        translation = owner.feel(what, entry)
        if translation is None:
            continue
        if translation.plain and len(translation.text) > LONGEST_NAME:
            owner.left(what, entry, "The name is too long for a person or a group.", "Shorten it.")
        elif translation.text:
            found.append(translation.marked)
    return ", ".join(found)


def assignment(owner: Owner, assignee: str, users: list[str], groups: list[str]) -> None:
    """Say who is asked. An assignee holds the task alone; candidates would come after them."""
    what = {key: owner.named(key) for key in ("assignee", "candidateUsers", "candidateGroups")}
    if owner.says("assignment"):
        return
    if assignee:
        said = names(owner, what["assignee"], [assignee])
        if said:
            owner.put("assignment", candidateUsers=said, allocate="single")
            owner.became(what["assignee"], assignee, said)
        for key, entries in (("candidateUsers", users), ("candidateGroups", groups)):
            if entries and said:
                owner.left(
                    what[key],
                    ", ".join(entries),
                    "The task has an assignee, who is asked alone here.",
                    "Remove the assignee if all of them are to be asked.",
                )
        if said:
            return
    for key, entries in (("candidateUsers", users), ("candidateGroups", groups)):
        if entries and (said := names(owner, what[key], entries)):
            owner.put("assignment", **{key: said})
            owner.became(what[key], ", ".join(entries), said)


def deadline(owner: Owner, what: str, text: str, attribute: str = "completeBy") -> None:
    """Say until when something is to be done: a span from the moment that people are asked."""
    found = owner.feel(what, text)
    if found is None or owner.says("deadline"):
        return
    said = span_until(found)
    if not said:
        owner.left(
            what,
            text,
            "It is neither a span nor a moment with a time zone.",
            f"Write a span, for example PT24H, into placet:deadline ({attribute}).",
        )
        return
    owner.put("deadline", **{attribute: said})
    sentence = ""
    if "date and time(" in said and not found.plain:
        sentence = "Its value must be a date and time with a zone, such as 2030-01-31T09:00:00Z."
    owner.became(what, text, said, " ".join([*found.remarks, sentence]).strip())


def priority(owner: Owner, what: str, text: str) -> None:
    """Say how urgent it is, from 0 to 100; other numbers have no meaning here."""
    found = owner.feel(what, text)
    if found is None or not found.text or owner.says("priority"):
        return
    if found.plain and not (found.text.isdecimal() and int(found.text[:4]) <= 100):
        owner.left(
            what,
            text,
            "A priority is a whole number from 0 to 100 here.",
            "Write one into placet:priority.",
        )
        return
    owner.put("priority", value=found.marked)
    remark = "" if found.plain else "Its value must be a whole number from 0 to 100."
    owner.became(what, text, found.marked, " ".join([*found.remarks, remark]).strip())


def span_until(due: Translation) -> str:
    """Return the span from now until ``due`` as `placet:deadline` wants it; empty if unknown."""
    if due.plain:
        if is_span(due.text):
            return due.text
        if not MOMENT.fullmatch(due.text):
            return ""
        moment = ZONE_WITHOUT_COLON.sub(r"\1:\2", due.text)
        return f"=date and time({quoted(moment)}) - now()"
    if found := FROM_NOW.fullmatch(due.text):
        only = ONE_SPAN.fullmatch(found[1])
        return only[1] if only else f"={found[1]}"
    return f"=date and time({due.text}) - now()"


def completed(owner: Owner) -> None:
    """Give a task of an engine without outcomes the one that it has."""
    if owner.says("outcome"):
        return
    owner.put("outcome", id="completed", name="Complete", kind="neutral")
    owner.report(
        "userTask",
        "translated",
        new="completed",
        sentence="A task there is just completed, so it has one outcome here.",
        hint="Give it outcomes such as approved and rejected where it is a decision.",
    )


def field_variables(owner: Owner, fields: list[str]) -> None:
    """Set the variables that a form of the other engine sets: one for each field."""
    for name in fields:
        owner.put("output", target=name, source=f"={owner.variable}.data.{name}")
    if fields and owner.variable != owner.id:
        owner.keep_result_in(owner.variable)


# --- machines ------------------------------------------------------------------------------------


def topic(owner: Owner, what: str, text: str) -> None:
    """Give the work to an external worker."""
    found = owner.feel(what, text)
    if found is None:
        return
    if not found.plain or not found.text:
        owner.left(
            what,
            text,
            "The name of the work is only known when it runs.",
            "Write one fixed name into placet:topic.",
        )
        return
    owner.put("topic", name=found.text)
    owner.became(
        what,
        text,
        found.text,
        f"What the worker answers is kept in “{owner.variable}”, not spread over variables.",
    )
    if owner.variable != owner.id:
        owner.keep_result_in(owner.variable)


def retry(owner: Owner, what: str, old: str, attempts: int, **waits: str) -> None:
    """Say how often it is tried; ``waits`` are the attributes of `placet:retry`."""
    sentence = ""
    if attempts > MOST_ATTEMPTS:
        sentence = f"At most {MOST_ATTEMPTS} tries are made."
    tried = str(max(1, min(attempts, MOST_ATTEMPTS)))
    owner.put("retry", attempts=tried, **waits)
    new = ", ".join((f"{tried} tries", *(f"{key} {value}" for key, value in waits.items())))
    owner.became(what, old, new, sentence)


def http(owner: Owner, what: str, url: Translation, method: str, body: str) -> bool:
    """Make a call over a named connection out of an address; tell whether that was possible."""
    found = ADDRESS.match(constant_start(url))
    if found is None:
        owner.left(
            what,
            url.marked,
            "The address is only known when it runs; here a connection holds it.",
            "Add placet:http with the name of a connection and a path.",
        )
        return False
    if method.upper() not in METHODS:
        owner.left(what, method, f"Calls with the method {method[:20]} are not made.", "Use POST.")
        return False
    connection = re.sub(r"[^a-z0-9]+", "-", found["host"].lower()).strip("-")
    path = path_below(url, f"{found['scheme']}://{found['host']}")
    owner.put("http", connection=connection, method=method.upper(), path=path, body=body)
    owner.report(
        what,
        "translated",
        old=url.marked,
        new=f"{connection}: {method.upper()} {path}",
        sentence="The address stands in a connection, so that no file holds one.",
        hint=f"Make the connection “{connection}” for {found['scheme']}://{found['host']}.",
    )
    return True


def constant_start(url: Translation) -> str:
    """Return the part of an address that is known before it runs."""
    if url.plain:
        return url.text
    found = re.match(r'(?:string join\(\[)?"([^"\\]*)"', url.text)
    return found[1] if found else ""


def path_below(url: Translation, base: str) -> str:
    if url.plain:
        path = url.text.removeprefix(base)
        return path if path.startswith("/") else f"/{path}"
    below = url.text.replace(base, "", 1)
    if below.startswith(('string join([""', '""')):
        below = below.replace('""', '"/"', 1)
    return f"={below}"


# --- variables -----------------------------------------------------------------------------------


def mapped(owner: Owner, way: str, what: str, target: str, source: Translation, old: str) -> None:
    """Add an input or output mapping; ``way`` is ``input`` or ``output``."""
    if reason := unusable_name(target):
        owner.left(
            what,
            target,
            f"The variable “{target[:60]}” {reason}",
            "Choose a name of letters, digits and “_”, and use it wherever it is read.",
        )
        return
    owner.put(way, target=target, source=f"={source.expression}")
    owner.became(what, old, f"{target} = {source.expression}", " ".join(source.remarks))
