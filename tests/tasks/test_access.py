"""Who reaches a task, also while somebody else answers it."""

import pytest

from processes.core.errors import Absent
from tasks import access, reading, services
from tasks.models import Task
from tasks.rules.standing import Asked
from tests.factories import NOW, asked, person, purchase

pytestmark = pytest.mark.django_db


def test_a_task_that_is_answered_while_it_is_read_is_not_absent(monkeypatch):
    task = asked(purchase())
    eve = person("eve", "managers")

    def answered_meanwhile(read: Task) -> Asked:
        if read.is_open:
            services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW)
        return reading.asked_of(read)

    monkeypatch.setattr(access, "asked_of", answered_meanwhile)
    found, standing = access.task_for(eve, task.pk, now=NOW)
    assert (found.status, standing.may_see) == ("completed", True)


def test_whom_an_open_task_does_not_ask_finds_it_absent():
    task = asked(purchase())
    with pytest.raises(Absent):
        access.task_for(person("mallory"), task.pk, now=NOW)
