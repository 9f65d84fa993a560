"""A portal in this process whose clock can be moved, the cast at their browsers, and the worker."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from guardian.shortcuts import assign_perm
from knox.models import AuthToken
from playwright.sync_api import Browser, Locator, Page, expect

from processes import jobs as engine_jobs
from processes import services as engine
from processes.core.short import compile_short
from processes.models import Instance, Process
from tasks import jobs
from tests.browsers import Visits
from tests.factories import cast, person, team
from tests.journeys.house import listening
from tests.live_server import LiveServer, session_of


class Office(Visits):
    """What people do in their browsers; ``clock`` is what time_machine gives to a test.

    Nothing happens by itself as time passes: `at` lets the worker do what is due by then.
    """

    def __init__(self, browser: Browser, server: LiveServer, clock: Any, now: datetime) -> None:
        super().__init__(browser, server.url)
        self.clock = clock
        self.now = now
        clock.move_to(now)
        self.people = cast() | {"dave": person("dave", "employees")}

    def at(self, moment: datetime) -> None:
        """Let it be this moment, for the portal and on everybody's desk, and do what is due."""
        self.now = moment
        self.clock.move_to(moment)
        for context in self.contexts:
            context.clock.set_fixed_time(moment)
        engine_jobs.sweep()
        jobs.sweep()
        jobs.hand_over()
        jobs.tell()

    def page(self, name: str, path: str = "/inbox/?scope=offered") -> Page:
        """Open a page of somebody who is signed in, and wait until it hears."""
        page = self.signed_in(name)
        page.goto(path)
        return listening(page)

    def signed_in(self, name: str) -> Page:
        """Open an empty window of somebody who is signed in."""
        page = self.window(timezone_id="Europe/Berlin", locale="en-US")
        page.context.clock.set_fixed_time(self.now)
        cookie = {"name": "sessionid", "value": session_of(self.people[name]), "url": self.url}
        page.context.add_cookies([cookie])
        return page

    def at_task(self, name: str, title: str) -> Page:
        """Open the task from the person's inbox."""
        page = self.page(name)
        row(page, title).get_by_role("link").click()
        expect(page.locator("#task-side")).to_be_visible()
        return listening(page)

    def publish(self, text: str, *, fallback: str = "") -> Process:
        """Publish a process in the short form, which every employee may start."""
        source, findings = compile_short(text)
        assert source, findings
        process = engine.deploy(source=source, now=self.now).process
        process.fallback_group = Group.objects.get(name=fallback) if fallback else None
        process.save(update_fields=["fallback_group"])
        assign_perm("start_process", team("employees"), process)
        return process

    def start(self, process: Process, **variables: Any) -> Instance:
        """Have Alice ask."""
        return engine.start(
            process=process, variables=variables, initiator=self.people["alice"], now=self.now
        )

    def by_rest(self, name: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask by REST with the person's own token; return status and answer."""
        _row, token = AuthToken.objects.create(user=self.people[name])
        window = self.window(extra_http_headers={"Authorization": f"Token {token}"})
        got = window.request.fetch(f"/api/v1/{path}", method=method, data=body)
        return got.status, got.json()


def row(page: Page, title: str) -> Locator:
    return page.locator(f"[data-row='{title}']")


def answer(page: Page, button: str, comment: str = "") -> None:
    """Answer the task that is open."""
    if comment:
        page.get_by_label("Comment", exact=True).fill(comment)
    page.locator("#decision").get_by_role("button", name=button, exact=True).click()


def open_form(page: Page, label: str) -> Locator:
    """Unfold a form beside the task and return it."""
    form = page.locator("#task-side details").filter(has=page.locator("summary", has_text=label))
    form.locator("summary").click()
    return form


def decisions(instance: Instance) -> list[tuple[str, str, str, str]]:
    """Return from the history which step was answered by whom, for whom, and how."""
    events = instance.history.filter(kind="task.completed").order_by("sequence")
    return [(e.node, e.actor_name, e.on_behalf_of_name, e.data["outcome"]) for e in events]


def noted(instance: Instance, action: str) -> list[Mapping[str, Any]]:
    """Return the details of what was noted about the tasks of an instance."""
    events = instance.history.filter(kind="task.noted").order_by("sequence")
    return [event.data["details"] for event in events if event.data["action"] == action]
