"""Plays scenarios: a BPMN file, a script beside it, and what must come of it.

A script is YAML: ``rule`` in a sentence, its ``section`` of BPMN 2.0.2, the steps to ``play``, the
``trace`` and how it ``ends``. Steps are what a test would do by hand:

    - start                        the first process of the file; or start: name
    - start: {process: p, with: {amount: 5}}
    - finish: review               the oldest work at a node; or finish: {review: {limit: 9}}
    - fail: book                   an incident; or fail: {book: sold-out}, an error of the process
    - send_back: {audit: receipts}   also skip: audit, give_up: {audit: lost}
    - escalate: {audit: late}      the ladder of the task throws it
    - take_back                    the initiator withdraws the request
    - wait: PT1H                   time passes, timers fire
    - message: {name: paid, key: "7", payload: {sum: 9}}
    - signal: alarm
    - retry: book, cancel, suspend, resume
    - standing: [review]           where tokens rest now, in any order
    - variables: {amount: 5}       of the first instance, among others
    - incident: {book: job_failed}

The trace names the activities that were completed; a list within the list may come in any order.
After every step the state is written, read back and played on with, and the
history so far must give the same state.
"""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core import state as st
from processes.core.advance import fold
from processes.core.bpmn import read
from processes.core.feel import add_duration, parse_duration
from processes.core.world import Instance, World

FOLDER = Path(__file__).parent
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def scripts() -> list[Path]:
    return sorted(FOLDER.rglob("*.yaml"))


def graphs_of(script: Path) -> tuple[g.Graph, ...]:
    """Return the processes of the file beside the script, which must be without fault."""
    reading = read(script.with_suffix(".bpmn").read_bytes())
    faults = [finding for finding in reading.findings if finding.stops_publishing]
    assert not faults, faults
    return reading.graphs


