"""The standard's own correlation, as far as one key says the same (BPMN 2.0.2, 8.4.2).

A key of several properties becomes a list. Where the receiving side is told apart by what it was
sent first, nothing says so in one expression, and it is refused.
"""

from collections.abc import Iterator, Sequence

from processes.core.bpmn.context import Context
from processes.core.bpmn.draft import Drawn
from processes.core.bpmn.notes import Notes
from processes.core.feel import Expression, compile_expression
from processes.core.feel.errors import FeelError

HINT = 'Write the key yourself: <placet:message correlationKey="=orderId" />.'


def receiving_key(message: Drawn, event: Drawn, context: Context) -> Expression | None:
    """Return what an instance is told apart by when it waits for the message."""
    keys = list(keys_about(message, context))
    for key in keys:
        paths = context.subscriptions.get(key, {})
        properties = context.beside.keys[key]
        if all(name in paths for name in properties):
            return compiled([paths[name] for name in properties], event, context.notes)
    if keys:
        refuse(event, message, "no subscription of the process gives it", context.notes)
    return None


def sending_key(
    message: Drawn, payload: Expression | None, event: Drawn, context: Context
) -> Expression | None:
    """Return the key of what is sent: the properties, read from the payload."""
    for key in keys_about(message, context):
        if payload is None:
            refuse(event, message, "it is sent without a payload to read it from", context.notes)
            return None
        paths = context.beside.retrievals[message.id]
        read = [f"({payload.text}).{bare(paths[name])}" for name in context.beside.keys[key]]
        return compiled(read, event, context.notes)
    return None


def keys_about(message: Drawn, context: Context) -> Iterator[str]:
    """Yield the correlation keys whose properties can all be read from the message."""
    known = context.beside.retrievals.get(message.id, {})
    for key, properties in context.beside.keys.items():
        if properties and known and all(name in known for name in properties):
            yield key


def compiled(paths: Sequence[str], event: Drawn, notes: Notes) -> Expression | None:
    plain = [bare(path) for path in paths]
    text = plain[0] if len(plain) == 1 else f"[{', '.join(plain)}]"
    try:
        return compile_expression(text)
    except FeelError:
        notes.unsupported(
            event.id,
            "correlation",
            f"The correlation of “{event.label}” is not written in FEEL.",
            HINT,
        )
        return None


def bare(path: str) -> str:
    return path.strip().removeprefix("=")


def refuse(event: Drawn, message: Drawn, why: str, notes: Notes) -> None:
    notes.unsupported(
        event.id,
        "correlation",
        f"“{message.label}” is told apart by a correlation key, but at “{event.label}” {why}.",
        HINT,
    )
