"""Several must agree, in a real browser: readable wide and narrow, light and dark."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, expect

from tasks import services
from tasks.models import Task
from tests.browsers import AXE, DESK, PHONE, Visits, barriers, chromium
from tests.factories import NOW, asked, cast, deployed_source, one_task, person, started
from tests.live_server import served, session_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not AXE.exists(), reason="needs node_modules: make setup"),
]

LONG = "Maximiliana Featherstonehaugh-Montgomery von und zu Hohenzollern"
SIX = '<placet:quorum order="sequential"/>' + "".join(
    f'<placet:tier key="t{number}" name="{name}" users="{who}"/>'
    for number, (name, who) in enumerate(
        [
            ("Line", "bob"),
            ("Finance", "fiona, carol"),
            ("Legal", "leo"),
            ("Security of all information systems", "eve"),
            ("Board", "dan"),
            ("Owner", "zoe"),
        ]
    )
)
THREE = '<placet:assignment candidateUsers="bob, carol, leo"/>'


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Browser]:
    with chromium(browser_path) as running:
        yield running


def put(extension: str) -> Task:
    cast()
    person("eve")
    person("zoe")
    User.objects.filter(username="carol").update(first_name=LONG[:30], last_name=LONG[30:])
    return asked(started(deployed_source(one_task(extension)).process), "ask")


def vote(task: Task, name: str, outcome: str = "approved") -> None:
    services.complete(
        task_id=task.pk, person=person(name), outcome=outcome, comment="Because.", now=NOW
    )


def opened() -> tuple[Task, str]:
    task = put(THREE + '<placet:quorum need="2"/>')
    vote(task, "bob")
    return task, "carol"


def secret() -> tuple[Task, str]:
    task = put(THREE + '<placet:quorum need="2" secret="true"/>')
    vote(task, "bob", "rejected")
    return task, "carol"


def vetoed() -> tuple[Task, str]:
    task = put(THREE + '<placet:quorum need="2" veto="rejected"/>')
    vote(task, "bob")
    vote(task, "carol", "rejected")
    return task, "alice"


def in_a_row() -> tuple[Task, str]:
    task = put(SIX)
    vote(task, "bob")
    services.add_approver(
        task_id=task.pk,
        person=person("fiona"),
        who=person("mallory"),
        where="after",
        reason="She has seen the supplier's books.",
        now=NOW,
    )
    return task, "fiona"


@pytest.mark.parametrize("scene", [opened, secret, vetoed, in_a_row])
@pytest.mark.parametrize(("viewport", "look"), [(DESK, "light"), (PHONE, "dark")])
def test_everybody_can_read_how_far_it_is(browser, scene, viewport, look):
    task, name = scene()
    with served() as running:
        visits = Visits(browser, running.url)
        page = visits.window(viewport=viewport, color_scheme=look)
        page.context.add_cookies(
            [{"name": "sessionid", "value": session_of(person(name)), "url": running.url}]
        )
        page.goto(f"/tasks/{task.pk}/")
        expect(
            page.get_by_role("heading", name=re.compile("Several must agree|Who voted"))
        ).to_be_visible()
        assert barriers(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, "the page scrolls sideways"
        visits.close()
        assert visits.complaints == []
