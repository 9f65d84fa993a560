"""Jobs of telling: woken after the commit, found by the sweep, and safe beside each other."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from processes import wakeups
from tasks import jobs, services
from tasks.models import Announcement, Delivery, Notification
from tests.factories import NOW, person
from tests.telling.told import ask, tell, told


@pytest.fixture(autouse=True)
def _nobody_looked_yet(monkeypatch):
    monkeypatch.setattr(wakeups, "_looked", {})


@pytest.fixture
def woken(monkeypatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(wakeups, "tell", lambda job, arguments: found.append(job) or True)
    return found


@pytest.mark.django_db
def test_a_worker_is_woken_after_the_commit_and_not_before(
    woken, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        ask("bob")
    assert woken == []
    for callback in callbacks:
        callback()
    assert woken == ["tasks.tell"]


@pytest.mark.django_db
def test_many_steps_at_once_wake_one_worker(woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(5):
            ask("bob")
    assert woken == ["tasks.tell"]


@pytest.mark.django_db
def test_the_sweep_tells_people_of_whom_no_worker_heard(monkeypatch):
    sent: list[bool] = []
    monkeypatch.setattr(jobs.send_messages, "delay", lambda: sent.append(True))
    ask("bob", now=timezone.now())
    jobs.tell()
    assert len(told("bob")) == 1
    assert sent == [True]
    jobs.send_messages()
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_an_announcement_that_cannot_be_told_does_not_stop_the_others(monkeypatch):
    ask("bob")
    ask("carol")
    poisoned = Announcement.objects.order_by("pk")[0].pk
    tell_everybody = services.tell_everybody

    def failing(pk, *, now):
        if pk == poisoned:
            raise RuntimeError("a bug")
        tell_everybody(pk, now=now)

    monkeypatch.setattr(services, "tell_everybody", failing)
    jobs.tell()
    assert len(told("carol")) == 1
    assert Announcement.objects.get(pk=poisoned).failures == 1


@pytest.mark.django_db
def test_telling_people_is_no_part_of_the_step(monkeypatch):
    def failing(*_args, **_kwargs):
        raise RuntimeError("a bug")

    monkeypatch.setattr("tasks.telling.spread.notify", failing)
    task = ask("bob")
    services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW)
    task.refresh_from_db()
    assert task.status == "completed"


def at_once(work, count: int = 4) -> None:
    """Run the work in several threads, which begin together."""
    barrier = threading.Barrier(count)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            barrier.wait(timeout=10)
            work()
        except BaseException as error:  # noqa: BLE001 told below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_several_workers_tell_everybody_once(monkeypatch):
    monkeypatch.setattr("tasks.telling.spread.AT_ONCE", 2)
    for name in ("bob", "carol", "fiona", "leo", "dan"):
        person(name, "readers")
    for _ in range(6):
        ask("bob", extension='<placet:assignment candidateGroups="readers"/>')
    pks = list(Announcement.objects.values_list("pk", flat=True))

    def work() -> None:
        for pk in pks:
            services.tell_everybody(pk, now=NOW)

    at_once(work)
    assert Notification.objects.count() == Delivery.objects.count() == 6 * 5


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_several_workers_send_everything_once(monkeypatch):
    names = ("bob", "carol", "fiona", "leo")
    for name in names:
        for _ in range(2):
            ask(name)
        for _ in range(6):
            ask(name, now=NOW)
    tell()
    out: list[list[str]] = []
    monkeypatch.setattr(
        "tasks.telling.mail.send",
        lambda message: out.append([item.link for item in message.items]),
    )
    later = NOW + timedelta(hours=1)

    def work() -> None:
        while (parcel := services.claim_parcel(now=later)) is not None:
            services.send_parcel(parcel, now=later)

    at_once(work)
    assert sum(map(len, out)) == 8 * len(names)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"sent"}
