"""The desk: where the engine hands a question to people, without knowing who they are.

``settings.TASK_DESK`` names the class, as ``EMAIL_BACKEND`` names a mailer. It is called inside
the step's transaction and adds its rows to the step's batch.
"""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from processes.core import events as ev

if TYPE_CHECKING:
    from processes.models import Incident
    from processes.store import Step


class TaskDesk(Protocol):
    def open(self, step: "Step", event: ev.TaskOpened) -> None:
        """Put the question of ``event`` to the people it asks."""

    def withdraw(self, step: "Step", event: ev.TaskWithdrawn) -> None:
        """Take the question back: nobody can answer it any more."""

    def hold(self, step: "Step") -> None:
        """Stop every clock: an operator has suspended the instance."""

    def go_on(self, step: "Step") -> None:
        """Let the clocks go on from where they stood."""

    def report(self, step: "Step", incident: "Incident") -> None:
        """Let the operators of the process know of an incident that is being raised."""

    def instances_asking(self, person: Any, *, now: datetime) -> QuerySet[Any, Any]:
        """Return the ids of instances in which an open task asks this person."""

    def open_tasks(self, instance: Any) -> QuerySet[Any, Any]:
        """Return what people are asked in the instance now: rows with id, node, name and so on."""


@cache
def task_desk() -> TaskDesk:
    desk: TaskDesk = import_string(settings.TASK_DESK)()
    return desk
