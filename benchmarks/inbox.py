"""One page of the inbox and its counts, among 10 thousand tasks and among a million.

    python -m benchmarks.inbox [--json] [--small]

What is asked: the 50 most urgent tasks that are offered to somebody, and how many are held and
offered. Placet answers by the functions that its page calls, *best_sql* by hand-written statements
over psycopg, *viewflow* by its own querysets, and *guardian* by object permissions. All must give
the same tasks in the same order. ``ratio_to_best_sql`` is Placet's time over the best SQL's;
``growth_10k_to_1m`` is how much slower Placet gets from the smallest to the largest.
"""

import argparse
import json
import os
import random
import re
import signal
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import sql

from benchmarks import database
from benchmarks.inbox_rows import NOW, load

SIZES = (10_000, 1_000_000)
SMALL = (10_000, 30_000)
PEOPLE = 150
PATIENCE = 20.0
"""So many people are asked for; a contender that has taken so many seconds asks for no more."""
PAGE = 50

# Written for this page alone, over a table made for it alone: who acts, also along absences; the
# first offers of each, merged; the page with what it shows, and the two counts.
BEST_SQL = """
WITH RECURSIVE acts(person) AS (
  SELECT %(me)s::bigint UNION SELECT s.absentee_id FROM tasks_substitution s
  JOIN acts a ON s.substitute_id = a.person WHERE s.starts_at <= %(now)s AND s.ends_at > %(now)s
), who(principal) AS MATERIALIZED (
  SELECT person FROM acts
  UNION ALL SELECT -g.group_id FROM auth_user_groups g JOIN acts a ON a.person = g.user_id
), held AS (
  SELECT FROM acts a JOIN tasks_task t ON t.owner_id = a.person
  WHERE t.status IN ('reserved', 'in_progress', 'suspended') LIMIT 1001
), offered AS MATERIALIZED (
  SELECT DISTINCT o.due, o.task FROM who w CROSS JOIN LATERAL (
    SELECT r.due, r.task FROM rival_offer r WHERE r.principal = w.principal AND NOT EXISTS (
      SELECT FROM tasks_exclusion x WHERE x.task_id = r.task AND (
        x.user_id = %(me)s OR -x.group_id IN (SELECT principal FROM who)))
    ORDER BY r.due, r.task LIMIT 1001) o
), counted AS (
  SELECT (SELECT count(*) FROM held) AS mine,
         (SELECT count(*) FROM (SELECT FROM offered LIMIT 1001) o) AS offers
), page AS (SELECT due, task FROM offered ORDER BY due, task LIMIT 51)
SELECT c.mine, c.offers, t.id, t.name, t.status, t.priority, t.due_at, t.created_at,
       t.escalated_at, t.reminded_at, i.subject, i.initiator_name, p.name
FROM counted c LEFT JOIN (page g JOIN tasks_task t ON t.id = g.task
  JOIN processes_instance i ON i.id = t.instance_id
  JOIN processes_process p ON p.id = i.process_id) ON true
ORDER BY g.due, g.task
"""
# Ids of the page, and the two counts.
Answer = tuple[list[str], int, int]
Ask = Callable[[int], Answer]


def placet() -> Ask:
    from django.contrib.auth.models import User

    from tasks.inbox import CAP, Inbox

    def ask(person: int) -> Answer:
        box = Inbox(User(pk=person), now=NOW)
        counts = box.counts()
        rows = box.lines("offered", size=PAGE + 1)
        return [str(row.pk) for row in rows[:PAGE]], counts["mine"], min(counts["offered"], CAP + 1)

    return ask


def best_sql() -> Ask:
    connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=2)

    def ask(person: int) -> Answer:
        rows = connection.execute(BEST_SQL, {"me": person, "now": NOW}).fetchall()
        ids = [str(row[2]) for row in rows if row[2] is not None]
        return ids[:PAGE], rows[0][0], rows[0][1]

    return ask


