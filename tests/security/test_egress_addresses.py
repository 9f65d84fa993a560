"""Where a call may go: the tricks with addresses, names, ports and paths that must lead nowhere."""

import socket
from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes import egress
from processes.core.addresses import reachable, target_of
from tests.security.wire import Wire, http, listening, saying

HERE = egress.networks(["127.0.0.0/8"])

INSIDE = [
    "127.0.0.1",
    "127.1.2.3",
    "10.0.0.5",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "169.254.170.2",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.9",
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
    "2606:4700::1111%1",
]

OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001::200e",
]

Names = Callable[..., list[str]]


@pytest.fixture
def names(monkeypatch) -> Names:
    """Answer for the name server: ``names(a, b)`` are the answers; each question is written down.

    Numbers are answered by the real resolver, which asks nobody.
    """
    real, asked = socket.getaddrinfo, []

    def answer(*answers: str | list[str]) -> list[str]:
        left = [[a] if isinstance(a, str) else a for a in answers]

        def getaddrinfo(host: str, port: int, *args: object, **options: object) -> list[tuple]:
            asked.append(host)
            given = left.pop(0) if len(left) > 1 else left[0]
            return [entry(text, port) for text in given]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return asked

    def entry(text: str, port: int) -> tuple:
        if ":" in text:
            return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (text, port, 0, 0))
        return real(text, port, type=socket.SOCK_STREAM)[0]

    return answer


@pytest.fixture
def local():
    """A server on this machine that no call may reach unless the test allows it."""
    with listening(saying(http(b"ok"))) as wire:
        yield wire


def get(base: str, path: str = "/", *, allowed=(), seconds: float = 5, **options) -> egress.Answer:
    span = timedelta(seconds=seconds)
    return egress.call(
        base, method="GET", path=path, timeout=span, allowed_networks=allowed, **options
    )


def refused(base: str, path: str = "/", **options) -> str:
    with pytest.raises(egress.EgressRefused) as caught:
        get(base, path, **options)
    return str(caught.value)


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_with_an_address_inside_is_refused(address, names, local):
    names(address)

    assert "is not in a network that Placet may call" in refused(f"http://a.example:{local.port}")
    assert local.connections == 0


@pytest.mark.parametrize("address", INSIDE)
def test_the_same_address_written_into_the_base_is_refused(address, local):
    host = f"[{address}]" if ":" in address else address

    refused(f"http://{host}:{local.port}")

    assert local.connections == 0


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_are_reachable(address):
    assert reachable(ip_address(address), ())


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_nothing_reachable_is_private_or_special(address: IPv4Address | IPv6Address):
    if reachable(address, ()):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "127.0.1",
        "0",
        "0.0.0.0",  # noqa: S104
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7f.1",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "127.0.0.01",
        "00000127.0.0.1",
        "127.0.0.1.",
        "127.0.0.256",
        "a.0x10",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:0:0:1]",
        "[::127.0.0.1]",
        "[fe80::1%25lo]",
        "[127.0.0.1]",
        "[::1",
        "①②⑦.⓪.⓪.①",
        "１２７.０.０.１",
        "127。0。0。1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "%6cocalhost",
        "127%2e0%2e0%2e1",
        "-x.example",
        "a..example",
        "a" * 64 + ".example",
        ".".join(["a" * 60] * 5),
        "",
    ],
)
def test_odd_ways_to_write_an_inner_address_lead_nowhere(host, local):
    refused(f"http://{host}:{local.port}")

    assert local.connections == 0


