"""What is asked of people and of machines, with every expression evaluated."""

from collections.abc import Sequence
from typing import Any

from processes.core import graph as g
from processes.core import state as st
from processes.core.feel import Expression, parse_duration, to_json
from processes.core.feel.errors import FeelError
from processes.core.run import Run, Trouble


def ask(run: Run, node: g.UserTask, token: st.Token) -> dict[str, Any]:
    """Return whom the task asks and until when, with every expression evaluated."""
    who = node.assignment
    deadline = node.deadline
    return {
        "users": names(run, who.users, token),
        "groups": names(run, who.groups, token),
        "exclude": [
            run.state.initiator if name == "initiator" else name
            for name in names(run, who.exclude, token)
            if name != "initiator" or run.state.initiator
        ],
        "complete_by": span(run, deadline.complete_by, token) if deadline else None,
        "remind_before": (
            span(run, deadline.remind_before, token)
            if deadline and deadline.remind_before
            else None
        ),
        "escalations": [
            {
                "after": span(run, rung.after, token),
                "users": names(run, rung.users, token),
                "groups": names(run, rung.groups, token),
            }
            for rung in node.escalations
        ],
    }


def names(run: Run, entries: Sequence[str | Expression], token: st.Token) -> list[str]:
    """Return the names in order, each once. An expression gives a name or a list of names."""
    found: dict[str, None] = {}
    for entry in entries:
        if isinstance(entry, str):
            found[entry] = None
            continue
        value = to_json(run.evaluate(entry, token))
        for name in value if isinstance(value, list) else [value]:
            if not isinstance(name, str) or not name:
                raise Trouble(
                    "assignment",
                    f"{entry.text} gives {name!r}, which is not a name. "
                    "Make it give a user name, a group name or a list of them.",
                )
            found[name] = None
    return list(found)


def span(run: Run, expression: Expression, token: st.Token) -> str:
    """Return an ISO 8601 duration that does not go back in time."""
    value = str(to_json(run.evaluate(expression, token)))
    try:
        parse_duration(value)
    except FeelError as error:
        raise Trouble("duration", f"{expression.text} gives {value!r}: {error}") from error
    if value.startswith("-"):
        raise Trouble("duration", f"{expression.text} gives {value}, which lies in the past.")
    return value


def request_of(run: Run, node: g.ServiceTask, token: st.Token) -> dict[str, Any]:
    """Return what to do and how often to try.

    An external worker gets the variables that were mapped for it; without any, all it may see.
    """
    call = node.call
    request: dict[str, Any] = {
        "attempts": node.retry.attempts,
        "backoff": span(run, node.retry.backoff, token),
        "factor": node.retry.factor,
        "cap": span(run, node.retry.cap, token),
    }
    if isinstance(call, g.Topic):
        seen = run.variables(token)
        given = {assign.target for assign in node.inputs} or set(seen) - {"process"}
        request |= {"topic": call.name, "variables": {name: seen[name] for name in sorted(given)}}
    else:
        path = call.path
        if isinstance(path, Expression):
            path = str(to_json(run.evaluate(path, token)))
        request |= {
            "connection": call.connection,
            "method": call.method,
            "path": path,
            "body": to_json(run.evaluate(call.body, token)) if call.body else None,
            "timeout": span(run, call.timeout, token),
        }
    run.check_values({"request": request})
    return request


def error_code(node: g.ServiceTask, status: int | None) -> str:
    """Return the error that an answer with this status is mapped to, or nothing."""
    for mapping in node.errors:
        wanted = mapping.status
        if wanted in ("", str(status)):
            return mapping.code
        if status and wanted.endswith("xx") and wanted[:1] == str(status)[:1]:
            return mapping.code
    return ""
