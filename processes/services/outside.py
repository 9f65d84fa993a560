"""Calls to whole addresses that people enter, such as webhooks of a chat."""

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from processes.core.addresses import UNPRINTABLE, EgressRefused, networks, target_of, within
from processes.egress import Answer, call


def call_outside(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    content: bytes = b"",
    timeout: timedelta,
) -> Answer:
    """POST to ``url`` by the rules of `processes.egress`, and return the answer.

    ``body`` goes out as JSON; None sends ``content``. Raises EgressRefused and EgressFailed; what
    they say holds no more of the address than its host.
    """
    base, path = checked_url(url)
    return call(
        base,
        method="POST",
        path=path,
        headers=headers,
        body=body,
        content=content,
        timeout=timeout,
        allowed_networks=networks(settings.EGRESS_ALLOWED_NETWORKS),
    )


def checked_url(url: str) -> tuple[str, str]:
    """Return origin, and path with query, of an address that may be called. Raises EgressRefused.

    Plain HTTP is for numeric addresses in EGRESS_ALLOWED_NETWORKS only.
    """
    if UNPRINTABLE.search(url):
        # Python takes line breaks out of an address without a word.
        raise EgressRefused("The address holds a character that no address may hold.")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise EgressRefused("This is not an address.") from None
    base = f"{parts.scheme}://{parts.netloc}"
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    target = target_of(base, path)
    if target.scheme != "https" and not inside(target.host):
        raise EgressRefused("The address does not begin with https://.")
    if parts.fragment:
        raise EgressRefused("The address has a part after #. Take it out.")
    return base, path


def inside(host: str) -> bool:
    try:
        return within(ip_address(host), networks(settings.EGRESS_ALLOWED_NETWORKS))
    except ValueError:
        return False
