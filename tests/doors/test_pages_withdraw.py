"""Who started a request takes it back on its page, and reads there what is said about all of it."""

import pytest

from tasks import services
from tests.doors.administration import reread
from tests.doors.pages import tree, visitor, words
from tests.factories import NOW, asked, person
from tests.tasks.worked import again, review, two_steps

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

BUTTON = "//*[@id='withdrawal']//form"
COMMENTS = "//*[@id='comments']"
BACK_TO_DRAFT = '<placet:withdrawal until="end" to="draft"/>'


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def address(instance, *more):
    return "/".join(["/instances", str(instance.pk), *more, ""])


def alerts(response):
    return words(response, "//*[@id='alerts']")


def test_the_initiator_takes_it_back_and_the_page_says_what_happened():
    task, alice = review(), visitor(person("alice"))
    assert tree(alice.get(address(task.instance))).xpath(f"{BUTTON}/@action") == [
        address(task.instance, "withdraw")
    ]
    response = alice.post(address(task.instance, "withdraw"), {"reason": "Found one."}, follow=True)
    assert response.redirect_chain == [(address(task.instance), 303)]
    assert "Nobody is asked any more." in alerts(response)
    assert not tree(response).xpath(BUTTON)
    assert "Found one." in words(response, "//*[@id='history']")
    assert again(task).status == "exited"


def test_a_request_that_goes_on_elsewhere_says_where():
    instance = two_steps(withdrawal=BACK_TO_DRAFT)
    alice = visitor(person("alice"))
    services.complete(
        task_id=asked(instance, "draft").pk, person=person("alice"), outcome="approved", now=NOW
    )
    assert "It goes on with “Draft”." in words(alice.get(address(instance)), BUTTON)
    response = alice.post(address(instance, "withdraw"), follow=True)
    assert "It goes on with “Draft”." in alerts(response)
    assert reread(instance).status == "running"
    assert asked(instance, "draft").status == "ready"


def test_nobody_else_is_offered_to_take_it_back_or_does_so():
    instance = review().instance
    for who in ("bob", "dan"):
        other = visitor(person(who))
        assert not tree(other.get(address(instance))).xpath(BUTTON)
        refused = other.post(address(instance, "withdraw"))
        assert refused.status_code == 403
        assert "Only who asked for" in words(refused, "//*[@role='alert']")
    assert visitor(person("mallory")).post(address(instance, "withdraw")).status_code == 404
    assert reread(instance).status == "running"


def test_a_click_that_comes_too_late_keeps_the_reason_and_says_so():
    task, alice = review(withdrawal='<placet:withdrawal until="never"/>'), visitor(person("alice"))
    assert not tree(alice.get(address(task.instance))).xpath(BUTTON)
    refused = alice.post(address(task.instance, "withdraw"), {"reason": "Too dear."})
    assert refused.status_code == 409
    assert "can no longer be taken back" in words(refused, "//*[@role='alert']")
    assert again(task).status == "ready"


def test_the_button_goes_away_by_itself_when_it_is_too_late():
    task, alice = review(), visitor(person("alice"))
    live = f"{address(task.instance)}?part=live"
    assert not tree(alice.get(live)).xpath("//*[@id='withdrawal']")
    services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW)
    assert tree(alice.get(live)).xpath("//*[@id='withdrawal'][@hx-swap-oob]")


def test_the_page_shows_what_was_said_about_all_of_it_and_nothing_else():
    task = review()
    for visibility, text in (
        ("process", "For everybody."),
        ("task", "Between us."),
        ("administrators", "The supplier is being checked."),
    ):
        services.comment(
            task_id=task.pk, person=person("bob"), text=text, visibility=visibility, now=NOW
        )
    seen = {
        who: words(visitor(person(who)).get(address(task.instance)), COMMENTS)
        for who in ("alice", "carol", "dan")
    }
    assert all("For everybody." in text and "at “Review”" in text for text in seen.values())
    assert not any("Between us." in text for text in seen.values())
    assert [who for who, text in seen.items() if "being checked" in text] == ["dan"]
