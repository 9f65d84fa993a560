"""Asking a colleague: a task of their own that decides nothing."""

from datetime import timedelta

import pytest

from processes.core.errors import Absent, Forbidden, Invalid
from tasks import inbox, services
from tasks.models import Task
from tests.factories import NOW, person
from tests.tasks.worked import REVIEWERS, again, answer, notes, review

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=2)
DEADLINE = '<placet:deadline completeBy="P1D"/>'


def held(policy="", **more):
    task = review(policy, **more)
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    return task


def ask(task, to="fiona", question="Is this within budget?", who="bob"):
    return services.ask_information(
        task_id=task.pk, person=person(who), to=person(to), question=question, now=NOW
    )


def test_a_colleague_gets_the_question_and_only_that():
    task = held()
    question = ask(task)
    assert list(inbox.tasks(person("fiona"), "mine", now=NOW)) == [question]
    with pytest.raises(Absent):
        answer(task, "fiona", now=NOW)
    assert again(task).status == "reserved"


def test_the_answer_is_told_and_the_decision_stays_with_who_asked():
    task = held()
    question = ask(task)
    answer(question, "fiona", "answered", comment="Yes, barely.", now=LATER)
    assert (again(question).status, again(question).comment) == ("completed", "Yes, barely.")
    assert again(task).open_questions == 0
    assert notes(task) == ["claimed", "information_asked", "information_given"]
    assert answer(task, now=LATER).outcome == "approved"


def test_an_answer_needs_words_and_no_outcome_of_the_process():
    question = ask(held())
    with pytest.raises(Invalid) as refused:
        answer(question, "fiona", "answered", now=NOW)
    assert "comment" in refused.value.details["fields"]
    with pytest.raises(Invalid):
        answer(question, "fiona", "approved", comment="Yes", now=NOW)


def test_the_deadline_stands_still_until_all_have_answered():
    task = held(more=DEADLINE)
    first, second = ask(task), ask(task, "leo", "Is the contract fine?")
    assert again(task).clock_stopped_at == NOW
    answer(first, "fiona", "answered", comment="Yes", now=LATER)
    assert again(task).clock_stopped_at == NOW
    answer(second, "leo", "answered", comment="Yes", now=LATER)
    assert again(task).due_at == NOW + timedelta(days=1, hours=2)


def test_the_deadline_runs_on_where_the_process_counts_that_time():
    task = held('information="counts"', more=DEADLINE)
    ask(task)
    assert again(task).clock_stopped_at is None


def test_questions_go_with_the_task_they_are_about():
    task = held()
    question = ask(task)
    answer(task, now=LATER)
    assert again(question).status == "exited"
    assert list(inbox.tasks(person("fiona"), "todo", now=LATER)) == []


def test_who_must_not_decide_may_still_be_asked():
    who = REVIEWERS.replace("/>", ' exclude="fiona"/>')
    question = ask(held(assignment=who))
    assert answer(question, "fiona", "answered", comment="I know them.", now=NOW)


def test_only_who_holds_the_task_asks():
    task = held()
    with pytest.raises(Forbidden):
        ask(task, who="alice")
    with pytest.raises(Invalid):
        ask(task, to="bob")
    with pytest.raises(Invalid):
        ask(task, question="  ")
    assert not Task.objects.filter(parent=task).exists()


def test_a_colleague_hands_the_question_on():
    question = ask(held())
    services.delegate(task_id=question.pk, person=person("fiona"), to=person("leo"), now=NOW)
    answer(question, "leo", "answered", comment="Yes", now=NOW)
    assert again(question).completed_by == person("leo")
