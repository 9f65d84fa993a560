"""Two vote at the deciding vote: exactly one decides, and no vote is lost."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from processes import services as engine
from tasks.models import Candidate, Vote
from tests.factories import NOW, asked, cast, deployed_source, one_task, person, started
from tests.tasks.test_races import ROUNDS, complete, race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pool():
    """Yield a pool of two threads, whose connections are closed afterwards."""
    with ThreadPoolExecutor(2) as threads:
        yield threads
        both = Barrier(2)

        def close() -> None:
            both.wait(timeout=10)
            connection.close()

        for closing in [threads.submit(close) for _ in range(2)]:
            closing.result()


def tasks_of_three(quorum: str):
    cast()
    source = one_task(f'<placet:assignment candidateUsers="bob, carol, leo"/>{quorum}')
    process = deployed_source(source).process
    return (asked(started(process), "ask") for _ in range(ROUNDS))


def test_two_votes_at_once_both_count_and_exactly_one_decides(pool):
    for task in tasks_of_three('<placet:quorum need="2"/>'):
        acts = [complete("bob", "approved"), complete("carol", "approved")]
        assert race(pool, task, acts) == [None, None]
        task.refresh_from_db()
        assert (task.status, task.outcome) == ("completed", "approved")
        assert Vote.objects.filter(task=task).count() == 2
        assert task.instance.history.filter(kind="task.completed").count() == 1
        assert not Candidate.objects.filter(task=task).exists()
        assert engine.verify(task.instance) is None


def test_of_the_deciding_approval_and_a_veto_one_decides_and_the_other_is_told(pool):
    wins = {"approved": 0, "rejected": 0}
    for task in tasks_of_three('<placet:quorum need="2" veto="rejected"/>'):
        complete("leo", "approved")(task)
        acts = [complete("bob", "approved"), complete("carol", "rejected")]
        answers = race(pool, task, acts)
        task.refresh_from_db()
        assert answers.count(None) == 1
        loser = next(answer for answer in answers if answer is not None)
        assert loser.details["outcome"] == task.outcome
        assert Vote.objects.filter(task=task).count() == 2
        wins[task.outcome] += 1
    assert min(wins.values()) > 0, "one side always won, so nothing was raced"


def test_the_same_person_twice_at_once_votes_once(pool):
    for task in tasks_of_three('<placet:quorum need="3"/>'):
        answers = race(pool, task, [complete("bob", "approved"), complete("bob", "rejected")])
        assert answers.count(None) == 1
        assert Vote.objects.filter(task=task).count() == 1
        assert person("bob").pk in task.exclusions.values_list("user", flat=True)
        assert task.instance.history.filter(at=NOW, kind="task.noted").count() == 1
