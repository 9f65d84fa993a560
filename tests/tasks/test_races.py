"""Two at once, on real connections: exactly one gets through, and the other is told the truth."""

import pytest

from processes import services as engine
from processes.core.errors import WrongState
from tasks import services
from tasks.models import Alarm, Candidate, Task
from tests.factories import NOW, one_task, person
from tests.tasks.racing import Act, race, racing

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 200
BOTH = """<placet:assignment candidateUsers="bob, carol"/>
<placet:deadline completeBy="PT1H"/><placet:escalation after="PT0S" addUsers="leo"/>"""


@pytest.fixture
def rounds():
    """Yield tasks, each of an instance of its own, and a pool of two threads to race in."""
    with racing(one_task(BOTH), ROUNDS) as found:
        yield found


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
        alarm = Alarm.objects.get(task=task, kind="escalate")
        ring = lambda task, alarm=alarm: services.ring(  # noqa: E731
            alarm_id=alarm.pk, now=alarm.due_at
        )
        assert race(pool, task, [complete("bob", "approved"), ring]) == [None, None]
        task.refresh_from_db()
        assert task.status == "completed"
        assert not Alarm.objects.filter(task=task).exists()
        assert engine.verify(task.instance) is None


def alarm_of(kind: str) -> Act:
    """Return what rings the task's alarm of this kind, at its time."""

    def ring(task: Task) -> None:
        alarm = Alarm.objects.filter(task=task, kind=kind).first()
        if alarm is not None:
            services.ring(alarm_id=alarm.pk, now=alarm.due_at)

    return ring


ANSWERED_BY_THE_CLOCK = """<placet:assignment candidateUsers="bob"/>
<placet:deadline completeBy="PT1H"/><placet:escalation after="PT0S" do="answer"/>"""


def test_of_an_answer_and_the_automatic_one_exactly_one_counts():
    by = {"Bob": 0, "": 0}
    with racing(one_task(ANSWERED_BY_THE_CLOCK), ROUNDS) as (pool, tasks):
        for task in tasks:
            refused = race(pool, task, [complete("bob", "approved"), alarm_of("escalate")])
            task.refresh_from_db()
            assert task.status == "completed"
            assert (task.outcome, task.automatic) in {("approved", False), ("rejected", True)}
            assert task.instance.history.filter(kind="task.completed").count() == 1
            if task.automatic:
                assert isinstance(refused[0], WrongState)
                assert refused[0].details["outcome"] == "rejected"
            assert engine.verify(task.instance) is None
            by[task.completed_by_name] += 1
    assert min(by.values()) > 0, "one side always won, so nothing was raced"


def test_of_a_delegation_and_a_withdrawal_the_withdrawal_always_counts():
    bob, gina, alice = person("bob"), person("gina", "employees"), person("alice")

    def delegate(task: Task) -> None:
        services.delegate(task_id=task.pk, person=bob, to=gina, now=NOW)

    def withdraw(task: Task) -> None:
        services.withdraw(instance_id=task.instance_id, person=alice, now=NOW)

    late = 0
    with racing(one_task(BOTH), ROUNDS) as (pool, tasks):
        for task in tasks:
            refused, none = race(pool, task, [delegate, withdraw])
            task.refresh_from_db()
            assert none is None
            assert (task.status, task.instance.status) == ("exited", "cancelled")
            assert not Candidate.objects.filter(task=task).exists()
            if refused is not None:
                assert refused.code in {"task_closed", "instance_ended"}
                late += 1
            assert engine.verify(task.instance) is None
    assert 0 < late < ROUNDS, "one side was always first, so nothing was raced"


UNDOABLE = """<placet:assignment candidateUsers="bob"/><placet:policy undo="PT5M"/>"""


def test_an_answer_is_taken_back_or_counts_and_never_both():
    bob = person("bob")

    def undo(task: Task) -> None:
        services.undo(task_id=task.pk, person=bob, now=NOW)

    undone = 0
    with racing(one_task(UNDOABLE), ROUNDS) as (pool, tasks):
        for task in tasks:
            complete("bob", "approved")(task)
            refused, none = race(pool, task, [undo, alarm_of("settle")])
            task.refresh_from_db()
            assert none is None
            counted = task.instance.history.filter(kind="task.completed").count()
            assert (counted, task.status) == ((1, "completed") if refused else (0, "ready"))
            undone += refused is None
            assert engine.verify(task.instance) is None
    assert 0 < undone < ROUNDS, "one side always won, so nothing was raced"
