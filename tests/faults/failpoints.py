"""An app for portals under test: it lets a process die at a chosen place, once, when told to.

A file of the failpoint's name in the portal's directory arms it. The process takes its whole group
along, as a power cut would.
"""

import os
import signal
from functools import wraps
from typing import Any

from django.apps import AppConfig
from django.conf import settings

AFTER_COMMIT = "after_commit"
"""The step is committed; nobody has been told yet."""

AFTER_REPLY = "after_reply"
"""The other system has answered; the answer is not kept yet."""


class Failpoints(AppConfig):
    name = "tests.faults.failpoints"
    label = "failpoints"

    def ready(self) -> None:
        from processes import egress, wakeups

        wake, call = wakeups.wake, egress.call

        @wraps(wake)
        def die_or_wake(*args: Any) -> None:
            reached(AFTER_COMMIT)
            wake(*args)

        @wraps(call)
        def call_and_die(*args: Any, **options: Any) -> Any:
            return passed(call(*args, **options), AFTER_REPLY)

        wakeups.wake, egress.call = die_or_wake, call_and_die


def passed(value: Any, name: str) -> Any:
    reached(name)
    return value


def reached(name: str) -> None:
    try:
        (settings.VAR_DIR / name).unlink()
    except FileNotFoundError:
        return
    os.killpg(0, signal.SIGKILL)
