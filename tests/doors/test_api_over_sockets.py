"""What holds in one thread of a test holds for a served portal as well, where each request has
its own thread and the middleware hands over to an event loop.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from knox.models import AuthToken

from processes.models import HistoryEvent, Instance
from tests import factories as f
from tests.live_server import served

pytestmark = pytest.mark.django_db(transaction=True)

START = "processes/purchase-approval/instances/"


@pytest.fixture
def alice() -> Iterator[httpx.Client]:
    f.cast()
    f.deployed()
    _row, token = AuthToken.objects.create(user=f.person("alice"))
    headers = {"Authorization": f"Token {token}"}
    with (
        served() as server,
        httpx.Client(base_url=f"{server.url}/api/v1/", headers=headers, timeout=60) as client,
    ):
        yield client


def test_eight_requests_with_one_key_start_one_instance(alice):
    def start(_number: int) -> httpx.Response:
        return alice.post(START, json={"variables": f.LAPTOPS}, headers={"Idempotency-Key": "1"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(start, range(8)))

    assert {(answer.status_code, answer.content) for answer in answers} == {
        (201, answers[0].content)
    }
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 7
    assert Instance.objects.count() == 1
    assert HistoryEvent.objects.filter(kind="instance.started").count() == 1


def test_a_body_that_is_too_large_is_refused(alice):
    response = alice.post(START, json={"variables": {"title": "x" * 3_000_000, "amount": 1}})

    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"
    assert Instance.objects.count() == 0


def test_an_unknown_address_and_a_broken_body_are_problems_here_too(alice):
    unknown = alice.get("nothing/")
    broken = alice.post(START, content=b"{", headers={"Content-Type": "application/json"})

    assert (unknown.status_code, broken.status_code) == (404, 400)
    assert {r.headers["Content-Type"] for r in (unknown, broken)} == {"application/problem+json"}
