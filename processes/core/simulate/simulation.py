"""Many instances on a virtual clock, with people who have only so much time.

A discrete event simulation: the clock jumps from one moment at which something happens to the
next. The instances are run by the same core as real ones; what people, machines and the world
outside would do is drawn from the plan.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core.errors import Invalid
from processes.core.feel import add_duration, parse_duration
from processes.core.simulate.ballots import Ballot, Part, ballot_of, fail_closed, names_of
from processes.core.simulate.distributions import draw
from processes.core.simulate.outside import sent_inside, stand_ins
from processes.core.simulate.people import USUAL, Ask, People
from processes.core.simulate.plan import JOB, MESSAGE, WORK, Plan
from processes.core.simulate.report import Load, Report, StepTally, Stop, spread, variants
from processes.core.simulate.values import answer, answers_of
from processes.core.world import Instance, NeverRests, World

MAX_COMMANDS = 1_000
"""For one instance; one that needs more runs in circles."""
INITIATOR = "requester"
AUTOMATIC = "deadline"
"""Who answers when nobody does."""

Key = tuple[int, str]


def simulate(graphs: Sequence[g.Graph], process: str, plan: Plan) -> Report:
    """Run ``plan.instances`` of a process and return what was seen.

    ``graphs`` are the processes of the file; those that are called, or get messages, run along.
    The same plan gives the same report. Raises Invalid when a plan does not fit the process.
    """
    return Simulation(graphs, process, plan).run()


class Simulation:
    def __init__(self, graphs: Sequence[g.Graph], process: str, plan: Plan) -> None:
        self.plan = plan
        self.graph = next(graph for graph in graphs if graph.id == process)
        self.missing = {graph.id: graph for graph in stand_ins(graphs)}
        self.world = World([*graphs, *self.missing.values()], now=plan.start, watch=self.watch)
        self.random = Random(plan.seed)  # noqa: S311 - repeatable on purpose, and no secret
        self.people = People(plan.resources)
        self.sent_inside = sent_inside(graphs)
        self.horizon = plan.start + timedelta(seconds=plan.horizon)
        # What happens next: the moment, and an order for what happens at the same one.
        self.agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self.order = count()
        self.asks: dict[Key, list[Ask]] = {}
        self.ours: dict[int, tuple[datetime, list[str]]] = {}
        self.starting: list[str] | None = None
        self.commands: Counter[int] = Counter()
        self.over: list[Instance] = []
        self.circling: set[int] = set()
        # What is reported.
        self.tallies: dict[str, StepTally] = {}
        self.traces: dict[tuple[str, ...], list[float]] = {}
        self.cycles: list[float] = []
        self.ends: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.stops: dict[tuple[str, str], tuple[int, str]] = {}
        self.started = 0
        self.last = plan.start

    # --- the clock -------------------------------------------------------------------------------

    def run(self) -> Report:
        self.at(self.plan.start + self.gap(), self.arrive)
        try:
            while (moment := self.next_moment()) is not None and moment <= self.horizon:
                self.world.wait_until(moment)
                while self.agenda and self.agenda[0][0] <= moment:
                    heappop(self.agenda)[2]()
                self.tidy()
        except NeverRests as error:
            raise Invalid(
                "never_rests", str(error), unchanged="The simulation was given up."
            ) from error
        return self.report()

    def next_moment(self) -> datetime | None:
        due = self.world.next_due()
        planned = self.agenda[0][0] if self.agenda else None
        return min((m for m in (due, planned) if m is not None), default=None)

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        heappush(self.agenda, (moment, next(self.order), act))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        self.at(self.world.now + timedelta(seconds=seconds), act)

    def gap(self) -> timedelta:
        return timedelta(seconds=draw(self.plan.arrivals, self.random))

    def arrive(self) -> None:
        """Start an instance, and plan the next arrival."""
        self.started += 1
        if self.started < self.plan.instances:
            self.at(self.world.now + self.gap(), self.arrive)
        self.starting = []
        self.world.start(self.command())

    def command(self) -> c.Start:
        variables = answer(self.plan.variables or answers_of(self.graph.start_form), self.random)
        if self.graph.beginnings[None] or not self.graph.entrances:
            return c.Start(self.graph.id, variables, INITIATOR)
        entrance, triggers = next(iter(self.graph.entrances.items()))
        return c.Start(
            self.graph.id,
            variables,
            INITIATOR,
            entrance=entrance,
            trigger=getattr(triggers[0], "name", "") if triggers else "",
            payload=self.payload(entrance),
        )

    def tidy(self) -> None:
        """Forget what has ended, and end what runs in circles."""
        for number in sorted(self.circling):
            instance = self.world.instances.get(number)
            if instance is not None and not instance.state.ended:
                self.world.do(instance, c.Cancel("It runs in circles."))
        self.circling.clear()
        for instance in self.over:
            self.world.forget(instance)
            self.commands.pop(instance.id, None)
        self.over.clear()

    # --- what the instances do -------------------------------------------------------------------

    def watch(self, instance: Instance, events: list[ev.Event]) -> None:
        if self.starting is not None and instance.graph is self.graph and instance.caller is None:
            self.ours[instance.id] = (self.world.now, self.starting)
            self.starting = None
        self.last = self.world.now
        self.commands[instance.id] += 1
        if self.commands[instance.id] > MAX_COMMANDS:
            self.circling.add(instance.id)
        for event in events:
            match event:
                case ev.NodeCompleted():
                    self.completed(instance, event)
                case ev.TaskOpened():
                    self.ask(instance, event)
                case ev.TaskCompleted():
                    self.answered(instance, event)
                case ev.TaskWithdrawn():
                    self.withdrawn(instance, event)
                case ev.JobRequested():
                    self.job(instance, event)
                case ev.SubscriptionOpened():
                    self.expect(instance, event)
                case ev.IncidentRaised():
                    times, _ = self.stops.get((event.node, event.code), (0, ""))
                    self.stops[event.node, event.code] = (times + 1, event.sentence)
                case ev.InstanceCompleted() | ev.InstanceFailed() | ev.InstanceCancelled():
                    self.ended(instance)

    def completed(self, instance: Instance, event: ev.NodeCompleted) -> None:
        if instance.id not in self.ours:
            return
        node = instance.graph.nodes[event.node]
        if isinstance(node, g.EndEvent) and node.parent is None:
            self.ends[node.id] += 1
        if not isinstance(node, g.UserTask | g.Gateway):
            self.ours[instance.id][1].append(node.id)

    def ended(self, instance: Instance) -> None:
        self.over.append(instance)
        found = self.ours.pop(instance.id, None)
        if found is None:
            return
        began, trace = found
        self.statuses[instance.state.status] += 1
        if instance.state.status == "completed":
            seconds = (self.world.now - began).total_seconds()
            self.cycles.append(seconds)
            self.traces.setdefault(tuple(trace), []).append(seconds)

    # --- people ----------------------------------------------------------------------------------

    def ask(self, instance: Instance, event: ev.TaskOpened) -> None:
        """Put a task to people, and plan what happens when they are late."""
        asked = event.asked
        key = instance.id, event.token
        self.asks[key] = []
        tally = self.tally(instance, event.node)
        tally.opened += 1
        if "quorum" in asked:
            ballot = ballot_of(user_task(instance, event.node), asked, self.plan.resources)
            self.poll(key, event.node, ballot, asked)
        else:
            self.offer(key, event.node, asked, names_of(asked))
        for of, span in (("startBy", asked.get("start_by")), ("completeBy", asked["complete_by"])):
            if span:
                self.expire(
                    key, tally, asked, of, add_duration(self.world.now, parse_duration(span))
                )

    def offer(
        self,
        key: Key,
        node: str,
        asked: dict[str, Any],
        offered: list[str],
        ballot: Ballot | None = None,
        part: Part | None = None,
    ) -> None:
        """Put a task, or one vote on it, to people."""
        ask = Ask(
            *key,
            node,
            self.world.now,
            list(offered),
            frozenset(asked["exclude"]),
            asked.get("priority", USUAL),
            ballot,
            part,
        )
        self.asks[key].append(ask)
        self.tally(self.world.instances[key[0]], node).asked.update(offered)
        if self.people.offer(ask, self.world.now):
            self.work(ask)

    def poll(self, key: Key, node: str, ballot: Ballot, asked: dict[str, Any]) -> None:
        """Ask for the votes whose turn it is."""
        for part in ballot.next_parts():
            for _ in range(part.seats):
                self.offer(key, node, asked, part.offered_to, ballot, part)

    def expire(
        self, key: Key, tally: StepTally, asked: dict[str, Any], of: str, deadline: datetime
    ) -> None:
        """Plan what happens when a deadline passes."""
        if of == "completeBy":
            tally.deadlines += 1
            self.at(deadline, partial(self.late, key, tally))
        for rung in asked["escalations"]:
            if rung.get("of", "completeBy") == of:
                after = add_duration(deadline, parse_duration(rung["after"]))
                self.at(after, partial(self.escalate, key, rung, tally))

    def late(self, key: Key, tally: StepTally) -> None:
        if key in self.asks:
            tally.missed += 1

    def escalate(self, key: Key, rung: dict[str, Any], tally: StepTally) -> None:
        """Climb a rung of the ladder, unless it came too late."""
        asks = self.asks.get(key, ())
        begun = any(ask.taken_at for ask in asks)
        if not asks or (rung.get("of") == "startBy" and begun):
            return
        tally.escalated += 1
        instance = self.world.instances[key[0]]
        match rung.get("do", "add"):
            case "prioritize":
                for ask in asks:
                    ask.priority = rung["priority"]
            case "throw":
                self.world.do(instance, c.EscalateTask(key[1], rung["code"]))
            case "answer":
                outcome = rung["outcome"] or fail_closed(user_task(instance, asks[0].node))
                self.world.do(instance, c.CompleteTask(key[1], outcome, {}, AUTOMATIC))
            case "add" | "reassign" as do:
                for ask in asks:
                    self.ask_others(ask, names_of(rung), tally, alone=do == "reassign")

    def ask_others(self, ask: Ask, names: list[str], tally: StepTally, *, alone: bool) -> None:
        """Ask these people as well, or ``alone``."""
        more = [name for name in names if name not in ask.offered_to]
        tally.asked.update(more)
        if alone:
            self.people.reassign(ask, names)
        else:
            ask.offered_to += more
        if ask.taken_at is None and not ask.over and self.people.offer(ask, self.world.now):
            self.work(ask)

    def work(self, ask: Ask) -> None:
        """Somebody has taken the task: the answer comes when the work is done."""
        duration = self.plan.node(ask.node).duration or WORK
        self.after(draw(duration, self.random), partial(self.respond, ask))

    def respond(self, ask: Ask) -> None:
        if ask.over:
            return
        instance = self.world.instances[ask.instance]
        node = user_task(instance, ask.node)
        plan = self.plan.node(node.id)
        known = plan.outcomes or {outcome.id: 1.0 for outcome in node.outcomes}
        outcome = self.random.choices(list(known), list(known.values()))[0]
        if ask.ballot is not None:
            outcome = self.vote(instance, ask, outcome)
            if not outcome:
                return
        data = answer(plan.data or answers_of(node.form), self.random)
        self.world.do(instance, c.CompleteTask(ask.token, outcome, data, ask.by))

    def vote(self, instance: Instance, ask: Ask, outcome: str) -> str:
        """Count a vote; return the outcome that decides, or nothing and ask who comes next."""
        if ask.ballot is None or ask.part is None:
            raise TypeError(f"{ask!r} is no vote")
        key = ask.instance, ask.token
        self.spent(instance, ask)
        decided = ask.ballot.cast(ask.part, outcome)
        asked = {"exclude": ask.exclude, "priority": ask.priority}
        if not decided:
            self.finished(ask)
            self.poll(key, ask.node, ask.ballot, asked)
        return decided

    def spent(self, instance: Instance, ask: Ask) -> None:
        """Write down how long somebody let it wait and worked on it."""
        tally = self.tally(instance, ask.node)
        taken_at = ask.taken_at or self.world.now
        tally.waiting.append((taken_at - ask.opened_at).total_seconds())
        tally.working.append((self.world.now - taken_at).total_seconds())

    def answered(self, instance: Instance, event: ev.TaskCompleted) -> None:
        tally = self.tally(instance, event.node)
        tally.completed += 1
        tally.outcomes[event.outcome] += 1
        if instance.id in self.ours:
            self.ours[instance.id][1].append(f"{event.node}: {event.outcome}")
        asks = self.asks[instance.id, event.token]
        if asks and asks[0].ballot is None:
            self.spent(instance, asks[0])
        self.free(instance, event.token)

    def withdrawn(self, instance: Instance, event: ev.TaskWithdrawn) -> None:
        self.tally(instance, event.node).withdrawn += 1
        self.free(instance, event.token)

    def free(self, instance: Instance, token: str) -> None:
        asks = self.asks.pop((instance.id, token))
        for ask in asks:
            self.people.leave_queues(ask)
        for ask in asks:
            if not ask.over:
                self.finished(ask)

    def finished(self, ask: Ask) -> None:
        following = self.people.done(ask, self.world.now)
        if following is not None:
            self.work(following)

    def tally(self, instance: Instance, node: str) -> StepTally:
        if node not in self.tallies:
            self.tallies[node] = StepTally(node, instance.graph.nodes[node].label)
        return self.tallies[node]

    # --- machines and the world outside ----------------------------------------------------------

    def job(self, instance: Instance, event: ev.JobRequested) -> None:
        node = self.planned_as(instance, event.node)
        seconds = draw(self.plan.node(node).duration or JOB, self.random)
        self.after(seconds, partial(self.finish, instance, event, node))

    def planned_as(self, instance: Instance, node: str) -> str:
        """Return where the plan tells of a job; a stand-in's is told at the call activity."""
        caller = instance.caller
        if instance.graph.id in self.missing and caller is not None:
            return caller.state.tokens[instance.token].node
        return node

    def finish(self, instance: Instance, event: ev.JobRequested, node: str) -> None:
        token = instance.state.tokens.get(event.token)
        if token is None or token.wait != "job":
            return
        plan = self.plan.node(node)
        command: c.Command
        if plan.fails and self.random.random() < plan.fails:
            command = c.FailJob(token.id, "It failed in the simulation.", 1, plan.error)
        else:
            response = answer(plan.response, self.random) if plan.response else OK
            command = c.CompleteJob(token.id, response)
        self.world.do(instance, command)

    def expect(self, instance: Instance, event: ev.SubscriptionOpened) -> None:
        """Plan a message or signal that nothing in the file sends.

        What sits on an edge, or starts an event sub-process, comes only when the plan tells of it.
        """
        if event.trigger == "condition" or (event.trigger, event.name) in self.sent_inside:
            return
        node = instance.graph.nodes[event.node]
        on_edge = isinstance(node, g.BoundaryEvent | g.StartEvent)
        plan = self.plan.node(event.node)
        never = plan.never
        if never is None:
            never = float(on_edge and event.node not in self.plan.nodes)
        if self.random.random() >= never:
            seconds = draw(plan.duration or MESSAGE, self.random)
            self.after(seconds, partial(self.deliver, instance, event))

    def deliver(self, instance: Instance, event: ev.SubscriptionOpened) -> None:
        if event.subscription not in instance.state.subscriptions:
            return
        payload = self.payload(event.node)
        if event.trigger == "message":
            self.world.do(instance, c.DeliverMessage(event.subscription, payload))
        else:
            self.world.do(instance, c.DeliverSignal(event.name, payload))

    def payload(self, node: str) -> Any:
        planned = self.plan.node(node).payload
        return answer(planned, self.random) if planned else None

    # --- the report ------------------------------------------------------------------------------

    def report(self) -> Report:
        tallies = [self.tallies[node] for node in sorted(self.tallies)]
        span = (self.last - self.plan.start).total_seconds()
        return Report(
            process=self.graph.id,
            seed=self.plan.seed,
            instances=self.started,
            completed=self.statuses["completed"],
            failed=self.statuses["failed"],
            unfinished=len(self.ours),
            given_up=self.statuses["cancelled"],
            span=round(span, 3),
            cycle_time=spread(self.cycles),
            waiting_time=spread(seconds for tally in tallies for seconds in tally.waiting),
            deadlines=sum(tally.deadlines for tally in tallies),
            deadlines_missed=sum(tally.missed for tally in tallies),
            ends=dict(sorted(self.ends.items())),
            variant_count=len(self.traces),
            variants=variants(self.traces),
            steps=[tally.step() for tally in tallies],
            groups=[
                Load(
                    pool.name,
                    pool.people,
                    pool.taken,
                    round(pool.busy / (pool.people * span), 4) if span else 0.0,
                    pool.longest,
                )
                for _, pool in sorted(self.people.pools.items())
            ],
            incidents=[
                Stop(node, code, sentence, times)
                for (node, code), (times, sentence) in sorted(self.stops.items())
            ],
        )


def user_task(instance: Instance, node: str) -> g.UserTask:
    found = instance.graph.nodes[node]
    if not isinstance(found, g.UserTask):
        raise TypeError(f"{found!r} asks nobody")
    return found


OK: dict[str, Any] = {"status": 200, "body": {}}
