"""What the other side of a call may do: redirect, drip, flood, pack, lie, hang up, say nothing."""

import gzip
import json
import os
import socket
import ssl
import threading
import time
import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from processes import egress
from tests.security.wire import Wire, http, listening, saying

HERE = egress.networks(["127.0.0.0/8"])
CERTIFICATE = Path(__file__).parent / "orders_example.pem"
JSON = "Content-Type: application/json"


def send(base: str, path: str = "/", *, seconds: float = 5, **options) -> egress.Answer:
    return egress.call(
        base,
        method=options.pop("method", "POST"),
        path=path,
        timeout=timedelta(seconds=seconds),
        allowed_networks=HERE,
        **options,
    )


def failed(base: str, **options) -> egress.EgressFailed:
    with pytest.raises(egress.EgressFailed) as caught:
        send(base, **options)
    return caught.value


def answer_to(raw: bytes) -> egress.Answer:
    with listening(saying(raw)) as wire:
        return send(wire.url)


# --- what is sent and what comes back ------------------------------------------------------------


def test_the_request_is_what_was_asked_for():
    with listening(saying(http(b'{"number": "PO-1"}', status="201 Created", headers=JSON))) as wire:
        answer = send(
            wire.url + "/v1/",
            "/orders?dry=no",
            body={"title": "Désk"},
            headers={"Idempotency-Key": "k-1"},
        )

    assert answer == egress.Answer(201, {"content-type": "application/json"}, {"number": "PO-1"})
    head, _, body = wire.requests[0].partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    assert line == "POST /v1/orders?dry=no HTTP/1.1"
    assert json.loads(body) == {"title": "Désk"}
    assert set(fields) == {
        f"Host: 127.0.0.1:{wire.port}",
        "User-Agent: Placet",
        "Accept: application/json, */*;q=0.5",
        "Accept-Encoding: identity",
        "Connection: close",
        "Content-Type: application/json",
        "Idempotency-Key: k-1",
        f"Content-Length: {len(body)}",
    }


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "503 Service Unavailable"])
def test_every_status_is_an_answer(status):
    assert answer_to(http(b"x", status=status)).status == int(status[:3])


def test_only_headers_that_processes_may_need_are_kept():
    answer = answer_to(http(b"", headers="Set-Cookie: secret=1\r\nRetry-After: 7\r\nX-A: b"))

    assert answer.headers == {"retry-after": "7"}


@pytest.mark.parametrize(
    ("headers", "raw", "body"),
    [
        (JSON, b'{"a": [1, 2.5, null]}', {"a": [1, 2.5, None]}),
        ("Content-Type: application/problem+json; charset=utf-8", b'"x"', "x"),
        ("Content-Type: text/plain; charset=latin-1", b"Z\xfcrich", "Zürich"),
        ("Content-Type: text/plain; charset=nonsense", b"plain", "plain"),
        ("", b"", None),
        ("", b"plain", "plain"),
        ("", b"a\x00b\xff", "a\ufffdb\ufffd"),
        (JSON, b"not json", "not json"),
        (JSON, b'{"a": NaN}', '{"a": NaN}'),
        (JSON, b"[1e999]", "[1e999]"),
        (JSON, b'["\\u0000"]', '["\\u0000"]'),
        (JSON, b'{"\\ud800": 1}', '{"\\ud800": 1}'),
        (JSON, b"[" * 100 + b"]" * 100, "[" * 100 + "]" * 100),
        (JSON, b"[" * 100_000, "[" * 100_000),
        (JSON, b"9" * 5_000, "9" * 5_000),
    ],
)
def test_a_body_is_json_that_both_databases_can_keep_or_text(headers, raw, body):
    assert answer_to(http(raw, headers=headers)).body == body


