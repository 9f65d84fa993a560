"""Messages on their way: once each, together when many, again when a channel is down."""

import smtplib
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from processes.core.errors import WrongState
from tasks import services
from tasks.jobs import send_messages
from tasks.models import ChatHook, Delivery
from tasks.rules.telling import CHANNELS, RETRIES
from tests.factories import NOW, person
from tests.telling.told import ask, send, tell

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


class Broken(EmailBackend):
    """A mail server that fails in the way that a test says."""

    error: Exception = ConnectionRefusedError(111, "refused")
    tries = 0

    def send_messages(self, messages):
        type(self).tries += 1
        raise self.error


@pytest.fixture
def broken(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    Broken.error, Broken.tries = ConnectionRefusedError(111, "refused"), 0
    return Broken


def mended(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def statuses() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("status", flat=True))


def test_one_piece_of_news_goes_out_as_one_mail():
    ask("bob")
    tell()
    assert send() == []
    (sent,) = mail.outbox
    assert sent.to == ["bob@example.com"]
    assert sent.subject == "“Test” waits for you."
    assert statuses() == ["sent"]


def test_what_was_sent_is_not_sent_again():
    ask("bob")
    tell()
    send()
    send(now=NOW + HOUR)
    assert len(mail.outbox) == 1


def test_three_pieces_of_news_go_out_one_by_one_and_four_as_a_digest():
    for _ in range(3):
        ask("bob")
    tell()
    send()
    assert len(mail.outbox) == 3
    for _ in range(4):
        ask("bob", now=NOW + HOUR)
    tell(now=NOW + HOUR)
    send(now=NOW + HOUR)
    assert len(mail.outbox) == 4
    assert mail.outbox[-1].body.count("waits for you") == 4


def test_a_downtime_of_days_ends_with_one_digest_per_person():
    for day in range(12):
        ask("bob", now=NOW + timedelta(days=day))
        ask("carol", now=NOW + timedelta(days=day))
    later = NOW + timedelta(days=20)
    tell(now=later)
    send(now=later)
    assert sorted(sent.to[0] for sent in mail.outbox) == ["bob@example.com", "carol@example.com"]


def test_urgent_news_heads_a_digest():
    for _ in range(4):
        ask("bob")
    tell()
    row = Delivery.objects.order_by("-pk")[0].announcement
    row.kind = "overdue"
    row.save()
    send()
    body = mail.outbox[0].body
    assert body.index("is overdue") < body.index("waits for you")


def test_a_person_who_wants_a_digest_gets_one_however_few_there_are():
    usual = {kind: CHANNELS[kind] for kind in CHANNELS}
    wanted = services.Wanted(chosen=usual, digest="hourly", time_zone="Europe/Berlin")
    services.set_preference(person=person("bob"), wanted=wanted)
    ask("bob")
    ask("bob")
    tell()
    assert send(now=NOW + timedelta(minutes=59)) == []
    assert mail.outbox == []
    send(now=NOW + HOUR)
    assert len(mail.outbox) == 1


def test_what_was_read_in_the_portal_is_not_mailed():
    ask("bob")
    tell()
    services.mark_all_read(person=person("bob"), up_to=2**60, now=NOW)
    send()
    assert mail.outbox == []
    assert statuses() == ["moot"]


def test_what_somebody_else_has_done_meanwhile_is_not_mailed():
    task = ask("bob")
    tell()
    services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW)
    send()
    assert [sent for sent in mail.outbox if "waits" in sent.subject] == []


def test_a_task_that_was_handed_on_is_not_mailed_to_who_had_it():
    task = ask("bob")
    tell()
    services.delegate(task_id=task.pk, person=person("bob"), to=person("carol"), now=NOW)
    send()
    assert mail.outbox == []


def test_who_was_deactivated_gets_nothing():
    ask("bob")
    tell()
    User.objects.filter(username="bob").update(is_active=False)
    send()
    assert mail.outbox == []
    assert statuses() == ["moot"]


def test_a_mail_server_that_is_down_is_asked_once_a_run_and_left_alone(broken):
    for _ in range(3):
        ask("bob")
        ask("carol")
    tell()
    Delivery.objects.update(due_at=NOW)
    send_messages()
    assert broken.tries == 1
    assert set(statuses()) == {"waiting"}


def test_a_channel_that_comes_back_sends_what_waited_as_one(broken, settings):
    for _ in range(5):
        ask("bob")
    tell()
    assert send() == ["The mail server cannot be used (ConnectionRefusedError)."]
    mended(settings)
    send(now=NOW + RETRIES[0])
    assert len(mail.outbox) == 1
    assert set(statuses()) == {"sent"}


def test_a_channel_that_stays_down_is_given_up_and_can_be_tried_again(broken, settings):
    ask("bob")
    tell()
    now = NOW
    for pause in (*RETRIES, timedelta()):
        assert statuses() == ["waiting"]
        send(now=now)
        now += pause
    assert statuses() == ["dead"]
    mended(settings)
    services.retry_delivery(delivery_id=Delivery.objects.get().pk, now=now)
    send(now=now)
    assert statuses() == ["sent"]


def test_only_what_was_given_up_is_tried_again_by_hand():
    ask("bob")
    tell()
    with pytest.raises(WrongState):
        services.retry_delivery(delivery_id=Delivery.objects.get().pk, now=NOW)


def test_a_recipient_that_does_not_exist_is_given_up_at_once(broken):
    broken.error = smtplib.SMTPRecipientsRefused({"bob@example.com": (550, b"unknown")})
    ask("bob")
    tell()
    send()
    assert statuses() == ["dead"]


def test_a_mail_that_may_have_arrived_keeps_its_message_id(broken, settings):
    broken.error = TimeoutError("timed out")
    ask("bob")
    tell()
    send()
    before = Delivery.objects.get().message
    mended(settings)
    send(now=NOW + HOUR)
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<{before}@localhost>"


def test_a_worker_that_died_leaves_a_lease_that_runs_out_and_the_same_message_id():
    ask("bob")
    tell()
    lost = services.claim_parcel(now=NOW)
    assert services.claim_parcel(now=NOW + SECOND) is None
    send(now=NOW + HOUR)
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<{lost.message}@localhost>"


def test_who_lost_the_lease_does_not_write_down_what_came_of_it(broken):
    ask("bob")
    tell()
    slow = services.claim_parcel(now=NOW)
    services.claim_parcel(now=NOW + HOUR)
    services.send_parcel(slow, now=NOW + HOUR)
    assert Delivery.objects.get().attempts == 0


def test_a_dead_channel_does_not_hold_up_another(broken):
    hook = ChatHook(name="Bob", format="slack", user=person("bob"))
    services.set_chat_hook(hook=hook, url="https://chat.invalid/hooks/secret")
    ask("bob")
    tell()
    assert len(send()) == 2
    assert statuses() == ["waiting", "waiting"]


def test_who_was_handed_a_task_gets_a_mail():
    task = ask("bob")
    services.delegate(task_id=task.pk, person=person("bob"), to=person("carol"), now=NOW + SECOND)
    tell(now=NOW + SECOND)
    send(now=NOW + SECOND)
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [
        (["carol@example.com"], "Bob handed you “Test”.")
    ]
