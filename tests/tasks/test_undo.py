"""An answer that can be taken back counts only when the time for that is over."""

from datetime import timedelta

import pytest

from processes import services as engine
from processes.core.errors import Forbidden, WrongState
from tasks import inbox, services
from tasks.models import Alarm, Draft
from tests.factories import NOW, person
from tests.tasks.worked import again, answer, notes, review, ring

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=2)
OVER = NOW + timedelta(minutes=5)


def graceful(**more):
    return review('undo="PT5M"', **more)


def test_the_process_waits_until_the_time_to_undo_is_over():
    task = graceful()
    held = answer(task, now=NOW)
    assert held.held
    assert held.settles_at == OVER
    assert again(task).instance.status == "running"
    ring(task, "settle", now=OVER)
    settled = again(task)
    assert (settled.instance.status, settled.settles_at) == ("completed", None)
    told = settled.instance.history.get(kind="task.completed")
    assert (told.actor_name, told.data["by"]) == ("Bob", "bob")


def test_who_answered_takes_it_back_and_finds_it_as_a_draft():
    task = graceful()
    services.start(task_id=task.pk, person=person("bob"), now=NOW)
    answer(task, outcome="rejected", comment="Too dear", now=NOW)
    undone = services.undo(task_id=task.pk, person=person("bob"), now=LATER)
    assert (undone.status, undone.owner, undone.outcome) == ("in_progress", person("bob"), "")
    draft = Draft.objects.get(task=task)
    assert (draft.outcome, draft.comment) == ("rejected", "Too dear")
    assert not Alarm.objects.filter(task=task, kind="settle").exists()
    assert notes(task) == ["started", "answered", "undone"]


def test_an_answer_to_an_offered_task_leaves_it_offered_when_undone():
    task = graceful()
    answer(task, now=NOW)
    services.undo(task_id=task.pk, person=person("bob"), now=LATER)
    assert list(inbox.tasks(person("carol"), "offered", now=LATER)) == [task]
    answer(task, "carol", now=LATER)
    assert again(task).completed_by == person("carol")


def test_nobody_else_takes_an_answer_back():
    task = graceful()
    answer(task, now=NOW)
    for who in ("carol", "dan"):
        with pytest.raises(Forbidden) as refused:
            services.undo(task_id=task.pk, person=person(who), now=LATER)
        assert refused.value.code == "not_your_answer"


def test_what_counts_is_not_undone():
    task = graceful()
    answer(task, now=NOW)
    ring(task, "settle", now=OVER)
    with pytest.raises(WrongState) as refused:
        services.undo(task_id=task.pk, person=person("bob"), now=OVER)
    assert refused.value.code == "too_late_to_undo"


def test_a_second_answer_meanwhile_is_told_who_was_first():
    task = graceful()
    answer(task, now=NOW)
    with pytest.raises(WrongState) as refused:
        answer(task, "carol", now=LATER)
    assert refused.value.details["winner"] == "Bob"


def test_a_withdrawal_wins_over_an_answer_that_does_not_count_yet():
    task = graceful()
    answer(task, now=NOW)
    services.withdraw(instance_id=task.instance_id, person=person("alice"), now=LATER)
    gone = again(task)
    assert (gone.status, gone.instance.status) == ("exited", "cancelled")
    assert not Alarm.objects.filter(task=task).exists()


def test_nothing_is_undone_while_an_operator_holds_the_process():
    task = graceful()
    answer(task, now=NOW)
    dan = engine.Actor(person("dan"), "Dan")
    engine.suspend(instance_id=task.instance_id, actor=dan, now=NOW)
    with pytest.raises(WrongState):
        services.undo(task_id=task.pk, person=person("bob"), now=LATER)
    engine.resume(instance_id=task.instance_id, actor=dan, now=LATER)
    services.undo(task_id=task.pk, person=person("bob"), now=LATER)
    assert again(task).is_open


def test_deadlines_stand_still_while_an_answer_is_held():
    task = graceful(more='<placet:deadline completeBy="PT4M"/>')
    answer(task, now=NOW)
    assert again(task).clock_stopped_at == NOW
    undone = services.undo(task_id=task.pk, person=person("bob"), now=LATER)
    assert undone.due_at == NOW + timedelta(minutes=6)
