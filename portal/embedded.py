"""The whole portal in one process: the ASGI server, a Celery worker and beat.

The server has the main thread. Worker and beat have a thread each; a third one starts them again
when they die. What a job holds in memory may be lost at any moment: the sweep finds it in the rows.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from types import FrameType
from typing import Any

import structlog
import uvicorn
from celery import beat
from celery.app import trace
from celery.utils.imports import symbol_by_name
from celery.worker import WorkController, state
from django.conf import settings
from django.db import connections

from portal.celery import app

JOBS_AT_ONCE = 4
PATIENCE = timedelta(seconds=3.5)
"""How long a stop waits for jobs that are under way."""

log = structlog.get_logger(__name__)


def _thread_name(part: str) -> str:
    return f"placet-{part}"


WORKER_THREAD = _thread_name("worker")


@dataclass
class Part:
    """One thing that runs beside the server: ``build`` gives what ``start`` and ``stop`` act on."""

    name: str
    build: Callable[[], Any]
    running: Any = None
    thread: threading.Thread = field(default_factory=threading.Thread)
    _stopping: bool = False

    @property
    def works(self) -> bool:
        """Whether it runs, and has said that it is ready where it says so."""
        return self.thread.is_alive() and getattr(self.running, "ready", self.running is not None)

    def start(self) -> None:
        """Run in a new thread."""
        self.running = None
        self.thread = threading.Thread(target=self._run, name=_thread_name(self.name), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Ask it to end; does not wait."""
        self._stopping = True
        if self.running is not None:
            self.running.stop()

    def _run(self) -> None:
        try:
            self.running = self.build()
            if not self._stopping:
                self.running.start()
        finally:
            connections.close_all()


class Worker(WorkController):
    """A worker in a thread. Only that thread can end its loop, so others ask it to."""

    hostname: str
    ready = False

    def on_before_init(self, **_kwargs: Any) -> None:
        """Prepare as the command-line worker does, but leave stdout and signals alone."""
        trace.setup_worker_optimizations(self.app, self.hostname)

    def on_consumer_ready(self, _consumer: Any) -> None:
        """Note that jobs are taken from now on."""
        self.ready = True

    def stop(self, in_sighandler: bool = False, exitcode: int | None = None) -> None:
        """End after the jobs under way; from another thread this only asks for it."""
        if threading.current_thread().name == WORKER_THREAD:
            super().stop(in_sighandler=in_sighandler, exitcode=exitcode)
            return
        # The loop looks at the note every two seconds; the message wakes it, once it listens.
        state.should_stop = 0  # type: ignore[assignment]
        self.app.control.shutdown(destination=[self.hostname])


def _worker() -> Worker:
    return Worker(
        app=app,
        hostname="embedded@localhost",
        pool_cls="threads",
        concurrency=JOBS_AT_ONCE,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )


def _beat() -> beat.Service:
    # The service ignores the setting, and would keep its schedule in a file.
    return beat.Service(app, scheduler_cls=symbol_by_name(settings.CELERY_BEAT_SCHEDULER))


_parts: list[Part] = []


def stopped_parts() -> list[str]:
    """Return the names of parts that should work here and do not; empty outside embedded mode."""
    return [part.name for part in _parts if not part.works]


def serve(host: str, port: int, more: list[Part], *, ready: Callable[[], None]) -> None:
    """Run until SIGINT or SIGTERM, then stop cleanly within five seconds.

    ``more`` runs beside worker and beat. ``ready`` is called once people can connect.
    """
    stopping = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    # Uvicorn raises the signal again when it is done; without a handler of ours the process would
    # die there, before the worker has stopped.
    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)

    _parts[:] = [Part("worker", _worker), Part("beat", _beat), *more]
    for part in _parts:
        part.start()
    watchdog = threading.Thread(target=keep_running, args=[_parts, stopping], daemon=True)
    watchdog.start()
    try:
        _Server(host, port, ready).run()
    finally:
        stopping.set()
        watchdog.join()
        _stop_parts()


class _Server(uvicorn.Server):
    def __init__(self, host: str, port: int, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                "portal.asgi:application",
                host=host,
                port=port,
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                # Frames are short: compressing one costs more than sending it.
                ws_per_message_deflate=False,
                ws_max_size=64 * 1024,
                # Open pages hold a websocket; they come back by themselves after a restart.
                timeout_graceful_shutdown=1,
            )
        )
        self._ready = ready

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def keep_running(parts: list[Part], stopping: threading.Event, *, every: float = 1.0) -> None:
    """Start parts again that died, until told to stop; looks ``every`` so many seconds."""
    while not stopping.wait(timeout=every):
        for part in parts:
            if not part.thread.is_alive():
                log.error("A part of the portal died and is started again", part=part.name)
                part.start()


def _stop_parts() -> None:
    for part in _parts:
        part.stop()
    deadline = time.monotonic() + PATIENCE.total_seconds()
    for part in _parts:
        part.thread.join(timeout=max(0.0, deadline - time.monotonic()))
    late = [part.name for part in _parts if part.thread.is_alive()]
    _parts.clear()
    if late:
        # Python would wait for the jobs' threads for as long as they like. Their rows say that
        # they are under way, so the next start takes them up again.
        log.warning("Stopped without waiting for a job under way", parts=late)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
