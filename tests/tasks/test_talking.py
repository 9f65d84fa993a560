"""Comments: who reads them, and who is told of a mention."""

import pytest

from processes.core.errors import Invalid
from tasks import access, services
from tasks.models import Announcement, Comment
from tests.factories import NOW, asked, person
from tests.tasks.worked import REVIEWERS, answer, review, two_steps

pytestmark = pytest.mark.django_db


def say(task, text, who="bob", **more):
    return services.comment(task_id=task.pk, person=person(who), text=text, now=NOW, **more)


def read(task, who):
    found, standing = access.task_for(person(who), task.pk, now=NOW)
    return [said.text for said in Comment.objects.seen_at(found, person(who), standing)]


def test_who_is_mentioned_and_sees_the_task_is_told():
    said = say(review(), "@carol and @alice, look. Not @mallory, nor me@carol.example.")
    assert sorted(said.mentions) == ["alice", "carol"]
    told = Announcement.objects.get(kind="mentioned")
    assert sorted(told.to["users"]) == sorted([person("alice").pk, person("carol").pk])


def test_a_name_that_may_not_see_the_task_is_only_text():
    task = review()
    assert say(task, "@mallory @nobody @leo").mentions == []
    assert not Announcement.objects.filter(kind="mentioned").exists()


def test_nobody_mentions_themselves():
    assert say(review(), "@bob should know").mentions == []


def test_a_remark_for_administrators_is_read_by_them_and_its_author():
    task = review()
    say(task, "Something is wrong.", visibility="administrators")
    assert read(task, "dan") == read(task, "bob") == ["Something is wrong."]
    assert read(task, "carol") == read(task, "alice") == []
    assert not Announcement.objects.filter(kind="commented").exists()


def test_administrators_only_are_mentioned_in_a_remark_for_them():
    said = say(review(), "@carol @dan", visibility="administrators")
    assert said.mentions == ["dan"]


def test_a_remark_on_the_request_is_read_at_its_other_tasks():
    instance = two_steps('sendBack="draft"', between=REVIEWERS)
    answer(asked(instance, "draft"), "alice", now=NOW)
    say(asked(instance, "between"), "Here only.")
    say(asked(instance, "between"), "For all.", visibility="process")
    answer(asked(instance, "between"), now=NOW)
    assert read(asked(instance, "review"), "carol") == ["For all."]
    assert read(asked(instance, "between"), "bob") == ["Here only.", "For all."]


def test_nobody_invents_a_circle_of_readers():
    with pytest.raises(Invalid):
        say(review(), "Hello", visibility="everybody")
