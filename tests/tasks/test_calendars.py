"""Working calendars as administrators keep them: what is accepted, and what it comes to."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tasks.models import Calendar, CalendarDay, CalendarUse
from tests.factories import person, team
from tests.tasks.ringing import calendar

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
THURSDAY = datetime(2026, 4, 30, 13, tzinfo=UTC)  # three o'clock in Berlin


def due(found, hours=4):
    return found.working().deadline(THURSDAY, timedelta(hours=hours)).astimezone(UTC)


def test_public_holidays_are_those_of_the_country_and_the_region():
    corpus_christi = date(2026, 6, 4)
    everywhere = calendar("de", country="DE")
    bavaria = calendar("by", country="DE", subdivision="BY")
    assert date(2026, 5, 1) in everywhere.holidays_in(2026)
    assert corpus_christi not in everywhere.holidays_in(2026)
    assert corpus_christi in bavaria.holidays_in(2026)


def test_a_holiday_is_closed_unless_a_day_of_its_own_opens_it():
    found = calendar(country="DE")
    assert due(found) == datetime(2026, 5, 4, 8, tzinfo=UTC)
    day = CalendarDay.objects.create(calendar=found, date=date(2026, 5, 1), hours="08:00–10:00")
    assert due(found) == datetime(2026, 5, 1, 8, tzinfo=UTC)
    day.delete()
    assert due(found) == datetime(2026, 5, 4, 8, tzinfo=UTC)


def test_days_are_read_once_until_the_calendar_changes():
    found = calendar()
    found.working()
    with CaptureQueriesContext(connection) as queries:
        Calendar.objects.get(pk=found.pk).working()
    assert len(queries) == 1
    found.friday = ""
    found.save()
    assert due(found) == datetime(2026, 5, 4, 8, tzinfo=UTC)


def refused(**changed):
    found = Calendar(**{"key": "office", "name": "Office", **changed})
    with pytest.raises(ValidationError) as refusal:
        found.full_clean()
    return refusal.value.message_dict


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"monday": "9 to 5"}, "monday"),
        ({"monday": "22:00–06:00"}, "monday"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"country": "XX"}, "country"),
        ({"country": "DE", "subdivision": "ZZ"}, "subdivision"),
        ({"subdivision": "BE"}, "subdivision"),
        ({"key": "two words"}, "key"),
    ],
)
def test_a_mistake_stands_beside_its_field(changed, field):
    assert list(refused(**changed)) == [field]


def test_a_calendar_that_never_opens_is_refused():
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    sentences = refused(**dict.fromkeys(days, ""))["__all__"]
    assert sentences[0].startswith("This calendar never opens")


def test_hours_are_kept_in_one_way_of_writing():
    found = Calendar(key="office", name="Office", monday="8-12,13-17", saturday=" 10 – 14:30 ")
    found.full_clean()
    assert (found.monday, found.saturday) == ("08:00–12:00, 13:00–17:00", "10:00–14:30")


def test_there_is_one_default():
    calendar("first", default=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        calendar("second", default=True)
    assert "Another calendar is used where no other is." in refused(default=True)["__all__"]


def test_a_use_is_of_one_process_group_or_person():
    found = calendar()
    both = CalendarUse(calendar=found, user=person("bob"), group=team("finance"))
    for use in (both, CalendarUse(calendar=found)):
        with pytest.raises(ValidationError, match="Choose one"):
            use.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            use.save()


def test_nobody_has_two_calendars():
    CalendarUse.objects.create(calendar=calendar("first"), user=person("bob"))
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarUse.objects.create(calendar=calendar("second"), user=person("bob"))
