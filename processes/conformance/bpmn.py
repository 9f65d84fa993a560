"""Run outside cases of BPMN: files, what to start in them, and what they must log.

A folder holds ``manifest.json``: a list of ``{name, group, file, cases}``, each case
``{variables, trace, advance_ms?, companion?}``. The trace is compared as a multiset. A file of the
group ``bpmn_constraints`` breaks a rule of the standard, and must be refused with an error that
names an element.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from processes.conformance.bpmn_play import Play
from processes.conformance.bpmn_tokens import rewritten
from processes.conformance.report import Failure
from processes.core import graph as g
from processes.core.bpmn import Reading, read

REFUSED = "ERROR_deployment"
Verdict = Literal["passed", "failed", "not_supported"]


@dataclass(frozen=True, slots=True)
class Case:
    """``name`` is the process to start, ``companion`` one of the same file to start before it."""

    name: str
    group: str
    path: Path
    variables: dict[str, Any]
    trace: tuple[str, ...]
    advance: timedelta
    companion: str

    @property
    def label(self) -> str:
        given = {k: v for k, v in self.variables.items() if k == "test" or v}
        shown = ", ".join(f"{name} = {value!r}" for name, value in given.items())
        return f"{self.path.stem} ({shown})" if shown else self.path.stem

    @property
    def wants_refusal(self) -> bool:
        return self.trace == (REFUSED,)


@dataclass(slots=True)
class Group:
    passed: int = 0
    failed: int = 0
    not_supported: int = 0

    def as_json(self) -> dict[str, int]:
        return {
            "passed": self.passed, "failed": self.failed, "not_supported": self.not_supported,
        }  # fmt: skip


@dataclass(slots=True)
class BpmnReport:
    groups: dict[str, Group] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def count(self, case: Case, verdict: Verdict, got: str) -> None:
        group = self.groups.setdefault(case.group, Group())
        match verdict:
            case "passed":
                group.passed += 1
                return
            case "failed":
                group.failed += 1
            case "not_supported":
                group.not_supported += 1
        expected = ", ".join(sorted(case.trace)) or "nothing"
        self.failures.append(Failure(case.label, expected, got, case.group))

    @property
    def total(self) -> Group:
        groups = self.groups.values()
        return Group(
            sum(g.passed for g in groups),
            sum(g.failed for g in groups),
            sum(g.not_supported for g in groups),
        )

    def table(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = [("group", "passed", "failed", "not supported")]
        for name, group in [*self.groups.items(), ("all", self.total)]:
            counted = (group.passed, group.failed, group.not_supported)
            rows.append((name, *(f"{count:,}" for count in counted)))
        return rows

    def as_json(self) -> dict[str, object]:
        return {
            **self.total.as_json(),
            "groups": {name: group.as_json() for name, group in self.groups.items()},
            "failures": [failure.as_json() for failure in self.failures],
        }


def holds_cases(folder: Path) -> bool:
    return (folder / "manifest.json").is_file()


def cases(folder: Path) -> Iterator[Case]:
    """Yield the cases of the manifest, in its order."""
    for entry in json.loads((folder / "manifest.json").read_text(encoding="utf-8")):
        for case in entry["cases"]:
            yield Case(
                entry["name"],
                entry["group"],
                folder / entry["file"],
                case["variables"],
                tuple(case["trace"]),
                timedelta(milliseconds=case.get("advance_ms", 0)),
                case.get("companion", ""),
            )


Player = Callable[[Case, bytes], list[str]]


def run(folder: Path, player: Player | None = None) -> BpmnReport:
    """Run all cases; ``player`` plays one and returns what it logged, in memory unless given."""
    report = BpmnReport()
    for case in cases(folder):
        report.count(case, *judge(case, player or play))
    return report


def judge(case: Case, player: Player) -> tuple[Verdict, str]:
    """Return whether the case passes, and what came of it."""
    source = rewritten(case.path.read_bytes(), case.variables)
    reading = read(source)
    if case.wants_refusal:
        return judge_refusal(reading)
    refused = [f for f in reading.findings if f.stops_publishing]
    if refused and not any(entry in ("ERROR", REFUSED) for entry in case.trace):
        only_not_run = all(f.severity == "unsupported" for f in refused)
        return "not_supported" if only_not_run else "failed", f"refused: {refused[0].sentence}"
    logged = [REFUSED] if refused else player(case, source)
    return ("passed" if as_expected(case.trace, logged) else "failed"), told(logged)


def judge_refusal(reading: Reading) -> tuple[Verdict, str]:
    errors = [f for f in reading.findings if f.severity == "error"]
    if any(error.element for error in errors):
        return "passed", REFUSED
    return "failed", errors[0].sentence if errors else "the file is accepted"


def as_expected(trace: tuple[str, ...], logged: list[str]) -> bool:
    """Compare in any order; where the trace says ERROR, any failure will do."""
    if "ERROR" in trace:
        logged = ["ERROR" if entry.startswith("ERROR") else entry for entry in logged]
    return Counter(trace) == Counter(logged)


def told(logged: list[str]) -> str:
    return ", ".join(sorted(logged)) or "nothing"


def play(case: Case, source: bytes) -> list[str]:
    """Play the case in memory and return what it logged."""
    graphs = read(source).graphs
    played = Play(graphs, errors_of(graphs))
    for process in (case.companion, case.name):
        if process:
            played.start(process, dict(case.variables) if process == case.name else {})
    played.run(advance=case.advance)
    return played.log.entries


def errors_of(graphs: tuple[g.Graph, ...]) -> set[str]:
    """Return the codes of the errors that the events of the processes name."""
    return {
        trigger.code
        for graph in graphs
        for node in graph.nodes.values()
        for trigger in getattr(node, "triggers", ())
        if isinstance(trigger, g.Error) and trigger.code
    }
