"""The portal served in a thread of the test, and pages without a browser that listen to it.

Server and test share the process, so a test commits and sees what arrives; they share the test
database as well, which for SQLite is a file.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import uvicorn
from django.contrib.auth.models import User
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from processes.live import Hint, publish, user_group

PATIENCE = 10.0
REDIS_LAYER = "channels_redis.pubsub.RedisPubSubChannelLayer"


@dataclass(frozen=True)
class LiveServer:
    """A running server; ``address`` is host and port."""

    address: str

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def page(self, person: User, **more: Any) -> "Page":
        """Return an open page of somebody who has just signed in."""
        return Page(self, person, session_of(person), **more)


@contextmanager
def served() -> Iterator[LiveServer]:
    """Serve the portal on a free port for as long as the block runs."""
    from portal.asgi import application

    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=0,
        lifespan="off",
        log_config=None,
        access_log=False,
        ws_per_message_deflate=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="live-server")
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            thread.join(timeout=0.01)
        host, port = server.servers[0].sockets[0].getsockname()
        yield LiveServer(f"{host}:{port}")
    finally:
        server.should_exit = True
        thread.join(timeout=PATIENCE)
        assert not thread.is_alive(), "the server did not stop"


def session_of(person: User) -> str:
    """Sign in, and return the key of the session."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    key = client.session.session_key
    assert key
    return key


class Page:
    """What the script of an open page does: connect, say what is shown, hear."""

    def __init__(
        self,
        server: LiveServer,
        person: User,
        session: str,
        *,
        origin: str | None = "own",
        path: str = "/ws/live/",
        **more: Any,
    ) -> None:
        self.person = person
        self.session = session
        self.socket: ClientConnection
        self._connection = connect(
            f"ws://{server.address}{path}",
            origin=server.url if origin == "own" else origin,
            additional_headers={"Cookie": f"sessionid={session}"},
            open_timeout=PATIENCE,
            **more,
        )

    def __enter__(self) -> Self:
        self.socket = self._connection.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.__exit__(kind, error, trace)

    def tell(self, message: Any) -> None:
        self.socket.send(json.dumps(message))

    def watch(
        self, *instances: Any, seen: dict[str, int] | None = None, inbox: Any = None
    ) -> list[Any]:
        """Say what the page shows, as the script does on every connection; return the answers."""
        last = str(uuid4())
        heard: dict[str, Any] = {"instances": seen or {}}
        if inbox is not None:
            heard["inbox"] = inbox
        wanted = [str(found) for found in instances]
        self.tell({"watch": {"instances": [*wanted, last]}, "seen": heard})
        # It does not exist, and refusals come last.
        return self._until(last)

    def next(self) -> Any:
        """Return the next frame; TimeoutError when none comes."""
        return json.loads(self.socket.recv(timeout=PATIENCE))

    def until_now(self) -> list[Any]:
        """Return every frame that was sent before this moment, without waiting for more.

        Messages keep their order, so what was published before a marker has arrived before it.
        """
        marker = str(uuid4())
        publish([Hint(user_group(self.person.pk), "instance", marker, 1)])
        return self._until(marker)

    def _until(self, id_of_last: str) -> list[Any]:
        found = []
        while (frame := self.next()).get("id") != id_of_last:
            found.append(frame)
        return found

    def close_code(self) -> int:
        """Wait until the server closes, and return its code; what it still says is dropped."""
        with suppress(ConnectionClosed):
            while True:
                self.socket.recv(timeout=PATIENCE)
        code = self.socket.close_code
        assert code is not None
        return code


def redis_layer(*urls: str, prefix: str = "placettests.") -> dict[str, Any]:
    """Return CHANNEL_LAYERS for these Redis servers."""
    config = {"hosts": list(urls), "prefix": prefix}
    return {"default": {"BACKEND": REDIS_LAYER, "CONFIG": config}}
