"""From event definitions to the triggers of the graph: one function for each kind.

What is missing or wrong by the standard is told by the rules; here it only makes the event one that
is not understood.
"""

from collections.abc import Callable, Sequence

from processes.core import graph as g
from processes.core.bpmn import times
from processes.core.bpmn.beside import called, target_of
from processes.core.bpmn.context import Context
from processes.core.bpmn.correlation import receiving_key, sending_key
from processes.core.bpmn.draft import TRUE, Drawn
from processes.core.bpmn.extension import Holder, Said, said
from processes.core.bpmn.formal import formal_child

THROWS = ("intermediateThrowEvent", "endEvent", "implicitThrowEvent")
# What a throwing event does last, so that it can do only one of them.
LAST = (g.Error, g.Compensation, g.Cancel, g.Terminate, g.Link)


def triggers(event: Drawn, told: Said, context: Context) -> tuple[g.Trigger, ...] | None:
    """Return what the event waits for or throws, or None when some of it was not understood."""
    found: list[g.Trigger] = []
    definitions = context.beside.definitions(event)
    for definition in definitions:
        one = TRIGGERS[definition.kind](definition, event, told, context)
        if one is not None:
            found.append(one)
    if len(found) < len(definitions) or len(definitions) < references(event):
        return None
    refuse_idle(event, told, found)
    refuse_mixture(event, found, context)
    return tuple(found)


def refuse_idle(event: Drawn, told: Said, found: Sequence[g.Trigger]) -> None:
    """Write down details of a message or signal on an event that has none."""
    for kind, wanted in (("message", g.Message), ("signal", g.Signal)):
        part = told.one(kind)
        if part is not None and not any(isinstance(trigger, wanted) for trigger in found):
            part.wrong(
                "extension-not-here",
                f"placet:{kind} says nothing on “{event.label}”, which has no {kind}.",
                f"Add a {kind}EventDefinition, or remove it.",
            )


def references(event: Drawn) -> int:
    return len(event.definitions) + len(event.definition_references)


def throws(event: Drawn) -> bool:
    return event.kind in THROWS


# --- messages and signals ------------------------------------------------------------------------


def message(definition: Drawn, event: Drawn, told: Said, context: Context) -> g.Message | None:
    """Return the message; ``definition`` is the event definition, or the task itself."""
    known = context.beside.message(definition)
    name = called(known) if known is not None else context.implied.get(event.id, "")
    if not name:
        if has_extensions(definition) or definition is event:
            context.notes.unsupported(
                event.id,
                "no-message",
                f"“{event.label}” does not say which message it "
                f"{'sends' if throws(event) or event.kind == 'sendTask' else 'waits for'}.",
                'Define a <message id="…" name="…"/> and name it as messageRef.',
            )
        return None
    told = details(definition, event, told, context)
    part = told.one("message")
    key = part.expression("correlationKey") if part else None
    if throws(event) or event.kind == "sendTask":
        payload = part.expression("payload") if part else None
        lives = part.span("timeToLive") if part else None
        if key is None and known is not None:
            key = sending_key(known, payload, event, context)
        return g.Message(name, key, payload, lives)
    for unused in ("payload", "timeToLive"):
        if part is not None and part.text(unused):
            part.wrong("attribute-not-here", f"{part.what(unused)} says nothing when receiving.")
    if key is None and known is not None and not begins_process(event, context):
        key = receiving_key(known, event, context)
    return g.Message(name, key)


def begins_process(event: Drawn, context: Context) -> bool:
    """Tell whether no instance exists before the event, so that it needs no key."""
    if event.scope != context.draft.id:
        return False
    if event.kind == "startEvent" or event.flag("instantiate"):
        return True
    # One that wants all of its events waits for the later ones as any instance does.
    return any(
        node.flag("instantiate") and node.attribute("eventGatewayType") != "Parallel"
        for node in context.before(event)
    )


def details(definition: Drawn, event: Drawn, told: Said, context: Context) -> Said:
    """Return what the extension says about one definition: on itself, else on the event."""
    if definition is event:
        return told
    own = said(Holder(definition.element, definition.kind, event.id, event.label), context.notes)
    return own if own.parts else told


def has_extensions(definition: Drawn) -> bool:
    """Tell whether another language says more; then the rules of the standard leave it alone."""
    foreign = any(str(name).startswith("{") for name in definition.element.attrib)
    return foreign or bool(definition.children("extensionElements"))


