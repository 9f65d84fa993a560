"""When the next try of a failed call comes. No clock and no chance in here: both are passed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from processes.core.feel import FeelError, add_duration, parse_duration

NO_WAIT = timedelta()
LONGEST_WAIT = timedelta(days=7)
SHORTEST_CALL = timedelta(seconds=1)
LONGEST_CALL = timedelta(minutes=2)
"""A call holds a worker; a system that needs longer is better asked for a later answer."""

# 408 and 425 ask for another try, 429 for a later one (RFC 9110, 15.5.9; RFC 8470; RFC 6585).
MAY_PASS = frozenset([408, 425, 429])


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a call is tried in all, and how the waits between two tries grow."""

    attempts: int
    backoff: timedelta
    factor: float
    cap: timedelta


def policy_of(request: Mapping[str, Any], *, now: datetime) -> RetryPolicy:
    """Return the policy that a job's request carries, its spans within what the engine allows."""
    return RetryPolicy(
        attempts=request["attempts"],
        backoff=span(request["backoff"], now=now, at_most=LONGEST_WAIT),
        factor=request["factor"],
        cap=span(request["cap"], now=now, at_most=LONGEST_WAIT),
    )


def time_to_answer(request: Mapping[str, Any], *, now: datetime) -> timedelta:
    """Return how long the other system has for its answer."""
    return max(span(request["timeout"], now=now, at_most=LONGEST_CALL), SHORTEST_CALL)


def span(text: str, *, now: datetime, at_most: timedelta) -> timedelta:
    """Return the time from ``now`` that an ISO 8601 duration spells, from 0 to ``at_most``."""
    try:
        length = add_duration(now, parse_duration(text)) - now
    except FeelError:
        # Longer than the calendar.
        return at_most
    return min(max(length, NO_WAIT), at_most)


def succeeded(status: int) -> bool:
    """Tell whether the other system did what it was asked."""
    return 200 <= status < 300


def may_pass(status: int) -> bool:
    """Tell whether the same request may succeed later: the other system is in trouble, not ours."""
    return status >= 500 or status in MAY_PASS


def next_wait(
    policy: RetryPolicy, *, tried: int, luck: float, asked: timedelta = NO_WAIT
) -> timedelta | None:
    """Return how long to wait after try number ``tried`` failed; None when no try is left.

    The wait grows by the policy's factor. ``luck``, from 0 up to 1, spreads it over its upper
    half, so that calls which failed together do not come back together. What the other system
    ``asked`` for is honored as far as the cap allows.
    """
    if tried >= policy.attempts:
        return None
    cap = max(policy.cap, NO_WAIT)
    spread = 0.5 + luck / 2
    return min(max(full_wait(policy, tried, cap) * spread, asked), cap)


def full_wait(policy: RetryPolicy, tried: int, cap: timedelta) -> timedelta:
    """Return the wait before chance shortens it: never below 0, never above the cap."""
    backoff = max(policy.backoff, NO_WAIT)
    if not backoff:
        return NO_WAIT
    try:
        return min(backoff * max(policy.factor, 0.0) ** (tried - 1), cap)
    except (OverflowError, ValueError):
        return cap


def asked_wait(retry_after: str | None, *, now: datetime) -> timedelta:
    """Return the wait that a Retry-After header asks for (RFC 9110, 10.2.3), or none.

    It comes as seconds or as a date; what is neither, or lies in the past, asks for nothing.
    """
    text = (retry_after or "").strip()
    try:
        if text.isascii() and text.isdigit():
            return timedelta(seconds=int(text))
        moment = parsedate_to_datetime(text)
    except OverflowError:
        return timedelta.max
    except ValueError:
        return NO_WAIT
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - now, NO_WAIT)
