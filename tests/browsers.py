"""Real browsers for tests: how they are started, and what they complain about."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PATIENCE = 30_000

# A refusal is an answer like others; the browser still calls it an error.
REFUSALS = ("Status Error Code 4", "the server responded with a status of 4")


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """Start the Chromium at this path, and be patient with it until it ends."""
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=options)
        expect.set_options(timeout=PATIENCE)
        yield browser
        expect.set_options(timeout=None)
        browser.close()


@dataclass
class Visits:
    """Opens windows of one site, each with cookies of its own, and keeps what goes wrong there.

    Scripts that fail, what the security policy stops and answers of 500 and more are complaints.
    """

    browser: Browser
    url: str
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def window(self, *, expected: tuple[str, ...] = (), **how: Any) -> Page:
        """Open a window; its console may say what holds one of the ``expected`` words."""
        how = {"viewport": DESK, "base_url": self.url, "reduced_motion": "reduce", **how}
        context = self.browser.new_context(**how)
        context.set_default_timeout(PATIENCE)
        context.set_default_navigation_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()

        def heard(said: ConsoleMessage) -> None:
            words = (*REFUSALS, *expected)
            if said.type == "error" and not any(word in said.text for word in words):
                self.complaints.append(f"{page.url}: {said.text}")

        page.on("console", heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", lambda got: got.status < 500 or self.complaints.append(got.url))
        return page

    def close(self) -> None:
        """Close every window."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()


def barriers(page: Page) -> list[str]:
    """Return what axe finds on the page, with where it is."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{rule['impact']} {rule['id']}: {[node['target'] for node in rule['nodes']]}"
        for rule in found["violations"]
    ]
