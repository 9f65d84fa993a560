"""What somebody has begun to answer waits for them, and for nobody else."""

import pytest

from processes.core.errors import Absent, Forbidden, Invalid
from tasks import services
from tasks.models import Draft
from tests.factories import NOW, person
from tests.tasks.worked import answer, review

pytestmark = pytest.mark.django_db


def keep(task, who="bob", **typed):
    return services.save_draft(task_id=task.pk, person=person(who), now=NOW, **typed)


def test_each_has_a_draft_of_their_own():
    task = review()
    keep(task, comment="First")
    keep(task, comment="Second", data={"code": "17"})
    keep(task, "carol", comment="Mine")
    found = services.draft_for(task, person("bob"))
    assert (found.comment, found.data) == ("Second", {"code": "17"})
    assert services.draft_for(task, person("carol")).comment == "Mine"
    assert services.draft_for(task, person("dan")) is None


def test_a_draft_outlives_giving_the_task_back():
    task = review()
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    keep(task, comment="Half")
    services.release(task_id=task.pk, person=person("bob"), now=NOW)
    assert services.draft_for(task, person("bob")).comment == "Half"


def test_only_who_may_answer_begins_an_answer():
    task = review()
    with pytest.raises(Forbidden):
        keep(task, "alice", comment="Please")
    with pytest.raises(Absent):
        keep(task, "mallory", comment="Please")


@pytest.mark.parametrize(
    "typed",
    [{"data": {"x": "y" * 20_001}}, {"data": {"x": "a\x00b"}}, {"comment": "a\x00b"}],
    ids=["long", "nul in a field", "nul in the comment"],
)
def test_what_cannot_be_kept_is_refused(typed):
    with pytest.raises(Invalid):
        keep(review(), **typed)


def test_drafts_of_closed_tasks_are_forgotten():
    task = review()
    keep(task, comment="Mine")
    services.forget_drafts()
    assert Draft.objects.count() == 1
    answer(task, "carol", now=NOW)
    services.forget_drafts()
    assert Draft.objects.count() == 0
