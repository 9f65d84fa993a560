"""Each address asks the database as often for many rows as for one, and not often."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import rest
from processes.models import Incident, Instance
from tests import factories as f
from tests.doors.api import Caller

pytestmark = pytest.mark.django_db

MOST = {
    "processes/": 5,
    "processes/purchase-approval/": 5,
    "instances/": 4,
    "instances/?mine=true&status=running": 4,
    "instances/{instance}/": 9,
    "instances/{instance}/history/": 5,
    "incidents/": 3,
    "tasks/": 8,
    "tasks/?scope=mine": 8,
    "tasks/?scope=offered&q=Laptops": 8,
    "tasks/?scope=done": 7,
    # Two of them say what is drafted, and why one is asked.
    "tasks/{task}/": 13,
    "tasks/{task}/comments/": 10,
}
"""The most statements per address, with a token that was looked up before."""


@pytest.fixture(autouse=True)
def no_time_passes(monkeypatch):
    """A slow machine must not let a token be looked up again in between."""
    monkeypatch.setattr(rest, "monotonic", lambda: 1_000.0)


def more_rows() -> None:
    """Add one of everything that a list can show, for Bob."""
    instance = f.purchase()
    task = f.asked(instance)
    for state in ("claim", "complete"):
        other = f.asked(f.purchase())
        body = {"outcome": "approved"} if state == "complete" else None
        assert Caller(f.person("bob")).send(f"tasks/{other.pk}/{state}/", body).status_code == 200
    for text in ("One.", "Two."):
        Caller(f.person("bob")).send(f"tasks/{task.pk}/comments/", {"text": text})
    for node in ("manager", "order"):
        Incident.objects.create(
            instance=instance, key=f"i{node}", token="t", node=node, code="c", sentence="s",
            raised_at=f.NOW,
        )  # fmt: skip


def statements(caller: Caller, path: str) -> int:
    """Count the statements of a request whose token and definitions were looked up before."""
    assert caller.get(f"/api/v1/{path}").status_code == 200
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert caller.get(f"/api/v1/{path}").status_code == 200
    return len(found)


@pytest.mark.parametrize("who", ["bob", "dan"])
@pytest.mark.parametrize("path", MOST)
def test_many_rows_take_as_many_statements_as_one(path, who):
    more_rows()
    first = Instance.objects.earliest("id")
    address = path.format(instance=first.pk, task=f.asked(first).pk)
    caller = Caller(f.person(who))

    few = statements(caller, address)
    for _ in range(3):
        more_rows()
    many = statements(caller, address)

    assert many == few <= MOST[path]


@pytest.mark.parametrize(
    ("verb", "body", "most"),
    [
        ("claim", None, 21),
        ("complete", {"outcome": "approved"}, 24),
        ("delegate", {"to": "carol"}, 30),
        ("comments", {"text": "Hm."}, 23),
    ],
)
def test_an_operation_keeps_its_budget(verb, body, most, django_assert_max_num_queries):
    task = f.asked(f.purchase())
    bob = Caller(f.person("bob"))
    bob.read("tasks/")

    with django_assert_max_num_queries(most):
        assert bob.send(f"tasks/{task.pk}/{verb}/", body, key="k").status_code in (200, 201)


def test_a_start_keeps_its_budget(django_assert_max_num_queries):
    f.purchase()
    alice = Caller(f.person("alice"))
    path, body = "processes/purchase-approval/instances/", {"variables": f.LAPTOPS}
    alice.send(path, body)

    # Two of them reckon the deadline in working time, and look whether anybody is left to ask.
    with django_assert_max_num_queries(26):
        assert alice.send(path, body, key="k").status_code == 201
