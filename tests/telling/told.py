"""What the tests of telling share: having the jobs done, and looking at what came of it."""

from datetime import datetime

from django.contrib.auth.models import User

from tasks import services
from tasks.models import Announcement, Delivery, Notification
from tests.factories import NOW, asked, deployed_source, one_task, person, started


def ask(who: str = "bob", *, now: datetime = NOW, extension: str = ""):
    """Return an open task that asks this user; Alice has started its process."""
    assignment = extension or f'<placet:assignment candidateUsers="{who}"/>'
    person(who)
    return asked(started(deployed_source(one_task(assignment)).process, now=now), "ask")


def tell(*, now: datetime = NOW) -> None:
    """Do what the job does until everybody is told."""
    for announcement_id in services.claim_untold(now=now, limit=100):
        services.tell_everybody(announcement_id, now=now)


def send(*, now: datetime = NOW) -> list[str]:
    """Send what is due, and return the sentences of what went wrong."""
    wrong = []
    while (parcel := services.claim_parcel(now=now)) is not None:
        unsent = services.send_parcel(parcel, now=now)
        if unsent is not None:
            wrong.append(unsent.sentence)
    return wrong


def told(name: str, kind: str = "") -> list[Notification]:
    rows = Notification.objects.filter(user__username=name)
    return list(rows.filter(announcement__kind=kind) if kind else rows)


def of_kind(kind: str) -> Announcement:
    return Announcement.objects.get(kind=kind)


def ways(user: User) -> list[str]:
    return sorted(Delivery.objects.filter(user=user).values_list("channel", flat=True))
