"""The core in memory: steps per second, next to SpiffWorkflow, and how it grows.

    python -m benchmarks.core [--json] [--rounds 7]

A *step* is one node that was completed: an event, a task or a gateway. Both engines run the same
BPMN files to their end, in turn; ``ratio_to_spiffworkflow`` is Placet's rate over SpiffWorkflow's,
over all files together. Neither writes anything down.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from benchmarks import models
from benchmarks.contest import Score, contest

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# What is run, how many nodes are completed on the way, and how often in a round.
FILES = {
    "tasks": (models.sequence(100), 102),
    "people": (models.sequence(100, "userTask"), 102),
    "choices": (models.choices(30), 92),
    "parallel": (models.parallel(30), 34),
}
WORK = {"placet": 30, "spiffworkflow": 2}
SIZES = (10, 100, 1_000)
TOKENS = (1, 10, 100, 1_000)


# --- two engines ---------------------------------------------------------------------------------


def placet(source: str) -> Callable[[int], None]:
    """Return a function that runs instances of the file to their end."""
    from processes.core import commands as c
    from processes.core import state as st
    from processes.core.advance import decide

    graph = graph_of(source)

    def work(pieces: int) -> None:
        for _ in range(pieces):
            start = c.Start("p", dict(models.VARIABLES), "alice")
            _, state = decide(graph, st.State(), start, now=NOW)
            while not state.ended:
                token = next(t.id for t in state.tokens.values() if t.wait == "task")
                answer = c.CompleteTask(token, "approved", {}, "bob")
                _, state = decide(graph, state, answer, now=NOW)

    return work


def spiffworkflow(source: str) -> Callable[[int], None]:
    """Return a function that does the same, as SpiffWorkflow's documentation does."""
    from lxml import etree
    from SpiffWorkflow.bpmn import BpmnWorkflow
    from SpiffWorkflow.bpmn.parser import BpmnParser
    from SpiffWorkflow.util.task import TaskState

    # Its parser and its prediction of what comes next are recursive.
    sys.setrecursionlimit(100_000)
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(source))
    spec = parser.get_spec("p")

    def work(pieces: int) -> None:
        for _ in range(pieces):
            workflow = BpmnWorkflow(spec)
            workflow.set_data(**models.VARIABLES)
            workflow.task_tree.set_data(**models.VARIABLES)
            workflow.do_engine_steps()
            while not workflow.is_completed():
                for task in workflow.get_tasks(state=TaskState.READY, manual=True):
                    task.run()
                workflow.do_engine_steps()

    return work


def graph_of(source: str) -> Any:
    from processes.core.bpmn import read

    return read(source.encode()).graphs[0]


def side_by_side(rounds: int) -> dict[str, Any]:
    """Let both run each file, in turn."""
    figures: dict[str, Any] = {}
    spent = dict.fromkeys(WORK, 0.0)
    steps_in_all = 0
    for name, (source, steps) in FILES.items():
        contenders = {
            "placet": partial(placet, source),
            "spiffworkflow": partial(spiffworkflow, source),
        }
        scores = contest(contenders, clients=1, rounds=rounds, work=WORK)
        figures[name] = compared(scores, steps)
        steps_in_all += steps
        for contender, score in scores.items():
            spent[contender] += score.seconds
    return {
        "steps_per_second": round(steps_in_all / spent["placet"]),
        "spiffworkflow_steps_per_second": round(steps_in_all / spent["spiffworkflow"]),
        "ratio_to_spiffworkflow": round(spent["spiffworkflow"] / spent["placet"], 2),
        "files": figures,
    }


def compared(scores: dict[str, Score], steps: int) -> dict[str, float]:
    return {
        "steps_per_second": round(steps * scores["placet"].rate),
        "spiffworkflow_steps_per_second": round(steps * scores["spiffworkflow"].rate),
        "ratio_to_spiffworkflow": round(scores["placet"].rate / scores["spiffworkflow"].rate, 2),
    }


# --- growth --------------------------------------------------------------------------------------


