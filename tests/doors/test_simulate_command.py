"""``manage.py simulate`` and ``manage.py replay``."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tasks import services
from tests.factories import NOW, asked, deployed_source, one_task, person, process_source, started


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "ask.bpmn"
    written.write_text(one_task('<placet:assignment candidateGroups="finance"/>'))
    return written


def run(command: str, *given: Any) -> str:
    out = StringIO()
    call_command(command, *map(str, given), stdout=out)
    return out.getvalue()


def test_the_same_seed_prints_the_same(file: Path):
    given = ("simulate", file, "--instances", 50, "--seed", 4, "--arrivals", 2, "--json")
    report = json.loads(run(*given))
    assert (report["process"], report["completed"], report["seed"]) == ("test", 50, 4)
    assert report["steps"][0]["asked"] == {"finance": 50}
    assert run(*given) == run(*given)


def test_the_table_names_the_steps_and_the_groups(file: Path, tmp_path: Path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("instances: 20\nresources:\n  finance: 1\nnodes:\n  ask: {duration: PT2H}\n")
    table = run("simulate", file, "--config", plan)
    assert "20 started, 20 completed" in table
    assert "Ask: 20 opened, 20 answered" in table
    assert "finance: 1 people" in table
    assert "start → ask: approved → end" in table


def test_the_command_line_counts_before_the_plan(file: Path, tmp_path: Path):
    plan = tmp_path / "plan.json"
    plan.write_text('{"instances": 20, "seed": 2}')
    report = json.loads(run("simulate", file, "--config", plan, "--instances", 3, "--json"))
    assert (report["instances"], report["seed"]) == (3, 2)


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        ("instances: many", "instances is 'many'"),
        ("[1, 2", "cannot be read"),
        ("- 1", "must be an object"),
        ("nodes: {nobody: {}}", "which no process in the file has"),
    ],
)
def test_a_plan_that_is_wrong_is_refused_with_a_sentence(
    file: Path, tmp_path: Path, plan: str, told: str
):
    written = tmp_path / "plan.yaml"
    written.write_text(plan)
    with pytest.raises(CommandError, match=told):
        run("simulate", file, "--config", written)


def test_a_file_that_cannot_run_is_refused_with_what_is_wrong(tmp_path: Path):
    with pytest.raises(CommandError, match="cannot be read"):
        run("simulate", tmp_path / "none.bpmn")
    broken = tmp_path / "broken.bpmn"
    broken.write_text(process_source('<b:startEvent id="start"/><b:sequenceFlow id="f"/>'))
    with pytest.raises(CommandError, match="cannot be run yet"):
        run("simulate", broken)


def test_a_process_that_the_file_lacks_is_refused(file: Path):
    with pytest.raises(CommandError, match="It holds: test"):
        run("simulate", file, "--process", "other")


@pytest.mark.django_db
def test_finished_instances_are_replayed_on_another_version():
    bob = person("bob")
    first = deployed_source(one_task())
    for _ in range(2):
        task = asked(started(first.process), "ask")
        services.complete(task_id=task.pk, person=bob, outcome="approved", now=NOW)
    started(first.process)
    deployed_source(one_task().replace('"ask"', '"look"'))
    table = run("replay", "test", "--to", 2)
    assert "version 1: 0 of 2 go the same way" in table
    assert "2  start, started: It went to ask, and now goes to look." in table
    found = json.loads(run("replay", "test", "--to", 2, "--json"))
    assert found["1"]["partings"][0]["parting"]["after"] == ["look"]
    with pytest.raises(CommandError, match="has no version 9"):
        run("replay", "test", "--to", 9)