def signal(definition: Drawn, event: Drawn, told: Said, context: Context) -> g.Signal | None:
    known = context.beside.find(definition, "signalRef", "signal")
    if known is None:
        if has_extensions(definition):
            context.notes.unsupported(
                event.id,
                "no-signal",
                f"“{event.label}” does not say which signal it means.",
                'Define a <signal id="…" name="…"/> and name it as signalRef.',
            )
        return None
    part = details(definition, event, told, context).one("signal")
    return g.Signal(called(known), part.expression("payload") if part else None)


# --- what is thrown and caught inside ------------------------------------------------------------


def error(definition: Drawn, event: Drawn, _told: Said, context: Context) -> g.Error:
    return g.Error(code(definition, event, "error", context))


def escalation(definition: Drawn, event: Drawn, _told: Said, context: Context) -> g.Escalation:
    return g.Escalation(code(definition, event, "escalation", context))


def code(definition: Drawn, event: Drawn, kind: str, context: Context) -> str:
    """Return the code; an event that catches without a code catches all (10.5.5)."""
    known = context.beside.find(definition, f"{kind}Ref", kind)
    if known is None:
        return ""
    written = known.attribute(f"{kind}Code")
    return written or (called(known) if throws(event) else "")


def compensation(definition: Drawn, event: Drawn, _told: Said, context: Context) -> g.Compensation:
    wait = (definition.attribute("waitForCompletion") or "true") in TRUE
    if not wait:
        context.notes.warning(
            event.id,
            "compensation-waits",
            f"“{event.label}” does not want to wait for the compensation, but it will.",
            "Remove waitForCompletion, or throw the event on a branch of its own.",
        )
    return g.Compensation(definition.reference("activityRef"), wait)


def cancel(_definition: Drawn, _event: Drawn, _told: Said, _context: Context) -> g.Cancel:
    return g.Cancel()


def terminate(_definition: Drawn, _event: Drawn, _told: Said, _context: Context) -> g.Terminate:
    return g.Terminate()


def link(definition: Drawn, event: Drawn, _told: Said, context: Context) -> g.Link:
    """Return the link by the name of its target, which the source may also name by id."""
    if not throws(event):
        return g.Link(definition.attribute("name"))
    named = [target_of(child) for child in definition.children("target")] or [definition.id]
    target = context.links.get((event.scope, named[0])) if named[0] else None
    return g.Link(target or definition.attribute("name"))


# --- what is waited for --------------------------------------------------------------------------


def conditional(
    definition: Drawn, event: Drawn, _told: Said, context: Context
) -> g.Conditional | None:
    condition = formal_child(definition, "condition", event, "The condition", context.notes)
    return g.Conditional(condition) if condition is not None else None


def timer(definition: Drawn, event: Drawn, _told: Said, context: Context) -> g.Timer | None:
    return times.timer(definition.element, event, context.notes)


TRIGGERS: dict[str, Callable[[Drawn, Drawn, Said, Context], g.Trigger | None]] = {
    "messageEventDefinition": message,
    "timerEventDefinition": timer,
    "signalEventDefinition": signal,
    "conditionalEventDefinition": conditional,
    "errorEventDefinition": error,
    "escalationEventDefinition": escalation,
    "compensateEventDefinition": compensation,
    "cancelEventDefinition": cancel,
    "linkEventDefinition": link,
    "terminateEventDefinition": terminate,
}


# --- several at once -----------------------------------------------------------------------------


def refuse_mixture(event: Drawn, found: Sequence[g.Trigger], context: Context) -> None:
    """Write down several triggers of one event that cannot be run together."""
    if len(found) < 2:
        return
    if throws(event):
        reason = mixed_throw(found)
    elif event.flag("parallelMultiple"):
        reason = mixed_parallel(found, begins_process(event, context))
    else:
        reason = mixed_catch(found)
    if reason:
        context.notes.unsupported(
            event.id, "multiple-event", f"“{event.label}” {reason}", "Use an event for each."
        )


def mixed_throw(found: Sequence[g.Trigger]) -> str:
    if sum(isinstance(trigger, LAST) for trigger in found) > 1:
        return "throws several things that each end what it does; Placet runs one of them."
    return ""


def mixed_parallel(found: Sequence[g.Trigger], begins: bool) -> str:
    if not all(isinstance(trigger, g.Awaited) for trigger in found):
        return "waits for events that come from inside together with others; that is not run."
    names = [getattr(trigger, "name", "") for trigger in found]
    if begins and len(set(names)) < len(names):
        return "waits for all of its events, but two of them cannot be told apart at a start."
    return ""


def mixed_catch(found: Sequence[g.Trigger]) -> str:
    if any(isinstance(trigger, g.Link | g.Compensation) for trigger in found):
        return "waits for a link or a compensation together with something else; that is not run."
    return ""
