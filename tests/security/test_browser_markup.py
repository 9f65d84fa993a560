"""Markup that people and files bring along is shown as text, with the policy on: attack 28."""

from collections.abc import Iterator
from html import escape
from urllib.parse import quote

import pytest
from django.utils import timezone
from guardian.shortcuts import assign_perm
from playwright.sync_api import Browser, FilePayload, Page, expect

from processes.models import Connection, Instance, Job
from tasks import services
from tests.browsers import Visits
from tests.doors.administration import address, give_up
from tests.factories import TEMPLATES, asked, cast, deployed_source, person, started, team
from tests.live_server import served, session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MARKUP = "<b data-evil onclick=x>"
# Names are 150 characters long at most.
EVIL = f"\"'>{MARKUP}<img src=x onerror=ran=1><script>ran=1</script>"
HELP = f"{EVIL}<a href='javascript:ran=1' hx-get=/ hx-trigger=load x-init=ran=1>go</a>{{{{7*7}}}}"
FILE = f"../../{EVIL}\u202efdp.bpmn"


@pytest.fixture
def visits(chromium: Browser) -> Iterator[Visits]:
    cast()
    with served() as server:
        found = Visits(chromium, server.url)
        yield found
        found.close()
    assert found.complaints == []


def window(visits: Visits, name: str) -> Page:
    page = visits.window()
    cookie = {"name": "sessionid", "value": session_of(person(name)), "url": visits.url}
    page.context.add_cookies([cookie])
    page.on("dialog", lambda dialog: visits.complaints.append(f"a dialog: {dialog.message}"))
    return page


def hostile(more: dict[str, str]) -> str:
    """Return the shipped process with markup in all that people read of it, and ``more``."""
    source = (TEMPLATES / "purchase-approval.bpmn").read_text()
    in_json = escape(HELP.replace("\\", "\\\\").replace('"', '\\"'))
    for old, new in {
        'name="Purchase approval"': f'name="{escape(EVIL)}"',
        'name="Manager review"': f'name="{escape(EVIL)}"',
        'id="approved" name="Approve"': f'id="approved" name="Approve {escape(MARKUP)}"',
        "Is the purchase needed, and is the price fair?": escape(HELP),
        "Somebody asks for a purchase.": escape(HELP),
        "Up to 1,000 your manager's approval is enough.": in_json,
        '"title": "What do you need?"': f'"title": "{in_json}"',
        '"maxLength": 120': '"maxLength": 1000',
        '"maxLength": 60': '"maxLength": 1000',
        '"JPY"]': f'"{in_json}"]',
        **more,
    }.items():
        assert old in source, old
        source = source.replace(old, new)
    return source


def put() -> Instance:
    """Return a purchase whose every word is hostile, asked by somebody with a hostile name."""
    alice, managers = person("alice"), team("managers")
    alice.first_name = managers.name = EVIL
    alice.save()
    managers.save()
    asks = {'candidateGroups="managers"': f'candidateGroups="{escape(EVIL)}"'}
    process = deployed_source(hostile(asks), now=timezone.now()).process
    assign_perm("start_process", team("employees"), process)
    Connection.objects.create(key="orders", name=EVIL, base_url="http://127.0.0.1:9/")
    words = {"title": FILE, "justification": HELP, "category": HELP, "currency": HELP}
    return started(process, alice, now=timezone.now(), amount=10, **words)


def opened(page: Page, path: str, words: str = MARKUP) -> None:
    """Open a page, expect the words as text, and nothing of them as an element or as a script."""
    page.goto(path)
    harmless(page, words)


def harmless(page: Page, words: str = MARKUP) -> None:
    expect(page.locator("body")).to_contain_text(words)
    made = "[data-evil], [onerror], [href^=javascript], [hx-get='/'], [x-init='ran=1']"
    assert page.locator(made).count() == 0
    assert page.evaluate("typeof ran") == "undefined"


def test_markup_in_words_of_people_and_processes_is_text_on_every_page(visits: Visits):
    instance = put()
    task = asked(instance)
    said = f"Said: {HELP}"
    services.comment(task_id=task.pk, person=person("bob"), text=said, now=timezone.now())
    bob = window(visits, "bob")
    opened(bob, "/inbox/?scope=offered")
    opened(bob, f"/inbox/?scope=offered&q={quote(MARKUP)}")
    opened(bob, f"/tasks/{task.pk}/", said)
    drawn(bob)
    bob.get_by_label("Comment", exact=True).fill(HELP)
    bob.get_by_role("button", name="Approve").click()
    expect(bob.locator("#alerts")).to_contain_text(MARKUP)
    harmless(bob)
    opened(bob, "/inbox/?scope=done")
    alice = window(visits, "alice")
    opened(alice, f"/instances/{instance.pk}/", HELP)
    drawn(alice)
    opened(alice, "/started/")


def drawn(page: Page) -> None:
    """Expect the markup as a label of the diagram."""
    page.locator("[data-diagram]").scroll_into_view_if_needed()
    expect(page.locator("[data-element-id='manager'] text")).to_contain_text("data-")
    harmless(page)


def test_markup_in_a_form_and_in_what_was_typed_wrongly_is_text(visits: Visits):
    put()
    alice = window(visits, "alice")
    opened(alice, "/start/")
    opened(alice, "/start/purchase-approval/", HELP)
    alice.locator("[name=title]").fill(EVIL)
    alice.get_by_label("Why is it needed?").fill(f"</textarea>{EVIL}")
    alice.get_by_role("button", name="Start", exact=True).click()
    expect(alice.locator("[aria-invalid=true]").first).to_be_focused()
    expect(alice.get_by_label("Why is it needed?")).to_have_value(f"</textarea>{EVIL}")
    harmless(alice)
    alice.goto("/absence/")
    alice.get_by_label("Who stands in?").fill(EVIL)
    alice.get_by_label("Last day").fill("2030-01-01")
    alice.get_by_role("button", name="Save").click()
    expect(alice.locator(".form-error")).to_contain_text(MARKUP)
    harmless(alice)


def test_markup_is_text_in_the_administration(visits: Visits):
    instance = put()
    task = asked(instance)
    services.complete(
        task_id=task.pk, person=person("bob"), outcome="approved", comment=HELP, now=timezone.now()
    )
    job = Job.objects.get(instance=instance)
    incident = give_up(job, error=f"The order service said: {HELP}", now=timezone.now())
    dan = window(visits, "dan")
    opened(dan, "/admin/")
    opened(dan, "/admin/processes/incident/")
    opened(dan, "/admin/processes/instance/")
    opened(dan, "/admin/tasks/task/")
    for row in (incident, instance, task, instance.process, instance.version):
        opened(dan, address(row))
    opened(dan, address(incident, "retry"), HELP)
    broken = hostile({"=amount &lt;= 1000": f"=amount &lt;= {escape(EVIL)}"})
    file: FilePayload = {"name": FILE, "mimeType": "text/xml", "buffer": broken.encode()}
    dan.goto("/admin/processes/version/upload")
    dan.locator("input[type=file]").set_input_files(file)
    dan.get_by_role("button", name="Check and keep as a draft").click()
    expect(dan.get_by_text("This version cannot be published.")).to_be_visible()
    harmless(dan)
