"""The page about the API works in a real browser, under the policy that the portal sends."""

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from tests import factories as f
from tests.live_server import served, session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_somebody_reads_it_and_tries_an_operation(browser_path):
    f.purchase()
    complaints, foreign = [], []
    with served() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        context = browser.new_context()
        session = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(f.person("bob"))}
        context.add_cookies([{**session, "url": server.url}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda sent: foreign.append(sent.url) if not sent.url.startswith(server.url) else None,
        )
        page.goto(f"{server.url}/api/v1/docs/")
        operation = page.locator("#operations-tasks-list_tasks")
        operation.locator(".opblock-summary").click()
        operation.locator(".try-out__btn").click()
        operation.locator(".execute").click()
        answer = operation.locator(".live-responses-table tbody").inner_text()
        browser.close()

    assert "200" in answer
    assert "Manager review" in answer
    assert complaints == []
    assert [url for url in foreign if not url.startswith("data:")] == []
