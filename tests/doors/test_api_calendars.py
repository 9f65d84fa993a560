"""Working calendars over REST: for who may view them, absent for everybody else."""

import pytest
from django.contrib.auth.models import Permission

from tests.doors.api import Caller
from tests.factories import person
from tests.tasks.ringing import calendar

pytestmark = pytest.mark.django_db

FRIDAY = "2026-03-06T16:00:00+01:00"


@pytest.fixture
def system(db):
    carol = person("carol")
    carol.user_permissions.add(Permission.objects.get(codename="view_calendar"))
    return Caller(carol)


def test_calendars_are_listed_with_their_hours(system):
    calendar("berlin", country="DE", subdivision="BE", default=True)
    [found] = system.read("calendars/").json()["results"]
    assert found["hours"]["monday"] == "08:00–12:00, 13:00–17:00"
    assert found["hours"]["sunday"] == ""
    assert (found["key"], found["time_zone"], found["default"]) == ("berlin", "Europe/Berlin", True)


def test_a_deadline_is_reckoned(system):
    calendar("berlin")
    found = system.read("calendars/berlin/deadline/", since=FRIDAY, span="P2D")
    assert found.json() == {"due_at": "2026-03-10T15:00:00Z", "working_minutes": 960}


@pytest.mark.parametrize("span", ["two days", "-P1D", "P9999D", "P1M2D"])
def test_what_is_no_span_is_refused_beside_its_field(system, span):
    calendar("berlin")
    found = system.read("calendars/berlin/deadline/", since=FRIDAY, span=span)
    assert (found.status_code, found.json()["code"]) == (422, "invalid_span")
    assert [error["field"] for error in found.json()["errors"]] == ["span"]


def test_an_unknown_calendar_is_absent(system):
    found = system.read("calendars/nowhere/deadline/", since=FRIDAY, span="P2D")
    assert (found.status_code, found.json()["code"]) == (404, "calendar_not_found")


def test_who_may_not_view_calendars_finds_none():
    calendar("berlin")
    mallory = Caller(person("mallory"))
    assert mallory.read("calendars/").json()["results"] == []
    assert mallory.read("calendars/berlin/deadline/", since=FRIDAY, span="P2D").status_code == 404
