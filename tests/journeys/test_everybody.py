"""The way to a decision is open to everybody: without scripts, by keyboard, in both looks."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.demo.seed import PASSWORD
from tests.browsers import AXE, DESK, PHONE, barriers
from tests.journeys.house import House, listening, never_loaded_again, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not AXE.exists(), reason="needs node_modules: make setup"),
]

OFFERED = "/inbox/?scope=offered"


def test_a_purchase_is_asked_for_and_approved_without_scripts(house: House):
    alice, bob = (house.window(java_script_enabled=False) for _ in range(2))
    sign_in(alice, "alice")
    alice.goto("/start/purchase-approval/")
    alice.get_by_role("button", name="Start", exact=True).click()
    expect(alice.locator("#start-form")).to_contain_text("This is needed.")
    alice.get_by_label("What do you need?").fill("A projector")
    alice.get_by_label("Amount").fill("640")
    alice.get_by_role("button", name="Start", exact=True).click()
    expect(alice.get_by_role("heading", level=1)).to_have_text("Purchase of A projector")

    sign_in(bob, "bob")
    bob.goto(OFFERED)
    bob.get_by_role("link", name="Purchase of A projector").click()
    bob.get_by_role("button", name="Reject").click()
    expect(bob.locator("#comment-error")).to_be_visible()
    bob.get_by_label("Comment", exact=True).fill("For the big room.")
    bob.get_by_role("button", name="Approve").click()
    expect(bob.locator("#alerts")).to_contain_text("You approved “Purchase of A projector”.")

    alice.reload()
    expect(alice.locator("#history")).to_contain_text("For the big room.")


def test_the_inbox_is_worked_through_with_the_keyboard_alone(house: House):
    for title in ("First chair", "Second chair"):
        house.start("purchase-approval", title, 90, by="fiona")
    page = house.window()
    page.goto("/accounts/login/")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("bob")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/inbox/"))
    listening(page)
    for title in ("First chair", "Second chair"):
        search(page, title)
        page.keyboard.press("j")
        expect(page.get_by_role("link", name=f"Purchase of {title}")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Purchase of {title}")
        listening(page)
        reach(page, page.get_by_label("Comment", exact=True))
        page.keyboard.type("j/? are only letters here.")
        reach(page, page.get_by_role("button", name="Approve"))
        page.keyboard.press("Enter")
        expect(page.locator("#alerts")).to_contain_text(f"You approved “Purchase of {title}”.")
        listening(page)


def search(page: Page, words: str) -> None:
    """Look for words among what is offered, by its shortcut."""
    reach(page, page.get_by_role("link", name=re.compile("^Offered")))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("scope=offered"))
    listening(page)
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.locator(".finding")).to_contain_text(words)
    listening(page)


def reach(page: Page, element: Locator) -> None:
    """Press Tab until the element has the focus, which must show."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if element.evaluate("element => element === document.activeElement"):
            look = element.evaluate(
                "element => { const { outlineStyle, boxShadow } = getComputedStyle(element);"
                " return [outlineStyle, boxShadow]; }"
            )
            assert look != ["none", "none"], "the focus does not show"
            return
    raise AssertionError(f"Tab does not reach {element}")


@pytest.mark.parametrize("look", ["light", "dark"])
def test_no_page_shuts_anybody_out(house: House, look: str):
    instance = house.start("purchase-approval", f"A ramp, {look}", 5_000)
    paths = {
        "bob": [OFFERED, f"/tasks/{house.waiting(instance, 'manager')['id']}/", "/absence/"],
        "alice": ["/start/", "/start/purchase-approval/", f"/instances/{instance}/", "/started/"],
        "leo": ["/absence/", "/inbox/?scope=done"],
    }
    size = DESK if look == "light" else PHONE
    stranger = house.window(color_scheme=look, viewport=size)
    stranger.goto("/accounts/login/")
    found = {"/accounts/login/": barriers(stranger)}
    for name, visited in paths.items():
        page = house.page(name, color_scheme=look, viewport=size)
        for path in visited:
            page.goto(path)
            listening(page)
            drawn(page)
            unroll(page)
            found[f"{name} at {path}"] = barriers(page)
            assert never_loaded_again(page)
    assert {path: rules for path, rules in found.items() if rules} == {}


def unroll(page: Page) -> None:
    """Make the window as high as the page: a bar at its bottom then covers nothing by chance."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})


def drawn(page: Page) -> None:
    """Bring the diagram into view, where the page has one, and wait for it."""
    box = page.locator("[data-diagram]")
    if box.count():
        box.scroll_into_view_if_needed()
        expect(page.locator(".djs-shape").first).to_be_visible()
