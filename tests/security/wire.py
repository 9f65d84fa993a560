"""A server that speaks exactly the bytes it is told to, and remembers what it was told."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

Script = Callable[["Wire", socket.socket], None]


class Wire:
    """Listens on a free port of 127.0.0.1; every connection reads a request and runs the script."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.names: list[str | None] = []
        self.sent = 0
        self.stopping = threading.Event()
        self._script = script
        self._context = context
        if context is not None:
            context.sni_callback = lambda _line, name, _context: self.names.append(name)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(self, line: socket.socket, data: bytes) -> None:
        line.sendall(data)
        self.sent += len(data)

    def forever(self, line: socket.socket, data: bytes, *, pause: float = 0) -> None:
        """Send the same again and again until the other side has had enough."""
        while not self.stopping.wait(pause):
            self.send(line, data)

    def close(self) -> None:
        self.stopping.set()
        # Wakes `accept`, which closing alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=10)
            assert not thread.is_alive()
        self._listener.close()

    def _listen(self) -> None:
        while not self.stopping.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._answer, args=[line])
            self._threads.append(thread)
            thread.start()

    def _answer(self, line: socket.socket) -> None:
        line.settimeout(10)
        # Whoever calls may hang up at any moment; that is what these tests are about.
        with line, contextlib.suppress(OSError):
            if self._context is None:
                self._converse(line)
            else:
                with self._context.wrap_socket(line, server_side=True) as tls:
                    self._converse(tls)

    def _converse(self, line: socket.socket) -> None:
        self.requests.append(b"")
        self._script(self, line)

    def read_request(self, line: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more(line)
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for field in head.split(b"\r\n")[1:]:
            name, _, value = field.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        while len(body) < length:
            body += self._more(line)
        self.requests[-1] = head + b"\r\n\r\n" + body

    def _more(self, line: socket.socket) -> bytes:
        data = line.recv(65_536)
        if not data:
            raise ConnectionError("hung up")
        return data


def saying(answer: bytes) -> Script:
    """Read the request and send these bytes."""

    def script(wire: Wire, line: socket.socket) -> None:
        wire.read_request(line)
        wire.send(line, answer)

    return script


def http(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    """Return a whole answer."""
    fields = headers + ("\r\n" if headers else "")
    return f"HTTP/1.1 {status}\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body


@contextlib.contextmanager
def listening(script: Script, context: ssl.SSLContext | None = None) -> Iterator[Wire]:
    wire = Wire(script, context)
    try:
        yield wire
    finally:
        wire.close()