# --- redirects and proxies -----------------------------------------------------------------------


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(status):
    with listening(saying(http(b"secret"))) as inside:
        elsewhere = f"Location: {inside.url}/latest/meta-data/"
        with listening(saying(http(b"", status=status, headers=elsewhere))) as wire:
            answer = send(wire.url, headers={"Authorization": "Bearer secret"}, body={"a": 1})

    assert answer.status == int(status[:3])
    assert answer.headers["location"] == f"{inside.url}/latest/meta-data/"
    assert inside.connections == 0


def test_proxies_of_the_environment_are_ignored(monkeypatch):
    with listening(saying(http(b"proxy"))) as proxy, listening(saying(http(b"direct"))) as wire:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)

        assert send(wire.url).body == "direct"
    assert proxy.connections == 0


# --- time ----------------------------------------------------------------------------------------


def silence(wire: Wire, line: socket.socket) -> None:
    wire.read_request(line)
    wire.stopping.wait(10)


def dripping_head(wire: Wire, line: socket.socket) -> None:
    wire.send(line, b"HTTP/1.1 200 OK\r\nX: ")
    wire.forever(line, b"x", pause=0.02)


def dripping_body(wire: Wire, line: socket.socket) -> None:
    wire.send(line, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    wire.forever(line, b"x", pause=0.02)


def dripping_hints(wire: Wire, line: socket.socket) -> None:
    wire.forever(line, b"HTTP/1.1 103 Early Hints\r\n\r\n", pause=0.02)


def never_reading(wire: Wire, line: socket.socket) -> None:
    wire.stopping.wait(10)


def reading_slowly(wire: Wire, line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    while not wire.stopping.wait(0.02):
        line.recv(100)


@pytest.mark.parametrize(
    "script",
    [silence, dripping_head, dripping_body, dripping_hints, never_reading, reading_slowly],
)
def test_the_deadline_holds_for_the_whole_call_however_the_other_side_drags(script):
    with listening(script) as wire:
        began = time.monotonic()
        failure = failed(wire.url, seconds=0.5, body="x" * 10_000_000)
        took = time.monotonic() - began

    assert 0.45 < took < 2
    assert failure.sent
    assert failure.reason == "127.0.0.1 did not answer within 0.5 seconds."


def test_a_handshake_that_never_comes_ends_with_the_deadline(answering):
    answering("127.0.0.1")
    with listening(silence) as wire:
        failure = failed(f"https://orders.example:{wire.port}", seconds=0.5)

    assert not failure.sent
    assert "did not answer within 0.5 seconds" in failure.reason


def test_a_name_server_that_hangs_ends_with_the_deadline(monkeypatch):
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(10) and [])

    began = time.monotonic()
    failure = failed("http://orders.example", seconds=0.3)
    took = time.monotonic() - began
    released.set()

    assert took < 2
    assert failure.reason == "Looking up orders.example took too long."
    assert not failure.sent


# --- size ----------------------------------------------------------------------------------------


def endless_body(wire: Wire, line: socket.socket) -> None:
    wire.read_request(line)
    wire.send(line, b"HTTP/1.1 200 OK\r\n\r\n")
    wire.forever(line, b"x" * 65_536)


def endless_chunks(wire: Wire, line: socket.socket) -> None:
    wire.read_request(line)
    wire.send(line, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    wire.forever(line, b"1\r\nx\r\n" * 10_000)


def endless_hints(wire: Wire, line: socket.socket) -> None:
    wire.read_request(line)
    wire.forever(line, b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)


def announced(wire: Wire, line: socket.socket) -> None:
    wire.read_request(line)
    wire.send(line, b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    wire.forever(line, b"x" * 65_536)


@pytest.mark.parametrize("script", [endless_body, endless_chunks, endless_hints, announced])
def test_an_endless_answer_is_cut_off(script):
    with listening(script) as wire:
        failure = failed(wire.url, seconds=20)

    assert failure.sent
    assert "longer than 1,000,000 bytes" in failure.reason
    assert wire.sent < 20_000_000  # what fits into the buffers between


def test_an_endless_header_is_cut_off():
    def script(wire: Wire, line: socket.socket) -> None:
        wire.read_request(line)
        wire.send(line, b"HTTP/1.1 200 OK\r\n")
        wire.forever(line, b"X-Filler: " + b"x" * 1000 + b"\r\n")

    with listening(script) as wire:
        failure = failed(wire.url, seconds=20)

    assert failure.sent
    assert "broke off before it had answered" in failure.reason


def test_a_large_answer_within_the_limit_arrives_whole():
    assert answer_to(http(b"x" * 900_000)).body == "x" * 900_000


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip", "x"])
def test_a_packed_answer_is_refused_unopened(coding):
    bomb = gzip.compress(zlib.compress(b"\x00" * 10_000_000))
    with listening(saying(http(bomb, headers=f"Content-Encoding: {coding}\r\n{JSON}"))) as wire:
        failure = failed(wire.url)

    assert failure.sent
    assert "sent a packed answer" in failure.reason


# --- lies and accidents --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"garbage",
        b"<html>not http</html>",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200",
        b"HTTP/1.1 2OO OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx",
        b"HTTP/1.1 200 OK\r\nBad Header: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx",
    ],
)
def test_an_answer_that_is_none_is_a_failure_after_sending(raw):
    with listening(saying(raw)) as wire:
        assert failed(wire.url).sent


def test_a_connection_that_is_reset_counts_as_sent():
    def script(wire: Wire, line: socket.socket) -> None:
        wire.read_request(line)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00" + bytes(4))

    with listening(script) as wire:
        failure = failed(wire.url)

    assert failure.sent
    assert failure.reason.startswith("127.0.0.1 broke off before it had answered: ")


def test_an_early_refusal_of_a_large_request_is_still_read():
    def script(wire: Wire, line: socket.socket) -> None:
        line.recv(1000)
        wire.send(line, http(b"too large", status="413 Content Too Large"))
        line.shutdown(socket.SHUT_WR)
        while line.recv(1_000_000):
            pass

    with listening(script) as wire:
        assert send(wire.url, body="x" * 3_000_000).status == 413


def test_nobody_listening_means_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    failure = failed(f"http://127.0.0.1:{port}")

    assert not failure.sent
    assert failure.reason == "127.0.0.1 cannot be reached: Connection refused."


def test_a_name_that_nobody_knows_means_nothing_was_sent(monkeypatch):
    def unknown(*_args: object, **_options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    failure = failed("http://nobody.example")

    assert not failure.sent
    assert "nobody.example cannot be looked up" in failure.reason


# --- certificates --------------------------------------------------------------------------------


@pytest.fixture
def answering(monkeypatch):
    """Let every name have this address."""

    def answer(address: str) -> None:
        entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [entry])

    return answer


@pytest.fixture
def trusted(monkeypatch):
    """Trust the certificate of orders.example for this test."""
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(CERTIFICATE))
    egress.trust.cache_clear()
    yield
    egress.trust.cache_clear()


def certified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@pytest.mark.usefixtures("trusted")
def test_the_certificate_is_checked_against_the_name_not_the_address(answering):
    answering("127.0.0.1")
    with listening(saying(http(b"safe")), certified()) as wire:
        answer = send(f"https://orders.example:{wire.port}")

    assert answer.body == "safe"
    assert wire.names == ["orders.example"]
    assert f"Host: orders.example:{wire.port}".encode() in wire.requests[0]


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_ends_the_call_before_anything_is_said(answering):
    answering("127.0.0.1")
    with listening(saying(http(b"safe")), certified()) as wire:
        failure = failed(f"https://stock.example:{wire.port}")

    assert not failure.sent
    assert "its certificate is not trusted (Hostname mismatch" in failure.reason
    assert wire.requests == []


def test_a_certificate_that_nobody_vouches_for_ends_the_call(answering):
    answering("127.0.0.1")
    with listening(saying(http(b"safe")), certified()) as wire:
        failure = failed(f"https://orders.example:{wire.port}")

    assert not failure.sent
    assert "its certificate is not trusted" in failure.reason
    assert wire.requests == []
