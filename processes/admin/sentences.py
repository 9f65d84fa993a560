"""One sentence for each kind of event, in the words of an operator."""

from collections.abc import Sequence
from typing import assert_never

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from processes.core import events as ev
from processes.core.graph import Graph, UserTask

NOTED = {
    "claimed": gettext_lazy("Claimed “%(node)s”."),
    "started": gettext_lazy("Began to work on “%(node)s”."),
    "stopped": gettext_lazy("Put “%(node)s” aside for later."),
    "released": gettext_lazy("Gave “%(node)s” back to everybody who is asked."),
    "delegated": gettext_lazy("Handed “%(node)s” over to %(to)s."),
    "forwarded": gettext_lazy("Passed “%(node)s” on to %(to)s."),
    "reassigned": gettext_lazy("Assigned “%(node)s” to %(to)s: %(reason)s"),
    "reminded": gettext_lazy("“%(node)s” is due soon; a reminder was given."),
    "escalated": gettext_lazy("“%(node)s” passed its deadline; also asked now: %(to)s."),
    "escalated nobody": gettext_lazy("“%(node)s” passed its deadline; nobody else may be asked."),
    "escalated notify": gettext_lazy("“%(node)s” passed its deadline; told: %(to)s."),
    "escalated reassign": gettext_lazy("“%(node)s” passed its deadline; asked instead: %(to)s."),
    "escalated prioritize": gettext_lazy("“%(node)s” passed its deadline; it is more urgent now."),
    "escalated throw": gettext_lazy("“%(node)s” passed its deadline; the process reacts."),
    "overdue": gettext_lazy("“%(node)s” was due, and is not answered."),
    "overdue startBy": gettext_lazy("Nobody has begun to work on “%(node)s” in time."),
    "voted": gettext_lazy("Gave an answer to “%(node)s”, one of several."),
    "added": gettext_lazy("Had %(to)s asked for “%(node)s” as well: %(reason)s"),
    "recounted": gettext_lazy("“%(node)s” was decided by the answers that were there."),
    "taken_back": gettext_lazy("Took “%(node)s” back."),
    "given_back": gettext_lazy("Gave “%(node)s” back to %(to)s, who delegated it."),
    "nominated": gettext_lazy("Had %(to)s asked for “%(node)s”, which asked nobody."),
    "proposed": gettext_lazy("Proposed an answer to “%(node)s” to %(to)s, who delegated it."),
    "answered": gettext_lazy("Answered “%(node)s”; the answer can still be undone."),
    "undone": gettext_lazy("Undid the answer to “%(node)s”."),
    "suspended": gettext_lazy("Laid “%(node)s” aside."),
    "resumed": gettext_lazy("“%(node)s” goes on."),
    "information_asked": gettext_lazy("Asked %(to)s about “%(node)s”."),
    "information_given": gettext_lazy("Answered the question of %(to)s about “%(node)s”."),
    "prioritized": gettext_lazy("Set the priority of “%(node)s”."),
    "rescheduled": gettext_lazy("Moved the due date of “%(node)s”."),
    "follow_up_set": gettext_lazy("Set a reminder for “%(node)s”."),
    "attached": gettext_lazy("Added a file to “%(node)s”."),
    "attachment_removed": gettext_lazy("A harmful file was removed from “%(node)s”."),
    "commented": gettext_lazy("Commented on “%(node)s”."),
}


def label(graph: Graph, node: str) -> str:
    """Return the name of a node; its id when it has none."""
    found = graph.nodes.get(node)
    return found.label if found is not None else node


def answer(graph: Graph, node: str, outcome: str) -> tuple[str, str]:
    """Return the words of an outcome, and positive or negative where the definition says so."""
    found = graph.nodes.get(node)
    for known in found.outcomes if isinstance(found, UserTask) else ():
        if known.id == outcome:
            return known.name, known.kind if known.kind != "neutral" else ""
    return outcome, ""


