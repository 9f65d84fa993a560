"""Rules about undoing what was done (10.7)."""

from collections.abc import Iterator

from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.carried import definitions_of
from processes.core.bpmn.rules.model import Model, Part
from processes.core.findings import Finding


def compensation_has_a_handler(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.7.1: an association, and no flow, leads on from the boundary event.

    It leads to one activity of the same level, which is there for compensation.
    """
    associated = _associated(model)
    for event in model.all("boundaryEvent"):
        if not any(word == "compensation" for word, _ in definitions_of(model, event)):
            continue
        if model.outgoing.get(event.id):
            yield broken(
                event.owner,
                "flow-out-of-compensation",
                f"A sequence flow leaves the compensation event “{event.label}”.",
                "Connect it to the activity that undoes by an association.",
            )
        handlers = [part for part in associated.get(event.id, []) if part.is_a("activity")]
        if len(handlers) != 1:
            yield broken(
                event.owner,
                "compensation-handler",
                f"The compensation event “{event.label}” leads to {len(handlers)} activities; "
                "one undoes what was done.",
                "Connect it by an association to an activity that is there for compensation.",
            )
        for handler in handlers:
            if not handler.flag("isForCompensation") or handler.holder is not event.holder:
                yield broken(
                    handler.owner,
                    "not-for-compensation",
                    f"“{handler.label}” undoes for “{event.label}”, but is not marked for "
                    "compensation on the same level.",
                    'Set isForCompensation="true".',
                )


def _associated(model: Model) -> dict[str, list[Part]]:
    """Return what associations connect with each element, in either direction."""
    found: dict[str, list[Part]] = {}
    for association in model.all("association"):
        source, target = (
            model.named(association, "sourceRef"),
            model.named(association, "targetRef"),
        )
        if source is not None and target is not None:
            found.setdefault(source.id, []).append(target)
            found.setdefault(target.id, []).append(source)
    return found


def compensating_activities_have_no_flow(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.7.1: nothing leads to them but the compensation, and they lead nowhere."""
    for activity in model.all("activity"):
        flows = (*model.incoming.get(activity.id, ()), *model.outgoing.get(activity.id, ()))
        if activity.flag("isForCompensation") and activity.id and flows:
            yield broken(
                activity.owner,
                "flow-of-compensation",
                f"“{activity.label}” is there for compensation, but the flow “{flows[0].label}” "
                "is connected to it.",
                "Remove the flow, or the mark.",
            )


def compensated_activities_are_in_reach(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.5 and 10.7.2: an activity of the level of the event, or around that."""
    for event in model.all("throwEvent"):
        for word, definition in definitions_of(model, event):
            activity = model.named(definition, "activityRef")
            if word != "compensation" or activity is None or not activity.is_a("activity"):
                continue
            around = [part for part in event.upwards() if part.is_a("process", "subProcess")]
            if activity.holder not in around:
                yield broken(
                    event.owner,
                    "compensation-out-of-reach",
                    f"“{event.label}” compensates “{activity.label}”, which lies in another "
                    "sub-process.",
                    "Compensate the sub-process, or an activity beside the event.",
                )
            elif activity.flag("isForCompensation"):
                yield broken(
                    event.owner,
                    "compensating-compensation",
                    f"“{event.label}” compensates “{activity.label}”, which itself undoes.",
                    "Name the activity that was done.",
                )
