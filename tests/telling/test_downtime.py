"""What was due while nothing ran is told in one message, however much it is."""

from datetime import timedelta

import pytest
from django.core import mail

from tasks import services
from tasks.models import Alarm, Delivery, Notification
from tests.factories import NOW, asked, deployed_source, one_task, person, started
from tests.tasks.ringing import ring_due
from tests.telling.told import ask, send, tell

pytestmark = pytest.mark.django_db

NAMES = ("bob", "carol", "leo")
LATER = NOW + timedelta(days=4)
MINUTE = timedelta(minutes=1)


def deadline(who: str, due: str = "PT8H") -> None:
    person(who)
    source = one_task(
        f'<placet:assignment candidateUsers="{who}"/>'
        f'<placet:deadline completeBy="{due}" remindBefore="PT2H"/>'
    )
    asked(started(deployed_source(source).process), "ask")


def down_for_days() -> None:
    """Leave behind what was due in days, with all that was told before read or sent."""
    tell()
    send(now=NOW)
    mail.outbox.clear()


def test_forty_alarms_of_a_downtime_end_in_one_mail_for_each_person():
    for number in range(20):
        deadline(NAMES[number % 3], f"PT{8 + number}H")
    assert Alarm.objects.count() == 40
    down_for_days()
    # The sweep is cut into pieces, and workers tell and send between them.
    while due := services.claim_due_alarms(now=LATER, limit=7):
        for alarm in due:
            services.ring(alarm_id=alarm, now=LATER)
        tell(now=LATER)
        send(now=LATER)
    assert not Alarm.objects.exists()
    assert mail.outbox == []
    # What was told a little later than the rest goes with it.
    Delivery.objects.filter(pk__in=waiting()[::2]).update(due_at=LATER + 3 * MINUTE)
    send(now=LATER + 2 * MINUTE)
    send(now=LATER + 10 * MINUTE)
    assert sorted(sent.to[0] for sent in mail.outbox) == [f"{name}@example.com" for name in NAMES]


def waiting() -> list[int]:
    return list(Delivery.objects.filter(status="waiting").values_list("pk", flat=True))


def test_a_digest_names_each_task_once_with_its_gravest_news():
    for hours in (8, 9):
        deadline("bob", f"PT{hours}H")
    down_for_days()
    ring_due(LATER)
    tell(now=LATER)
    send(now=LATER + 2 * MINUTE)
    (digest,) = mail.outbox
    assert digest.subject == "What is new for you"
    assert digest.body.count("is overdue") == 2
    assert "is due soon" not in digest.body
    assert Notification.objects.filter(announcement__kind="reminded").count() == 2
    assert set(Delivery.objects.values_list("status", flat=True)) == {"sent"}


def test_the_news_of_one_late_task_reads_like_any_other():
    deadline("bob")
    down_for_days()
    ring_due(LATER)
    tell(now=LATER)
    send(now=LATER + 2 * MINUTE)
    assert [sent.subject for sent in mail.outbox] == ["“Test” is overdue."]


def test_what_is_in_time_does_not_wait_for_what_is_late():
    deadline("bob")
    down_for_days()
    ring_due(LATER)
    ask("bob", now=LATER)
    tell(now=LATER)
    send(now=LATER)
    assert [sent.subject for sent in mail.outbox] == ["“Test” waits for you."]