def told(event: ev.Event, graph: Graph) -> str:  # noqa: C901 one case per kind of event
    """Return what the event says."""
    node = label(graph, getattr(event, "node", ""))
    about: dict[str, object] = {"node": node}
    match event:
        case ev.InstanceStarted():
            if event.entrance:
                entrance = label(graph, event.entrance)
                return _("The process was started by “%(node)s”.") % {"node": entrance}
            return _("Started the process.")
        case ev.InstanceCompleted():
            return _("The process came to its end.")
        case ev.InstanceFailed():
            words = about | {"code": event.code, "sentence": event.sentence}
            return _("The process failed with the error “%(code)s”: %(sentence)s") % words
        case ev.InstanceCancelled():
            return _("Cancelled the process: %(reason)s") % {"reason": event.reason}
        case ev.InstanceSuspended():
            if event.reason:
                return _("Suspended the process: %(reason)s") % {"reason": event.reason}
            return _("Suspended the process.")
        case ev.InstanceResumed():
            return _("Let the process go on.")
        case ev.RequestWithdrawn():
            return _("Took the request back; it goes on at “%(node)s”.") % about
        case ev.ScopeOpened():
            if event.item is not None:
                words = about | {"number": event.item + 1}
                return _("Round %(number)s of “%(node)s” began.") % words
            return _("“%(node)s” got variables of its own.") % about
        case ev.ScopeBegun():
            return _("“%(node)s” was begun.") % about
        case ev.ScopeClosed():
            if event.kept:
                return _("“%(node)s” is done; what it did can still be undone.") % about
            return _("The variables of a finished part were dropped.")
        case ev.TokenEntered():
            return _("Came to “%(node)s”.") % about
        case ev.TokenWaits():
            return _("“%(node)s” waits for what is to come.") % about
        case ev.LocalsSet():
            words = about | {"names": listed(list(event.values))}
            return _("“%(node)s” got variables of its own: %(names)s.") % words
        case ev.NodeCompleted():
            return _("“%(node)s” is done.") % about
        case ev.LoopStarted():
            if event.total is None:
                return _("“%(node)s” is done again and again.") % about
            words = about | {"total": event.total}
            return _("“%(node)s” is done %(total)s times.") % words
        case ev.LoopGathered():
            words = about | {"number": event.item + 1}
            return _("Round %(number)s of “%(node)s” gave its result.") % words
        case ev.GatewayActivated():
            return _("“%(node)s” let the process pass.") % about
        case ev.GatewayReset():
            return _("“%(node)s” is ready for the next time.") % about
        case ev.TokenWithdrawn():
            return _("Was taken away from “%(node)s”.") % about
        case ev.VariablesSet():
            return _("Wrote %(names)s.") % {"names": listed(list(event.values))}
        case ev.TaskOpened():
            asked = listed([*event.asked.get("users", ()), *event.asked.get("groups", ())])
            return _("“%(node)s” was asked: %(asked)s.") % {"node": node, "asked": asked}
        case ev.TaskCompleted():
            said, _tone = answer(graph, event.node, event.outcome)
            return _("Answered “%(node)s” with “%(outcome)s”.") % {"node": node, "outcome": said}
        case ev.TaskWithdrawn():
            return _("“%(node)s” was taken back: nobody needs to answer it any more.") % about
        case ev.TaskSentBack():
            words = about | {"to": label(graph, event.to)}
            return _("Sent “%(node)s” back to “%(to)s”.") % words
        case ev.TaskSkipped():
            return _("Skipped “%(node)s”: no answer is needed.") % about
        case ev.TaskFailed():
            return _("Could not do “%(node)s”: %(code)s.") % (about | {"code": event.code})
        case ev.TaskFaulted():
            words = about | {"sentence": event.sentence}
            return _("“%(node)s” cannot be asked: %(sentence)s") % words
        case ev.TaskEscalated():
            return _("“%(node)s” escalates “%(code)s”.") % (about | {"code": event.code})
        case ev.TaskNoted():
            return noted(event, node)
        case ev.JobRequested():
            if topic := event.request.get("topic"):
                words = about | {"topic": topic}
                return _("“%(node)s” waits for a worker for “%(topic)s”.") % words
            words = about | {"system": event.request.get("connection", "")}
            return _("“%(node)s” is to call the system “%(system)s”.") % words
        case ev.JobSucceeded():
            words = about | {"attempt": event.attempts}
            return _("“%(node)s” got its answer at try %(attempt)s.") % words
        case ev.JobFailed():
            words = about | {"attempts": event.attempts, "error": event.error}
            return _("“%(node)s” was given up after %(attempts)s tries: %(error)s") % words
        case ev.JobWithdrawn():
            return _("The call of “%(node)s” was taken back.") % about
        case ev.TimerArmed():
            due = date_format(localtime(event.due_at), "DATETIME_FORMAT")
            return _("The timer of “%(node)s” was set to %(due)s.") % {"node": node, "due": due}
        case ev.TimerFired():
            return _("The timer of “%(node)s” went off.") % about
        case ev.TimerWithdrawn():
            return _("The timer of “%(node)s” is no longer needed.") % about
        case ev.SubscriptionOpened():
            return awaited(event, node, told_key(event.key, graph))
        case ev.SubscriptionMatched():
            return _("What “%(node)s” waited for came.") % about
        case ev.ConditionCleared():
            return _("The condition of “%(node)s” no longer holds.") % about
        case ev.SubscriptionClosed():
            return _("“%(node)s” no longer waits.") % about
        case ev.MessageSent():
            words = about | {"name": event.name, "key": told_key(event.key, graph)}
            if words["key"]:
                return _("“%(node)s” sent the message “%(name)s” for “%(key)s”.") % words
            return _("“%(node)s” sent the message “%(name)s”.") % words
        case ev.SignalSent():
            return _("“%(node)s” gave the signal “%(name)s”.") % (about | {"name": event.name})
        case ev.ErrorThrown():
            words = about | {"code": event.code, "catcher": label(graph, event.catcher)}
            if event.catcher:
                return _("“%(node)s” failed with “%(code)s”; “%(catcher)s” took over.") % words
            return _("“%(node)s” failed with “%(code)s”, and nothing catches that.") % words
        case ev.EscalationThrown():
            words = about | {"code": event.code, "catcher": label(graph, event.catcher)}
            if event.catcher:
                return _("“%(node)s” escalated “%(code)s” to “%(catcher)s”.") % words
            return _("“%(node)s” escalated “%(code)s”; nobody reacts to it.") % words
        case ev.CallRequested():
            words = about | {"process": event.process}
            return _("“%(node)s” calls the process “%(process)s”.") % words
        case ev.CallCompleted():
            return _("The process that “%(node)s” called came to its end.") % about
        case ev.CallFailed():
            words = about | {"sentence": event.sentence}
            return _("The call of “%(node)s” failed: %(sentence)s") % words
        case ev.CallWithdrawn():
            return _("The process that “%(node)s” called is no longer needed.") % about
        case ev.CompensationStarted():
            words = about | {"count": len(event.entries)}
            return _("“%(node)s” has %(count)s steps undone, the last one first.") % words
        case ev.CompensationStepped():
            return _("“%(node)s” has the next step undone.") % about
        case ev.IncidentRaised():
            words = about | {"sentence": event.sentence}
            return _("Stopped at “%(node)s”: %(sentence)s") % words
        case ev.IncidentResolved():
            if event.how == "withdrawn":
                return _("The incident at “%(node)s” no longer matters.") % about
            return _("Tried “%(node)s” again after an incident.") % about
        case _:
            assert_never(event)


