"""What people did with a question, and where the token goes from there."""

from typing import Any

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core import throws
from processes.core.behaviors import in_round, keep_result
from processes.core.errors import Invalid, WrongState
from processes.core.run import Run, Trouble

SENT_BACK = "sent_back"
SKIPPED = "skipped"


def asked(run: Run, token_id: str) -> tuple[st.Token, g.UserTask]:
    """Return the token that waits for people, and its step. Raises WrongState."""
    token = run.waiting(token_id, "task")
    node = run.node(token)
    if not isinstance(node, g.UserTask):
        raise TypeError(f"token {token.id} waits for a task on {node!r}")
    return token, node


def complete(run: Run, command: c.CompleteTask) -> None:
    token, node = asked(run, command.token)
    if command.outcome not in [outcome.id for outcome in node.outcomes]:
        known = ", ".join(outcome.id for outcome in node.outcomes)
        raise Invalid(
            "unknown_outcome",
            f"“{node.label}” has no outcome {command.outcome!r}.",
            remedy=f"Choose one of: {known}.",
        )
    run.emit(
        ev.TaskCompleted(
            token.id,
            node.id,
            command.outcome,
            command.data,
            command.by,
            command.on_behalf_of,
            command.comment,
        )
    )
    keep(run, node, token, command.outcome, command)
    run.do("leave", token.id)


def send_back(run: Run, command: c.SendBack) -> None:
    """Have an earlier step done again, as if a flow led back to it."""
    token, node = asked(run, command.token)
    if command.to not in node.policy.send_back:
        raise Invalid(
            "unknown_step",
            f"“{node.label}” cannot be sent back to {command.to!r:.60}.",
            remedy=f"It goes back to: {', '.join(node.policy.send_back) or 'no step'}.",
        )
    if in_round(run, token) or run.graph.nodes[command.to].parent != node.parent:
        raise WrongState(
            "not_from_here", f"“{node.label}” cannot go back from within a loop or sub-process."
        )
    run.emit(
        ev.TaskSentBack(
            token.id, node.id, command.to, command.by, command.on_behalf_of, command.comment
        )
    )
    keep(run, node, token, SENT_BACK, command)
    run.place(command.to, token.scope, None)
    run.withdraw(token, by=node.id)


def skip(run: Run, command: c.SkipTask) -> None:
    token, node = asked(run, command.token)
    run.emit(ev.TaskSkipped(token.id, node.id, command.by, command.reason))
    keep(run, node, token, SKIPPED, command)
    run.do("leave", token.id)


def fail(run: Run, command: c.FailTask) -> None:
    """Throw the error; what nothing catches is an incident, and a retry asks again."""
    token, node = asked(run, command.token)
    if command.code not in node.policy.fails_with:
        raise Invalid(
            "unknown_error",
            f"“{node.label}” does not fail with {command.code!r:.60}.",
            remedy=f"It may fail with: {', '.join(node.policy.fails_with) or 'nothing'}.",
        )
    run.emit(ev.TaskFailed(token.id, node.id, command.code, command.by, command.comment))
    sentence = command.comment or f"“{node.label}” failed with the error “{command.code}”."
    if not throws.throw_error(run, token, command.code, sentence):
        run.stop(token, "call", Trouble("uncaught_error", sentence))


def fault(run: Run, command: c.FaultTask) -> None:
    token, node = asked(run, command.token)
    run.emit(ev.TaskFaulted(token.id, node.id, command.sentence))
    run.stop(token, "call", Trouble("task_faulted", command.sentence))


def escalate(run: Run, command: c.EscalateTask) -> None:
    token, node = asked(run, command.token)
    run.emit(ev.TaskEscalated(token.id, node.id, command.code))
    throws.escalate(run, token, command.code)


def note(run: Run, command: c.NoteTask) -> None:
    token = run.waiting(command.token, "task")
    run.emit(ev.TaskNoted(token.id, token.node, command.action, command.details))


def keep(
    run: Run,
    node: g.UserTask,
    token: st.Token,
    outcome: str,
    command: c.CompleteTask | c.SendBack | c.SkipTask,
) -> None:
    """Keep the answer under one variable, whatever kind of answer it was."""
    result: dict[str, Any] = {
        "outcome": outcome,
        "data": command.data if isinstance(command, c.CompleteTask) else {},
        "decidedBy": command.by,
        "onBehalfOf": None if isinstance(command, c.SkipTask) else command.on_behalf_of,
        "comment": command.reason if isinstance(command, c.SkipTask) else command.comment,
    }
    keep_result(run, node, token, {node.result_variable or node.id: result})
