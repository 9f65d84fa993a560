"""The pages in a real browser, with the policy on: live, by keyboard, in both looks, for everybody.

What pages say and who may see them is in the other tests of pages; here is what scripts do.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    WebSocketRoute,
    expect,
    sync_playwright,
)

from tasks import services
from tests.factories import PASSWORD, asked, away, cast, person, purchase
from tests.live_server import LiveServer, served, session_of

AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A refusal is an answer like others, and a network comes and goes; browsers call both errors.
EXPECTED = (
    "Status Error Code 4",
    "the server responded with a status of 4",
    "htmx:sendError",
    "htmx:afterRequest",
    "ERR_INTERNET_DISCONNECTED",
)
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not AXE.exists(), reason="needs node_modules: make setup"),
]


@pytest.fixture(scope="module")
def chromium(browser_path: str) -> Iterator[Browser]:
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=options)
        yield browser
        browser.close()


@pytest.fixture
def server() -> Iterator[LiveServer]:
    with served() as running:
        yield running


class House:
    """Opens pages for people, and remembers what their browsers complained about."""

    def __init__(self, browser: Browser, server: LiveServer) -> None:
        self.browser = browser
        self.server = server
        self.complaints: list[str] = []
        self.contexts: list[BrowserContext] = []

    def page(self, name: str, **how: Any) -> Page:
        how = {"viewport": DESK, "base_url": self.server.url, "reduced_motion": "reduce", **how}
        context = self.browser.new_context(**how)
        context.set_default_timeout(10_000)
        cookie = {"name": "sessionid", "value": session_of(person(name)), "url": self.server.url}
        context.add_cookies([cookie])
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self.complain(said, page))
        return page

    def complain(self, said: Any, page: Page) -> None:
        if said.type == "error" and not any(words in said.text for words in EXPECTED):
            self.complaints.append(f"{page.url}: {said.text}")


@pytest.fixture
def house(chromium: Browser, server: LiveServer) -> Iterator[House]:
    cast()
    found = House(chromium, server)
    yield found
    for context in found.contexts:
        context.close()
    assert found.complaints == []


def live(page: Page, path: str) -> Page:
    """Open a page and wait until it hears."""
    page.goto(path)
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    return page


def task_path(instance: Any, node: str = "manager") -> str:
    return f"/tasks/{asked(instance, node).pk}/"


def put(**changed: Any) -> Any:
    return purchase(now=timezone.now(), **changed)


@pytest.mark.slow
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_page_shuts_anybody_out(house: House, look: str, size: dict[str, int]):
    late = put(title="Laptops " * 14)
    instance = put(amount=5000)
    now = timezone.now()
    services.complete(task_id=asked(instance).pk, person=person("bob"), outcome="approved", now=now)
    services.claim(task_id=asked(late).pk, person=person("bob"), now=now)
    away(person("bob"), person("carol"), now=now)
    visits = {
        "bob": ["/inbox/?scope=mine", "/inbox/?scope=done", task_path(late), "/absence/"],
        "fiona": ["/inbox/", "/inbox/?q=zeppelin", task_path(instance, "finance")],
        "alice": [
            "/started/",
            f"/instances/{instance.pk}/",
            "/start/",
            "/start/purchase-approval/",
            "/nowhere/",
        ],
    }
    for name, paths in visits.items():
        page = house.page(name, viewport=size, color_scheme=look)
        for path in paths:
            page.goto(path)
            if page.locator("[data-diagram]").count():
                page.locator("[data-diagram]").scroll_into_view_if_needed()
                expect(page.locator(".djs-shape").first).to_be_visible()
            assert overflow(page) <= 0, f"{path} is wider than the screen"
            assert barriers(page) == [], path


def barriers(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{rule['id']}: {[node['target'] for node in rule['nodes']]}"
        for rule in found["violations"]
    ]


def overflow(page: Page) -> int:
    wide: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wide


def test_a_new_task_appears_by_itself_and_is_announced(house: House):
    page = live(house.page("bob"), "/inbox/?scope=offered")
    expect(page.get_by_text("Nothing is offered right now")).to_be_visible()
    put(title="A kettle")
    expect(page.locator(".row-link")).to_have_text(["Purchase of A kettle"])
    expect(page.locator("#said")).to_have_text("New in the list: Purchase of A kettle")
    expect(page.locator("#count-side")).to_have_text("1")
    expect(page).to_have_title("(1) Inbox · Placet")


def test_the_place_in_the_list_is_kept_when_the_list_changes(house: House):
    put(title="First")
    page = live(house.page("bob"), "/inbox/?scope=offered")
    page.keyboard.press("j")
    put(title="Second")
    expect(page.locator(".row-link")).to_have_count(2)
    expect(page.locator(".row-link").first).to_be_focused()


def test_what_somebody_types_survives_a_colleagues_click(house: House):
    person("eve", "managers")
    instance = put()
    page = live(house.page("bob"), task_path(instance))
    page.locator("#comment").type("I think that")
    services.claim(task_id=asked(instance).pk, person=person("eve"), now=timezone.now())
    expect(page.locator("#task-buttons")).to_have_text("Eve has it now.")
    expect(page.locator("#comment")).to_be_focused()
    page.keyboard.type(" this is fine")
    services.complete(
        task_id=asked(instance).pk, person=person("eve"), outcome="approved", now=timezone.now()
    )
    expect(page.locator("#task-notice")).to_contain_text("Eve approved this.")
    expect(page.locator("#comment")).to_have_value("I think that this is fine")


def test_who_presses_second_reads_who_was_first(house: House):
    person("eve", "managers")
    instance = put()
    page = house.page("bob")
    page.route_web_socket("**/ws/live/", lambda _socket: None)
    page.goto(task_path(instance))
    page.locator("#comment").fill("Good.")
    services.complete(
        task_id=asked(instance).pk, person=person("eve"), outcome="approved", now=timezone.now()
    )
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#alerts")).to_contain_text("by Eve")
    expect(page.locator("#comment")).to_have_value("Good.")
    expect(page.locator("#task-buttons")).to_have_text("Eve approved this.")


def test_a_mistake_gets_the_focus_and_the_answer_then_goes_through(house: House):
    instance = put()
    page = live(house.page("bob"), task_path(instance))
    page.get_by_role("button", name="Reject").click()
    expect(page.locator("#comment-error")).to_have_text("“Reject” needs a reason.")
    expect(page.locator("#comment")).to_be_focused()
    page.keyboard.type("Too dear.")
    page.get_by_role("button", name="Reject").click()
    expect(page).to_have_url(f"{house.server.url}/inbox/")
    expect(page.locator("#alerts")).to_contain_text("You rejected “Purchase of Laptops”.")


def test_the_way_to_the_next_one_stays_until_it_is_taken(house: House):
    done, following = put(), put(title="Chairs")
    page = house.page("bob")
    page.clock.install(time=timezone.now())
    page.goto(task_path(done))
    page.get_by_role("button", name="Approve", exact=True).click()
    link = page.locator("#alerts").get_by_role("link", name="Next one like this")
    expect(link).to_be_visible()
    page.clock.fast_forward(60_000)
    link.click()
    page.wait_for_url(f"**{task_path(following)}")


def test_an_answer_survives_that_the_session_ends(house: House):
    instance = put()
    page = live(house.page("bob"), task_path(instance))
    page.locator("#comment").fill("Worth it.")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#alerts")).to_contain_text("You are signed out.")
    other = page.context.new_page()
    other.goto("/accounts/login/")
    other.get_by_label("Name").fill("bob")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    expect(other).to_have_url(f"{house.server.url}/inbox/")
    page.get_by_role("button", name="Approve").click()
    expect(page).to_have_url(f"{house.server.url}/inbox/")
    assert asked(instance).comment == "Worth it."


def test_without_a_network_nothing_typed_is_lost(house: House):
    put()
    page = live(house.page("alice"), "/start/purchase-approval/")
    page.get_by_label("What do you need?").fill("A lamp")
    page.context.set_offline(True)
    page.locator("#start-form").get_by_role("button", name="Start").click()
    expect(page.locator("#alerts")).to_contain_text("The server could not be reached.")
    expect(page.get_by_label("What do you need?")).to_have_value("A lamp")
    page.context.set_offline(False)


def test_a_page_that_lost_its_connection_catches_up(house: House):
    sockets: list[WebSocketRoute] = []

    def remember(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page = house.page("bob")
    page.route_web_socket("**/ws/live/", remember)
    live(page, "/inbox/?scope=offered")
    page.context.set_offline(True)
    sockets[0].close()
    put(title="A kettle")
    page.context.set_offline(False)
    expect(page.locator(".row-link")).to_have_text(["Purchase of A kettle"])
    assert len(sockets) > 1


def test_alice_sees_each_step_of_what_she_asked_for(house: House):
    instance = put(amount=5000)
    page = live(house.page("alice"), f"/instances/{instance.pk}/")
    page.locator("[data-diagram]").scroll_into_view_if_needed()
    expect(page.locator("[data-element-id='manager'].is-here")).to_be_visible()
    services.complete(
        task_id=asked(instance).pk, person=person("bob"), outcome="approved", now=timezone.now()
    )
    expect(page.locator("#history")).to_contain_text("Bob approved “Manager review”.")
    expect(page.locator("#waits")).to_contain_text("Finance review")
    expect(page.locator("[data-element-id='manager'].is-done")).to_be_visible()
    expect(page.locator("[data-element-id='finance'].is-here")).to_be_visible()


def test_the_keyboard_reaches_everything(house: House):
    for title in ("One", "Two", "Three"):
        put(title=title)
    page = live(house.page("bob"), "/inbox/?scope=offered")
    rows = page.locator(".row-link")
    for key, row in (("j", 0), ("j", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(rows.nth(row)).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("j?")
    expect(page.locator("#search")).to_have_value("j?")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Use single-letter shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(rows.first).not_to_be_focused()
    rows.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Purchase of One")


def test_the_look_follows_the_system_until_somebody_chooses(house: House):
    page = live(house.page("bob", color_scheme="dark"), "/inbox/")
    root = page.locator("html")
    body, light = page.locator("body"), "rgb(246, 246, 244)"
    expect(body).not_to_have_css("background-color", light)
    page.get_by_role("button", name="Look: as the system").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    expect(body).to_have_css("background-color", light)
    page.reload()
    expect(body).to_have_css("background-color", light)


def test_spans_of_time_stay_true_while_the_page_is_open(house: House):
    put()
    page = house.page("bob")
    page.clock.install(time=timezone.now())
    page.goto("/inbox/?scope=offered")
    due = page.locator("[data-tick='due']")
    expect(due).to_have_text("in 24 h")
    page.clock.fast_forward(timedelta(hours=21, minutes=30).seconds * 1000)
    expect(due).to_have_text("in 2 h")
    expect(page.locator(".due")).to_have_attribute("data-state", "soon")
    page.clock.fast_forward(timedelta(hours=6).seconds * 1000)
    expect(due).to_have_text("3 h late")
    expect(page.locator(".due")).to_have_attribute("data-state", "late")


def test_the_whole_way_works_without_scripts(house: House):
    cast()
    page = house.page("alice", java_script_enabled=False)
    put()
    page.goto("/start/purchase-approval/")
    page.get_by_label("What do you need?").fill("A lamp")
    page.get_by_label("Amount").fill("40")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Purchase of A lamp")
    page = house.page("bob", java_script_enabled=False)
    page.goto("/inbox/?q=lamp&scope=offered")
    page.get_by_role("link", name="Purchase of A lamp").click()
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("#task-side")).to_contain_text("Bob (you)")
    page.get_by_label("Comment", exact=True).fill("Bright idea.")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#alerts")).to_contain_text("You approved “Purchase of A lamp”.")
