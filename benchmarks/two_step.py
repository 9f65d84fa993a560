"""start → complete → complete → end, every step its own commit, on PostgreSQL.

    python -m benchmarks.two_step [--json]

Placet runs it through its services, Viewflow as its documentation does, and *bare* writes the same
rows as Placet with hand-written statements over psycopg and nothing else: no rules, no checks.
``ratio_to_limit`` is Placet's time over bare's; ``ratio_to_viewflow`` is Placet's rate over
Viewflow's. ``one_statement`` is bare with each step's writes in a single statement.
"""

import argparse
import json
from datetime import UTC, datetime
from uuid import UUID

from benchmarks import database
from benchmarks.bare import bare, bare_in_one_statement
from benchmarks.contest import Score, contest
from benchmarks.viewflow_two_step import viewflow

SOURCE = """
<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"
               xmlns:placet="urn:placet:bpmn:1" targetNamespace="urn:benchmark">
  <b:process id="two-step" name="Two steps" isExecutable="true">
    <b:startEvent id="start"/>
    <b:userTask id="one" name="One"><b:extensionElements>
      <placet:assignment candidateUsers="bob"/></b:extensionElements></b:userTask>
    <b:userTask id="two" name="Two"><b:extensionElements>
      <placet:assignment candidateUsers="bob"/></b:extensionElements></b:userTask>
    <b:endEvent id="end"/>
    <b:sequenceFlow id="f1" sourceRef="start" targetRef="one"/>
    <b:sequenceFlow id="f2" sourceRef="one" targetRef="two"/>
    <b:sequenceFlow id="f3" sourceRef="two" targetRef="end"/>
  </b:process>
</b:definitions>
"""
WORK = {"placet": 60, "bare": 120, "one_statement": 120, "viewflow": 12}


def placet():
    """Return a function that takes instances through both steps by the services."""
    database.connect()
    from django.contrib.auth.models import User

    from processes import services as engine
    from processes.models import Process
    from tasks import services

    process = Process.objects.get(key="two-step")
    bob = User.objects.get(username="bob")

    def work(pieces: int) -> None:
        for _ in range(pieces):
            now = datetime.now(UTC)
            instance = engine.start(process=process, variables={}, initiator=bob, now=now)
            for node in ("one", "two"):
                services.complete(
                    task_id=task_of(instance.pk, node),
                    person=bob,
                    outcome="approved",
                    now=datetime.now(UTC),
                )

    return work


def task_of(instance: UUID, node: str) -> UUID:
    """Return the task, as cheaply as a client that was told its id; not what is measured."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM tasks_task WHERE instance_id = %s AND node = %s", [instance, node]
        )
        return cursor.fetchone()[0]


def prepare() -> None:
    """Publish the process and make sure of Bob."""
    database.prepare()
    from django.contrib.auth.models import User

    from processes import services as engine

    User.objects.get_or_create(username="bob")
    engine.deploy(source=SOURCE.encode(), now=datetime.now(UTC))


def measure(rounds: int) -> dict[str, dict[str, float]]:
    prepare()
    contenders = {
        "placet": placet,
        "bare": bare,
        "one_statement": bare_in_one_statement,
        "viewflow": viewflow,
    }
    results = {}
    for clients in (1, 8):
        scores = contest(contenders, clients=clients, rounds=rounds, work=WORK)
        results[f"clients_{clients}"] = figures(scores)
    return results


def figures(scores: dict[str, Score]) -> dict[str, float]:
    return {
        **{f"{name}_ms": round(score.seconds * 1000, 3) for name, score in scores.items()},
        "ratio_to_limit": round(scores["placet"].seconds / scores["bare"].seconds, 2),
        "ratio_to_one_statement": round(
            scores["placet"].seconds / scores["one_statement"].seconds, 2
        ),
        "ratio_to_viewflow": round(scores["placet"].rate / scores["viewflow"].rate, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=9)
    chosen = parser.parse_args()
    results = measure(chosen.rounds)
    results = {**results["clients_1"], **results}
    if chosen.json:
        print(json.dumps(results, indent=2))
        return
    for clients in ("clients_1", "clients_8"):
        print(clients.replace("_", " "))
        for name, value in results[clients].items():
            print(f"  {name:<24}{value:>10}")


if __name__ == "__main__":
    main()
