"""The demo's order service fails on purpose, and never orders anything twice."""

import contextlib
import json
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from portal.demo import order_service
from portal.demo.order_service import FLAKY_TRIES, MODES, OrderService, luck, serve
from tests.portals import ROOT


@contextlib.contextmanager
def running(directory, mode="up"):
    service = serve("127.0.0.1", 0, directory / "orders.sqlite3", mode)
    try:
        yield service
    finally:
        service.shutdown()


@pytest.fixture
def service(tmp_path):
    with running(tmp_path) as started:
        yield started


def ask(
    service: OrderService,
    path: str,
    body: object = None,
    *,
    method: str | None = None,
    **headers: str,
) -> tuple[int, str]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(
        service.url + path,
        data=data,
        method=method,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def order(service: OrderService, key: str, title: str = "Laptops") -> tuple[int, object]:
    status, text = ask(service, "/orders", {"title": title}, Idempotency_Key=key)
    return status, json.loads(text).get("number")


def test_the_same_key_gets_the_same_number_also_after_a_restart(tmp_path):
    with running(tmp_path) as service:
        assert order(service, "a") == (201, "PO-1001")
        assert order(service, "b") == (201, "PO-1002")
        assert order(service, "a") == (200, "PO-1001")
    with running(tmp_path) as service:
        assert order(service, "a", "Something else") == (200, "PO-1001")
        assert order(service, "c") == (201, "PO-1003")
        listed = json.loads(ask(service, "/orders")[1])["orders"]

    assert [(o["number"], o["key"], o["tries"]) for o in listed] == [
        ("PO-1003", "c", 1),
        ("PO-1002", "b", 1),
        ("PO-1001", "a", 3),
    ]


def test_an_order_needs_a_key_and_an_object(service):
    assert ask(service, "/orders", {"title": "x"})[0] == 400
    assert ask(service, "/orders", ["x"], Idempotency_Key="a")[0] == 422
    assert ask(service, "/nowhere", {})[0] == 404
    assert json.loads(ask(service, "/orders")[1]) == {"orders": []}


def test_a_flaky_service_fails_the_same_tries_again_and_then_gives_in(tmp_path):
    seen = {luck(f"key-{n}", attempt) for n in range(50) for attempt in range(1, FLAKY_TRIES + 1)}
    assert seen == {"refuse", "lose", "answer"}

    refused = next(f"key-{n}" for n in range(50) if luck(f"key-{n}", 1) == "refuse")
    lost = next(f"key-{n}" for n in range(50) if luck(f"key-{n}", 1) == "lose")
    with running(tmp_path, "flaky") as service:
        assert order(service, refused) == (503, None)
        assert service.ledger.orders() == []
        with pytest.raises(ConnectionError):
            order(service, lost)
        assert [o["key"] for o in service.ledger.orders()] == [lost]
        for key in (refused, lost):
            for _ in range(FLAKY_TRIES - 1):
                with contextlib.suppress(ConnectionError):
                    order(service, key)
            assert order(service, key)[0] in (200, 201)
        assert len(service.ledger.orders()) == 2


def test_a_service_that_is_down_orders_nothing(service):
    assert ask(service, "/mode", {"mode": "down"}, method="PUT") == (200, '{"mode": "down"}')

    assert order(service, "a") == (503, None)
    assert service.ledger.orders() == []


def test_a_slow_service_orders_first_and_answers_late(service, monkeypatch):
    monkeypatch.setattr(order_service, "SLOW_SECONDS", 0.01)
    service.switch("slow")

    assert order(service, "a") == (201, "PO-1001")


def test_only_known_modes_are_accepted(service):
    for body in ({"mode": "broken"}, {}, [], "x"):
        assert ask(service, "/mode", body, method="PUT")[0] == 422
    assert service.mode == "up"


def test_the_page_shows_orders_without_running_what_is_written_in_them(service):
    order(service, "a", "<script>alert(1)</script>")

    status, page = ask(service, "/")

    assert status == 200
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert all(f'value="{mode}"' in page for mode in MODES)


def test_a_button_of_the_page_switches_the_mode_and_a_foreign_page_cannot(service):
    def press(origin: str) -> None:
        request = urllib.request.Request(
            service.url + "/mode", data=b"mode=down", headers={"Origin": origin}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.url == f"{service.url}/"

    with pytest.raises(urllib.error.HTTPError) as refused:
        press("http://evil.example")
    refused.value.close()
    assert service.mode == "up"

    press(service.url)
    assert service.mode == "down"


def test_a_body_without_an_end_is_refused(service):
    status, _ = ask(service, "/orders", {"a": 1}, Idempotency_Key="a", Content_Length="99999999999")
    assert status == 413


def test_it_runs_as_a_program_and_stops_when_told(tmp_path):
    command = [sys.executable, "-m", "portal.demo.order_service", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--ledger", str(tmp_path / "orders.sqlite3"), "--mode", "up"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        line = process.stdout.readline() if process.stdout else ""
        address = line.removeprefix("Order service at ").partition("/ (up)")[0]
        with urllib.request.urlopen(f"{address}/mode", timeout=10) as answer:
            assert json.load(answer) == {"mode": "up"}
        process.terminate()
        assert process.wait(timeout=10) == 0