def median_of(act: Callable[[], object], rounds: int) -> float:
    """Return the median seconds of ``act``, after one time to warm up."""
    act()
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def growth_with_nodes(rounds: int) -> dict[str, Any]:
    """Return microseconds per step in processes of 10 to 1,000 user tasks."""
    figures: dict[str, Any] = {}
    for size in SIZES:
        source = models.sequence(size, "userTask")
        often = max(SIZES) // size
        seconds = median_of(partial(placet(source), often), rounds)
        figures[f"nodes_{size}_step_us"] = round(seconds / often / (size + 2) * 1e6, 1)
    first, last = (figures[f"nodes_{size}_step_us"] for size in (SIZES[0], SIZES[-1]))
    return {**figures, "growth_10_to_1000_nodes": round(last / first, 2)}


def growth_with_tokens(rounds: int) -> dict[str, Any]:
    """Return microseconds for one answer where 1 to 1,000 tokens wait side by side.

    ``copied`` leaves the state before the answer alone, ``in_place`` changes it; ``saved`` is
    writing the state as JSON and reading it again, as a row is.
    """
    figures: dict[str, Any] = {}
    for tokens in TOKENS:
        for name, seconds in one_answer(tokens, rounds).items():
            figures[f"tokens_{tokens}_{name}_us"] = round(seconds * 1e6, 1)
    return figures


def one_answer(tokens: int, rounds: int) -> dict[str, float]:
    from processes.core import commands as c
    from processes.core import graph as g
    from processes.core import state as st
    from processes.core.advance import change, decide
    from processes.core.feel import compile_expression

    each = g.MultiInstance(cardinality=compile_expression(str(tokens)))
    nodes: list[g.Node] = [
        g.StartEvent(id="start"),
        g.UserTask(id="t", loop=each),
        g.EndEvent(id="end"),
    ]
    flows = [g.Flow("f1", "start", "t"), g.Flow("f2", "t", "end")]
    graph = g.Graph("p", "P", {n.id: n for n in nodes}, {f.id: f for f in flows})
    _, waiting = decide(graph, st.State(), c.Start("p"), now=NOW)
    working = waiting.copy()

    def answers(state: st.State) -> list[c.Command]:
        open_ = [token.id for token in state.tokens.values() if token.wait == "task"]
        return [c.CompleteTask(token, "approved", {}, "bob") for token in open_[:10]]

    commands = answers(waiting)

    def copied() -> None:
        state = waiting
        for command in commands:
            _, state = decide(graph, state, command, now=NOW)

    def in_place() -> None:
        nonlocal working
        if working.ended or len(working.tokens) <= tokens - tokens // 2:
            working = waiting.copy()
        for command in answers(working):
            change(graph, working, command, now=NOW)

    def saved() -> None:
        st.load(json.loads(json.dumps(waiting.dump())))

    each_one = len(commands)
    return {
        "copied": median_of(copied, rounds) / each_one,
        "in_place": median_of(in_place, rounds) / each_one,
        "saved": median_of(saved, rounds),
    }


# --- publishing ----------------------------------------------------------------------------------


def publishing(rounds: int) -> dict[str, Any]:
    """Return what a file of 1,000 tasks takes to read and check; a running step does neither."""
    from processes.core.bpmn import read
    from processes.core.checks import check

    source = models.sequence(1_000, "userTask").encode()
    graph = read(source).graphs[0]
    return {
        "read_1000_ms": round(median_of(lambda: read(source), rounds) * 1e3, 1),
        "check_1000_ms": round(median_of(lambda: check(graph), rounds) * 1e3, 1),
    }


def simulating(rounds: int) -> dict[str, Any]:
    """Return how many instances of three user tasks are simulated in a second."""
    from processes.core.simulate import read_plan, simulate

    graphs = (graph_of(models.sequence(3, "userTask")),)
    plan = read_plan({"instances": 1_000}, graphs)
    seconds = median_of(lambda: simulate(graphs, "p", plan), rounds)
    return {"simulated_instances_per_second": round(plan.instances / seconds)}


def measure(rounds: int) -> dict[str, Any]:
    return {
        **side_by_side(rounds),
        **growth_with_nodes(rounds),
        **growth_with_tokens(rounds),
        **publishing(rounds),
        **simulating(rounds),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    results = measure(chosen.rounds)
    if chosen.json:
        print(json.dumps(results, indent=2))
        return
    for name, value in results.items():
        if isinstance(value, dict):
            for file, figures in value.items():
                told = ", ".join(f"{figure} {number}" for figure, number in figures.items())
                print(f"  {file:<32}{told}")
        else:
            print(f"{name:<34}{value:>12,}")


if __name__ == "__main__":
    main()
