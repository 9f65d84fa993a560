"""The one way out: every call to another system goes through `call`.

The name is looked up once, all its addresses are checked, and the connection goes to a checked
address: a name server that answers differently the second time is never asked a second time.
Redirects are not followed, proxies of the environment not used, and both the time and the bytes
of the whole exchange are bounded.
"""

import json
import math
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from functools import lru_cache
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

from processes.core.addresses import (
    METHODS,
    Address,
    EgressRefused,
    Network,
    Target,
    checked_answers,
    checked_headers,
    networks,
    target_of,
)

__all__ = ["Answer", "EgressFailed", "EgressRefused", "Network", "call", "networks"]

MAX_BYTES = 1_000_000
"""Of one answer as it comes over the wire, its headers included."""

MAX_DEPTH = 64
ADDRESSES_TRIED = 4
KEPT_HEADERS = ("content-type", "date", "etag", "location", "retry-after")
SURROGATE_OR_NUL = re.compile(r"[\x00\ud800-\udfff]")


class EgressFailed(Exception):
    """There is no answer. ``sent`` tells whether the request may have arrived all the same."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` is JSON when the other system says so and it is, else text; None when empty."""

    status: int
    headers: dict[str, str]
    body: Any


def call(
    base_url: str,
    *,
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    content: bytes = b"",
    timeout: timedelta,
    allowed_networks: Sequence[Network] = (),
) -> Answer:
    """Send one request and return the answer, whatever its status, within ``timeout`` in all.

    ``body`` goes out as JSON; None sends ``content`` as it is. Private networks are out of reach
    unless they are in ``allowed_networks``. Raises EgressRefused before anything is sent, and
    EgressFailed.
    """
    if method not in METHODS:
        raise EgressRefused(f"{method!r:.50} is not a method that Placet sends.")
    target = target_of(base_url, path)
    if body is not None:
        content = json.dumps(body, allow_nan=False).encode()
    fields = [
        (b"Host", target.authority.encode()),
        (b"User-Agent", b"Placet"),
        (b"Accept", b"application/json, */*;q=0.5"),
        (b"Accept-Encoding", b"identity"),
        (b"Connection", b"close"),
        *([(b"Content-Type", b"application/json")] if body is not None else []),
        *checked_headers((headers or {}).items()),
    ]
    deadline = Deadline(timeout)
    addresses = checked_answers(target.host, look_up(target, deadline), allowed_networks)
    way = Way(target, addresses[:ADDRESSES_TRIED], deadline)
    try:
        return exchange(way, method, fields, content)
    except httpcore.TimeoutException as error:
        raise EgressFailed(late(target, timeout), sent=way.sent) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        before = "broke off before it had answered" if way.sent else "cannot be reached"
        raise EgressFailed(f"{target.host} {before}: {cause(error)}.", sent=way.sent) from error


def exchange(way: "Way", method: str, fields: list[tuple[bytes, bytes]], content: bytes) -> Answer:
    target = way.target
    scheme, host, port = target.scheme.encode(), target.host.encode(), target.port
    url = httpcore.URL(scheme=scheme, host=host, port=port, target=target.path.encode())
    connection = httpcore.HTTPConnection(
        httpcore.Origin(scheme, host, port),
        ssl_context=trust() if target.scheme == "https" else None,
        network_backend=way,
    )
    with connection, connection.stream(method, url, headers=fields, content=content) as response:
        found = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
        coding = found.get("content-encoding", "identity").strip().lower()
        if coding != "identity":
            # Unpacking what nobody asked to be packed is how a small answer becomes a huge one.
            raise EgressFailed(
                f"{target.host} sent a packed answer ({coding:.40}); Placet asks for plain ones.",
                sent=True,
            )
        raw = b"".join(response.iter_stream())
    kept = {name: tidy(found[name])[:1000] for name in KEPT_HEADERS if name in found}
    return Answer(response.status, kept, readable(raw, kept.get("content-type", "")))


@lru_cache(maxsize=1)
def trust() -> ssl.SSLContext:
    """Return what certificates are checked against: the authorities that the system trusts."""
    return ssl.create_default_context()


