"""What a task says about machines: the call, the external worker, how often, what comes of it."""

import re
from collections.abc import Sequence
from typing import Any, Literal, cast

from processes.core.bpmn.extension import Said
from processes.core.bpmn.parts import Part
from processes.core.bpmn.xml import shorten
from processes.core.feel import Expression, compile_expression
from processes.core.graph import Assign, ErrorMapping, HttpCall, Retry, Topic

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
STATUS = re.compile(r"[1-5]([0-9]{2}|xx)")
MAX_NAME = 200
# What only says something beside a call or a topic.
ONLY_MACHINES = ("retry", "result", "errorMapping")


def machine_work(told: Said) -> dict[str, Any]:
    """Return the fields of a ServiceTask that the extension fills."""
    return {
        "call": topic(told) or http_call(told),
        "retry": retry(told),
        "result": result(told),
        "errors": errors(told),
    }


def done_by_machine(told: Said) -> bool:
    """Tell whether a call or an external worker is named."""
    return told.one("http") is not None or told.one("topic") is not None


def refuse(told: Said, kinds: Sequence[str], why: str) -> None:
    """Write down elements that say nothing where they stand."""
    for kind in kinds:
        part = told.one(kind)
        if part is not None:
            part.wrong(
                "extension-not-here", f"{part.what()} says nothing {why}.", "Remove one of them."
            )


def topic(told: Said) -> Topic | None:
    """Return what an external worker looks for; with a call beside it nobody knows which."""
    part = told.one("topic")
    if part is None:
        return None
    if told.one("http") is not None:
        part.wrong(
            "topic-and-http",
            f"“{part.label}” has both placet:topic and placet:http.",
            "Keep placet:http to call from here, placet:topic to let a worker fetch it.",
        )
    name = part.needed("name")
    if len(name) > MAX_NAME or not name.isprintable():
        part.wrong("name", f"{part.what('name')} is no name of at most {MAX_NAME} characters.")
    return Topic(name) if name else None


def http_call(told: Said) -> HttpCall:
    """Return the call. One that names no connection is found by the checks."""
    part = told.one("http")
    timeout = compile_expression('duration("PT10S")')
    if part is None:
        return HttpCall("", "POST", "/", None, timeout)
    path = part.needed("path") or "/"
    if not path.startswith("=") and (reason := bad_path(path)):
        part.wrong("path", f"{part.what('path')}: “{shorten(path, 60)}” {reason}")
    return HttpCall(
        connection=part.text("connection"),
        method=part.choice("method", METHODS, "POST"),
        path=part.text_or_expression(path, "path"),
        body=part.expression("body"),
        timeout=part.span("timeout") or timeout,
    )


def bad_path(path: str) -> str:
    """Return why the path could lead somewhere else than below the connection's address."""
    if not path.startswith("/") or path.startswith("//"):
        return "must begin with one “/”: the address belongs to the connection."
    if any(sign in path for sign in "\\#") or not path.isprintable() or " " in path:
        return "has a sign that no path has."
    if ".." in path.partition("?")[0].split("/"):
        return "must not climb with “..”."
    return ""


def retry(told: Said) -> Retry:
    backoff, cap = compile_expression('duration("PT2S")'), compile_expression('duration("PT1M")')
    part = told.one("retry")
    if part is None:
        return Retry(3, backoff, 2.0, cap)
    return Retry(
        attempts=part.whole("attempts", 3, 1, 20),
        backoff=part.span("backoff") or backoff,
        factor=part.number("factor", 2.0, 1.0, 10.0),
        cap=part.span("cap") or cap,
    )


def result(told: Said) -> Expression | None:
    """Return what is kept of the answer."""
    part = told.one("result")
    return told.notes.expression(part.owner, part.what(), part.body) if part else None


def errors(told: Said) -> tuple[ErrorMapping, ...]:
    found = []
    for part in told.all("errorMapping"):
        status, code = part.text("status"), part.needed("code")
        if status and not STATUS.fullmatch(status):
            part.wrong(
                "status",
                f"{part.what('status')} cannot be “{shorten(status, 40)}”.",
                "Write a status such as 404, or 4xx for all of its kind; leave it out for any.",
            )
        elif code:
            found.append(ErrorMapping(status, code))
    return tuple(found)


# --- variables -----------------------------------------------------------------------------------


def assigns(parts: list[Part], target: str, source: str) -> tuple[Assign, ...]:
    """Return what sets variables, in order; ``target`` and ``source`` are the attributes."""
    found = []
    for part in parts:
        name = part.name(target)
        part.needed(source)
        expression = part.expression(source)
        if name and expression is not None:
            found.append(Assign(name, expression))
    return tuple(found)


# --- calling a process ---------------------------------------------------------------------------


def call(told: Said) -> dict[str, Any]:
    """Return the fields of a CallActivity that the extension fills."""
    part = told.one("call")
    if part is None:
        return {}
    binding = part.choice("binding", ("latest", "pinned", "version"), "latest")
    version = part.whole("version", 0, 1, 1_000_000) if part.text("version") else None
    if (binding == "version") != (version is not None):
        part.wrong(
            "call-version",
            f'{part.what()} names a version without binding="version", or the other way round.',
            'Write for example binding="version" version="3".',
        )
    return {
        "binding": cast(Literal["latest", "pinned", "version"], binding),
        "version": version,
        "everything": part.flag("propagateAll"),
    }
