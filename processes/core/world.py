"""Several instances in memory, what passes between them, and a clock of its own.

Messages, signals, calls and timers go the ways they go between rows of the database: a message to
the oldest one that waits for its name and key, else it starts a process, else it is kept; a signal
to everybody who listens at this moment; a call to a new instance whose end is told to the caller.
Nothing here is random, and time passes only when it is told to.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import Any

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.advance import decide
from processes.core.errors import Refusal
from processes.core.feel import add_duration, parse_duration
from processes.core.starting import following, planned
from processes.core.waits import PlannedTimer

NOBODY = 0
DEEPEST = 20
"""How many calls may lie in one another; a process that calls itself without end stops here."""

MAX_DELIVERIES = 10_000


class NeverRests(Exception):
    """The instances keep sending each other work without ever waiting for anything."""


@dataclass(slots=True)
class Instance:
    """``caller`` and ``token`` say who waits for its end, ``depth`` how many callers there are."""

    id: int
    graph: g.Graph
    state: st.State
    caller: "Instance | None" = None
    token: str = ""
    depth: int = 0

    def waits_for_call(self, token: str) -> bool:
        found = self.state.tokens.get(token)
        return found is not None and found.wait == "call"


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that nobody has taken yet."""

    payload: Any
    until: datetime | None


Watch = Callable[[Instance, list[ev.Event]], None]
Topic = tuple[str, str, str]


