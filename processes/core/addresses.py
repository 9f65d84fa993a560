"""Where a call may go: which addresses, ports and paths. Nothing here opens a connection.

The policy names networks itself. `ipaddress.is_global` follows registries that call translation
prefixes, 6to4 and multicast global, and each of those can lead to a machine inside.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import quote, unquote, urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class EgressRefused(Exception):
    """The call is not allowed; trying again changes nothing."""


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks written as text. Raises ValueError for one that is none."""
    return tuple(ip_network(text) for text in texts)


PUBLIC = networks(["0.0.0.0/0", "2000::/3"])

NOT_PUBLIC = networks(
    [
        # IANA special-purpose registry for IPv4 (RFC 6890).
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        # The same for what lies inside 2000::/3: Teredo, ORCHID, documentation, 6to4, AS112.
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
    ]
)

NEVER = networks(
    [
        # Whoever allows a wide network still does not mean these: the machine itself by its
        # empty address, link-local and the metadata services of clouds, multicast, broadcast.
        "0.0.0.0/8",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "192.0.0.192/32",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fd00:ec2::/32",
        "fd20:ce::/32",
        "fe80::/10",
        "ff00::/8",
        # An IPv4 address in IPv6 clothes: mapped, translated, 6to4, Teredo.
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    ]
)

# Ports below 1024 and these belong to other protocols, some of which obey what they find in HTTP.
NOT_HTTP = frozenset([
    1433, 1521, 1719, 1720, 1723, 2049, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 6000,
    6379, 6380, 6432, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9092, 10080, 11211,
    16379, 25672, 26379, 27017,
])  # fmt: skip

METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])

# What decides where a message ends, how it is coded or where it goes is not the caller's to set.
RESERVED_HEADERS = frozenset([
    "accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "te",
    "trailer", "transfer-encoding", "upgrade",
])  # fmt: skip

HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*")
NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e]{0,8000}")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
LEGAL_IN_TARGET = "/?%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was taken apart once, so that nobody reads it differently later."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def reachable(address: Address, allowed: Sequence[Network]) -> bool:
    """Tell whether a call may connect to ``address``: public, or in a network that is allowed."""
    if within(address, NEVER) or getattr(address, "scope_id", None):
        return False
    if within(address, allowed):
        return True
    return within(address, PUBLIC) and not within(address, NOT_PUBLIC)


def within(address: Address, among: Iterable[Network]) -> bool:
    """Tell whether one of the networks holds the address."""
    return any(address in network for network in among)


def target_of(base_url: str, path: str) -> Target:
    """Return where ``path`` leads below ``base_url``. Raises EgressRefused."""
    if UNPRINTABLE.search(base_url) or " " in base_url or "\\" in base_url:
        raise EgressRefused("The base address holds a character that no address may hold.")
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError as error:
        raise EgressRefused(f"{base_url} is not an address: {error}.") from error
    if parts.scheme not in ("http", "https"):
        raise EgressRefused(f"{base_url} does not begin with http:// or https://.")
    if "@" in parts.netloc:
        raise EgressRefused("The base address holds a user name or a password. Take it out.")
    if "?" in base_url or "#" in base_url:
        raise EgressRefused(f"{base_url} has a part after ? or #. Take it out.")
    port = port if port is not None else {"http": 80, "https": 443}[parts.scheme]
    if port not in (80, 443) and (port < 1024 or port in NOT_HTTP):
        raise EgressRefused(f"Port {port} is not one for HTTP. Use 80, 443 or one above 1023.")
    return Target(
        parts.scheme,
        host_of(parts.netloc, (parts.hostname or "").lower()),
        port,
        joined(parts.path, path),
    )


def host_of(written: str, host: str) -> str:
    """Return the name, or the numeric address in its one usual form."""
    if written.startswith("["):
        try:
            address = IPv6Address(host)
        except ValueError as error:
            raise EgressRefused(f"[{host}] is not an IPv6 address.") from error
        if address.scope_id is not None:
            raise EgressRefused(f"[{host}] names a zone, which belongs to one machine alone.")
        return str(address)
    if not HOST.fullmatch(host):
        raise EgressRefused(
            f"{host or 'An empty text'} is not the name of a host. "
            "Write names beyond ASCII in their xn-- form."
        )
    if NUMBER.fullmatch(host.rpartition(".")[2]):
        # 127.1, 0x7f000001, 2130706433 and 0177.0.0.1 mean one thing to us and another elsewhere.
        try:
            return str(IPv4Address(host))
        except ValueError as error:
            raise EgressRefused(
                f"{host} is an unusual way to write an address. Write four decimal numbers."
            ) from error
    return host


def joined(base: str, path: str) -> str:
    """Return ``path`` below ``base``, escaped. Raises EgressRefused when it would leave it."""
    if path and not path.startswith("/"):
        raise EgressRefused(f"The path {path!r:.200} does not begin with /.")
    if "#" in path:
        raise EgressRefused(f"The path {path!r:.200} has a part after #. Take it out.")
    for part in (base, path.partition("?")[0]):
        refuse_escape(part)
    if UNPRINTABLE.search(path) or BROKEN_ESCAPE.search(path):
        raise EgressRefused(f"The path {path!r:.200} holds a character that no path may hold.")
    whole = base.rstrip("/") + path if path else base
    return quote(whole or "/", safe=LEGAL_IN_TARGET)


def refuse_escape(path: str) -> None:
    """Refuse dots, slashes and backslashes that lead elsewhere, however often they are escaped."""
    plain = path
    for _ in range(5):
        # Some servers cut ";…" off a segment before they look at it.
        segments = [segment.partition(";")[0] for segment in plain.split("/")]
        if plain.startswith("//") or "\\" in plain or {".", ".."} & set(segments):
            raise EgressRefused(f"The path {path!r:.200} leads out of the base address.")
        if UNPRINTABLE.search(plain):
            raise EgressRefused(f"The path {path!r:.200} holds a hidden control character.")
        decoded = unquote(plain, errors="replace")
        if decoded == plain:
            return
        plain = decoded
    raise EgressRefused(f"The path {path!r:.200} is escaped too many times.")


def checked_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Return the headers as they go out. Raises EgressRefused for one that must not."""
    found = []
    for name, value in headers:
        if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value):
            raise EgressRefused(f"The header {name!r:.100} holds a character that it may not hold.")
        if name.lower() in RESERVED_HEADERS or name.lower().startswith("proxy-"):
            raise EgressRefused(f"The header {name} is not the caller's to set.")
        found.append((name.encode(), value.encode()))
    return found


def checked_answers(host: str, found: Iterable[str], allowed: Sequence[Network]) -> list[Address]:
    """Return the addresses of ``host`` in order, each once.

    One bad answer spoils all: a name that also points inside is not a name to trust.
    Raises EgressRefused.
    """
    addresses = list(dict.fromkeys(ip_address(text) for text in found))
    for address in addresses:
        if not reachable(address, allowed):
            named = host if host == str(address) else f"{host} has the address {address}, which"
            raise EgressRefused(
                f"{named} is not in a network that Placet may call. If it should be, an "
                "administrator can add its network to EGRESS_ALLOWED_NETWORKS."
            )
    return addresses
