"""Two at once, on real connections: exactly one gets through, and the other is told the truth."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from processes import services as engine
from processes.core.errors import Refusal
from tasks import services
from tasks.models import Alarm, Task
from tests.factories import NOW, asked, cast, deployed_source, one_task, person, started

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 200
BOTH = """<placet:assignment candidateUsers="bob, carol"/>
<placet:deadline completeBy="PT1H"/><placet:escalation after="PT0S" addUsers="leo"/>"""

Act = Callable[[Task], object]


def race(pool: ThreadPoolExecutor, task: Task, acts: list[Act]) -> list[Refusal | None]:
    """Let all act at the same moment; return each one's refusal, or None for who got through."""
    barrier = Barrier(len(acts))

    def run(act: Act) -> Refusal | None:
        barrier.wait(timeout=10)
        try:
            act(task)
        except Refusal as refusal:
            return refusal
        return None

    return list(pool.map(run, acts))


@pytest.fixture
def rounds():
    """Yield tasks, each of an instance of its own, and a pool of two threads to race in."""
    cast()
    process = deployed_source(one_task(BOTH)).process
    with ThreadPoolExecutor(2) as pool:
        yield pool, (asked(started(process), "ask") for _ in range(ROUNDS))
        both = Barrier(2)

        def close() -> None:
            both.wait(timeout=10)
            connection.close()

        for closing in [pool.submit(close) for _ in range(2)]:
            closing.result()


def complete(name: str, outcome: str) -> Act:
    who = person(name)
    return lambda task: services.complete(
        task_id=task.pk, person=who, outcome=outcome, comment="Because.", now=NOW
    )


def claim(name: str) -> Act:
    who = person(name)
    return lambda task: services.claim(task_id=task.pk, person=who, now=NOW)


def test_of_two_decisions_exactly_one_counts_and_the_other_names_it(rounds):
    pool, tasks = rounds
    wins = {"approved": 0, "rejected": 0}
    for task in tasks:
        answers = race(pool, task, [complete("bob", "approved"), complete("carol", "rejected")])
        task.refresh_from_db()
        loser = next(answer for answer in answers if answer is not None)
        assert answers.count(None) == 1
        assert loser.details["winner"] == task.completed_by_name
        assert loser.details["outcome"] == task.outcome
        assert task.instance.history.filter(kind="task.completed").count() == 1
        assert engine.verify(task.instance) is None
        wins[task.outcome] += 1
    assert min(wins.values()) > 0, "one side always won, so nothing was raced"


def test_of_two_claims_exactly_one_counts_and_the_other_names_the_holder(rounds):
    pool, tasks = rounds
    for task in tasks:
        answers = race(pool, task, [claim("bob"), claim("carol")])
        task.refresh_from_db()
        loser = next(answer for answer in answers if answer is not None)
        assert answers.count(None) == 1
        assert loser.details["winner"] == task.owner.first_name


def test_a_decision_and_an_escalation_do_not_tread_on_each_other(rounds):
    pool, tasks = rounds
    for task in tasks:
        alarm = Alarm.objects.get(task=task)
        ring = lambda task, alarm=alarm: services.ring(alarm_id=alarm.pk, now=NOW)  # noqa: E731
        assert race(pool, task, [complete("bob", "approved"), ring]) == [None, None]
        task.refresh_from_db()
        assert task.status == "completed"
        assert not Alarm.objects.filter(task=task).exists()
        assert engine.verify(task.instance) is None
