"""A small order service that fails on purpose, to show what Placet does about it.

    python -m portal.demo.order_service --port 8001 --ledger var/orders.sqlite3 --mode flaky

``POST /orders`` with an ``Idempotency-Key`` places an order once: the same key gets the same
number, also after a restart, because orders and tries are kept in a ledger file. The page at ``/``
lists the orders and switches the mode.
"""

import argparse
import hashlib
import html
import json
import secrets
import signal
import socket
import sqlite3
import threading
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

MODES = {
    "up": "Every call succeeds.",
    "flaky": "Some calls fail, and some replies are lost after the order was placed.",
    "slow": "The order is placed, and the reply takes its time.",
    "hang": "Calls are taken and never answered.",
    "down": "Every call gets 503.",
}
FIRST_NUMBER = 1001
FLAKY_TRIES = 2
"""Tries of one order that may fail when flaky; the next one succeeds."""

SLOW_SECONDS = 3.0
MAX_BODY = 1_000_000


class Ledger:
    """What was ordered, and how often each key was tried, in one SQLite file."""

    def __init__(self, path: str | Path) -> None:
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.executescript(
            """
            PRAGMA journal_mode = WAL;
            CREATE TABLE IF NOT EXISTS tries (key TEXT PRIMARY KEY, count INTEGER NOT NULL);
            CREATE TABLE IF NOT EXISTS orders (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                key TEXT NOT NULL UNIQUE,
                body TEXT NOT NULL,
                placed_at TEXT NOT NULL
            );
            """
        )

    def count_try(self, key: str) -> int:
        """Return which try of this key it is; the first is 1."""
        with self._lock:
            (count,) = self._file.execute(
                "INSERT INTO tries VALUES (?, 1) "
                "ON CONFLICT (key) DO UPDATE SET count = count + 1 RETURNING count",
                [key],
            ).fetchone()
        return int(count)

    def tries(self) -> int:
        """Return the number of calls so far, whatever became of them."""
        with self._lock:
            (count,) = self._file.execute("SELECT coalesce(sum(count), 0) FROM tries").fetchone()
        return int(count)

    def place(self, key: str, body: dict[str, Any], placed_at: datetime) -> tuple[int, bool]:
        """Return the number of the order, and whether it is new; a key is used once."""
        with self._lock:
            row = self._file.execute("SELECT number FROM orders WHERE key = ?", [key]).fetchone()
            if row is not None:
                return int(row[0]), False
            number = self._file.execute(
                "INSERT INTO orders (number, key, body, placed_at) VALUES "
                "((SELECT coalesce(max(number) + 1, ?) FROM orders), ?, ?, ?) RETURNING number",
                [FIRST_NUMBER, key, json.dumps(body), placed_at.isoformat(timespec="seconds")],
            ).fetchone()
        return int(number[0]), True

    def orders(self) -> list[dict[str, Any]]:
        """Return the orders, newest first, with the number of tries that each one took."""
        with self._lock:
            rows = self._file.execute(
                "SELECT number, key, body, placed_at, coalesce(count, 0) FROM orders "
                "LEFT JOIN tries USING (key) ORDER BY number DESC"
            ).fetchall()
        return [
            {
                "number": f"PO-{number}",
                "key": key,
                "order": json.loads(body),
                "placed_at": placed_at,
                "tries": tries,
            }
            for number, key, body, placed_at, tries in rows
        ]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()


