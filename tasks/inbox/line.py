"""What a list of open work shows of a task."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tasks.models import Task


class Line(NamedTuple):
    """One task in a list; plain values, because models take most of the time of a page."""

    pk: UUID
    name: str
    status: str
    priority: int
    created_at: datetime
    due_at: datetime | None
    escalated_at: datetime | None
    reminded_at: datetime | None
    subject: str
    initiator_name: str
    process_name: str
    first_name: str | None
    last_name: str | None
    username: str | None

    @property
    def status_name(self) -> str:
        return str(Task.Status(self.status).label)

    @property
    def owner_name(self) -> str:
        """Return by which name people know who holds it; empty while it is offered."""
        return f"{self.first_name or ''} {self.last_name or ''}".strip() or self.username or ""


COLUMNS = (
    *("pk", "name", "status", "priority", "created_at", "due_at", "escalated_at", "reminded_at"),
    *("instance__subject", "instance__initiator_name", "instance__process__name"),
    *("owner__first_name", "owner__last_name", "owner__username"),
)
"""Where a `Line` finds its values, in its order."""
