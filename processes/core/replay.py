"""What finished instances would have done on another version: where the two part.

Only what was decided outside is taken from a history: starts, answers, results, messages and the
passing of time. Everything between is done afresh. Two versions part where the same decision leaves
tokens waiting at different places, ends differently, or cannot be made at all. What a process does
by itself on the way does not count.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.advance import change
from processes.core.errors import Refusal

EXAMPLES = 5
RESTING = ("task", "job", "event", "call", "incident")

Happened = tuple[datetime, ev.Event]


@dataclass(frozen=True, slots=True)
class Parting:
    """After ``decided`` at ``node`` the instance went to ``before``, and now goes to ``after``.

    Both are ids of nodes where it waits or ended, or ``sentence`` says why it cannot go on.
    """

    node: str
    decided: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Group:
    """All instances that part in the same way, some of them by name."""

    parting: Parting
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    replayed: int
    same: int
    partings: tuple[Group, ...]


def compare(
    before: g.Graph, after: g.Graph, histories: Iterable[tuple[str, Sequence[Happened]]]
) -> Comparison:
    """Replay many histories, each with a name; the most frequent partings come first."""
    names: dict[Parting, list[str]] = {}
    replayed = same = 0
    for name, history in histories:
        replayed += 1
        parting = replay(before, after, history)
        if parting is None:
            same += 1
        else:
            names.setdefault(parting, []).append(name)
    groups = [Group(p, len(found), tuple(found[:EXAMPLES])) for p, found in names.items()]
    groups.sort(key=lambda group: (-group.count, group.parting.sentence))
    return Comparison(replayed, same, tuple(groups))


def replay(before: g.Graph, after: g.Graph, history: Sequence[Happened]) -> Parting | None:
    """Return where the history, of an instance of ``before``, leaves ``after``; None: nowhere."""
    return Replay(before, after).run(history)


class Part(Exception):
    """They part here."""

    def __init__(self, parting: Parting) -> None:
        super().__init__(parting.sentence)
        self.parting = parting


class Replay:
    """``then`` is the state as it was, ``now`` the state on the other version."""

    def __init__(self, before: g.Graph, after: g.Graph) -> None:
        self.before = before
        self.after = after
        self.then = st.State()
        self.now = st.State()
        # End events reached since the last decision, on both sides.
        self.ends: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self.node = ""
        self.decided = ""
        # What matched inside the other version by itself, such as its own signals.
        self.matched: Counter[str] = Counter()

    def run(self, history: Sequence[Happened]) -> Parting | None:
        try:
            history = without_cancellation(history)
            for at, (moment, event) in enumerate(history):
                if is_decision(event) and not self.matched_already(event):
                    if self.node or self.decided:
                        self.look()
                    self.refuse_earlier_timers(moment, event, history[at:])
                    self.decide(moment, event, history[at:])
                st.apply(self.then, event)
                if isinstance(event, ev.NodeCompleted) and is_end(self.before, event.node):
                    self.ends[0][event.node] += 1
            self.look()
        except Part as part:
            return part.parting
        return None

    def matched_already(self, event: ev.Event) -> bool:
        if isinstance(event, ev.SubscriptionMatched) and self.matched[event.node]:
            self.matched[event.node] -= 1
            return True
        return False

    # --- one decision ----------------------------------------------------------------------------

    def decide(self, moment: datetime, event: ev.Event, rest: Sequence[Happened]) -> None:
        """Do on the other version what was decided."""
        self.node, self.decided = getattr(event, "node", ""), words(event)
        command = self.command(moment, event, rest)
        try:
            happened = change(self.after, self.now, command, now=moment)
        except Refusal as refusal:
            self.part((), refusal.what)
        for found in happened:
            match found:
                case ev.NodeCompleted() if is_end(self.after, found.node):
                    self.ends[1][found.node] += 1
                case ev.SubscriptionMatched():
                    self.matched[found.node] += 1
        if isinstance(command, c.DeliverMessage | c.DeliverSignal):
            self.matched[self.node] -= 1

    def command(self, moment: datetime, event: ev.Event, rest: Sequence[Happened]) -> c.Command:
        match event:
            case ev.InstanceStarted():
                return self.start(event, rest)
            case ev.JobSucceeded():
                return c.CompleteJob(self.waiting("job"), event.response, event.attempts)
            case ev.JobFailed():
                thrown = next((e for _, e in rest[1:2] if isinstance(e, ev.ErrorThrown)), None)
                code = thrown.code if thrown else ""
                return c.FailJob(self.waiting("job"), event.error, event.attempts, code)
            case ev.CallCompleted():
                return c.CompleteCall(self.waiting("call"), event.variables)
            case ev.CallFailed():
                return c.FailCall(self.waiting("call"), event.sentence, event.code)
            case ev.TimerFired():
                return self.timer(moment)
            case ev.SubscriptionMatched():
                return self.subscription(event)
            case ev.IncidentResolved():
                return self.incident()
            case ev.InstanceSuspended():
                return c.Suspend(event.reason)
            case ev.InstanceResumed():
                return c.Resume()
            case _:
                return self.of_people(event)

    def of_people(self, event: ev.Event) -> c.Command:
        """Return what people decided."""
        match event:
            case ev.TaskCompleted():
                return c.CompleteTask(
                    self.waiting("task"),
                    event.outcome,
                    event.data,
                    event.by,
                    event.on_behalf_of,
                    event.comment,
                )
            case ev.TaskSentBack():
                return c.SendBack(
                    self.waiting("task"), event.to, event.by, event.on_behalf_of, event.comment
                )
            case ev.TaskSkipped():
                return c.SkipTask(self.waiting("task"), event.by, event.reason)
            case ev.TaskFailed():
                return c.FailTask(self.waiting("task"), event.code, event.by, event.comment)
            case ev.TaskFaulted():
                return c.FaultTask(self.waiting("task"), event.sentence)
            case ev.TaskEscalated():
                return c.EscalateTask(self.waiting("task"), event.code)
            case ev.RequestWithdrawn():
                return c.WithdrawRequest(event.node, event.by, event.reason)
            case _:
                raise TypeError(f"{event!r} is not decided outside")

    def start(self, event: ev.InstanceStarted, rest: Sequence[Happened]) -> c.Start:
        """Return the start, with what came with its event: the first that was set then."""
        entrance = self.before.nodes.get(event.entrance)
        variable = getattr(entrance, "result_variable", "") or event.entrance
        kept = next((e.values for _, e in rest if isinstance(e, ev.VariablesSet)), {})
        return c.Start(
            event.process,
            event.variables,
            event.initiator,
            event.business_key,
            event.entrance,
            payload=kept.get(variable),
        )

    def waiting(self, wait: st.Wait) -> str:
        """Return the token that waits for this at the same node."""
        found = next(
            (t for t in self.now.tokens.values() if (t.node, t.wait) == (self.node, wait)), None
        )
        if found is None:
            self.nobody_waits()
        return found.id

    def timer(self, moment: datetime) -> c.FireTimer:
        armed = [timer for timer in self.now.timers.values() if timer.node == self.node]
        if not armed:
            self.nobody_waits()
        first = min(armed, key=lambda timer: datetime.fromisoformat(timer.due_at))
        if datetime.fromisoformat(first.due_at) > moment:
            self.part((self.node,), "It is due only later.")
        return c.FireTimer(first.id)

    def subscription(self, event: ev.SubscriptionMatched) -> c.DeliverMessage | c.DeliverSignal:
        found = next((s for s in self.now.subscriptions.values() if s.node == self.node), None)
        if found is None:
            self.nobody_waits()
        if found.trigger == "signal":
            return c.DeliverSignal(found.name, event.payload)
        return c.DeliverMessage(found.id, event.payload)

    def incident(self) -> c.Retry:
        found = next((i for i in self.now.incidents.values() if i.node == self.node), None)
        if found is None:
            self.nobody_waits()
        return c.Retry(found.id)

    def refuse_earlier_timers(
        self, moment: datetime, event: ev.Event, rest: Sequence[Happened]
    ) -> None:
        """Part where a timer of the other version would have been due before this decision."""
        fired = {e.node for _, e in rest if isinstance(e, ev.TimerFired)}
        for timer in self.now.timers.values():
            if timer.node not in fired and datetime.fromisoformat(timer.due_at) < moment:
                label = self.label(timer.node)
                self.node, self.decided = timer.node, "time passed"
                self.part((timer.node,), f"“{label}” now fires before this: {words(event)}.")

    # --- comparing -------------------------------------------------------------------------------

    def look(self) -> None:
        """Part when the last decision led elsewhere."""
        before = self.places(self.then, self.ends[0])
        after = self.places(self.now, self.ends[1])
        if before != after:
            told = [", ".join(map(self.label, went)) or "nothing" for went in (before, after)]
            if told[0] == told[1]:
                told = [", ".join(went) for went in (before, after)]
            sentence = f"It went to {told[0]}, and now goes to {told[1]}."
            raise Part(Parting(self.node, self.decided, before, after, sentence))
        for ends in self.ends:
            ends.clear()

    def places(self, state: st.State, ends: Counter[str]) -> tuple[str, ...]:
        """Return where the instance is: its ends since the last decision, and where it waits."""
        resting = [token.node for token in state.tokens.values() if token.wait in RESTING]
        ended = [state.status] if state.ended and state.status != "completed" else []
        return (*sorted(ends.elements()), *sorted(resting), *ended)

    def nobody_waits(self) -> NoReturn:
        waits = self.places(self.now, Counter())
        told = ", ".join(map(self.label, waits)) or "nothing"
        self.part(waits, f"“{self.label(self.node)}” does not wait here; what waits is: {told}.")

    def part(self, after: tuple[str, ...], sentence: str) -> NoReturn:
        """Say that what was decided cannot be decided now."""
        raise Part(Parting(self.node, self.decided, (self.node,), after, sentence))

    def label(self, node: str) -> str:
        found = self.after.nodes.get(node) or self.before.nodes.get(node)
        return found.label if found else node


DECISIONS = (
    ev.InstanceStarted
    | ev.InstanceSuspended
    | ev.InstanceResumed
    | ev.RequestWithdrawn
    | ev.TaskCompleted
    | ev.TaskSentBack
    | ev.TaskSkipped
    | ev.TaskFailed
    | ev.TaskFaulted
    | ev.TaskEscalated
    | ev.JobSucceeded
    | ev.JobFailed
    | ev.CallCompleted
    | ev.CallFailed
    | ev.TimerFired
    | ev.SubscriptionMatched
)
WITHDRAWALS = (
    ev.TaskWithdrawn
    | ev.JobWithdrawn
    | ev.CallWithdrawn
    | ev.TokenWithdrawn
    | ev.TimerWithdrawn
    | ev.SubscriptionClosed
    | ev.ScopeClosed
    | ev.IncidentResolved
)


def is_decision(event: ev.Event) -> bool:
    """Tell whether the event came from outside."""
    if isinstance(event, ev.IncidentResolved):
        return event.how == "retried"
    return isinstance(event, DECISIONS)


def is_end(graph: g.Graph, node: str) -> bool:
    return isinstance(graph.nodes.get(node), g.EndEvent)


def without_cancellation(history: Sequence[Happened]) -> Sequence[Happened]:
    """Leave out that somebody cancelled the instance: that would be done on any version."""
    if not history or not isinstance(history[-1][1], ev.InstanceCancelled):
        return history
    end = len(history) - 1
    while end and isinstance(history[end - 1][1], WITHDRAWALS):
        end -= 1
    return history[:end]


def words(event: ev.Event) -> str:
    """Return what was decided, in short."""
    template = WORDS.get(type(event))
    if template is None:
        raise TypeError(f"{event!r} is not decided outside")
    return template.format(event=event)


WORDS: dict[type[ev.Event], str] = {
    ev.InstanceStarted: "started",
    ev.InstanceSuspended: "suspended",
    ev.InstanceResumed: "resumed",
    ev.RequestWithdrawn: "taken back",
    ev.TaskCompleted: "answered “{event.outcome}”",
    ev.TaskSentBack: "sent back to “{event.to}”",
    ev.TaskSkipped: "skipped",
    ev.TaskFailed: "failed with “{event.code}”",
    ev.TaskFaulted: "could not be asked",
    ev.TaskEscalated: "escalated “{event.code}”",
    ev.JobSucceeded: "the work was done",
    ev.JobFailed: "the work failed",
    ev.CallCompleted: "the called process ended",
    ev.CallFailed: "the called process failed",
    ev.TimerFired: "the timer fired",
    ev.SubscriptionMatched: "it came",
    ev.IncidentResolved: "tried again",
}
