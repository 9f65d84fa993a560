"""The calendar of one's deadlines, read by programs that know its secret address."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from icalendar import Calendar

from tasks import services
from tests.doors.pages import visitor
from tests.factories import NOW, cast, purchase

pytestmark = pytest.mark.django_db


def address(secret):
    return f"/calendar/{secret}.ics"


def feed(name="bob"):
    return services.renew_feed(person=cast()[name], now=NOW)


def events(response):
    return Calendar.from_ical(response.content).walk("VEVENT")


def test_my_deadlines_are_events_with_the_address_of_the_task():
    task = purchase().tasks.get()
    (event,) = events(Client().get(address(feed())))
    assert event["DTSTART"].dt == task.due_at.astimezone(UTC)
    assert event["SUMMARY"] == f"{task.name}: {task.instance.subject}"
    assert event["URL"].endswith(f"/tasks/{task.pk}/")
    assert event["UID"] == f"{task.pk}@placet"


def test_a_task_that_does_not_ask_me_is_not_in_my_calendar():
    purchase()
    assert events(Client().get(address(feed("leo")))) == []


def test_nobody_reads_it_without_the_secret():
    feed()
    assert Client().get(address("x" * 43)).status_code == 404


def test_a_new_address_ends_the_old_one():
    old, new = feed(), feed()
    assert Client().get(address(old)).status_code == 404
    assert Client().get(address(new)).status_code == 200


def test_a_revoked_address_is_worth_nothing():
    secret = feed()
    visitor(cast()["bob"]).post("/calendar/revoke/")
    assert Client().get(address(secret)).status_code == 404


def test_a_deactivated_person_has_no_calendar():
    secret, bob = feed(), cast()["bob"]
    bob.is_active = False
    bob.save()
    assert Client().get(address(secret)).status_code == 404


def test_the_secret_is_not_stored():
    secret = feed()
    assert secret not in str(list(cast()["bob"].calendar_feed.__class__.objects.values()))


def test_what_has_not_changed_is_not_sent_again():
    purchase()
    secret = feed()
    etag = Client().get(address(secret))["ETag"]
    assert Client().get(address(secret), headers={"If-None-Match": etag}).status_code == 304


def test_a_subject_with_line_breaks_makes_no_event_of_its_own():
    purchase(title="Laptops\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Free money")
    (event,) = events(Client().get(address(feed())))
    assert "Free money" in event["SUMMARY"]


def test_the_times_are_told_in_utc():
    purchase(now=datetime(2026, 7, 1, 9, 0, tzinfo=UTC))
    text = Client().get(address(feed())).content.decode()
    assert "DTSTART:2026" in text
    assert "Z\r\n" in text
