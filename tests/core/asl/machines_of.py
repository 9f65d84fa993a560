"""State machines for tests, and instances of the processes that they become."""

import json
from pathlib import Path
from typing import Any

from processes.core import commands as c
from processes.core import events as ev
from processes.core import state as st
from processes.core.asl import Machine, import_machine
from processes.core.bpmn import read
from tests.core.graphs import Play

FILES = Path(__file__).parent / "machines"


def imported(machine: dict[str, Any], name: str = "machine.json") -> Machine:
    return import_machine(json.dumps(machine).encode(), name)


def of(start: str, **states: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": start, "States": states}


def play(machine: dict[str, Any] | bytes, data: Any = None) -> Play:
    """Return a running instance that was given this input."""
    source = machine if isinstance(machine, bytes) else json.dumps(machine).encode()
    found = import_machine(source, "machine.json")
    assert found.findings == ()
    reading = read(found.source)
    assert [finding for finding in reading.findings if finding.stops_publishing] == []
    [graph] = reading.graphs
    return Play(graph, **({} if data is None else {"state": data}))


def result(machine: dict[str, Any], data: Any = None) -> Any:
    """Return what an instance hands on that ends by itself."""
    found = play(machine, data)
    assert found.state.status == "completed", found.waiting()
    return found.state.scopes[st.ROOT].variables["state"]


def request(instance: Play, node: str) -> dict[str, Any]:
    """Return what the worker of a waiting task is asked."""
    asked = [e for e in instance.history if isinstance(e, ev.JobRequested) and e.node == node]
    return asked[-1].request


def answer(instance: Play, node: str, value: Any) -> None:
    instance.do(c.CompleteJob(instance.token(node), value))
