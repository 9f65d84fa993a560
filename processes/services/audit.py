"""Proof: does the history still say what was written, and does it lead to the stored state?"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from processes.chain import canonical, link
from processes.core import events as ev
from processes.core.advance import fold
from processes.models import HistoryEvent, Instance


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where a history was changed; ``sequence`` is the first event that is not as written."""

    instance: UUID
    sequence: int
    sentence: str


def verify(instance: Instance) -> Flaw | None:
    """Return the first flaw in the history of one instance, or None when it is whole."""
    return check_rows(instance, list(instance.history.order_by("sequence")))


def verify_all() -> Iterator[Flaw]:
    """Yield every flawed history; rows are streamed, one instance at a time."""
    rows = HistoryEvent.objects.order_by("instance_id", "sequence").iterator(chunk_size=2_000)
    seen: set[UUID] = set()
    for instance_id, history in groupby(rows, key=attrgetter("instance_id")):
        seen.add(instance_id)
        instance = Instance.objects.filter(pk=instance_id).first()
        if instance is None:
            yield Flaw(instance_id, 0, "The instance is gone; its history is left.")
        elif flaw := check_rows(instance, list(history)):
            yield flaw
    for instance_id in Instance.objects.values_list("pk", flat=True).iterator():
        if instance_id not in seen:
            yield Flaw(instance_id, 1, "The whole history is gone.")


def check_rows(instance: Instance, rows: list[HistoryEvent]) -> Flaw | None:
    """Check sequence, chain and head, and that the events lead to the stored state."""
    before = ""
    for expected, row in enumerate(rows, start=1):
        if row.sequence != expected:
            return Flaw(instance.pk, expected, f"Event {expected} is missing.")
        if link(before, row) != row.hash:
            return Flaw(instance.pk, expected, f"Event {expected} was changed.")
        before = row.hash
    if len(rows) != instance.sequence or before != instance.head:
        return Flaw(instance.pk, len(rows) + 1, "The last events are missing.")
    state = fold([ev.from_data(row.kind, row.data) for row in rows])
    if canonical(state.dump()) != canonical(instance.state):
        return Flaw(instance.pk, len(rows), "The stored state is not what the history leads to.")
    return None