class OrderService(ThreadingHTTPServer):
    """The service, listening from the start; `shutdown` stops it and frees the port."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, host: str, port: int, ledger: str | Path, mode: str) -> None:
        self.ledger = Ledger(ledger)
        self.mode = mode
        self.stopping = threading.Event()
        super().__init__((host, port), Handler)

    @property
    def url(self) -> str:
        """The base address of the service."""
        return f"http://{self.server_name}:{self.server_port}"

    def server_bind(self) -> None:
        """Listen, without asking the network for this machine's name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = self.socket.getsockname()[:2]

    def switch(self, mode: str) -> None:
        """Behave differently from the next call on. Raises ValueError."""
        if mode not in MODES:
            raise ValueError(f"There is no mode {mode!r}. Choose one of: {', '.join(MODES)}.")
        self.mode = mode

    def shutdown(self) -> None:
        """Stop, and leave calls that hang without an answer."""
        self.stopping.set()
        super().shutdown()
        self.server_close()
        self.ledger.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a caller that hung up first; that is what callers with a deadline do."""


def serve(host: str, port: int, ledger: str | Path, mode: str = "flaky") -> OrderService:
    """Start the service in a thread and return it; port 0 takes any free one."""
    service = OrderService(host, port, ledger, mode)
    threading.Thread(
        target=service.serve_forever, args=[0.1], name="order-service", daemon=True
    ).start()
    return service


def luck(key: str, attempt: int) -> str:
    """Return what a flaky service does with this try: always the same for key and attempt."""
    if attempt > FLAKY_TRIES:
        return "answer"
    draw = hashlib.sha256(f"{key}:{attempt}".encode()).digest()[0] % 4
    return ("refuse", "lose", "answer", "answer")[draw]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: OrderService
    protocol_version = "HTTP/1.1"
    server_version = "PlacetDemoOrders"
    sys_version = ""
    timeout = 60

    def do_GET(self) -> None:
        """Show the page, the orders or the mode."""
        if self.path == "/":
            self._page()
        elif self.path == "/orders":
            self._json(200, {"orders": self.server.ledger.orders()})
        elif self.path == "/mode":
            self._json(200, {"mode": self.server.mode})
        else:
            self._json(404, {"error": "There is nothing here."})

    def do_PUT(self) -> None:
        """Switch the mode."""
        body = self._body()
        if body is None:
            return
        if self.path != "/mode":
            self._json(404, {"error": "There is nothing here."})
            return
        try:
            self.server.switch(json.loads(body)["mode"])
        except (ValueError, TypeError, KeyError) as error:
            self._json(422, {"error": f"Send {{'mode': one of {', '.join(MODES)}}}. {error}"})
        else:
            self._json(200, {"mode": self.server.mode})

    def do_POST(self) -> None:
        """Place an order, or switch the mode from the page."""
        body = self._body()
        if body is None:
            return
        if self.path == "/orders":
            self._order(body)
        elif self.path == "/mode" and self._same_origin():
            try:
                self.server.switch(parse_qs(body.decode(errors="replace")).get("mode", [""])[0])
            except ValueError as error:
                self._json(422, {"error": str(error)})
            else:
                self._answer(303, b"", {"Location": "/"})
        else:
            self._json(404, {"error": "There is nothing here."})

    def _order(self, body: bytes) -> None:
        key = self.headers.get("Idempotency-Key", "")
        if not key:
            self._json(400, {"error": "Send an Idempotency-Key, so that no order comes twice."})
            return
        try:
            order = json.loads(body)
        except ValueError:
            order = None
        if not isinstance(order, dict):
            self._json(422, {"error": "Send the order as a JSON object."})
            return
        mode, attempt = self.server.mode, self.server.ledger.count_try(key)
        if mode == "hang":
            self._hang_up(after=self.timeout)
            return
        fate = luck(key, attempt) if mode == "flaky" else "answer"
        if mode == "down" or fate == "refuse":
            self._json(503, {"error": "The order service is out of order."}, {"Retry-After": "1"})
            return
        number, new = self.server.ledger.place(key, order, datetime.now(UTC))
        if fate == "lose":
            self._hang_up(after=0)
            return
        if mode == "slow":
            self.server.stopping.wait(SLOW_SECONDS)
        self._json(201 if new else 200, {"number": f"PO-{number}", "status": "placed"})

    def _hang_up(self, *, after: float) -> None:
        """End the connection without an answer."""
        self.server.stopping.wait(after)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _same_origin(self) -> bool:
        """Tell whether a form of our own page sent this; other pages may not switch the mode."""
        return self.headers.get("Origin", "") in (f"http://{self.headers.get('Host', '')}", "")

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            self._json(413, {"error": f"Send at most {MAX_BODY} bytes, and say how many."})
            return None
        return self.rfile.read(int(length))

    def _json(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(value).encode()
        self._answer(status, body, {"Content-Type": "application/json", **(headers or {})})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status, HTTPStatus(status).phrase)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _page(self) -> None:
        nonce = secrets.token_urlsafe(16)
        policy = f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'"
        body = page(self.server.mode, self.server.ledger.orders(), nonce).encode()
        self._answer(
            200,
            body,
            {
                "Content-Type": "text/html; charset=utf-8",
                "Content-Security-Policy": f"{policy}; frame-ancestors 'none'; base-uri 'none'",
            },
        )

    def log_message(self, *_words: Any) -> None:
        """Leave the terminal to Placet."""


STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 3rem auto; max-width: 56rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
p { margin: 0 0 1.5rem; opacity: .75; }
form { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0 0 .5rem; }
button { font: inherit; padding: .5rem 1rem; border: 1px solid; border-radius: .5rem;
  background: none; color: inherit; cursor: pointer; }
button[aria-pressed=true] { background: #0b5ed7; border-color: #0b5ed7; color: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid #8884;
  vertical-align: top; overflow-wrap: anywhere; }
"""


def page(mode: str, orders: list[dict[str, Any]], nonce: str) -> str:
    """Return the page for people, with everything that others wrote escaped."""
    buttons = "".join(
        f'<button name="mode" value="{name}" title="{html.escape(does)}" '
        f'aria-pressed="{"true" if name == mode else "false"}">{name}</button>'
        for name, does in MODES.items()
    )
    rows = "".join(
        f"<tr><td>{order['number']}<td>{html.escape(described(order['order']))}"
        f"<td>{order['tries']}<td>{html.escape(order['placed_at'])}"
        for order in orders[:200]
    )
    table = f"<table><tr><th>Number<th>Order<th>Tries<th>Placed{rows}</table>"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<title>Order service</title><style nonce="{nonce}">{STYLE}</style>'
        "<h1>Order service</h1><p>An outside system that Placet calls in the demo.</p>"
        f'<form method="post" action="/mode">{buttons}</form><p>{html.escape(MODES[mode])}</p>'
        f"{table if orders else '<p>No orders yet.</p>'}</html>"
    )


def described(order: dict[str, Any]) -> str:
    """Return the order in one line."""
    return ", ".join(f"{name}: {value}" for name, value in order.items())[:300]


def main() -> None:
    """Serve until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(description="An order service that fails on purpose.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8001, help="port to listen on")
    parser.add_argument("--ledger", default="orders.sqlite3", help="file that keeps the orders")
    parser.add_argument("--mode", choices=MODES, default="flaky", help="how to behave")
    chosen = parser.parse_args()
    service = serve(chosen.host, chosen.port, chosen.ledger, chosen.mode)
    print(f"Order service at {service.url}/ ({chosen.mode}). Ctrl-C stops it.", flush=True)  # noqa: T201
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    service.shutdown()


if __name__ == "__main__":
    main()
