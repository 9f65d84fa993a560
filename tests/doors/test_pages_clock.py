"""What the pages say of time: why the clock stands, whose hours count, and who answered."""

from datetime import timedelta

import pytest

from processes import services as engine
from processes.core.errors import WrongState
from tasks import services
from tests.doors.administration import address, administrator
from tests.doors.pages import visitor, words
from tests.factories import NOW, asked, cast, deployed_source, one_task, person, started
from tests.tasks.ringing import calendar, ring_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

HOUR = timedelta(hours=1)
LATE = (
    '<placet:assignment candidateUsers="bob"/>'
    '<placet:deadline startBy="PT1H" completeBy="PT2H" followUp="PT1H"/>'
    '<placet:escalation after="PT0S" {0}/>'
)


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def opened(rung='do="answer"'):
    cast()
    return asked(started(deployed_source(one_task(LATE.format(rung))).process), "ask")


def page(task, who="bob"):
    return words(visitor(person(who)).get(f"/tasks/{task.pk}/"))


def test_a_task_says_whose_hours_count_and_what_is_planned():
    calendar("berlin", default=True)
    text = page(opened())
    assert "Working time of Berlin" in text
    assert "Start by" in text
    assert "Follow-up" in text
    assert "Stands still" not in text


def test_a_task_says_since_when_its_clock_stands_and_why():
    task = opened()
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    services.suspend(task_id=task.pk, person=person("bob"), now=NOW)
    text = page(task)
    assert "Stands still since 2 March, 09:00." in text
    assert "It goes on when the task is resumed." in text
    services.resume(task_id=task.pk, person=person("bob"), now=NOW)
    services.ask_information(
        task_id=task.pk, person=person("bob"), to=person("fiona"), question="Budget?", now=NOW
    )
    assert "It goes on when the colleague has answered." in page(task)
    actor = engine.Actor(person("dan"), "Dan")
    engine.suspend(instance_id=task.instance_id, actor=actor, now=NOW)
    assert "It goes on when the operator resumes the process." in page(task)


def test_an_automatic_answer_is_nobodys():
    task = opened()
    ring_due(NOW + 2 * HOUR)
    text = page(task, "alice")
    assert "Placet (deadline) rejected this." in text
    assert "Nobody answered by 11:00, 2 March 2026." in text
    assert "“Ask” was due, and is not answered." in text
    assert "Placet (deadline)" in words(administrator().get(address(task)))


def test_who_is_too_late_is_told_that_the_deadline_was_first():
    task = opened()
    ring_due(NOW + 2 * HOUR)
    with pytest.raises(WrongState, match=r"“rejected” by Placet \(deadline\)"):
        services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW)


@pytest.mark.parametrize(
    ("rung", "sentence"),
    [
        ('addUsers="carol"', "The deadline of “Ask” passed. Carol can decide as well now."),
        ('do="notify" users="carol"', "The deadline of “Ask” passed. Carol was told."),
        ('do="reassign" users="carol"', "The deadline of “Ask” passed. Carol decides it now."),
        ('do="prioritize"', "The deadline of “Ask” passed. It is more urgent now."),
        ('addUsers="nobody"', "The deadline of “Ask” passed, but nobody else may be asked."),
    ],
)
def test_the_history_says_what_each_rung_did(rung, sentence):
    task = opened(rung)
    ring_due(NOW + 2 * HOUR)
    assert sentence in page(task, "alice")
    events = task.instance.history.filter(kind="task.noted", data__action="escalated")
    assert events.count() == 1
