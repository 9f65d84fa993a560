"""Who may open a websocket at all. Everything that is not allowed here is refused."""

from collections.abc import Awaitable, Callable
from enum import IntEnum
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

from tasks.consumers.asking import look_up

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Close(IntEnum):
    """Why a websocket was refused or closed; pages act on these numbers (RFC 6455, 7.4)."""

    TOO_LARGE = 1009
    TRY_AGAIN = 1013
    MALFORMED = 4400
    SIGNED_OUT = 4401
    FORBIDDEN = 4403
    TOO_SLOW = 4408
    TOO_MANY = 4429


class OwnPagesOnly:
    """ASGI middleware: turn away the pages of other sites before anybody looks up a session."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from this site."""
        if comes_from_this_site(scope):
            await self.app(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": Close.FORBIDDEN})


class SignedInConsumer(AsyncWebsocketConsumer):
    """Lets in an active, signed-in person who comes from a page of this site, and nobody else.

    It needs nothing above it: it reads the cookie itself, because Channels' own session middleware
    looks at the session again for every frame that is sent. A subclass says in ``enter`` what such
    a person may do; one that says nothing refuses everybody.
    """

    # No channel of its own: one per process listens for all sockets.
    channel_layer_alias = None

    async def connect(self) -> None:
        """Let in, or close; the origin is checked again, however the portal is put together."""
        if not comes_from_this_site(self.scope):
            await self.close(Close.FORBIDDEN)
            return
        cookies = parse_cookie(dict(self.scope["headers"]).get(b"cookie", b"").decode("latin-1"))
        session = cookies.get(settings.SESSION_COOKIE_NAME, "")
        user = await look_up(signed_in, session)
        if user is None:
            await self.close(Close.SIGNED_OUT)
        else:
            await self.enter(user, session)

    async def enter(self, user: User, session: str) -> None:
        """Accept the person, who has signed in with this session, or close."""
        await self.close(Close.FORBIDDEN)


def signed_in(session: str) -> User | None:
    """Return the active person whose session this is; the rule of Django's own middleware."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session)
    user = get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def comes_from_this_site(scope: Scope) -> bool:
    """Tell whether the browser names a page of this site, or of a trusted one, as the origin.

    The rule of Django's CSRF check: same scheme, host and port. No origin is a foreign one.
    """
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1").lower()
    host = headers.get(b"host", b"").decode("latin-1").lower()
    try:
        page = urlsplit(origin)
    except ValueError:
        return False
    encrypted = scope.get("scheme") == "wss" or settings.SECURE_SSL_REDIRECT
    schemes = ("https",) if encrypted else ("http", "https")
    if page.netloc == host and page.scheme in schemes:
        return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
    return any(
        _is_trusted(page.scheme, page.netloc, site) for site in settings.CSRF_TRUSTED_ORIGINS
    )


def _is_trusted(scheme: str, netloc: str, site: str) -> bool:
    trusted = urlsplit(site.lower())
    pattern = trusted.netloc.removeprefix("*")
    return bool(netloc) and scheme == trusted.scheme and is_same_domain(netloc, pattern)
