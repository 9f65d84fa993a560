"""A running portal with the people of the demo, their browsers, and the system that it calls."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import redis
from playwright.sync_api import Browser, Locator, Page, expect

from deploy.local_services import LocalServices
from portal.demo.seed import PASSWORD
from tests import portals
from tests.browsers import Visits
from tests.factories import TEMPLATES
from tests.faults.stage import forget_database

REDIS_NUMBER = 6

HURRIED = "hurried-purchase"
CHANGES = {
    'bpmn:process id="purchase-approval" name="Purchase approval"': (
        f'bpmn:process id="{HURRIED}" name="Hurried purchase"'
    ),
    'bpmnElement="purchase-approval"': f'bpmnElement="{HURRIED}"',
    'completeBy="PT24H" remindBefore="PT4H"': 'completeBy="PT3S" remindBefore="PT1S"',
    'backoff="PT2S"': 'backoff="PT1S"',
}

PUBLISH = """
import sys
from django.contrib.auth.models import Group, User
from django.utils import timezone
from guardian.shortcuts import assign_perm
from processes import services
process = services.deploy(source=sys.stdin.buffer.read(), now=timezone.now()).process
assign_perm("start_process", Group.objects.get(name="employees"), process)
for right in ("view_process", "operate_process"):
    assign_perm(right, Group.objects.get(name="operators"), process)
"""


def hurried() -> str:
    """Return the shipped process with spans of seconds, as a process of its own."""
    source = (TEMPLATES / "purchase-approval.bpmn").read_text()
    for old, new in CHANGES.items():
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source


@dataclass
class Site:
    """A portal in either mode, and who has signed in there.

    ``portal`` is there with services: its parts can be killed and started one by one.
    """

    url: str
    environment: Mapping[str, str]
    portal: LocalServices | None = None
    cookies: dict[str, Any] = field(default_factory=dict)
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    @property
    def orders(self) -> "Orders":
        """The order service, which listens beside the portal."""
        at = urlsplit(self.url)
        return Orders(f"http://{at.hostname}:{(at.port or 0) + 1}")

    def run(self, *command: str, stdin: str = "") -> str:
        """Run Python in the portal's own environment and return what it printed."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=portals.ROOT,
            env=dict(self.environment),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def publish(self, source: str) -> None:
        """Publish a process that every employee may start and operators operate."""
        self.run("-c", f"import django\ndjango.setup()\n{PUBLISH}", stdin=source)

    def rest(self, name: str) -> httpx.Client:
        """Return a client with a token that the person got by name and password."""
        if name not in self.clients:
            api = f"{self.url}/api/v1/"
            got = httpx.post(f"{api}auth/tokens/", auth=(name, PASSWORD), timeout=30)
            assert got.status_code == 201, got.text
            headers = {"Authorization": f"Token {got.json()['token']}"}
            self.clients[name] = httpx.Client(base_url=api, headers=headers, timeout=30)
        return self.clients[name]

    def close(self) -> None:
        """Close the clients."""
        for client in self.clients.values():
            client.close()


@dataclass
class Orders:
    """The order service of the demo, asked over HTTP as people would."""

    url: str

    def switch(self, mode: str) -> None:
        """Let it behave differently from now on."""
        assert httpx.put(f"{self.url}/mode", json={"mode": mode}).status_code == 200

    def of(self, title: str) -> list[dict[str, Any]]:
        """Return what was ordered under this title."""
        every = httpx.get(f"{self.url}/orders").json()["orders"]
        return [order for order in every if order["order"]["title"] == title]


@contextmanager
def embedded(directory: Path) -> Iterator[Site]:
    """Run ``manage.py up --seed``: one process, SQLite."""
    with portals.embedded(directory, seed=True) as portal:
        yield Site(portal.url, portal.environment)


@contextmanager
def with_services(directory: Path) -> Iterator[Site]:
    """Run web, worker and beat as processes of their own on PostgreSQL and Redis."""
    forget_database("placet_journeys")
    portal = portals.with_services(directory, "journeys", redis_number=REDIS_NUMBER)
    with portal:
        with redis.Redis.from_url(portal.environment["REDIS_URL"]) as client:
            assert client.connection_pool.connection_kwargs["db"] == REDIS_NUMBER
        portal.start("orders")
        portal.manage("seed_demo", "--orders", f"http://127.0.0.1:{portal.port + 1}")
        yield Site(portal.url, portal.environment, portal)


