"""Delegating with and without getting the task back, and nominating who is asked."""

from datetime import timedelta

import pytest

from processes.core.errors import Forbidden, Invalid
from tasks import services
from tasks.models import Draft
from tests.factories import NOW, person
from tests.tasks.worked import again, answer, notes, review

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


def delegated(to="leo"):
    task = review()
    services.delegate_and_return(
        task_id=task.pk, person=person("bob"), to=person(to), reason="You know it.", now=NOW
    )
    return task


def test_the_answer_of_a_delegate_who_gives_it_back_is_a_proposal():
    task = delegated()
    proposed = answer(task, "leo", "rejected", comment="Too dear", now=LATER)
    assert (proposed.status, proposed.owner, proposed.outcome) == ("reserved", person("bob"), "")
    draft = Draft.objects.get(task=task)
    assert (draft.author, draft.proposed_to) == (person("leo"), person("bob"))
    assert (draft.outcome, draft.comment) == ("rejected", "Too dear")
    assert services.draft_for(again(task), person("bob")) == draft
    assert notes(task) == ["delegated", "proposed"]
    assert answer(task, "bob", now=LATER).completed_by == person("bob")


def test_a_delegate_who_delegates_on_does_not_get_around_who_wants_it_back():
    task = delegated()
    with pytest.raises(Invalid) as refused:
        services.delegate_and_return(
            task_id=task.pk, person=person("leo"), to=person("fiona"), now=NOW
        )
    assert refused.value.code == "returns_already"
    services.delegate(task_id=task.pk, person=person("leo"), to=person("fiona"), now=NOW)
    assert answer(task, "fiona", now=NOW).owner == person("bob")


def test_a_delegate_who_releases_it_gives_it_back():
    task = delegated()
    given = services.release(task_id=task.pk, person=person("leo"), now=NOW)
    assert (given.status, given.owner) == ("reserved", person("bob"))


def test_who_delegated_it_takes_it_back():
    task = delegated()
    taken = services.take_back(task_id=task.pk, person=person("bob"), now=LATER)
    assert (taken.owner, taken.returns_to) == (person("bob"), None)
    with pytest.raises(Forbidden):
        services.take_back(task_id=task.pk, person=person("alice"), now=LATER)


def test_the_answer_of_a_delegate_counts_where_nobody_wants_it_back():
    task = review()
    services.delegate(task_id=task.pk, person=person("bob"), to=person("leo"), now=NOW)
    assert answer(task, "leo", now=NOW).status == "completed"


def test_an_operator_says_who_is_asked_by_a_task_that_asks_nobody():
    task = review(assignment='<placet:assignment candidateUsers="gone"/>')
    assert task.status == "created"
    several = services.nominate(
        task_id=task.pk, person=person("dan"), users=[person("leo"), person("fiona")], now=NOW
    )
    assert several.status == "ready"
    assert answer(task, "leo", now=NOW).status == "completed"


def test_one_who_is_nominated_alone_holds_it():
    task = review(assignment='<placet:assignment candidateUsers="gone"/>')
    one = services.nominate(task_id=task.pk, person=person("dan"), users=[person("leo")], now=NOW)
    assert (one.status, one.owner) == ("reserved", person("leo"))


def test_nobody_is_nominated_whom_the_process_keeps_out():
    who = '<placet:assignment candidateUsers="gone" exclude="initiator"/>'
    task = review(assignment=who)
    with pytest.raises(Forbidden):
        services.nominate(task_id=task.pk, person=person("dan"), users=[person("alice")], now=NOW)