def viewflow() -> Ask:
    from django.contrib.auth.models import User
    from viewflow.workflow.models import Task

    from benchmarks.flows import TwoStep

    def ask(person: int) -> Answer:
        user = User.objects.get(pk=person)
        # It would read every object permission first; the design beside it wrote those.
        user._viewflow_per_object_perm_cache = frozenset()  # type: ignore[attr-defined]
        queue = Task.objects.queue([TwoStep], user)
        held = Task.objects.inbox([TwoStep], user)
        # A task that asks twice is there twice.
        rows = list(queue.order_by("created", "external_task_id")[: 2 * PAGE])
        ids = dict.fromkeys(row.external_task_id for row in rows)
        offered = queue.order_by().values("external_task_id").distinct()[:1001].count()
        return list(ids)[:PAGE], held[:1001].count(), offered

    return ask


def guardian() -> Ask:
    from django.contrib.auth.models import User
    from guardian.shortcuts import get_objects_for_user

    from tasks.models import Task

    def ask(person: int) -> Answer:
        user = User.objects.get(pk=person)
        waiting = Task.objects.filter(status="ready").exclude(exclusions__user=user)
        queue = get_objects_for_user(user, "tasks.view_task", klass=waiting)
        rows = queue.select_related("instance__process").order_by("due_at", "id")[: PAGE + 1]
        ids = [str(row.pk) for row in rows]
        held = Task.objects.filter(owner=user, status__in=["reserved", "in_progress", "suspended"])
        return ids[:PAGE], held[:1001].count(), queue.order_by()[:1001].count()

    return ask


CONTENDERS: dict[str, Callable[[], Ask]] = {
    "placet": placet,
    "best_sql": best_sql,
    "viewflow": viewflow,
    "guardian": guardian,
}


def measure(tasks: int) -> dict[str, float]:
    """Return times in milliseconds among so many tasks; raises when answers differ."""
    people = load(tasks)
    chosen = random.Random(1).sample(people, min(len(people), PEOPLE))
    asks = {name: prepare() for name, prepare in CONTENDERS.items()}
    for ask in asks.values():
        began = time.perf_counter()
        for person in chosen[:8]:
            if time.perf_counter() - began < 1:
                ask(person)
    times: dict[str, list[float]] = {name: [] for name in asks}
    for person in chosen:
        answers = {}
        for name, ask in asks.items():
            if sum(times[name]) > PATIENCE * 1000:
                continue
            began = time.perf_counter()
            answers[name] = ask(person)
            times[name].append((time.perf_counter() - began) * 1000)
        for name, answer in answers.items():
            assert answer == answers["best_sql"], (name, person, tasks)
    found = {}
    for name, taken in times.items():
        found[f"{name}_p50_ms"] = round(statistics.median(taken), 2)
        found[f"{name}_p99_ms"] = round(sorted(taken)[int(len(taken) * 0.99)], 2)
    ratios = {f"ratio_to_{name}": found["placet_p50_ms"] / found[f"{name}_p50_ms"] for name in asks}
    del ratios["ratio_to_placet"]
    return {**found, **{name: round(ratio, 3) for name, ratio in ratios.items()}}


def measure_all(sizes: tuple[int, ...]) -> dict[str, Any]:
    results: dict[str, Any] = {f"tasks_{size}": measure(size) for size in sizes}
    first, last = results[f"tasks_{sizes[0]}"], results[f"tasks_{sizes[-1]}"]
    growth = round(last["placet_p50_ms"] / first["placet_p50_ms"], 2)
    return {
        "ratio_to_best_sql": last["ratio_to_best_sql"],
        "growth_10k_to_1m": growth,
        **results,
    }


def scratch() -> tuple[str, str]:
    """Name a database of this run's own, and the server that it is on."""
    url = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    name = f"placet_inbox_{os.getpid()}"
    return re.sub(r"/[^/]*$", f"/{name}", url), name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--small", action="store_true", help="a trial with few tasks")
    chosen = parser.parse_args()
    url, name = scratch()
    os.environ["DATABASE_URL"] = url
    # Whoever ends the program is not left with a database.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        database.prepare()
        results = measure_all(SMALL if chosen.small else SIZES)
    finally:
        drop(url, name)
    if chosen.json:
        print(json.dumps(results, indent=2))
        return
    for key, value in results.items():
        if not isinstance(value, dict):
            print(f"{key:<28}{value:>10}")
            continue
        print(key)
        for figure, number in value.items():
            print(f"  {figure:<26}{number:>10}")


def drop(url: str, name: str) -> None:
    server = re.sub(r"/[^/]*$", "/postgres", url)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


if __name__ == "__main__":
    main()
