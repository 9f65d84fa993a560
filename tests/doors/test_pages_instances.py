"""What one asked for: the list, and the page of one instance."""

import pytest

from processes.models import Incident
from processes.services import ENGINE, cancel
from tasks import services
from tests.doors.pages import tree, visitor, words
from tests.factories import NOW, asked, cast, deployed, person, purchase, started

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

ROWS = "//*[@data-row]"
WAITS = "//*[@aria-labelledby='waits-title']"


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def address(instance):
    return f"/instances/{instance.pk}/"


def answer(instance, node, who, outcome, comment="Because.", data=None):
    services.complete(
        task_id=asked(instance, node).pk,
        person=person(who),
        outcome=outcome,
        comment=comment,
        data=data,
        now=NOW,
    )


def test_the_list_says_whom_each_request_waits_for():
    instance = purchase(amount=5000)
    answer(instance, "manager", "bob", "approved")
    services.claim(task_id=asked(instance, "legal").pk, person=person("leo"), now=NOW)
    row = words(visitor(person("alice")).get("/started/"), ROWS)
    assert "finance · Finance review · just now" in row
    assert "Leo · Legal review · just now" in row
    assert "Running" in row


def test_what_ended_with_no_is_called_by_its_end_and_not_done():
    answer(purchase(), "manager", "bob", "rejected")
    row = words(visitor(person("alice")).get("/started/"), ROWS)
    assert "Rejected" in row
    assert "Completed" not in row


def test_the_list_holds_only_ones_own():
    purchase()
    assert words(visitor(person("bob")).get("/started/"), ROWS) == ""


def test_the_page_tells_the_whole_story():
    instance = purchase()
    answer(instance, "manager", "bob", "rejected", "Too dear.")
    page = visitor(person("alice")).get(address(instance))
    history = words(page, "//*[@id='history']")
    assert "Alice asked for “Purchase of Laptops”." in history
    assert "“Manager review” was put to managers." in history
    assert "Bob rejected “Manager review”." in history
    assert "Too dear." in history
    assert "The process ended: Rejected." in history
    assert "It ended with “Rejected”." in words(page, "//*[@id='waits']")


def test_the_diagram_knows_the_way_and_the_place():
    instance = purchase(amount=5000)
    answer(instance, "manager", "bob", "approved")
    (state,) = tree(visitor(person("alice")).get(address(instance))).xpath(
        "//*[@id='diagram-state']"
    )
    assert state.get("data-here").split() == ["finance", "legal"]
    assert {"requested", "to_manager", "manager", "how_much"} <= set(state.get("data-done").split())
    assert "up_to_limit" not in state.get("data-done").split()


def test_a_stranger_cannot_tell_an_instance_from_none():
    instance = purchase()
    mallory = visitor(person("mallory"))
    absent = str(instance.pk).replace("0", "1")
    for path in (address(instance), f"{address(instance)}diagram.bpmn"):
        foreign, none = mallory.get(path), mallory.get(path.replace(str(instance.pk), absent))
        assert foreign.status_code == none.status_code == 404
        assert words(foreign) == words(none)


def test_who_acted_sees_it_for_good():
    instance = purchase()
    answer(instance, "manager", "bob", "approved")
    assert visitor(person("bob")).get(address(instance)).status_code == 200


def test_who_is_asked_sees_it_while_a_colleague_holds_it():
    instance = purchase()
    person("eve", "managers")
    services.claim(task_id=asked(instance).pk, person=person("eve"), now=NOW)
    assert visitor(person("bob")).get(address(instance)).status_code == 200


def test_links_lead_only_to_tasks_that_the_reader_may_see():
    instance = purchase(amount=5000)
    answer(instance, "manager", "bob", "approved")
    links = "//*[@id='waits']//a/@href"
    finance = f"/tasks/{asked(instance, 'finance').pk}/"
    assert tree(visitor(person("fiona")).get(address(instance))).xpath(links) == [finance]
    assert len(tree(visitor(person("alice")).get(address(instance))).xpath(links)) == 2


def test_an_incident_says_in_plain_words_that_nothing_is_lost():
    instance = purchase()
    Incident.objects.create(
        instance=instance,
        key="i1",
        token="t1",
        node="place_order",
        code="job_failed",
        sentence="The order service did not answer.",
        raised_at=NOW,
    )
    troubles = words(visitor(person("alice")).get(address(instance)), "//*[@id='troubles']")
    assert "The order service did not answer." in troubles
    assert "stands still at “Place order” and nothing is lost" in troubles
    assert "administration" not in troubles


def test_a_cancelled_instance_says_who_ended_it_and_why():
    instance = purchase()
    cancel(instance_id=instance.pk, actor=ENGINE, reason="Asked twice.", now=NOW)
    page = visitor(person("alice")).get(address(instance))
    assert "cancelled the process." in words(page, "//*[@id='history']")
    assert "Asked twice." in words(page, "//*[@id='history']")
    assert "It was cancelled before it reached an end." in words(page, "//*[@id='waits']")


def test_what_moves_comes_in_pieces():
    instance = purchase()
    live = visitor(person("alice")).get(f"{address(instance)}?part=live")
    pieces = {piece.get("id") for piece in tree(live).xpath("//*[@hx-swap-oob]")}
    assert pieces >= {"instance-head", "troubles", "waits", "history", "diagram-state", "pulse"}
    assert b"<html" not in live.content


def test_the_pages_ask_the_database_a_fixed_number_of_times(django_assert_max_num_queries):
    for _purchase in range(3):
        answer(purchase(amount=5000), "manager", "bob", "approved")
    answer(purchase(), "manager", "bob", "rejected")
    instance = purchase()
    alice = visitor(person("alice"))
    alice.get("/started/")
    with django_assert_max_num_queries(11):
        alice.get("/started/")
    with django_assert_max_num_queries(19):
        alice.get(address(instance))


def test_each_round_is_called_after_its_item_and_a_token_may_wait_at_a_join():
    cast()
    deployed("access-request")
    instance = started(
        deployed("onboarding"),
        name="Ada",
        email="ada@example.com",
        role="designer",
        starts_on="2026-05-04",
    )
    answer(instance, "seat", "bob", "chosen")
    page = visitor(person("alice")).get(address(instance))
    assert "“Provide the equipment: Laptop” was put to operators." in words(page)
    assert "Provide the equipment: Pen display" in words(page, WAITS)
    assert "Another process" in words(page, WAITS)
    assert "Running" in words(visitor(person("alice")).get("/started/"), ROWS)
