"""Messages and signals from outside: written down first, delivered by workers."""

import json
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from processes.core.correlation import bounded
from processes.core.errors import Invalid
from processes.core.feel import FeelError, add_duration, parse_duration
from processes.core.run import MAX_VARIABLE_BYTES
from processes.models import Dispatch
from processes.wakeups import deliver

LONGEST_NAME = 200


def send_message(
    *,
    name: str,
    key: str = "",
    payload: Any = None,
    time_to_live: str = "",
    sender: User | None,
    now: datetime,
) -> Dispatch:
    """Send a message to the one instance that waits for it, or that it starts.

    ``time_to_live`` is an ISO 8601 duration: so long the message waits when nobody takes it at
    once; without one it waits until somebody does. Raises Invalid.
    """
    return send(
        Dispatch(
            kind=Dispatch.Kind.MESSAGE,
            correlation=bounded(key),
            expires_at=until(time_to_live, now),
        ),
        name=name,
        payload=payload,
        sender=sender,
        now=now,
    )


def send_signal(*, name: str, payload: Any = None, sender: User | None, now: datetime) -> Dispatch:
    """Tell every instance that listens now, and start every process that a signal starts.

    Raises Invalid.
    """
    signal = Dispatch(kind=Dispatch.Kind.SIGNAL)
    return send(signal, name=name, payload=payload, sender=sender, now=now)


def send(
    dispatch: Dispatch, *, name: str, payload: Any, sender: User | None, now: datetime
) -> Dispatch:
    if not name.strip() or len(name) > LONGEST_NAME or "\x00" in name:
        raise Invalid("invalid_name", f"A name has 1 to {LONGEST_NAME} characters.")
    size = len(json.dumps(payload))
    if size > MAX_VARIABLE_BYTES:
        raise Invalid(
            "too_large",
            f"The payload has {size:,} bytes; at most {MAX_VARIABLE_BYTES:,} are carried.",
            remedy="Keep large data elsewhere and send a reference.",
        )
    dispatch.name, dispatch.payload = name, payload
    dispatch.sender_name = sender.get_username() if sender else ""
    dispatch.created_at = dispatch.run_at = now
    with transaction.atomic():
        dispatch.save(force_insert=True)
        transaction.on_commit(lambda: deliver([dispatch.pk]))
    return dispatch


def until(time_to_live: str, now: datetime) -> datetime | None:
    if not time_to_live:
        return None
    try:
        found = add_duration(now, parse_duration(time_to_live))
    except FeelError as error:
        raise invalid_life(f"{time_to_live[:40]!r} is no duration: {error}") from error
    if found < now:
        raise invalid_life(f"{time_to_live[:40]!r} is over before it begins.")
    return found


def invalid_life(what: str) -> Invalid:
    return Invalid(
        "invalid_time_to_live",
        what,
        remedy="Write for example PT1H, or leave it out to wait for as long as it takes.",
    )
