"""Bob is on vacation: a purchase is asked for, escalates, is decided, ordered and told, live."""

import itertools
from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone
from playwright.sync_api import Page, WebSocketRoute, expect

from portal.demo.order_service import luck
from tests.faults.stage import until
from tests.journeys.conftest import EMBEDDED, SERVICES
from tests.journeys.house import (
    HURRIED,
    House,
    listening,
    moment,
    never_loaded_again,
    row,
    seen_at_once,
    told,
    watch,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

both_modes = pytest.mark.parametrize("site", [EMBEDDED, SERVICES], indirect=True)
services_mode = pytest.mark.parametrize("site", [SERVICES], indirect=True)

OFFERED = "/inbox/?scope=offered"


@both_modes
def test_one_approval_is_enough_for_a_small_purchase(house: House):
    house.site.orders.switch("flaky")
    bob = house.live("bob", OFFERED)
    alice = house.page("alice")
    alice.goto("/start/")
    alice.get_by_role("link", name="Purchase approval").click()
    alice.get_by_label("What do you need?").fill("A kettle")
    alice.get_by_label("Amount").fill("1000")
    alice.get_by_label("Why is it needed?").fill("The old one leaks.")
    alice.get_by_role("button", name="Start").click()
    expect(alice.get_by_role("heading", level=1)).to_have_text("Purchase of A kettle")
    listening(alice)
    instance = alice.url.rstrip("/").rpartition("/")[2]

    row(bob, "A kettle").get_by_role("link").click()
    expect(bob.get_by_role("region", name="The request")).to_contain_text("The old one leaks.")
    bob.get_by_role("button", name="Approve").click()
    expect(bob.locator("#alerts")).to_contain_text("You approved “Purchase of A kettle”.")

    told(alice, "Bob Keller approved “Manager review”.")
    told(alice, "The process ended: Ordered.")
    expect(alice.locator("#waits")).to_contain_text("It ended with “Ordered”.")
    assert never_loaded_again(alice)
    [order] = house.site.orders.of("A kettle")
    tries = (n for n in itertools.count(1) if luck(order["key"], n) == "answer")
    assert order["tries"] == next(tries)
    events = house.history(instance)
    assert [event["node"] for event in events if event["kind"] == "task.opened"] == ["manager"]


@both_modes
def test_a_missed_deadline_asks_carol_and_the_purchase_goes_on_to_its_end(house: House):
    bob, carol = house.live("bob", OFFERED), house.live("carol", OFFERED)
    for inbox in (bob, carol):
        watch(inbox, "Purchase of Laptops Escalated")
    instance = house.start(HURRIED, "Laptops", 12_400)
    alice = house.live("alice", f"/instances/{instance}/")
    expect(row(bob, "Laptops")).to_be_visible()
    bobs_task = house.page("bob")
    bobs_task.route_web_socket("**/ws/live/", lambda _socket: None)
    bobs_task.goto(f"/tasks/{house.waiting(instance, 'manager')['id']}/")
    bobs_task.get_by_label("Comment", exact=True).fill("Back already. It is fine.")

    for inbox in (bob, carol):
        expect(row(inbox, "Laptops")).to_contain_text("Escalated")
    told(alice, "The deadline of “Manager review” passed. Carol Diaz and deputies can decide")
    [escalated] = [e for e in house.history(instance) if e["data"].get("action") == "escalated"]
    for name, inbox in (("Bob", bob), ("Carol", carol)):
        assert seen_at_once(inbox, f"Escalation in {name}'s inbox", moment(escalated))
    assert never_loaded_again(bob, carol)

    carol.get_by_role("link", name="Purchase of Laptops").click()
    expect(carol.locator("#task-side")).to_contain_text("because the deadline passed")
    listening(carol)
    carol.get_by_role("button", name="Take it").click()
    told(carol, "Carol Diaz took “Manager review”.")
    carol.get_by_label("Comment", exact=True).fill("Bob is away; the price is right.")
    carol.get_by_role("button", name="Approve").click()
    expect(carol.locator("#alerts")).to_contain_text("You approved “Purchase of Laptops”.")
    expect(row(bob, "Laptops")).to_have_count(0)

    bobs_task.get_by_role("button", name="Approve").click()
    expect(bobs_task.locator("#alerts")).to_contain_text("by Carol Diaz at")
    [approved] = [e for e in house.history(instance) if e["kind"] == "task.completed"]
    expect(bobs_task.locator("#alerts")).to_contain_text(approved["at"][11:16])
    expect(bobs_task.get_by_label("Comment", exact=True)).to_have_value("Back already. It is fine.")
    expect(bobs_task.locator("#task-notice")).to_contain_text("Carol Diaz approved this.")
    expect(bobs_task.locator("#task-notice")).to_contain_text("What you typed is still here.")

    house.site.orders.switch("down")
    told(alice, "Bob is away; the price is right.")
    for step in ("Finance review", "Legal review"):
        expect(alice.locator("#waits")).to_contain_text(step)
    decide(house.live("leo", OFFERED), "Laptops", {})
    decide(house.live("fiona", OFFERED), "Laptops", {"Cost center": "4711"})
    until(lambda: "503" in house.waiting(instance, "place_order")["sentence"], seconds=30)
    assert house.site.orders.of("Laptops") == []
    house.site.orders.switch("up")

    told(alice, "“Place order” was done at try ")
    told(alice, "The process ended: Ordered.")
    assert never_loaded_again(alice, bob)
    [order] = house.site.orders.of("Laptops")
    assert order["tries"] >= 2
    assert order["order"]["costCenter"] == "4711"
    decided = {
        event["node"]: (event["actor"]["name"], event["data"]["comment"])
        for event in house.history(instance)
        if event["kind"] == "task.completed"
    }
    assert decided == {
        "manager": ("Carol Diaz", "Bob is away; the price is right."),
        "finance": ("Fiona Walsh", ""),
        "legal": ("Leo Tanaka", ""),
    }
    for who in ("Carol Diaz approved “Manager", "Fiona Walsh approved “Fin", "Leo Tanaka approved"):
        told(alice, who)


def decide(page: Page, title: str, answers: dict[str, str]) -> None:
    """Open the task from the list and approve it."""
    page.get_by_role("link", name=f"Purchase of {title}").click()
    for label, answer in answers.items():
        page.get_by_label(label).fill(answer)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#alerts")).to_contain_text(f"You approved “Purchase of {title}”.")


@both_modes
def test_an_absence_puts_bobs_task_into_carols_open_inbox_at_once(house: House):
    instance = house.start("purchase-approval", "Chairs", 300)
    alice = house.live("alice", f"/instances/{instance}/")
    carol = house.live("carol", OFFERED)
    expect(row(carol, "Chairs")).to_have_count(0)
    watch(carol, "Purchase of Chairs For Bob Keller")
    bob = house.page("bob")
    bob.goto("/absence/")
    bob.get_by_label("Last day").fill(str(timezone.localdate() + timedelta(days=14)))
    bob.get_by_label("Who stands in?").fill("Carol Diaz")
    bob.get_by_label("Reason").fill("Vacation")
    before = timezone.now().timestamp()
    bob.get_by_role("button", name="Save").click()

    expect(row(carol, "Chairs")).to_contain_text("For Bob Keller")
    assert seen_at_once(carol, "Bob's task in Carol's inbox", before)
    carol.get_by_role("link", name="Purchase of Chairs").click()
    expect(carol.locator("#task-side")).to_contain_text("you stand in for Bob Keller until")
    carol.get_by_role("button", name="Approve").click()

    told(alice, "Carol Diaz approved “Manager review” for Bob Keller.")
    told(alice, "The process ended: Ordered.")
    assert never_loaded_again(alice)
    [decided] = [e for e in house.history(instance) if e["kind"] == "task.completed"]
    assert (decided["actor"]["username"], decided["on_behalf_of"]) == ("carol", "Bob Keller")

    carol.goto(OFFERED)
    listening(carol)
    house.start("purchase-approval", "Tables", 300)
    expect(row(carol, "Tables")).to_be_visible()
    bob.get_by_role("button", name="End now Carol Diaz").click()
    expect(row(carol, "Tables")).to_have_count(0)
    assert never_loaded_again(carol)


@both_modes
def test_an_order_that_cannot_be_placed_waits_for_dan_who_tries_again(house: House):
    house.site.orders.switch("down")
    instance = house.start(HURRIED, "Cables", 80)
    alice = house.live("alice", f"/instances/{instance}/")
    house.approve("bob", instance, "manager")
    expect(alice.locator("#troubles")).to_contain_text("The process stands still at “Place order”")
    assert house.waiting(instance, "place_order")["kind"] == "incident"
    assert house.site.orders.of("Cables") == []
    house.site.orders.switch("up")

    dan = house.page("dan")
    dan.goto("/admin/processes/incident/")
    dan.get_by_role("row").filter(has_text="Cables").get_by_role("link").first.click()
    expect(dan.get_by_role("heading", name="Stopped at “Place order”")).to_be_visible()
    dan.get_by_role("link", name="Retry", exact=True).click()
    dan.get_by_role("button", name="Retry").click()

    told(alice, "Dan Okafor had “Place order” tried again.")
    told(alice, "The process ended: Ordered.")
    expect(alice.locator("#troubles")).to_be_empty()
    assert never_loaded_again(alice)
    assert len(house.site.orders.of("Cables")) == 1


@both_modes
def test_a_page_that_lost_its_connection_shows_what_it_missed(house: House):
    sockets: list[WebSocketRoute] = []

    def passed_on(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    bob = house.page("bob", expected=("ERR_INTERNET_DISCONNECTED",))
    bob.route_web_socket("**/ws/live/", passed_on)
    bob.goto(OFFERED)
    listening(bob)
    bob.context.set_offline(True)
    sockets[0].close()
    instance = house.start("purchase-approval", "A lamp", 40)
    expect(row(bob, "A lamp")).to_have_count(0)
    bob.context.set_offline(False)

    expect(row(bob, "A lamp")).to_be_visible()
    assert len(sockets) > 1
    house.approve("bob", instance, "manager")
    expect(row(bob, "A lamp")).to_have_count(0)
    assert never_loaded_again(bob)


@services_mode
def test_open_pages_outlive_a_crash_of_the_web_server(house: House):
    portal = house.site.portal
    assert portal is not None
    carol = house.page("carol", expected=("ERR_CONNECTION_REFUSED",))
    carol.goto(OFFERED)
    listening(carol)
    instance = house.start(HURRIED, "A heater", 70)
    portal.kill("web")
    escalated = "SELECT 1 FROM tasks_task WHERE instance_id = %s AND escalated_at IS NOT NULL"
    with psycopg.connect(portal.environment["DATABASE_URL"], autocommit=True) as database:
        until(lambda: database.execute(escalated, [instance]).fetchone(), seconds=30)
    expect(row(carol, "A heater")).to_have_count(0)

    portal.start("web")

    expect(row(carol, "A heater")).to_contain_text("Escalated")
    expect(carol.locator("#live")).to_have_attribute("data-state", "on")
    assert never_loaded_again(carol)


@both_modes
def test_every_history_is_as_it_was_written(house: House):
    assert "Every history is as it was written." in house.site.run("manage.py", "verify_history")
