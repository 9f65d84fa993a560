"""What tokens and scopes wait for: timers, messages, signals and conditions.

Planning evaluates everything that can fail; opening only emits.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.feel import add_duration, evaluate_condition, parse_duration
from processes.core.feel.errors import FeelError, FeelEvaluationError
from processes.core.run import Run, Trouble

CYCLE = re.compile(r"R(?P<times>\d{0,6})/(?P<every>P[0-9A-Z.]+)")


@dataclass(frozen=True, slots=True)
class PlannedTimer:
    owner: str
    node: str
    due_at: datetime
    every: str | None
    repeats: int | None


@dataclass(frozen=True, slots=True)
class PlannedSubscription:
    owner: str
    node: str
    trigger: Literal["message", "signal", "condition"]
    name: str
    key: str = ""


Planned = PlannedTimer | PlannedSubscription
Where = st.Token | st.Scope


def plan(run: Run, node: g.Node, triggers: Iterable[g.Trigger], where: Where) -> list[Planned]:
    """Return what ``where`` waits for on behalf of ``node``. Raises Trouble."""
    at = where if isinstance(where, st.Token) else where.id
    found: list[Planned] = []
    for trigger in triggers:
        match trigger:
            case g.Timer():
                found.append(plan_timer(run, node, trigger, where))
            case g.Message():
                key = correlation(run, trigger, at)
                found.append(PlannedSubscription(where.id, node.id, "message", trigger.name, key))
            case g.Signal():
                found.append(PlannedSubscription(where.id, node.id, "signal", trigger.name))
            case g.Conditional():
                # The number of its condition among those of the node tells it from the others.
                number = sum(getattr(p, "trigger", "") == "condition" for p in found)
                found.append(PlannedSubscription(where.id, node.id, "condition", str(number)))
            case (
                g.Error()
                | g.Escalation()
                | g.Compensation()
                | g.Cancel()
                | g.Link()
                | g.Terminate()
            ):
                continue
            case _:
                assert_never(trigger)
    return found


def plan_boundary(run: Run, token: st.Token) -> list[Planned]:
    """Return what the edge of the activity under ``token`` waits for."""
    return [
        planned
        for event in run.graph.boundary.get(token.node, ())
        for planned in plan(run, event, event.triggers, token)
    ]


def open_waits(run: Run, planned: Sequence[Planned]) -> None:
    for one in planned:
        match one:
            case PlannedTimer():
                arm(run, one)
            case PlannedSubscription():
                run.changed = True
                run.emit(
                    ev.SubscriptionOpened(
                        run.new_id("u"), one.owner, one.node, one.trigger, one.name, one.key
                    )
                )
            case _:
                assert_never(one)


def still_awaited(run: Run, owner: str, node: str) -> bool:
    """Tell whether ``node`` waits for more, as one that wants all of its events does."""
    return any(timer.node == node for timer in run.state.timers_of(owner)) or any(
        found.node == node for found in run.state.subscriptions_of(owner)
    )


def correlation(run: Run, message: g.Message, where: st.Token | str) -> str:
    """Return the key as text: numbers and texts as they are written, anything else as JSON."""
    if message.key is None:
        return ""
    value = run.plain(message.key, where)
    if value is None:
        raise Trouble(
            "no_key",
            f"The key of the message “{message.name}”, {message.key.text:.60}, is null, "
            "so it could never be told apart from others.",
        )
    return as_key(value)


def as_key(value: object) -> str:
    """Return a correlation value as the text that both sides compare."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# --- timers --------------------------------------------------------------------------------------


def plan_timer(run: Run, node: g.Node, timer: g.Timer, where: Where) -> PlannedTimer:
    """Return when ``timer`` is due. A cycle's first firing is one interval from now."""
    at = where if isinstance(where, st.Token) else where.id
    value = run.plain(timer.expression, at)
    try:
        match timer.kind:
            case "date":
                return PlannedTimer(where.id, node.id, moment(value, run.now), None, 0)
            case "duration":
                due_at = add_duration(run.now, parse_duration(str(value)))
                return PlannedTimer(where.id, node.id, due_at, None, 0)
            case "cycle":
                return plan_cycle(run, node, str(value), where.id)
            case _:
                assert_never(timer.kind)
    except (FeelError, ValueError, OverflowError) as error:
        raise Trouble("timer", f"“{node.label}” has no usable time: {error}") from error


def plan_cycle(run: Run, node: g.Node, text: str, owner: str) -> PlannedTimer:
    found = CYCLE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a repetition. Write for example R3/PT10M.")
    every = found["every"]
    due_at = add_duration(run.now, parse_duration(every))
    if due_at <= run.now:
        raise ValueError(f"{text!r} repeats without waiting.")
    repeats = int(found["times"]) - 1 if found["times"] else None
    return PlannedTimer(owner, node.id, due_at, every, repeats)


def moment(value: object, now: datetime) -> datetime:
    """Return an aware moment; one without a zone is read in the zone of ``now``."""
    found = datetime.fromisoformat(str(value).partition("@")[0])
    return found if found.tzinfo else found.replace(tzinfo=now.tzinfo)


def arm(run: Run, timer: PlannedTimer) -> None:
    run.emit(
        ev.TimerArmed(
            run.new_id("w"), timer.owner, timer.node, timer.due_at, timer.every, timer.repeats
        )
    )


def next_firing(run: Run, timer: st.ArmedTimer) -> PlannedTimer:
    """Return the next firing on the timer's own beat; firings missed while away count once."""
    every = parse_duration(timer.every or "")
    due_at = add_duration(datetime.fromisoformat(timer.due_at), every)
    while due_at <= run.now:
        due_at = add_duration(due_at, every)
    repeats = None if timer.repeats is None else timer.repeats - 1
    return PlannedTimer(timer.owner, timer.node, due_at, timer.every, repeats)


# --- conditions ----------------------------------------------------------------------------------


def condition_holds(run: Run, found: st.Subscription) -> bool:
    """Tell whether an awaited condition is true. What cannot be decided is not true yet."""
    node = run.graph.nodes[found.node]
    conditions = [t for t in getattr(node, "triggers", ()) if isinstance(t, g.Conditional)]
    where = run.state.tokens.get(found.owner, found.owner)
    try:
        return evaluate_condition(
            conditions[int(found.name)].condition, run.variables(where), now=run.now
        )
    except FeelEvaluationError:
        return False
