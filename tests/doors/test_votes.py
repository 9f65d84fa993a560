"""Several must agree, on the page and over REST: what one reads, and what stays hidden."""

import pytest

from tasks import services
from tests.doors.api import Caller
from tests.doors.pages import visitor, words
from tests.factories import NOW, asked, cast, deployed_source, one_task, person, started

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

THREE = '<placet:assignment candidateUsers="bob, carol, leo"/>'
PARTS = (
    '<placet:quorum order="{order}"/><placet:tier key="line" name="Line" users="bob"/>'
    '<placet:tier key="money" name="Finance" users="fiona"/>'
)


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def put(extension):
    cast()
    return asked(started(deployed_source(one_task(extension)).process), "ask")


def vote(task, name, outcome="approved", comment="Because."):
    return services.complete(
        task_id=task.pk, person=person(name), outcome=outcome, comment=comment, now=NOW
    )


def page(task, name):
    return words(visitor(person(name)).get(f"/tasks/{task.pk}/"), "//*[@id='votes']")


def detail(task, name):
    return Caller(person(name)).read(f"tasks/{task.pk}/").json()["quorum"]


def test_the_page_says_what_is_needed_still_and_what_ones_own_vote_would_do():
    task = put(THREE + '<placet:quorum need="2"/>')
    assert "Others still have to answer after you." in page(task, "bob")
    vote(task, "bob")
    told = page(task, "carol")
    assert "1 of 2 has agreed; 1 more is needed." in told
    assert "With your approval this is decided." in told
    assert "Bob Approved" in told


def test_who_has_voted_is_not_told_that_the_process_keeps_them_out():
    task = put(THREE + '<placet:quorum need="2"/>')
    vote(task, "bob")
    side = words(visitor(person("bob")).get(f"/tasks/{task.pk}/"), "//*[@id='task-side']")
    assert "Your vote is in." in side
    assert "keeps you out" not in side


def test_the_page_names_the_part_that_is_missing():
    task = put(PARTS.format(order="parallel"))
    vote(task, "bob")
    assert "1 of 2 has agreed; Finance is still needed." in page(task, "fiona")


def test_the_page_names_who_is_asked_later():
    told = page(put(PARTS.format(order="sequential")), "bob")
    assert "Then asks Fiona." in told
    assert "Later" in told


def test_a_task_for_one_person_speaks_of_no_votes():
    assert page(put('<placet:assignment candidateUsers="bob"/>'), "bob") == ""


def test_a_secret_vote_is_hidden_from_everybody_but_its_voter_until_the_end():
    task = put(THREE + '<placet:quorum need="2" secret="true"/>')
    vote(task, "bob", "rejected", comment="Too dear.")
    for name in ("carol", "dan", "alice"):
        whole = words(visitor(person(name)).get(f"/tasks/{task.pk}/"))
        assert "Too dear." not in whole
        assert "Rejected" not in whole
        assert "One person has voted." in whole
        assert detail(task, name)["votes"][0]["outcome"] is None
    # Who has voted may look at what they said.
    administrator = detail(task, "dan")
    assert (administrator["have"], administrator["voted"]) == (None, 1)
    vote(task, "carol", "rejected")
    assert [each["outcome"] for each in detail(task, "alice")["votes"]] == ["rejected", "rejected"]
    assert "Too dear." in page(task, "alice")


def test_the_administration_does_not_tell_a_secret_either():
    task = put(THREE + '<placet:quorum need="2" secret="true"/>')
    vote(task, "bob", "rejected", comment="Too dear.")
    for path in (
        f"/admin/tasks/task/{task.pk}/change/",
        f"/admin/processes/instance/{task.instance_id}/change/",
    ):
        whole = words(visitor(person("dan")).get(path))
        assert "Too dear." not in whole
        assert "“Reject”" not in whole


def test_rest_tells_how_far_it_is():
    task = put(PARTS.format(order="sequential"))
    vote(task, "bob")
    found = detail(task, "fiona")
    assert (found["have"], found["needed"], found["decided"]) == ("1", "2", "")
    assert [(tier["key"], tier["state"]) for tier in found["tiers"]] == [
        ("line", "agreed"),
        ("money", "open"),
    ]
    assert found["tiers"][1]["missing"] == ["fiona"]
    assert found["votes"][0]["by"] == "Bob"


def test_rest_tells_nothing_of_votes_where_one_answer_is_enough():
    assert detail(put('<placet:assignment candidateUsers="bob"/>'), "bob") is None


def test_an_approver_is_added_over_rest_and_shown_on_the_page():
    task = put(THREE + '<placet:quorum need="any"/>')
    body = {"who": "fiona", "where": "after", "reason": "She pays."}
    answer = Caller(person("bob")).send(f"tasks/{task.pk}/approvers/", body)
    assert answer.status_code == 200, answer.json()
    assert "Bob added Fiona: She pays." in page(task, "carol")
    vote(task, "carol")
    assert page(task, "fiona")


def test_a_stranger_adds_nobody_and_learns_nothing():
    task = put(THREE + '<placet:quorum need="any"/>')
    body = {"who": "fiona", "where": "after", "reason": "She pays."}
    assert Caller(person("mallory")).send(f"tasks/{task.pk}/approvers/", body).status_code == 404


def test_an_approver_is_added_on_the_page():
    task = put(THREE + '<placet:quorum need="any"/>')
    browser = visitor(person("bob"))
    form = {"to": "fiona", "where": "before", "reason": "She pays."}
    answer = browser.post(f"/tasks/{task.pk}/do/add/", form, follow=True)
    assert "Fiona must agree as well." in words(answer)
    seen = visitor(person("alice")).get(f"/tasks/{task.pk}/")
    history = words(seen, "//*[@id='history']")
    assert "Bob had Fiona asked for “Ask” as well." in history


def test_the_story_tells_each_vote():
    task = put(THREE + '<placet:quorum need="2"/>')
    vote(task, "bob", comment="Fine with me.")
    told = words(visitor(person("alice")).get(f"/tasks/{task.pk}/"), "//*[@id='history']")
    assert "Bob voted “Approve” on “Ask”." in told
    assert "Fine with me." in told


def test_the_administration_lists_who_voted_what():
    task = put(THREE + '<placet:quorum need="2"/>')
    vote(task, "bob", comment="Fine with me.")
    told = words(visitor(person("dan")).get(f"/admin/tasks/task/{task.pk}/change/"))
    assert "Votes" in told
    assert "Fine with me." in told
