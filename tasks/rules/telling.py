"""What people are told, and when: kinds, quiet hours, digests and second tries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Literal
from zoneinfo import ZoneInfo


class Kind(StrEnum):
    """Everything that is announced. The portal shows all of it; the other channels are chosen."""

    ASKED = "asked"
    REMINDED = "reminded"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    DELEGATED = "delegated"
    RETURNED = "returned"
    MENTIONED = "mentioned"
    COMMENTED = "commented"
    INFORMATION_ASKED = "information_asked"
    INFORMATION_GIVEN = "information_given"
    SENT_BACK = "sent_back"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    SUBSTITUTED = "substituted"
    REROUTED = "rerouted"
    INCIDENT = "incident"


class Channel(StrEnum):
    """A way out of the portal."""

    MAIL = "mail"
    PUSH = "push"
    CHAT = "chat"


URGENT = frozenset([Kind.OVERDUE, Kind.ESCALATED, Kind.INCIDENT])
"""What breaks through quiet hours of who allows it, and heads a digest."""

ASKS = frozenset([
    Kind.ASKED, Kind.REMINDED, Kind.OVERDUE, Kind.ESCALATED, Kind.DELEGATED, Kind.RETURNED,
    Kind.INFORMATION_ASKED, Kind.REROUTED,
])  # fmt: skip
"""What asks something of the person: not worth sending once there is nothing to do any more."""

CHANNELS: Mapping[Kind, frozenset[Channel]] = {
    kind: frozenset(
        [Channel.PUSH, Channel.CHAT]
        if kind in (Kind.COMMENTED, Kind.SUBSTITUTED)
        else [Channel.MAIL, Channel.PUSH, Channel.CHAT]
    )
    for kind in Kind
}
"""Where each kind goes for somebody who has chosen nothing."""

GRAVITY = {
    Kind.ESCALATED: 3,
    Kind.OVERDUE: 2,
    Kind.REMINDED: 1,
}
"""Of what asks something in one task, the gravest is told; the others weigh nothing."""

Digest = Literal["instantly", "hourly", "daily"]
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MORE_THAN_THIS_IS_A_DIGEST = 3
LATE = timedelta(minutes=10)
"""What is announced so long after its time comes after a downtime, with much else."""
GATHERING = timedelta(minutes=2)
"""How long late news waits for more of its kind, so that all of it is one message."""
RETRIES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 120, 240, 480))
"""How long a channel that is down is left alone, each time; after the last the message is dead."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants. Times are those of the person's clock.

    Quiet hours may cross midnight: from 20:00 until 07:00.
    """

    zone: ZoneInfo
    digest: Digest = "instantly"
    digest_at: time = time(8)
    quiet_from: time | None = None
    quiet_until: time | None = None
    urgent_breaks_through: bool = True
    chosen: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)

    def wants(self, kind: Kind, channel: Channel) -> bool:
        """Tell whether this kind goes out by this channel."""
        usual = channel in CHANNELS[kind]
        return self.chosen.get(kind.value, {}).get(channel.value, usual)


def is_late(data: Mapping[str, Any]) -> bool:
    """Tell from the words of an announcement whether it comes long after its time."""
    return timedelta(seconds=data.get("late", 0)) >= LATE


def send_at(wishes: Wishes, kind: Kind, now: datetime, *, late: bool = False) -> datetime:
    """Return when something that is told ``now`` goes out: after digest and quiet hours."""
    if late:
        now += GATHERING
    if kind in URGENT and wishes.urgent_breaks_through:
        return now
    at = now
    match wishes.digest:
        case "hourly":
            at = next_hour(now)
        case "daily":
            at = next_time(now, wishes.digest_at, wishes.zone)
    return after_quiet(wishes, at)


def next_hour(now: datetime) -> datetime:
    """Return the next full hour, never ``now`` itself."""
    return now.replace(minute=0, second=0, microsecond=0) + HOUR


def next_time(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """Return the first moment after ``now`` when the zone's clocks show ``at``.

    Where the clocks jump over it, the moment is as much later as they jump.
    """
    today = now.astimezone(zone).date()
    candidates = (moment(today + days * DAY, at, zone) for days in range(3))
    return next(found for found in candidates if found > now)


def after_quiet(wishes: Wishes, at: datetime) -> datetime:
    """Return ``at``, or the end of the quiet hours that it falls into."""
    begins, ends = wishes.quiet_from, wishes.quiet_until
    if begins is None or ends is None or begins == ends:
        return at
    clock = at.astimezone(wishes.zone).time()
    quiet = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
    return next_time(at, ends, wishes.zone) if quiet else at


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return in UTC when the zone's clocks show this; the earlier moment if they do so twice."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def next_try(now: datetime, attempts: int) -> datetime | None:
    """Return when to try again after so many failed attempts; None when that was the last."""
    return now + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
