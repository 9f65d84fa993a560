"""Reading a task in one statement gives what the ORM gives."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tasks import reading, services
from tasks.models import Task
from tests.factories import NOW, asked, person, purchase

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


def test_both_ways_say_that_a_task_does_not_exist():
    for way in (reading._read_by_orm, reading._read_in_one_statement):
        with pytest.raises(Task.DoesNotExist):
            way(uuid4())