class Deadline:
    """A moment on a clock that nobody can set back."""

    def __init__(self, span: timedelta) -> None:
        self._ends = time.monotonic() + span.total_seconds()

    def left(self) -> float:
        """Return the seconds left. Raises TimeoutError when there are none."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the time is up")
        return seconds


def look_up(target: Target, deadline: Deadline) -> Sequence[str]:
    """Return every address of the host. Raises EgressFailed.

    The system's resolver knows no deadline, so it runs in a thread that may be left behind.
    """
    with suppress(ValueError):
        return [str(ip_address(target.host))]
    found: SimpleQueue[list[str] | OSError | UnicodeError] = SimpleQueue()

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            found.put([str(address[0]) for *_, address in answers])
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=ask, name="placet-look-up", daemon=True).start()
    try:
        answer = found.get(timeout=deadline.left())
    except (Empty, TimeoutError) as error:
        raise EgressFailed(f"Looking up {target.host} took too long.", sent=False) from error
    if isinstance(answer, Exception):
        raise EgressFailed(f"{target.host} cannot be looked up: {answer}.", sent=False) from answer
    if not answer:
        raise EgressFailed(f"{target.host} has no address.", sent=False)
    return answer


class Way(httpcore.NetworkBackend):
    """The network as httpcore sees it: it leads to the checked addresses and nowhere else."""

    def __init__(self, target: Target, addresses: Sequence[Address], deadline: Deadline) -> None:
        self.target = target
        self.deadline = deadline
        self.sent = False
        self._addresses = addresses

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers; a dead one does not use up all the time."""
        failure: OSError = OSError("no address")
        for position, address in enumerate(self._addresses):
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6
            line = socket.socket(family, socket.SOCK_STREAM)
            try:
                line.settimeout(self.deadline.left() / (len(self._addresses) - position))
                line.connect((str(address), port))
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                line.close()
                failure = error
            else:
                return Line(self, line)
        if isinstance(failure, TimeoutError):
            raise httpcore.ConnectTimeout from failure
        raise httpcore.ConnectError from failure


class Line(httpcore.NetworkStream):
    """A connection that ends at the deadline and after so many bytes, whatever the other does."""

    def __init__(self, way: Way, line: socket.socket) -> None:
        self._way = way
        self._line = line
        self._received = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come, at most ``max_bytes``; empty at the end."""
        try:
            self._line.settimeout(self._way.deadline.left())
            data = self._line.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout from error
        except OSError as error:
            raise httpcore.ReadError from error
        self._received += len(data)
        if self._received > MAX_BYTES:
            raise EgressFailed(
                f"The answer of {self._way.target.host} is longer than {MAX_BYTES:,} bytes.",
                sent=True,
            )
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        self._way.sent = True
        try:
            while buffer:
                self._line.settimeout(self._way.deadline.left())
                buffer = buffer[self._line.send(buffer) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout from error
        except OSError as error:
            raise httpcore.WriteError from error

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Have the other side prove its name: the host's, not the address's."""
        try:
            self._line.settimeout(self._way.deadline.left())
            self._line = ssl_context.wrap_socket(self._line, server_hostname=server_hostname)
        except OSError as error:
            self.close()
            if isinstance(error, TimeoutError):
                raise httpcore.ConnectTimeout from error
            raise httpcore.ConnectError from error
        return self

    def get_extra_info(self, info: str) -> Any:
        """Tell httpcore whether this is TLS, which it asks after the handshake."""
        if info == "ssl_object" and isinstance(self._line, ssl.SSLSocket):
            return self._line
        return None


def readable(raw: bytes, content_type: str) -> Any:
    """Return the JSON value, or the text where it is none that can be kept."""
    if not raw:
        return None
    kind = Message()
    kind["content-type"] = content_type
    media = kind.get_content_type()
    if media == "application/json" or media.endswith("+json"):
        try:
            value = json.loads(raw, parse_constant=refuse_number)
            if storable(value):
                return value
        except (ValueError, RecursionError):
            """Then it is text, and the process sees what came."""
    try:
        text = raw.decode(kind.get_content_charset("utf-8"), errors="replace")
    except LookupError:
        text = raw.decode(errors="replace")
    return SURROGATE_OR_NUL.sub("\ufffd", text)


def refuse_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def storable(value: Any) -> bool:
    """Tell whether both databases can keep the value: bounded depth, real text, finite numbers."""
    level = [value]
    for _ in range(MAX_DEPTH):
        if not level:
            return True
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below += item.keys()
                below += item.values()
            elif isinstance(item, list):
                below += item
            elif (isinstance(item, str) and SURROGATE_OR_NUL.search(item)) or (
                isinstance(item, float) and not math.isfinite(item)
            ):
                return False
        level = below
    return False


def late(target: Target, timeout: timedelta) -> str:
    return f"{target.host} did not answer within {timeout.total_seconds():g} seconds."


def cause(error: BaseException) -> str:
    """Return what the system said at the bottom of it, in one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return tidy(words)[:200].rstrip(".") or type(error).__name__


def tidy(text: str) -> str:
    return " ".join(SURROGATE_OR_NUL.sub("\ufffd", text).split())
