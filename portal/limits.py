"""What a request may send, checked before anything of it is kept."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings
from django.utils.http import parse_header_parameters

Scope = dict[str, Any]
Event = Mapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]


class _TooLarge(Exception):
    """More came than the request may send."""


class BodyLimit:
    """ASGI middleware: refuse a body that is too large with 413, whether or not it says its length.

    Django would first write all of it to disk, and REST parsers read it past Django's own limit.
    """

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and stop it where it passes the limit."""
        headers = dict(scope["headers"])
        limit = _limit(headers.get(b"content-type", b""))
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > limit:
            await _refuse(send, limit)
            return

        received, answered = 0, False

        async def counted_receive() -> Event:
            nonlocal received
            event = await receive()
            received += len(event.get("body", b""))
            if received > limit:
                raise _TooLarge
            return event

        async def noted_send(event: Event) -> None:
            nonlocal answered
            answered = True
            await send(event)

        try:
            await self.app(scope, counted_receive, noted_send)
        except _TooLarge:
            if not answered:
                await _refuse(send, limit)


def _limit(content_type: bytes) -> int:
    if content_type.startswith(b"multipart/form-data"):
        return settings.UPLOAD_LIMIT
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class Utf8Only:
    """ASGI middleware: refuse a body that says it is encoded as anything but UTF-8, with 415.

    Django takes the encoding's name as it comes and decodes even the address with it, and crashes
    before any middleware of its own when the name is one of Python's codecs that are no text.
    """

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it names another encoding."""
        content_type = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1")
        try:
            _type, says = parse_header_parameters(content_type)
        except (LookupError, ValueError):
            says = {"charset": "unknown"}
        if says.get("charset", "utf-8").lower() == "utf-8":
            await self.app(scope, receive, send)
            return
        await _answer(
            send,
            415,
            "unsupported_charset",
            "What was sent is not encoded as UTF-8.",
            "Nothing was changed. Send UTF-8.",
        )


async def _refuse(send: Send, limit: int) -> None:
    await _answer(
        send,
        413,
        "body_too_large",
        "What was sent is too large.",
        f"Nothing was changed. Send at most {limit // 1024} kB.",
    )


async def _answer(send: Send, status: int, code: str, title: str, detail: str) -> None:
    problem = {
        "type": f"urn:placet:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    body = json.dumps(problem).encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"application/problem+json"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
