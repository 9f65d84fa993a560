"""Who is away reads what was done in their name."""

import pytest

from tests.factories import NOW, away, person
from tests.tasks.worked import answer
from tests.telling.told import ask, tell, told, ways

pytestmark = pytest.mark.django_db


def by_carol(extension: str):
    person("leo")
    task = ask("bob", extension=extension)
    away(person("bob"), person("carol"))
    answer(task, "carol", now=NOW)
    tell()
    return task


@pytest.mark.parametrize("quorum", ["", '<placet:quorum need="any"/>', "<placet:quorum/>"])
def test_the_absent_person_is_told_once_what_was_done_in_their_name(quorum):
    task = by_carol(f'<placet:assignment candidateUsers="bob, leo"/>{quorum}')
    (news,) = told("bob", "substituted")
    assert (news.announcement.task, news.announcement.actor) == (task, person("carol"))
    assert not told("carol", "substituted") + told("leo", "substituted")


def test_it_waits_in_the_portal_and_sends_no_mail():
    by_carol('<placet:assignment candidateUsers="bob"/>')
    assert len(told("bob", "substituted")) == 1
    assert "mail" not in ways(person("bob"))


def test_who_answers_for_themselves_stands_in_for_nobody():
    task = ask("bob")
    answer(task, "bob", now=NOW)
    tell()
    assert not told("bob", "substituted")
