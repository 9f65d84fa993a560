"""Laying a task aside, setting its time and its priority."""

from datetime import timedelta

import pytest

from processes.core.errors import Forbidden, Invalid, WrongState
from tasks import services
from tasks.models import Alarm
from tests.factories import NOW, person
from tests.tasks.worked import again, answer, review, ring

pytestmark = pytest.mark.django_db

MONDAY = NOW + timedelta(days=7)
DEADLINE = '<placet:deadline completeBy="P1D"/>'


def laid_aside(until=None, **more):
    task = review(**more)
    services.start(task_id=task.pk, person=person("bob"), now=NOW)
    services.suspend(task_id=task.pk, person=person("bob"), until=until, now=NOW)
    return task


def test_nobody_answers_what_is_laid_aside():
    task = laid_aside()
    for who in ("bob", "carol"):
        with pytest.raises(WrongState):
            answer(task, who, now=NOW)


def test_it_goes_on_by_itself_where_it_was_left():
    task = laid_aside(until=MONDAY)
    ring(task, "resume", now=MONDAY)
    assert (again(task).status, again(task).suspended_until) == ("in_progress", None)


def test_who_laid_it_aside_or_an_administrator_goes_on_earlier():
    task = laid_aside(until=MONDAY)
    services.resume(task_id=task.pk, person=person("bob"), now=NOW)
    assert again(task).status == "in_progress"
    assert not Alarm.objects.filter(task=task).exists()
    services.suspend(task_id=task.pk, person=person("bob"), now=NOW)
    services.resume(task_id=task.pk, person=person("dan"), now=NOW)
    assert again(task).status == "in_progress"


def test_nobody_else_goes_on_with_it():
    task = review()
    services.suspend(task_id=task.pk, person=person("dan"), now=NOW)
    for who in ("bob", "alice"):
        with pytest.raises((Forbidden, WrongState)):
            services.resume(task_id=task.pk, person=person(who), now=NOW)


def test_the_deadline_stands_still_meanwhile():
    task = laid_aside(more=DEADLINE)
    services.resume(task_id=task.pk, person=person("bob"), now=NOW + timedelta(hours=3))
    assert again(task).due_at == NOW + timedelta(days=1, hours=3)


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=400)])
def test_the_end_lies_ahead_and_within_a_year(until):
    task = review()
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    with pytest.raises(Invalid) as refused:
        services.suspend(task_id=task.pk, person=person("bob"), until=until, now=NOW)
    assert "until" in refused.value.details["fields"]


def test_an_administrator_sets_priority_and_due_date():
    task = review()
    services.prioritize(task_id=task.pk, person=person("dan"), priority=90, now=NOW)
    services.reschedule(task_id=task.pk, person=person("dan"), due_at=MONDAY, now=NOW)
    assert (again(task).priority, again(task).due_at) == (90, MONDAY)
    assert set(task.candidates.values_list("due_at", flat=True)) == {MONDAY}
    with pytest.raises(Forbidden):
        services.prioritize(task_id=task.pk, person=person("bob"), priority=90, now=NOW)
    with pytest.raises(Invalid):
        services.prioritize(task_id=task.pk, person=person("dan"), priority=101, now=NOW)


def test_the_owner_is_reminded_when_they_wish():
    task = review()
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    services.follow_up(task_id=task.pk, person=person("bob"), at=MONDAY, now=NOW)
    assert Alarm.objects.get(task=task).due_at == MONDAY
    services.follow_up(task_id=task.pk, person=person("bob"), at=None, now=NOW)
    assert not Alarm.objects.filter(task=task).exists()
