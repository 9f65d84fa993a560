"""What is asked of machines, with every expression evaluated."""

from typing import Any

from processes.core import graph as g
from processes.core import state as st
from processes.core.asking import span
from processes.core.feel import Expression
from processes.core.run import Run


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
            path = str(run.plain(path, token))
        request |= {
            "connection": call.connection,
            "method": call.method,
            "path": path,
            "body": run.plain(call.body, token) if call.body else None,
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
