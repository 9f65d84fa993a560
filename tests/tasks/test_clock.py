"""The clock of a task: it stands still while nobody could work, and what was left is left again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes import services as engine
from tasks import services
from tasks.models import Alarm, Candidate, Task
from tasks.rules.deadlines import carried_on, clock_stands
from tasks.rules.working_time import ElapsedTime
from tests.factories import NOW, asked, cast, deployed_source, one_task, person, started
from tests.tasks.ringing import actions, calendar, ring_due
from tests.tasks.test_working_time import around_a_change

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BOB = '<placet:assignment candidateUsers="bob, carol"/>'
LADDER = (
    '<placet:deadline completeBy="PT8H" remindBefore="PT2H"{0}/>'
    '<placet:escalation after="PT1H" addUsers="leo"/>'
)


def opened(more="", *, deadline="", now=NOW):
    """Return a task that Bob holds since it was opened."""
    cast()
    process = deployed_source(one_task(BOB + LADDER.format(deadline) + more)).process
    return asked(started(process, now=now), "ask")


def held(task, now=NOW):
    services.claim(task_id=task.pk, person=person("bob"), now=now)
    return task


def fresh(task):
    return Task.objects.get(pk=task.pk)


def dan():
    return engine.Actor(person("dan"), "Dan")


def moments(task):
    return dict(task.alarms.values_list("kind", "due_at"))


def test_a_suspended_task_is_late_by_as_much_later():
    task = held(opened())
    services.suspend(task_id=task.pk, person=person("bob"), now=NOW + HOUR)
    assert fresh(task).clock_stopped_at == NOW + HOUR
    ring_due(NOW + 5 * DAY)
    assert actions(task) == ["claimed", "suspended"]
    services.resume(task_id=task.pk, person=person("bob"), now=NOW + HOUR + DAY)
    task = fresh(task)
    assert (task.due_at, task.clock_stopped_at) == (NOW + 8 * HOUR + DAY, None)
    assert moments(task) == {
        "remind": NOW + 6 * HOUR + DAY,
        "overdue": NOW + 8 * HOUR + DAY,
        "escalate": NOW + 9 * HOUR + DAY,
    }


def test_inboxes_sort_by_the_due_date_as_it_is_then():
    task = held(opened())
    services.suspend(task_id=task.pk, person=person("bob"), now=NOW)
    services.resume(task_id=task.pk, person=person("bob"), now=NOW + DAY)
    rows = Candidate.objects.filter(task=task)
    assert {row.due_at for row in rows} == {fresh(task).due_at} == {NOW + DAY + 8 * HOUR}


def test_a_suspended_task_resumes_by_itself_and_its_clock_with_it():
    task = held(opened())
    services.suspend(task_id=task.pk, person=person("bob"), until=NOW + DAY, now=NOW)
    ring_due(NOW + DAY)
    task = fresh(task)
    assert (task.status, task.due_at) == ("reserved", NOW + DAY + 8 * HOUR)
    assert not task.alarms.filter(kind=Alarm.Kind.RESUME).exists()


def test_where_the_definition_says_so_the_clock_runs_while_suspended():
    task = held(opened('<placet:policy suspended="counts"/>'))
    services.suspend(task_id=task.pk, person=person("bob"), now=NOW)
    assert fresh(task).clock_stopped_at is None
    ring_due(NOW + 9 * HOUR)
    task = fresh(task)
    assert actions(task)[2:] == ["reminded", "overdue", "escalated"]
    assert task.status == "suspended"
    assert person("leo").pk in {row.user_id for row in task.candidates.all()}


def test_only_working_time_is_left_again():
    """Friday at three in Berlin, eight hours, suspended over the weekend until Monday at ten."""
    calendar(default=True)
    friday = datetime(2026, 3, 6, 14, tzinfo=UTC)
    monday = datetime(2026, 3, 9, 9, tzinfo=UTC)
    task = held(opened(now=friday), friday)
    assert fresh(task).due_at == monday + 5 * HOUR
    services.suspend(task_id=task.pk, person=person("bob"), now=friday + HOUR)
    services.resume(task_id=task.pk, person=person("bob"), now=monday)
    # An hour was used on Friday; six are left on Monday, one on Tuesday.
    assert fresh(task).due_at == datetime(2026, 3, 10, 8, tzinfo=UTC)


def test_an_operator_stops_and_starts_the_clocks_of_all_tasks():
    task = opened()
    engine.suspend(instance_id=task.instance_id, actor=dan(), now=NOW + HOUR)
    assert fresh(task).clock_stopped_at == NOW + HOUR
    engine.resume(instance_id=task.instance_id, actor=dan(), now=NOW + 3 * HOUR)
    task = fresh(task)
    assert (task.due_at, task.clock_stopped_at) == (NOW + 10 * HOUR, None)


def test_what_is_suspended_twice_goes_on_when_both_are_resumed():
    task = held(opened())
    services.suspend(task_id=task.pk, person=person("bob"), now=NOW)
    engine.suspend(instance_id=task.instance_id, actor=dan(), now=NOW + HOUR)
    engine.resume(instance_id=task.instance_id, actor=dan(), now=NOW + 2 * HOUR)
    assert fresh(task).clock_stopped_at == NOW
    services.resume(task_id=task.pk, person=person("bob"), now=NOW + 3 * HOUR)
    assert fresh(task).due_at == NOW + 11 * HOUR


def test_the_clock_waits_for_information():
    task = held(opened())
    question = services.ask_information(
        task_id=task.pk, person=person("bob"), to=person("fiona"), question="Budget?", now=NOW
    )
    assert fresh(task).clock_stopped_at == NOW
    services.complete(
        task_id=question.pk,
        person=person("fiona"),
        outcome="answered",
        comment="Enough.",
        now=NOW + DAY,
    )
    task = fresh(task)
    assert (task.due_at, task.clock_stopped_at) == (NOW + DAY + 8 * HOUR, None)


def test_the_clock_waits_for_the_last_of_several_answers():
    task = held(opened())
    questions = [
        services.ask_information(
            task_id=task.pk, person=person("bob"), to=person(who), question="?", now=NOW
        )
        for who in ("fiona", "leo")
    ]
    for hours, question, who in zip((1, 2), questions, ("fiona", "leo"), strict=True):
        assert fresh(task).clock_stopped_at == NOW
        services.complete(
            task_id=question.pk,
            person=person(who),
            outcome="answered",
            comment="Yes.",
            now=NOW + hours * HOUR,
        )
    assert fresh(task).due_at == NOW + 10 * HOUR


def test_the_clock_only_runs_in_the_states_that_are_declared():
    task = opened(deadline=' counts="in_progress"')
    assert fresh(task).clock_stopped_at == NOW
    services.start(task_id=task.pk, person=person("bob"), now=NOW + HOUR)
    assert (fresh(task).clock_stopped_at, fresh(task).due_at) == (None, NOW + 9 * HOUR)
    services.stop(task_id=task.pk, person=person("bob"), now=NOW + 2 * HOUR)
    assert fresh(task).clock_stopped_at == NOW + 2 * HOUR
    services.start(task_id=task.pk, person=person("bob"), now=NOW + 5 * HOUR)
    assert fresh(task).due_at == NOW + 12 * HOUR


def test_a_deadline_that_had_passed_when_the_clock_stopped_stays_where_it_is():
    task = held(opened())
    ring_due(NOW + 8.5 * HOUR)
    services.suspend(task_id=task.pk, person=person("bob"), now=NOW + 8.5 * HOUR)
    services.resume(task_id=task.pk, person=person("bob"), now=NOW + 10.5 * HOUR)
    assert fresh(task).due_at == NOW + 8 * HOUR
    assert moments(task) == {"escalate": NOW + 11 * HOUR}


def test_an_answer_that_may_be_undone_holds_the_clock():
    task = held(opened('<placet:policy undo="PT1H"/>'))
    services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW + HOUR)
    ring_due(NOW + 1.5 * HOUR)
    services.undo(task_id=task.pk, person=person("bob"), now=NOW + 1.5 * HOUR)
    assert fresh(task).due_at == NOW + 8.5 * HOUR
    services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW + 2 * HOUR)
    ring_due(NOW + 3 * HOUR)
    task = fresh(task)
    assert (task.settles_at, task.instance.status) == (None, "completed")
    assert not Alarm.objects.exists()


# --- dates that people set -----------------------------------------------------------------------


def test_a_new_due_date_takes_reminders_and_rungs_along():
    task = opened()
    ring_due(NOW + 7 * HOUR)
    services.reschedule(task_id=task.pk, person=person("dan"), due_at=NOW + DAY, now=NOW + 7 * HOUR)
    assert moments(task) == {
        "remind": NOW + DAY - 2 * HOUR,
        "overdue": NOW + DAY,
        "escalate": NOW + DAY + HOUR,
    }
    assert Candidate.objects.filter(task=task, due_at=NOW + DAY).count() == 2
    ring_due(NOW + 2 * DAY)
    assert actions(task) == ["reminded", "rescheduled", "reminded", "overdue", "escalated"]


def test_without_a_due_date_nothing_rings():
    task = opened()
    services.reschedule(task_id=task.pk, person=person("dan"), due_at=None, now=NOW)
    assert (fresh(task).due_at, moments(task)) == (None, {})
    assert not Candidate.objects.filter(task=task, due_at__isnull=False).exists()


def test_a_due_date_for_a_suspended_task_is_what_is_left_when_it_is_resumed():
    task = held(opened())
    services.suspend(task_id=task.pk, person=person("bob"), now=NOW)
    services.reschedule(
        task_id=task.pk, person=person("dan"), due_at=NOW + 5 * HOUR, now=NOW + 2 * HOUR
    )
    services.resume(task_id=task.pk, person=person("bob"), now=NOW + 4 * HOUR)
    assert fresh(task).due_at == NOW + 7 * HOUR


def test_a_follow_up_is_moved_and_forgotten():
    task = held(opened())
    for at in (NOW + HOUR, NOW + 2 * HOUR):
        services.follow_up(task_id=task.pk, person=person("bob"), at=at, now=NOW)
        assert moments(task)["follow_up"] == at
    services.follow_up(task_id=task.pk, person=person("bob"), at=None, now=NOW)
    assert "follow_up" not in moments(task)


def test_a_follow_up_comes_although_the_clock_stands():
    task = held(opened())
    services.follow_up(task_id=task.pk, person=person("bob"), at=NOW + HOUR, now=NOW)
    services.suspend(task_id=task.pk, person=person("bob"), now=NOW)
    ring_due(NOW + HOUR)
    assert fresh(task).follow_up_at is None


# --- laws ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "asked", "stands"),
    [
        ("ready", {}, False),
        ("suspended", {}, True),
        ("suspended", {"suspended": "counts"}, False),
        ("suspended", {"counts": ["in_progress", "suspended"]}, False),
        ("ready", {"counts": ["in_progress"]}, True),
        ("in_progress", {"counts": ["in_progress"]}, False),
    ],
)
def test_when_the_clock_stands(status, asked, stands):
    assert clock_stands(status, asked) is stands


MINUTES = st.integers(0, 3 * 1440).map(lambda minutes: timedelta(minutes=minutes))


@given(around_a_change(), MINUTES, MINUTES)
def test_what_was_left_is_left_again(found, until_due, stood):
    keeper, stopped_at = found
    due_at, now = stopped_at + until_due, stopped_at + stood
    moved = carried_on(due_at, stopped_at=stopped_at, now=now, keeper=keeper)
    left = keeper.between(stopped_at, due_at)
    if not until_due:
        assert moved == due_at
        return
    assert moved >= max(due_at, now)
    assert keeper.between(now, moved) == left or moved == due_at


@given(MINUTES, MINUTES)
def test_elapsed_time_just_shifts(until_due, stood):
    due_at = NOW + until_due
    moved = carried_on(due_at, stopped_at=NOW, now=NOW + stood, keeper=ElapsedTime())
    assert moved == (due_at + stood if until_due else due_at)
