"""A page of another site cannot listen in a signed-in person's browser: attack 36."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.factories import cast, person
from tests.live_server import LiveServer, served, session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONNECT = """
(url) => new Promise((answer) => {
  const socket = new WebSocket(url);
  socket.onopen = () => answer("open");
  socket.onclose = ({ code }) => answer(code);
})
"""
NEVER_OPENED = 1006


@pytest.fixture
def server() -> Iterator[LiveServer]:
    cast()
    with served() as running:
        yield running


@pytest.fixture
def bob(chromium: Browser, server: LiveServer) -> Iterator[BrowserContext]:
    """Bob's browser; cookies know no ports, so any page on this host has his session."""
    context = chromium.new_context()
    context.add_cookies(
        [{"name": "sessionid", "value": session_of(person("bob")), "url": server.url}]
    )
    yield context
    context.close()


def page_of(context: BrowserContext, site: str) -> Page:
    """Return a page of another site, which needs no server for it."""
    context.route(f"{site}/**", lambda route: route.fulfill(body="<title>Foreign</title>"))
    page = context.new_page()
    page.goto(f"{site}/")
    return page


@pytest.mark.parametrize(
    "site", ["http://127.0.0.1:8899", "http://localhost:8899", "http://evil.example"]
)
def test_a_page_of_another_site_cannot_listen(bob: BrowserContext, server: LiveServer, site: str):
    live = f"ws://{server.address}/ws/live/"
    assert page_of(bob, site).evaluate(CONNECT, live) == NEVER_OPENED
    own = bob.new_page()
    own.goto(f"{server.url}/absence/")
    assert own.evaluate(CONNECT, live) == "open"


def test_a_page_of_another_site_cannot_frame_or_read_ours(bob: BrowserContext, server: LiveServer):
    page = page_of(bob, "http://127.0.0.1:8899")
    page.set_content(f'<iframe src="{server.url}/inbox/"></iframe>')
    page.wait_for_load_state("networkidle")
    assert page.frames[1].url == "chrome-error://chromewebdata/"
    read = "(url) => fetch(url, {credentials: 'include'}).then(() => 'read', () => 'refused')"
    assert page.evaluate(read, f"{server.url}/inbox/") == "refused"
    assert page.evaluate(read, f"{server.url}/api/v1/tasks/") == "refused"
