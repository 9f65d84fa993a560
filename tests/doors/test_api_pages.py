"""Lists are cut into pages that neither skip nor repeat, and a cursor is taken as it was given."""

import base64
import json
from datetime import timedelta

import pytest

from processes.models import Instance
from tasks.models import Task
from tests import factories as f
from tests.doors.api import Caller

pytestmark = pytest.mark.django_db

SOON = f.NOW + timedelta(hours=1)
LATER = f.NOW + timedelta(hours=2)
DUE = [LATER, None, SOON, SOON, None, LATER, SOON, None, f.NOW]


@pytest.fixture
def bob(db) -> Caller:
    for title, due_at in enumerate(DUE):
        task = f.asked(f.purchase(title=str(title)))
        Task.objects.filter(pk=task.pk).update(due_at=due_at)
    return Caller(f.person("bob"))


def walk(caller: Caller, path: str, direction: str = "next", **query: object) -> list[list[str]]:
    """Return the ids of all pages from here on."""
    pages, address = [], f"/api/v1/{path}"
    while address:
        page = caller.get(address, query).json()
        pages.append([row["id"] for row in page["results"]])
        address, query = page[direction], {}
        assert len(pages) < 50
    return pages


def flat(pages: list[list[str]]) -> list[str]:
    return [row for page in pages for row in page]


def in_order() -> list[str]:
    last = f.NOW + timedelta(days=999)
    rows = sorted(Task.objects.all(), key=lambda task: (task.due_at or last, task.pk))
    return [str(task.pk) for task in rows]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 8, 9, 10, 200])
def test_forward_every_row_comes_once_and_in_order(bob, size):
    pages = walk(bob, "tasks/", page_size=size)

    assert flat(pages) == in_order()
    assert all(len(page) == size for page in pages[:-1])


@pytest.mark.parametrize("size", [1, 2, 3, 4, 8])
def test_backward_gives_the_same_pages(bob, size):
    pages = walk(bob, "tasks/", page_size=size)
    address = "/api/v1/tasks/"
    for _page in pages:
        last = bob.get(address, {} if "?" in address else {"page_size": size}).json()
        address = last["next"]

    back = walk(bob, last["previous"].removeprefix("http://testserver/api/v1/"), "previous")

    assert flat(reversed(back)) == flat(pages)[: -len(pages[-1])]
    assert last["next"] is None


def test_the_first_page_has_nothing_before_it_and_the_last_nothing_after(bob):
    first = bob.read("tasks/", page_size=5).json()
    second = bob.get(first["next"]).json()
    again = bob.get(second["previous"]).json()

    assert first["previous"] is None
    assert second["next"] is None
    assert again["results"] == first["results"]
    assert again["previous"] is None


def test_what_leaves_or_comes_meanwhile_shifts_nothing(bob):
    rows = in_order()
    first = bob.read("tasks/", page_size=4).json()
    Task.objects.filter(pk__in=rows[:4]).update(due_at=None)
    f.purchase(title="new")

    rest = walk(bob, first["next"].removeprefix("http://testserver/api/v1/"))

    assert [row for row in flat(rest) if row in rows[4:]] == rows[4:]
    assert len(flat(rest)) == len(set(flat(rest)))


def test_the_filter_goes_with_the_cursor(bob):
    pages = walk(bob, "tasks/", page_size=1, q="Purchase of 3")

    assert len(flat(pages)) == 1


def test_instances_come_the_newest_first_also_when_started_together(bob):
    alice = Caller(f.person("alice"))

    pages = walk(alice, "instances/", page_size=2)

    expected = Instance.objects.order_by("-started_at", "-id").values_list("pk", flat=True)
    assert flat(pages) == [str(pk) for pk in expected]


def test_history_is_gapless_across_pages():
    instance = f.purchase()
    alice, found, address = Caller(f.person("alice")), [], f"instances/{instance.pk}/history/"
    page = alice.read(address, page_size=3).json()
    while True:
        found += [row["sequence"] for row in page["results"]]
        if page["next"] is None:
            break
        page = alice.get(page["next"]).json()

    assert found == list(range(1, instance.sequence + 1))


def cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


ID = "019ca2d5-6f00-7a3c-8d51-4b0e6f2a9c10"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "ü",
        "\x00",
        "AAAA",
        "%%%",
        "a" * 5000,
        cursor(),
        cursor(0),
        cursor(2, "2026-03-02T09:00:00Z", ID),
        cursor(0, "2026-03-02T09:00:00Z"),
        cursor(0, "2026-03-02T09:00:00", ID),
        cursor(0, "9999-99-99", ID),
        cursor(0, 5, ID),
        cursor(0, "2026-03-02T09:00:00Z", "7"),
        cursor(0, "2026-03-02T09:00:00Z", None),
        cursor(0, "2026-03-02T09:00:00Z", ["x"]),
        cursor(0, "2026-03-02T09:00:00Z", ID, ID),
        cursor("0", "\x00", ID),
        base64.urlsafe_b64encode(b"[" * 3000).decode(),
        base64.urlsafe_b64encode(b"9" * 5000).decode(),
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(text):
    response = Caller(f.person("bob")).read("tasks/", cursor=text)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "bad_cursor"


def test_a_cursor_with_a_number_out_of_reach_only_finds_nothing():
    instance = f.purchase()

    response = Caller(f.person("alice")).read(
        f"instances/{instance.pk}/history/", cursor=cursor(0, "9" * 30)
    )

    assert response.status_code == 200
    assert response.json()["results"] == []


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5", "", "٣", "1" * 30])
def test_a_page_size_that_is_none_is_refused(size):
    response = Caller(f.person("bob")).read("tasks/", page_size=size)

    assert response.status_code == 400
    assert response.json()["code"] == "bad_page_size"


def test_a_page_holds_two_hundred_rows_at_most(monkeypatch, bob):
    monkeypatch.setattr("portal.rest.CursorPages.most", 3)

    page = bob.read("tasks/", page_size=1000).json()

    assert len(page["results"]) == 3
    assert page["next"] is not None
