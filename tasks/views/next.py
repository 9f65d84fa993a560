"""Who is next: the steps that will ask people, if everybody says yes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from processes.models import Instance
from processes.services import forecast
from tasks import routing
from tasks.views.people import listed

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Next:
    """A step ahead; ``people`` is empty where an answer before it decides who is asked."""

    label: str
    people: str


def next_of(instance: Instance, *, now: datetime) -> dict[str, Any]:
    """Return the context of ``next.html``: the next few steps, and how many more there are."""
    if instance.status not in (Instance.Status.RUNNING, Instance.Status.SUSPENDED):
        return {"ahead": [], "more": 0}
    found = forecast(instance, now=now)
    shown = [
        Next(step.label, listed(routing.preview(step.asked, instance, step.node, now=now)))
        for step in found[:SHOWN]
    ]
    return {"ahead": shown, "more": len(found) - len(shown)}
