"""Hundreds of open pages in one thread: plain sockets, so that reading costs next to nothing."""

import os
import select
import socket
import time
from dataclasses import dataclass, field

HANDSHAKE = (
    "GET /ws/live/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
    "Cookie: sessionid={session}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
)
PING, CLOSE = 0x9, 0x8
LOOK = 0.0005
"""Seconds between two looks at the sockets; figures are too high by less than this."""


@dataclass
class Sockets:
    """Open pages, by file number; `hear` notes when each of them was told something."""

    host: str
    port: int
    _open: dict[int, socket.socket] = field(default_factory=dict)
    _poll: select.epoll = field(default_factory=select.epoll)

    def connect(self, session: str) -> int:
        """Open one page as a browser does, and return its number."""
        page = socket.create_connection((self.host, self.port), timeout=30)
        host = f"{self.host}:{self.port}"
        page.sendall(HANDSHAKE.format(host=host, session=session).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += page.recv(4096)
        if not answer.startswith(b"HTTP/1.1 101"):
            raise RuntimeError(f"The server refused a page: {answer[:100]!r}")
        page.setblocking(False)
        self._open[page.fileno()] = page
        self._poll.register(page, select.EPOLLIN)
        return page.fileno()

    def hear(self, *, expected: int, seconds: float) -> list[tuple[float, int]]:
        """Return when which page heard something, until ``expected`` have or the time is over."""
        heard: list[tuple[float, int]] = []
        deadline = time.monotonic() + seconds
        while len(heard) < expected and time.monotonic() < deadline:
            # Being woken for every frame would take the server's time: its pages are elsewhere.
            time.sleep(LOOK)
            for number, _ in self._poll.poll(0):
                data = self._open[number].recv(4096)
                at = time.monotonic()
                heard += [(at, number)] * self._messages(number, data)
        return heard

    def close(self) -> None:
        for page in self._open.values():
            page.close()
        self._poll.close()

    def _messages(self, number: int, data: bytes) -> int:
        """Return how many messages the data holds; the frames of this server are short."""
        if not data:
            raise RuntimeError("The server closed a page.")
        messages = at = 0
        while at < len(data):
            opcode, length = data[at] & 0x0F, data[at + 1]
            at += 2
            if opcode == CLOSE:
                raise RuntimeError("The server closed a page.")
            if opcode == PING:
                self._pong(number, data[at : at + length])
            else:
                messages += 1
            at += length
        return messages

    def _pong(self, number: int, payload: bytes) -> None:
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self._open[number].send(bytes([0x8A, 0x80 | len(payload)]) + mask + masked)
