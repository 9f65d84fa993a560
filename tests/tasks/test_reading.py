"""Reading a task in one statement gives what the ORM gives."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tasks import reading, services
from tasks.models import Candidate, Exclusion, Task
from tasks.rules.standing import Asked
from tests.factories import NOW, asked, person, purchase, team

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def fields(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("state", ["offered", "claimed", "completed"])
def test_both_ways_of_reading_give_the_same(state):
    task = asked(purchase())
    if state != "offered":
        services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    if state == "completed":
        services.complete(
            task_id=task.pk, person=person("bob"), outcome="approved", now=NOW + timedelta(hours=1)
        )
    by_orm, asked_by_orm = reading._read_by_orm(task.pk)
    at_once, asked_at_once = reading._read_in_one_statement(task.pk)
    assert fields(at_once) == fields(by_orm)
    assert fields(at_once.instance) == fields(by_orm.instance)
    assert asked_at_once == asked_by_orm


def test_both_ways_know_tiers_groups_and_who_has_voted():
    task = asked(purchase())
    Candidate.objects.filter(task=task).delete()
    Candidate.objects.create(task=task, user=person("bob"), tier="first")
    Candidate.objects.create(task=task, group=team("legal"), tier="second")
    Candidate.objects.create(task=task, group=team("finance"))
    Exclusion.objects.filter(task=task).delete()
    Exclusion.objects.create(task=task, user=person("alice"))
    Exclusion.objects.create(task=task, user=person("leo"), why=Exclusion.Why.VOTED)
    Exclusion.objects.create(task=task, group=team("operators"))
    Task.objects.filter(pk=task.pk).update(amount=Decimal("12.5"), held_for=person("carol"))
    expected = Asked(
        users={person("bob").pk},
        groups={team("legal").pk, team("finance").pk},
        held_for=person("carol").pk,
        excluded={person("alice").pk, person("leo").pk},
        excluded_groups={team("operators").pk},
        voted={person("leo").pk},
        user_tiers={person("bob").pk: "first"},
        group_tiers={team("legal").pk: "second", team("finance").pk: ""},
        process=task.instance.process_id,
        amount=Decimal("12.5"),
    )
    assert reading._read_by_orm(task.pk)[1] == expected
    assert reading._read_in_one_statement(task.pk)[1] == expected
    assert reading.asked_of_each([task, asked(purchase())])[task.pk].excluded == expected.excluded


def test_both_ways_say_that_a_task_does_not_exist():
    for way in (reading._read_by_orm, reading._read_in_one_statement):
        with pytest.raises(Task.DoesNotExist):
            way(uuid4())
