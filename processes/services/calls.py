"""Called processes: each an instance of its own, whose end the calling one waits for."""

from datetime import datetime
from typing import Any

from processes.core import commands as c
from processes.core.errors import Absent, Refusal, WrongState
from processes.core.world import DEEPEST
from processes.models import Dispatch, Instance, Version
from processes.services.beginning import begin
from processes.store import ENGINE, Step


def start_called(step: Step, call: Dispatch) -> None:
    """Start what the token of the locked caller waits for; a refusal is the failure of the call."""
    token = step.state.tokens.get(call.token)
    if token is None or token.wait != "call":
        # It was withdrawn before it began.
        return
    try:
        begin_called(step, call)
    except Refusal as refusal:
        sentence = f"“{call.name}” could not be called. {refusal.what} {refusal.remedy}".strip()
        step.decide(c.FailCall(call.token, sentence))
        step.save()


def begin_called(step: Step, call: Dispatch) -> Instance:
    """Start the process in its version. Raises Refusal."""
    caller = step.instance
    if caller.depth >= DEEPEST:
        raise WrongState(
            "called_too_deep",
            f"{DEEPEST} processes wait for one another already, each called by the one before.",
            remedy="Change the model so that the calls come to an end.",
        )
    asked = call.payload or {}
    version = version_called(caller, call.name, asked)
    child = Instance(
        process=version.process,
        version=version,
        initiator_id=caller.initiator_id,
        initiator_name=caller.initiator_name,
        started_at=step.now,
        parent=caller,
        parent_token=call.token,
        depth=caller.depth + 1,
    )
    command = c.Start(
        process=version.process.key,
        variables=asked["variables"],
        initiator=step.state.initiator,
    )
    return begin(child, command, actor=ENGINE, cause=call, now=step.now)


def version_called(caller: Instance, key: str, asked: dict[str, Any]) -> Version:
    """Return the version that a call means: latest, pinned or by number. Raises Absent."""
    versions = Version.objects.select_related("process").filter(process__key=key)
    match asked["binding"]:
        case "pinned":
            number = caller.version.pins.get(key)
        case "version":
            number = asked["version"]
        case _:
            version = versions.filter(status=Version.Status.PUBLISHED).first()
            if version is None:
                raise Absent(
                    "nothing_published",
                    "No version of it is published.",
                    remedy="Publish one; then retry.",
                )
            return version
    version = versions.exclude(status=Version.Status.DRAFT).filter(number=number).first()
    if version is None:
        raise Absent("version_not_found", f"Its version {number} was never published.")
    return version


def end_call(step: Step, ended: Dispatch) -> None:
    """Let the locked caller go on with what the called process came to."""
    child = ended.source
    if child is None:
        raise ValueError(f"dispatch {ended.pk} does not say what has ended")
    how = ended.payload or {}
    command: c.CompleteCall | c.FailCall
    match child.status:
        case Instance.Status.COMPLETED:
            command = c.CompleteCall(ended.token, child.variables)
        case Instance.Status.FAILED:
            command = c.FailCall(ended.token, how["sentence"], how["code"])
        case _:
            reason = how.get("reason", "")
            command = c.FailCall(ended.token, f"“{child.subject}” was cancelled: {reason}")
    try:
        step.decide(command)
    except WrongState:
        # The caller no longer waits for it.
        return
    except Refusal as refusal:
        step.decide(c.FailCall(ended.token, refusal.what))
    step.save()


def cancel_called(withdrawn: Dispatch, *, now: datetime) -> None:
    """Cancel the called process that nobody waits for any more, if it runs."""
    child = Instance.objects.open().filter(parent=withdrawn.source_id, parent_token=withdrawn.token)
    found = child.values_list("pk", flat=True).first()
    if found is None:
        return
    step = Step.lock(found, now=now)
    step.follow(withdrawn)
    if step.state.ended:
        return
    step.decide(c.Cancel("The process that called it no longer waits for it."))
    step.save()