class House(Visits):
    """What one test does in the portal; its windows are closed at the end."""

    def __init__(self, browser: Browser, site: Site) -> None:
        super().__init__(browser, site.url)
        self.site = site

    def page(self, name: str, **how: Any) -> Page:
        """Open a window of somebody who has signed in; the first time through the form."""
        if name not in self.site.cookies:
            page = self.window()
            sign_in(page, name)
            self.site.cookies[name] = page.context.storage_state()
            page.context.close()
        return self.window(storage_state=self.site.cookies[name], **how)

    def live(self, name: str, path: str, **how: Any) -> Page:
        """Open a page and wait until it hears; it must never be loaded again."""
        page = self.page(name, **how)
        page.goto(path)
        return listening(page)

    def start(self, process: str, title: str, amount: float, *, by: str = "alice") -> str:
        """Ask for a purchase by REST and return the instance's id."""
        variables = {
            "title": title,
            "amount": amount,
            "currency": "EUR",
            "category": "hardware",
            "justification": "Agreed with the team.",
        }
        address = f"processes/{process}/instances/"
        got = self.site.rest(by).post(address, json={"variables": variables})
        assert got.status_code == 201, got.text
        started: str = got.json()["id"]
        return started

    def history(self, instance: str, *, by: str = "alice") -> list[dict[str, Any]]:
        """Return the events of an instance as REST tells them."""
        found, address = [], f"instances/{instance}/history/"
        while address:
            page = self.site.rest(by).get(address).json()
            found += page["results"]
            address = page["next"]
        return found

    def waiting(self, instance: str, node: str) -> dict[str, Any]:
        """Return the one thing that the instance waits for at this node."""
        shown = self.site.rest("alice").get(f"instances/{instance}/").json()
        [found] = [wait for wait in shown["waiting_for"] if wait["node"] == node]
        return dict(found)

    def approve(self, name: str, instance: str, node: str, **data: Any) -> None:
        """Approve by REST what the instance asks at this node."""
        address = f"tasks/{self.waiting(instance, node)['id']}/complete/"
        answer = {"outcome": "approved", "data": data, "comment": ""}
        got = self.site.rest(name).post(address, json=answer)
        assert got.status_code == 200, got.text


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/inbox/$"))


def listening(page: Page) -> Page:
    """Wait until the page hears, and mark it, so that `never_loaded_again` can tell."""
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    page.evaluate("window.marked = true")
    return page


def never_loaded_again(*pages: Page) -> bool:
    return all(page.evaluate("window.marked === true") for page in pages)


def row(page: Page, title: str) -> Locator:
    return page.locator(f"[data-row='Purchase of {title}']")


def watch(page: Page, words: str) -> None:
    """Have the page note when these words first stand in it; `seen_at` tells."""
    page.evaluate(
        """(words) => {
          window.seen = new Promise((found) => {
            const look = () => {
              const text = document.querySelector("main").textContent;
              if (!text.replace(/\\s+/g, " ").includes(words)) return;
              observer.disconnect();
              found(Date.now());
            };
            const observer = new MutationObserver(look);
            observer.observe(document.body, { childList: true, subtree: true });
            look();
          });
        }""",
        words,
    )


def seen_at_once(page: Page, what: str, since: float) -> bool:
    """Tell whether what `watch` waits for stood there within a second; print how long it took.

    On a machine with more work than processors a second says nothing about the portal.
    """
    took = page.evaluate("window.seen") / 1000 - since
    print(f"{what} after {took * 1000:.0f} ms")  # noqa: T201
    busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    return bool(0 < took < (5 if busy else 1))


def moment(event: Mapping[str, Any]) -> float:
    """Return when an event of the history happened, in seconds."""
    return datetime.fromisoformat(event["at"]).timestamp()


def told(page: Page, sentence: str) -> None:
    """Wait until the page's history holds the sentence."""
    expect(page.locator("#history")).to_contain_text(sentence)