def test_an_allowed_network_is_reached_only_in_its_plain_form(local):
    assert get(local.url, allowed=HERE).status == 200

    for host in ("127.1", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"):  # noqa: S104
        refused(f"http://{host}:{local.port}", allowed=HERE)
    assert local.connections == 1


@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0"])
def test_whoever_allows_everything_does_not_mean_metadata_services(text):
    everything = egress.networks([text])

    assert not reachable(ip_address("169.254.169.254"), everything)
    assert not reachable(ip_address("fd00:ec2::254"), everything)
    assert not reachable(ip_address("::ffff:169.254.169.254"), everything)
    assert not reachable(ip_address("224.0.0.1"), everything)


@pytest.mark.parametrize(
    "answers",
    [["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["127.0.0.1", "fd00:ec2::254"]],
)
def test_one_bad_answer_spoils_all(answers, names, local):
    names(answers)

    refused(f"http://a.example:{local.port}", allowed=HERE)

    assert local.connections == 0


def test_a_name_that_changes_its_address_is_asked_only_once(names, local):
    asked = names("127.0.0.1", "169.254.169.254")

    answer = get(f"http://a.example:{local.port}", allowed=HERE)

    assert answer.status == 200
    assert asked == ["a.example"]
    assert f"Host: a.example:{local.port}".encode() in local.requests[0]


def test_the_next_address_is_tried_when_the_first_is_dead(names, local):
    names(["127.0.0.2", "127.0.0.1"])

    assert get(f"http://a.example:{local.port}", allowed=HERE).status == 200


@pytest.mark.parametrize(
    "base",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "ftp://127.0.0.1",
        "ldap://127.0.0.1",
        "data:text/plain,x",
        "unix:/run/docker.sock",
        "//127.0.0.1",
        "127.0.0.1",
        "http:127.0.0.1",
        "http:///path",
        "",
        "http://user@127.0.0.1",
        "http://user:secret@127.0.0.1",
        "http://good.example@127.0.0.1",
        "http://127.0.0.1#@good.example",
        "http://127.0.0.1?@good.example",
        "http://good.example\\@127.0.0.1",
        "http://127.0.0.1/?a=b",
        "http://127.0.0.1/\r\nHost: x",
        "http://127.0.0.1\t.example",
        "http://127.0.0.1 .example",
        "http://127.0.0.1:abc",
        "http://127.0.0.1:80:80",
        "http://127.0.0.1:0",
        "http://127.0.0.1:-1",
        "http://127.0.0.1:65536",
        "http://127.0.0.1:22",
        "http://127.0.0.1:25",
        "http://127.0.0.1:5432",
        "http://127.0.0.1:6379",
        "http://127.0.0.1:11211",
        "http://127.0.0.1/base/../..",
        "http://127.0.0.1//base",
    ],
)
def test_a_base_that_is_no_plain_http_address_is_refused(base):
    refused(base, allowed=HERE)


@pytest.mark.parametrize(
    "path",
    [
        "orders",
        "@evil.example/",
        ".evil.example/",
        ":99/",
        "http://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/..",
        "/../admin",
        "/orders/../../admin",
        "/orders/./..",
        "/.",
        "/%2e%2e/admin",
        "/%2E%2E%2Fadmin",
        "/.%2e/admin",
        "/%252e%252e/admin",
        "/%25252e%25252e%25252fadmin",
        "/%2525252525252e",
        "/orders%2f..%2f..%2fadmin",
        "/orders%5c..%5cadmin",
        "/..;/admin",
        "/..;a=b/admin",
        "/%2f/../x",
        "/orders\r\nHost: evil.example",
        "/orders%0d%0aHost:%20evil.example",
        "/orders%00.json",
        "/orders\x00",
        "/orders\x7f",
        "/orders\u2028",
        "/orders\ud800",
        "/orders?a=\r\nb",
        "/orders#fragment",
        "/orders%",
        "/orders%zz",
    ],
)
def test_a_path_never_leaves_the_base(path, local):
    refused(f"{local.url}/base", path, allowed=HERE)

    assert local.connections == 0


@pytest.mark.parametrize(
    ("base", "path", "target"),
    [
        ("http://a.example", "", "/"),
        ("http://a.example", "/", "/"),
        ("http://a.example/", "/orders", "/orders"),
        ("http://a.example/v1", "", "/v1"),
        ("http://a.example/v1/", "/orders?x=1&y=a/b", "/v1/orders?x=1&y=a/b"),
        ("http://a.example", "/orders/Zürich West", "/orders/Z%C3%BCrich%20West"),
        ("http://a.example", "/orders/a%2Fb", "/orders/a%2Fb"),
        ("http://a.example", "/orders/a..b/...", "/orders/a..b/..."),
        ("http://a.example", "/search?q=../x", "/search?q=../x"),
    ],
)
def test_an_honest_path_is_joined_to_the_base(base, path, target):
    assert target_of(base, path).path == target


@given(st.text(max_size=40))
def test_whatever_the_path_holds_the_host_stays_and_the_target_is_clean(path: str):
    try:
        target = target_of("https://a.example/base", path)
    except egress.EgressRefused:
        return
    assert (target.host, target.port) == ("a.example", 443)
    assert target.path.startswith("/base")
    assert target.path.isascii()
    assert not set(target.path) & set(' \r\n\t\\#"<>')


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Note", "a\r\nHost: evil.example"),
        ("X-Note", "a\nb"),
        ("X-Note", "a\x00b"),
        ("X-Note", "ä"),
        ("X-Note: a\r\nX-Other", "b"),
        ("X Note", "a"),
        ("", "a"),
        ("Host", "evil.example"),
        ("host", "evil.example"),
        ("Content-Length", "5"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "X-Note"),
        ("Accept-Encoding", "gzip"),
        ("Proxy-Authorization", "Basic eA=="),
    ],
)
def test_a_header_cannot_change_the_message(name, value, local: Wire):
    refused(local.url, allowed=HERE, headers={name: value})

    assert local.connections == 0


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "OPTIONS", "get", "GET / HTTP/1.1\r\n", ""])
def test_only_the_plain_methods_are_sent(method, local):
    with pytest.raises(egress.EgressRefused):
        egress.call(
            local.url,
            method=method,
            path="/",
            timeout=timedelta(seconds=5),
            allowed_networks=HERE,
        )

    assert local.connections == 0
