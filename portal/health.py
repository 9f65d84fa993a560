"""Whether the portal lives, whether it is ready for people, and its metrics."""

import asyncio
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import structlog
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from portal import embedded
from portal.celery import app

PATIENCE = 2.0
"""Seconds that a check may take before it counts as failed."""

log = structlog.get_logger(__name__)


class Unready(Exception):
    """A part answered, and its answer is not good enough; the message says why."""


def database() -> None:
    """Ask the database for one row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


_migrated = threading.Event()


def migrations() -> None:
    """Look for migrations that have not run; once there are none, there are none until restart."""
    if _migrated.is_set():
        return
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        raise Unready(f"{len(plan)} migrations have not run. Run: python manage.py migrate")
    _migrated.set()


def broker() -> None:
    """Connect to the broker as a sender of jobs would."""
    with app.connection_for_write() as sender:
        sender.ensure_connection(max_retries=1, timeout=round(PATIENCE))


def channel_layer() -> None:
    """Send a message through the channel layer and wait for it."""

    async def there_and_back() -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        heard = asyncio.Event()

        async def listen() -> None:
            while True:
                await layer.receive(channel)
                heard.set()

        listener = asyncio.ensure_future(listen())
        try:
            async with asyncio.timeout(PATIENCE):
                # Redis subscribes in the background, so the first message may come too early.
                while not heard.is_set():
                    await layer.send(channel, {"type": "ready"})
                    with suppress(TimeoutError):
                        await asyncio.wait_for(heard.wait(), timeout=0.05)
        finally:
            # Layers close a channel when nobody waits for it any more.
            listener.cancel()
            await asyncio.wait([listener])

    asyncio.run(there_and_back())


def parts() -> None:
    """Look whether the embedded worker and beat do their work."""
    stopped = embedded.stopped_parts()
    if stopped:
        raise Unready(f"Not running yet, or not any more: {', '.join(stopped)}.")


class Check:
    """A question to one part, asked by one thread at a time, with a limit to our patience."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self.name = ask.__name__
        self._ask = ask
        self._lock = threading.Lock()
        self._running: Future[None] | None = None

    def answer(self, deadline: float) -> dict[str, Any]:
        """Return ``{"ok": bool}``, with a sentence under ``problem`` when it is not."""
        try:
            self.start().result(timeout=max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            return {"ok": False, "problem": f"No answer within {PATIENCE:g} seconds."}
        except Unready as error:
            return {"ok": False, "problem": str(error)}
        # Whatever a driver raises means the same here, and its text may hold an address.
        except Exception as error:
            log.warning("readiness check failed", check=self.name, exc_info=True)
            return {"ok": False, "problem": f"It cannot be reached ({type(error).__name__})."}
        return {"ok": True}

    def start(self) -> "Future[None]":
        """Return the run that is under way, or a new one."""
        with self._lock:
            if self._running is None or self._running.done():
                self._running = Future()
                # A daemon: a part that never answers must not hold up our own stop.
                threading.Thread(target=self._run, args=[self._running], daemon=True).start()
            return self._running

    def _run(self, run: "Future[None]") -> None:
        try:
            self._ask()
        # Whoever waits for the run gets it.
        except BaseException as error:  # noqa: BLE001
            run.set_exception(error)
        else:
            run.set_result(None)
        finally:
            connections.close_all()


CHECKS = [Check(ask) for ask in (database, migrations, broker, channel_layer, parts)]


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that this process answers; asks nothing else."""
    return JsonResponse({"status": "live"})


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether each part that people need answers; 503 when one does not."""
    deadline = time.monotonic() + PATIENCE
    for check in CHECKS:
        check.start()
    answers = {check.name: check.answer(deadline) for check in CHECKS}
    ready = all(found["ok"] for found in answers.values())
    return JsonResponse(
        {"status": "ready" if ready else "not ready", "checks": answers},
        status=200 if ready else 503,
    )


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Give Prometheus its numbers: to operators who are signed in, or for the metrics token."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    by_token = bool(settings.METRICS_TOKEN) and secrets.compare_digest(
        given.encode(), settings.METRICS_TOKEN.encode()
    )
    if by_token or (request.user.is_active and request.user.is_staff):
        return ExportToDjangoView(request)
    return HttpResponse(status=404)
