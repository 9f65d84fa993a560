"""``manage.py simulate FILE``: run a process many times in memory, and say what came of it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser

from processes.core.bpmn import read
from processes.core.errors import Refusal
from processes.core.graph import Graph
from processes.core.simulate import Report, read_plan, simulate
from processes.core.simulate.report import Spread

SHOWN = 10
"""Variants in the table."""


class Command(BaseCommand):
    help = "Simulate a process: paths, waiting times, load, missed deadlines (docs/simulation.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a BPMN file")
        parser.add_argument("--process", default="", help="its id, where the file holds several")
        parser.add_argument("--config", type=Path, help="the plan, a JSON or YAML file")
        parser.add_argument("--instances", type=int, help="how many to start")
        parser.add_argument("--arrivals", type=float, metavar="PER_HOUR", help="how many an hour")
        parser.add_argument("--seed", type=int, help="the same seed gives the same figures")
        parser.add_argument("--json", action="store_true", help="print the result for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        graphs = graphs_in(options["file"])
        graph = chosen(graphs, options["process"])
        try:
            plan = read_plan(document_of(options), graphs)
            report = simulate(graphs, graph.id, plan)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report), indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(lines(report)))


def graphs_in(file: Path) -> tuple[Graph, ...]:
    """Return the processes of the file; whatever would stop publishing it stops here too."""
    try:
        reading = read(file.read_bytes())
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    stopping = [finding for finding in reading.findings if finding.stops_publishing]
    if stopping:
        told = "\n".join(f"{finding.element}: {finding.sentence}" for finding in stopping)
        raise CommandError(f"{file} cannot be run yet.\n{told}")
    if not reading.graphs:
        raise CommandError(f"{file} holds no process that can be run.")
    return reading.graphs


def chosen(graphs: tuple[Graph, ...], process: str) -> Graph:
    """Return the process of that id; without one, the first."""
    found = next((graph for graph in graphs if process in ("", graph.id)), None)
    if found is None:
        known = ", ".join(graph.id for graph in graphs)
        raise CommandError(f"The file has no process {process}. It holds: {known}.")
    return found


def document_of(options: dict[str, Any]) -> Any:
    """Return the plan as it is written, with what the command line says instead."""
    document: Any = {}
    file: Path | None = options["config"]
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8")
            # JSON is YAML as well.
            document = yaml.safe_load(text)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
    if not isinstance(document, dict):
        return document
    for name in ("instances", "seed"):
        if options[name] is not None:
            document[name] = options[name]
    if options["arrivals"] is not None:
        document["arrivals"] = {"per_hour": options["arrivals"]}
    return document


# --- the table -----------------------------------------------------------------------------------


def lines(report: Report) -> list[str]:
    """Return the report for a reader at a terminal."""
    told = [
        f"{report.process}: {span(report.span)} in all",
        (
            f"instances     {report.instances:,} started, {report.completed:,} completed, "
            f"{report.failed:,} failed, {report.unfinished:,} unfinished, "
            f"{report.given_up:,} given up"
        ),
        f"cycle time    {spread(report.cycle_time)}",
        f"waiting time  {spread(report.waiting_time)}",
        f"deadlines     {report.deadlines_missed:,} of {report.deadlines:,} missed",
        "",
        "ends",
        *(f"  {count:>8,}  {node}" for node, count in report.ends.items()),
        "",
        f"variants ({report.variant_count:,})",
        *(
            f"  {variant.count:>8,}  {variant.share:>6.1%}  {' → '.join(variant.trace)}"
            for variant in report.variants[:SHOWN]
        ),
        "",
        "steps",
    ]
    for step in report.steps:
        outcomes = ", ".join(f"{name} {count:,}" for name, count in step.outcomes.items())
        asked = ", ".join(f"{name} {count:,}" for name, count in step.asked.items())
        told += [
            (
                f"  {step.name}: {step.opened:,} opened, {step.completed:,} answered, "
                f"{step.withdrawn:,} withdrawn, {step.deadlines_missed:,} late"
            ),
            f"    asked    {asked}",
            f"    answers  {outcomes or 'none'}",
            f"    waited   {spread(step.waiting)}",
            f"    worked   {spread(step.working)}",
        ]
    told += ["", "groups"]
    told += [
        f"  {group.name}: {group.people:,} people, {group.busy:.1%} busy, "
        f"{group.taken:,} tasks, {group.longest_queue:,} in the longest queue"
        for group in report.groups
    ]
    told += ["", "incidents"]
    told += [f"  {stop.count:>8,}  {stop.node}: {stop.sentence}" for stop in report.incidents]
    return told


def spread(found: Spread) -> str:
    if not found.count:
        return "nothing measured"
    return (
        f"mean {span(found.mean)}, median {span(found.median)}, p90 {span(found.p90)}, "
        f"p95 {span(found.p95)}, max {span(found.max)}"
    )


def span(seconds: float) -> str:
    """Return a span in the unit that suits it."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:,.1f} s"
