"""Working calendars in the administration: entered, tried, and kept from who may not."""

import pytest
from django.contrib.auth.models import Permission

from tasks.models import Calendar, CalendarDay, CalendarUse
from tasks.models.calendars import WEEKDAYS
from tests.doors.administration import address, administrator, staff
from tests.doors.pages import visitor, words
from tests.factories import NOW, cast, deployed, person
from tests.tasks.ringing import calendar

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

ADD = "/admin/tasks/calendar/add/"
LIST = "/admin/tasks/calendar/"


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def entered(**changed):
    answers = {
        "name": "Berlin",
        "key": "berlin",
        "time_zone": "Europe/Berlin",
        **dict.fromkeys(WEEKDAYS, ""),
        "monday": "8-12, 13-17",
        "country": "DE",
        "subdivision": "BE",
        "days-TOTAL_FORMS": "1",
        "days-INITIAL_FORMS": "0",
        "days-0-date": "2026-03-09",
        "days-0-hours": "9-12",
        "days-0-name": "Stocktaking",
        "uses-TOTAL_FORMS": "1",
        "uses-INITIAL_FORMS": "0",
        "uses-0-user": str(person("bob").pk),
    }
    return answers | changed


def test_a_calendar_is_entered_with_its_days_and_uses():
    cast()
    administrator().post(ADD, entered())
    found = Calendar.objects.get()
    assert (found.monday, found.tuesday) == ("08:00–12:00, 13:00–17:00", "")
    assert CalendarDay.objects.get().hours == "09:00–12:00"
    assert CalendarUse.objects.get().user == person("bob")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"monday": "9 to 5"}, "“9 to 5” are no hours."),
        ({"monday": ""}, "This calendar never opens"),
        ({"days-0-hours": "12-9"}, "“12-9” are no hours."),
        ({"uses-0-process": "1"}, "Choose one: a process, a group or a person."),
    ],
)
def test_a_mistake_is_told_and_nothing_is_kept(changed, sentence):
    cast()
    if "uses-0-process" in changed:
        changed = {"uses-0-process": str(deployed().pk)}
    page = administrator().post(ADD, entered(**changed))
    assert sentence in words(page)
    assert not Calendar.objects.exists()


def test_the_list_says_what_each_calendar_is():
    calendar("berlin", country="DE", subdivision="BE", default=True)
    text = words(administrator().get(LIST))
    assert "Berlin" in text
    assert "Europe/Berlin" in text
    assert "DE-BE" in text
    assert "Where no other is" in text


def test_a_deadline_is_tried():
    found = calendar("berlin", country="DE", subdivision="BE")
    page = administrator().get(
        address(found, "try"),
        {"span": "P2D", "asked_at_0": "2026-04-02", "asked_at_1": "16:00"},
    )
    text = words(page)
    asked = "A deadline of P2D, asked at Thu 2 April 2026, 16:00"
    assert f"{asked}, is Wed 8 April 2026, 16:00." in text
    assert "That is 16 working hours." in text
    assert "Fri 3 April 2026" in text
    assert "Good Friday" in text


def test_a_span_that_is_none_is_told():
    found = calendar()
    asks = {"asked_at_0": "2026-04-02", "asked_at_1": "16:00"}
    client = administrator()
    page = client.get(address(found, "try"), {**asks, "span": "two days"})
    assert page.status_code == 422
    assert "Write a duration such as P2D" in words(page)
    page = client.get(address(found, "try"), {**asks, "span": "P9999D"})
    assert "There is no such moment within ten years." in words(page)


def test_who_may_not_see_calendars_finds_none():
    cast()
    found = calendar()
    client = visitor(staff("carol"))
    for url in (LIST, ADD, address(found), address(found, "try")):
        assert client.get(url).status_code in (403, 404)


def test_who_may_view_them_changes_nothing():
    cast()
    found = calendar()
    carol = staff("carol")
    carol.user_permissions.add(Permission.objects.get(codename="view_calendar"))
    client = visitor(carol)
    assert client.get(address(found, "try")).status_code == 200
    assert client.post(address(found), entered()).status_code == 403