class World:
    """Deploys ``graphs`` at the moment ``now``. ``watch`` is told of every step as it happens.

    What is done to one instance is carried on to the others before the method returns.
    """

    def __init__(
        self, graphs: Iterable[g.Graph], *, now: datetime, watch: Watch | None = None
    ) -> None:
        self.graphs = {graph.id: graph for graph in graphs}
        self.now = now
        self.instances: dict[int, Instance] = {}
        self._watch = watch
        self._ids = count(1)
        self._calls: dict[tuple[int, str], Instance] = {}
        # Who listens, oldest first, by (trigger, name, key); and where each listener is found.
        self._listeners: dict[Topic, dict[tuple[int, str], None]] = {}
        self._topics: dict[tuple[int, str], Topic] = {}
        self._kept: dict[tuple[str, str], deque[Kept]] = {}
        self._timers: list[tuple[datetime, int, int, str]] = []
        # Timers that start processes, by the names that they have among the timers of nobody.
        self._starts: dict[str, tuple[g.Graph, PlannedTimer]] = {}
        self._order = count()
        self._deliveries: deque[Callable[[], None]] = deque()
        self._held: dict[int, list[Callable[[], None]]] = {}

    # --- what is done from outside ---------------------------------------------------------------

    def start(self, command: c.Start) -> Instance:
        """Start an instance. Raises a Refusal as `decide` does, and KeyError for no process."""
        instance = self._started(command)
        self._settle()
        return instance

    def do(self, instance: Instance, command: c.Command) -> None:
        """Carry out a command. Raises a Refusal as `decide` does."""
        self._step(instance, command)
        self._settle()

    def send_message(self, name: str, key: str = "", payload: Any = None) -> None:
        """Send a message from outside; it is kept until somebody takes it."""
        self._message(ev.MessageSent("", name, key, payload))
        self._settle()

    def send_signal(self, name: str, payload: Any = None) -> None:
        self._signal(None, ev.SignalSent("", name, payload))
        self._settle()

    def open_entrances(self) -> None:
        """Let timers start processes from now on. Raises Trouble for one that never could."""
        for graph in self.graphs.values():
            for node, triggers in graph.entrances.items():
                for trigger in triggers:
                    if isinstance(trigger, g.Timer):
                        self._arm_start(graph, planned(graph, node, trigger, self.now))

    def forget(self, instance: Instance) -> None:
        """Drop an instance that has ended."""
        if not instance.state.ended:
            raise ValueError(f"instance {instance.id} still runs")
        del self.instances[instance.id]

    # --- time ------------------------------------------------------------------------------------

    def next_due(self) -> datetime | None:
        """Return when the next timer is due; None when none is armed."""
        while self._timers and not self._armed(self._timers[0]):
            heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def wait_until(self, moment: datetime) -> None:
        """Let time pass; timers fire in the order in which they are due."""
        while (due := self.next_due()) is not None and due <= moment:
            self.now = max(self.now, due)
            _, _, instance, timer = heappop(self._timers)
            if instance == NOBODY:
                self._start_by_time(*self._starts.pop(timer))
            else:
                self._step(self.instances[instance], c.FireTimer(timer))
            self._settle()
        self.now = max(self.now, moment)

    def _arm_start(self, graph: g.Graph, timer: PlannedTimer) -> None:
        order = next(self._order)
        self._starts[str(order)] = (graph, timer)
        heappush(self._timers, (timer.due_at, order, NOBODY, str(order)))

    def _start_by_time(self, graph: g.Graph, timer: PlannedTimer) -> None:
        if timer.every and timer.repeats != 0:
            self._arm_start(graph, following(graph, timer, self.now))
        self._started(c.Start(graph.id, entrance=timer.node))

    def _armed(self, entry: tuple[datetime, int, int, str]) -> bool:
        if entry[2] == NOBODY:
            return True
        instance = self.instances.get(entry[2])
        if instance is None or instance.state.status != "running":
            return False
        return entry[3] in instance.state.timers

    # --- one instance ----------------------------------------------------------------------------

    def _started(
        self, command: c.Start, caller: Instance | None = None, token: str = ""
    ) -> Instance:
        graph = self.graphs[command.process]
        instance = Instance(next(self._ids), graph, st.State(), caller, token)
        if caller is not None:
            instance.depth = caller.depth + 1
        events, instance.state = decide(graph, instance.state, command, now=self.now)
        self.instances[instance.id] = instance
        if caller is not None:
            self._calls[caller.id, token] = instance
        self._carry_on(instance, events)
        return instance

    def _step(self, instance: Instance, command: c.Command) -> None:
        events, instance.state = decide(instance.graph, instance.state, command, now=self.now)
        self._carry_on(instance, events)

    def _carry_on(self, instance: Instance, events: list[ev.Event]) -> None:
        """Keep the books, and line up what the others have to hear of."""
        if self._watch:
            self._watch(instance, events)
        for event in events:
            match event:
                case ev.SubscriptionOpened():
                    self._listen(instance, event)
                case ev.SubscriptionMatched(stays=False) | ev.SubscriptionClosed():
                    self._ignore(instance, event.subscription)
                case ev.TimerArmed():
                    entry = (event.due_at, next(self._order), instance.id, event.timer)
                    heappush(self._timers, entry)
                case ev.MessageSent():
                    self._later(self._message, event)
                case ev.SignalSent():
                    self._later(self._signal, instance, event)
                case ev.CallRequested():
                    self._later(self._call, instance, event)
                case ev.CallWithdrawn():
                    self._later(self._call_withdrawn, instance, event.token)
                case ev.InstanceCompleted() | ev.InstanceFailed() | ev.InstanceCancelled():
                    self._later(self._ended, instance, event)
                case ev.InstanceResumed():
                    self._resumed(instance)

    def _later(self, deliver: Callable[..., None], *about: Any) -> None:
        self._deliveries.append(lambda: deliver(*about))

    def _resumed(self, instance: Instance) -> None:
        """Catch up with what an instance has missed while it was suspended."""
        for timer in instance.state.timers.values():
            due_at = datetime.fromisoformat(timer.due_at)
            heappush(self._timers, (due_at, next(self._order), instance.id, timer.id))
        for found in instance.state.subscriptions.values():
            if (found.name, found.key) in self._kept:
                self._later(self._offer, found.name, found.key)
        self._deliveries.extend(self._held.pop(instance.id, ()))

    def _hold(self, instance: Instance, deliver: Callable[..., None], *about: Any) -> bool:
        """Put off what a suspended instance cannot take; tell whether it was put off."""
        if instance.state.status != "suspended":
            return False
        self._held.setdefault(instance.id, []).append(lambda: deliver(*about))
        return True

    def _settle(self) -> None:
        done = 0
        while self._deliveries:
            done += 1
            if done > MAX_DELIVERIES:
                self._deliveries.clear()
                raise NeverRests(
                    f"After {MAX_DELIVERIES:,} messages, signals and calls at one moment "
                    "the processes still send each other work."
                )
            self._deliveries.popleft()()

    # --- messages and signals --------------------------------------------------------------------

    def _listen(self, instance: Instance, event: ev.SubscriptionOpened) -> None:
        if event.trigger == "condition":
            return
        topic = (event.trigger, event.name, event.key)
        listener = (instance.id, event.subscription)
        self._topics[listener] = topic
        self._listeners.setdefault(topic, {})[listener] = None
        if event.trigger == "message" and (event.name, event.key) in self._kept:
            self._later(self._offer, event.name, event.key)

    def _ignore(self, instance: Instance, subscription: str) -> None:
        listener = (instance.id, subscription)
        topic = self._topics.pop(listener, None)
        if topic is not None:
            listeners = self._listeners[topic]
            del listeners[listener]
            if not listeners:
                del self._listeners[topic]

    def _listening(self, *topic: str) -> list[tuple[Instance, str]]:
        """Return who listens, the oldest first."""
        name, what, key = topic
        found = self._listeners.get((name, what, key), {})
        return [(self.instances[instance], subscription) for instance, subscription in found]

    def _message(self, event: ev.MessageSent) -> None:
        until = None
        if event.time_to_live:
            until = add_duration(self.now, parse_duration(event.time_to_live))
        kept = self._kept.setdefault((event.name, event.key), deque())
        kept.append(Kept(event.payload, until))
        self._offer(event.name, event.key)

    def _offer(self, name: str, key: str) -> None:
        """Give the oldest kept message to who waits for it, or start a process with it."""
        kept = self._kept.get((name, key), deque())
        while kept and kept[0].until is not None and kept[0].until < self.now:
            kept.popleft()
        if kept and self._taken(name, key, kept[0].payload):
            kept.popleft()
        if not kept:
            self._kept.pop((name, key), None)

    def _taken(self, name: str, key: str, payload: Any) -> bool:
        listening = self._listening("message", name, key)
        for instance, subscription in listening:
            if instance.state.status == "running":
                self._step(instance, c.DeliverMessage(subscription, payload))
                return True
        if listening:
            # Who waits for it is suspended, and takes it when it goes on.
            return False
        for graph, entrance in self._entrances(g.Message, name):
            self._begin(graph, entrance, name, payload)
            return True
        return False

    def _signal(self, sender: Instance | None, event: ev.SignalSent) -> None:
        """Tell everybody who listens; the sender itself has heard it already."""
        listening = {i.id: i for i, _ in self._listening("signal", event.name, "")}
        for instance in listening.values():
            if instance is not sender:
                self._later(self._hear, instance, event)
        for graph, entrance in self._entrances(g.Signal, event.name):
            self._later(self._begin, graph, entrance, event.name, event.payload)

    def _hear(self, instance: Instance, event: ev.SignalSent) -> None:
        if self._hold(instance, self._hear, instance, event):
            return
        if any(i is instance for i, _ in self._listening("signal", event.name, "")):
            self._step(instance, c.DeliverSignal(event.name, event.payload))

    def _entrances(
        self, kind: type[g.Message | g.Signal], name: str
    ) -> Iterator[tuple[g.Graph, str]]:
        for graph in self.graphs.values():
            for node, triggers in graph.entrances.items():
                if any(isinstance(t, kind) and t.name == name for t in triggers):
                    yield graph, node

    def _begin(self, graph: g.Graph, entrance: str, trigger: str, payload: Any) -> None:
        self._started(c.Start(graph.id, entrance=entrance, trigger=trigger, payload=payload))

    # --- calls -----------------------------------------------------------------------------------

    def _call(self, caller: Instance, event: ev.CallRequested) -> None:
        if self._hold(caller, self._call, caller, event) or not caller.waits_for_call(event.token):
            return
        if event.process not in self.graphs:
            self._fail(caller, event.token, f"There is no process “{event.process}”.")
        elif caller.depth >= DEEPEST:
            self._fail(caller, event.token, f"Calls are nested more than {DEEPEST} deep.")
        else:
            start = c.Start(
                event.process,
                dict(event.variables),
                caller.state.initiator,
                caller.state.business_key,
            )
            try:
                self._started(start, caller, event.token)
            except Refusal as refusal:
                self._fail(caller, event.token, refusal.what)

    def _fail(self, caller: Instance, token: str, sentence: str, code: str = "") -> None:
        self._step(caller, c.FailCall(token, sentence, code))

    def _call_withdrawn(self, caller: Instance, token: str) -> None:
        called = self._calls.pop((caller.id, token), None)
        if called is not None and not called.state.ended:
            self._step(called, c.Cancel("The process that called it went on without it."))

    def _ended(
        self,
        instance: Instance,
        event: ev.InstanceCompleted | ev.InstanceFailed | ev.InstanceCancelled,
    ) -> None:
        caller = instance.caller
        if caller is None or self._hold(caller, self._ended, instance, event):
            return
        if self._calls.pop((caller.id, instance.token), None) is None:
            return
        match event:
            case ev.InstanceCompleted():
                variables = dict(instance.state.variables)
                self._step(caller, c.CompleteCall(instance.token, variables))
            case ev.InstanceFailed():
                self._fail(caller, instance.token, event.sentence, event.code)
            case ev.InstanceCancelled():
                sentence = f"“{instance.graph.name}” was cancelled: {event.reason}"
                self._fail(caller, instance.token, sentence)