class Scenario:
    """Plays one script; an assertion fails where it does not go as written."""

    def __init__(self, script: Path) -> None:
        self.told: dict[str, Any] = yaml.safe_load(script.read_text(encoding="utf-8"))
        self.trace: list[str] = []
        self.histories: dict[int, list[ev.Event]] = {}
        self.loops: set[tuple[int, str]] = set()
        self.world = World(graphs_of(script), now=NOW, watch=self.watch)
        self.world.open_entrances()

    def play(self) -> None:
        for step in self.told["play"]:
            verb, about = (step, None) if isinstance(step, str) else next(iter(step.items()))
            getattr(self, f"step_{verb}")(about)
        assert_trace(self.trace, self.told["trace"])
        self.step_standing(self.told.get("standing", []))
        self.step_variables(self.told.get("variables", {}))
        ends = self.told["ends"]
        statuses = [i.state.status for i in self.world.instances.values()]
        assert statuses == ([ends] if isinstance(ends, str) else ends)

    def watch(self, instance: Instance, events: list[ev.Event]) -> None:
        history = self.histories.setdefault(instance.id, [])
        history += [ev.from_data(e.kind, json.loads(json.dumps(ev.to_data(e)))) for e in events]
        document = json.loads(json.dumps(instance.state.dump()))
        assert fold(history).dump() == instance.state.dump(), "history gives another state"
        instance.state = st.load(document)
        assert instance.state.dump() == document, "a restart gives another state"
        for event in events:
            self.note(instance, event)

    def note(self, instance: Instance, event: ev.Event) -> None:
        if isinstance(event, ev.LoopStarted):
            self.loops.add((instance.id, event.token))
        if isinstance(event, ev.NodeCompleted) and (
            (instance.id, event.tokens[0]) not in self.loops
            and isinstance(instance.graph.nodes[event.node], g.Activity)
        ):
            self.trace.append(event.node)

    # --- steps -----------------------------------------------------------------------------------

    def step_start(self, about: Any) -> None:
        about = {"process": about} if isinstance(about, str) else about or {}
        process = about.get("process") or next(iter(self.world.graphs))
        self.world.start(c.Start(process, about.get("with", {}), "alice", "K-1"))

    def step_finish(self, about: Any) -> None:
        node, values = pair(about, {})
        instance, token = self.find(node, ("task", "job"))
        if token.wait == "task":
            outcome = values.pop("outcome", "approved")
            self.world.do(instance, c.CompleteTask(token.id, outcome, values, "bob"))
        else:
            self.world.do(instance, c.CompleteJob(token.id, values))

    def step_fail(self, about: Any) -> None:
        node, code = pair(about, "")
        instance, token = self.find(node, ("job",))
        self.world.do(instance, c.FailJob(token.id, "It did not work.", 1, code))

    def step_send_back(self, about: dict[str, str]) -> None:
        node, to = pair(about, "")
        instance, token = self.find(node, ("task",))
        self.world.do(instance, c.SendBack(token.id, to, "bob"))

    def step_skip(self, about: str) -> None:
        instance, token = self.find(about, ("task",))
        self.world.do(instance, c.SkipTask(token.id, "dan"))

    def step_give_up(self, about: dict[str, str]) -> None:
        node, code = pair(about, "")
        instance, token = self.find(node, ("task",))
        self.world.do(instance, c.FailTask(token.id, code, "bob"))

    def step_escalate(self, about: dict[str, str]) -> None:
        node, code = pair(about, "")
        instance, token = self.find(node, ("task",))
        self.world.do(instance, c.EscalateTask(token.id, code))

    def step_take_back(self, _: None) -> None:
        to = self.first.graph.withdrawal.to
        self.world.do(self.first, c.WithdrawRequest(to, "alice"))

    def step_wait(self, about: str) -> None:
        self.world.wait_until(add_duration(self.world.now, parse_duration(about)))

    def step_message(self, about: Any) -> None:
        about = {"name": about} if isinstance(about, str) else about
        self.world.send_message(about["name"], about.get("key", ""), about.get("payload"))

    def step_signal(self, about: Any) -> None:
        about = {"name": about} if isinstance(about, str) else about
        self.world.send_signal(about["name"], about.get("payload"))

    def step_retry(self, about: str) -> None:
        instance, token = self.find(about, ("incident",))
        incident = next(i for i in instance.state.incidents.values() if i.token == token.id)
        self.world.do(instance, c.Retry(incident.id))

    def step_cancel(self, _: None) -> None:
        self.world.do(self.first, c.Cancel("enough"))

    def step_suspend(self, _: None) -> None:
        self.world.do(self.first, c.Suspend())

    def step_resume(self, _: None) -> None:
        self.world.do(self.first, c.Resume())

    # --- what must hold --------------------------------------------------------------------------

    def step_standing(self, about: list[str]) -> None:
        standing = [t.node for i in self.world.instances.values() for t in leaves(i.state)]
        assert sorted(standing) == sorted(about)

    def step_variables(self, about: dict[str, Any]) -> None:
        variables = self.first.state.variables
        assert {name: variables.get(name) for name in about} == about

    def step_incident(self, about: Any) -> None:
        node, code = pair(about, "")
        _, token = self.find(node, ("incident",))
        raised = [
            e
            for history in self.histories.values()
            for e in history
            if isinstance(e, ev.IncidentRaised) and (e.token, e.node) == (token.id, node)
        ]
        assert raised[-1].code == code, raised[-1].sentence

    @property
    def first(self) -> Instance:
        return next(iter(self.world.instances.values()))

    def find(self, node: str, waits: tuple[str, ...]) -> tuple[Instance, st.Token]:
        for instance in self.world.instances.values():
            for token in instance.state.tokens.values():
                if token.node == node and token.wait in waits:
                    return instance, token
        raise AssertionError(f"nothing at {node} waits for a {' or '.join(waits)}")


def pair(about: Any, otherwise: Any) -> tuple[str, Any]:
    return (about, otherwise) if isinstance(about, str) else next(iter(about.items()))


def leaves(state: st.State) -> list[st.Token]:
    """Return the tokens that wait for something other than what lies within them."""
    return [t for t in state.tokens.values() if t.wait == "incident" or not state.scopes_of(t.id)]


def assert_trace(trace: list[str], expected: list[Any]) -> None:
    """Compare in order; what stands in a list of its own, in any order."""
    at = 0
    for item in expected:
        some = item if isinstance(item, list) else [item]
        assert Counter(trace[at : at + len(some)]) == Counter(some), f"{trace} is not {expected}"
        at += len(some)
    assert len(trace) == at, f"{trace} goes on after {expected}"