def told_key(key: str, graph: Graph) -> str:
    """Return the key of a message, or nothing where it may tell what is sensitive."""
    return "" if graph.sensitive else key


def awaited(event: ev.SubscriptionOpened, node: str, key: str) -> str:
    words = {"node": node, "name": event.name, "key": key}
    if event.trigger == "condition":
        return _("“%(node)s” waits for its condition to become true.") % words
    if event.trigger == "signal":
        return _("“%(node)s” listens for the signal “%(name)s”.") % words
    if key:
        return _("“%(node)s” waits for the message “%(name)s” for “%(key)s”.") % words
    return _("“%(node)s” waits for the message “%(name)s”.") % words


def noted(event: ev.TaskNoted, node: str) -> str:
    to = event.details.get("to", "")
    words = {
        "node": node,
        "to": listed(to) if isinstance(to, list) else to,
        "reason": event.details.get("reason", ""),
    }
    return str(NOTED.get(sort_of(event), event.action)) % words


def sort_of(event: ev.TaskNoted) -> str:
    """Return what was noted, and of which sort where that makes another sentence."""
    details = event.details
    if event.action == "escalated" and details.get("to") == []:
        return "escalated nobody"
    if event.action not in ("escalated", "overdue"):
        return event.action
    return " ".join(filter(None, (event.action, details.get("do"), details.get("of"))))


def listed(words: Sequence[str]) -> str:
    return ", ".join(words) if words else _("nobody")
