"""Out of office on a page: days instead of moments, mistakes beside their fields."""

from datetime import UTC, datetime

import pytest

from tasks.models import Profile, Substitution
from tests.doors.pages import tree, visitor, words
from tests.factories import NOW, away, cast, deployed, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

WEEK = {"first": "2026-03-09", "last": "2026-03-13", "substitute": "carol", "reason": "Skiing"}


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture(autouse=True)
def _everybody():
    cast()


def plan(**changed):
    return visitor(person("bob")).post("/absence/", {**WEEK, **changed})


def test_the_last_day_counts_whole():
    response = plan()
    assert (response.status_code, response.url) == (303, "/absence/")
    planned = Substitution.objects.get()
    assert planned.starts_at == datetime(2026, 3, 9, tzinfo=UTC)
    assert planned.ends_at == datetime(2026, 3, 14, tzinfo=UTC)
    assert (planned.absentee, planned.substitute) == (person("bob"), person("carol"))
    page = visitor(person("bob")).get("/absence/")
    assert "9 March 2026 – 13 March 2026" in words(page)


def test_an_absence_from_today_begins_now():
    plan(first="2026-03-02")
    assert Substitution.objects.get().starts_at == NOW


def test_the_substitute_may_be_called_by_the_full_name():
    carol = person("carol")
    carol.last_name = "Castle"
    carol.save()
    assert plan(substitute="carol  CASTLE").status_code == 303


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"first": ""}, "first", "Choose a day."),
        ({"last": "soon"}, "last", "This is not a day."),
        ({"last": "2026-03-01"}, "last", "This must be later than the start."),
        ({"amount_limit": "a lot"}, "amount_limit", "Enter a number."),
        ({"substitute": "Nobody"}, "substitute", "Nobody here is called “Nobody”."),
        ({"substitute": "bob"}, "substitute", "Choose somebody else."),
        ({"reason": "x" * 201}, "reason", "Write at most 200 characters."),
    ],
)
def test_a_mistake_is_shown_beside_its_field(changed, field, sentence):
    response = plan(**changed)
    assert response.status_code == 422
    assert words(response, f"//*[@id='field-{field}-error']") == sentence
    for name, value in {**WEEK, **changed}.items():
        assert tree(response).xpath(f"//*[@id='field-{name}']/@value") == [value]
    assert not Substitution.objects.exists()


def test_two_absences_do_not_overlap():
    plan()
    response = plan(first="2026-03-13", last="2026-03-20")
    assert response.status_code == 409
    assert "Carol already stands in during this time." in words(response)


def test_every_page_tells_that_one_is_away():
    away(person("bob"), person("carol"))
    frame = words(visitor(person("bob")).get("/inbox/"))
    assert "You are out of office until 9 March. Carol is asked for you." in frame
    assert "out of office until" not in words(visitor(person("carol")).get("/inbox/"))


def test_the_substitute_reads_for_whom():
    away(person("bob"), person("carol"))
    page = words(visitor(person("carol")).get("/absence/"))
    assert "You stand in for" in page
    assert "Bob" in page


def test_an_absence_can_be_ended_now():
    absence = away(person("bob"), person("carol"))
    response = visitor(person("bob")).post(f"/absence/{absence.pk}/end/")
    assert response.status_code == 303
    absence.refresh_from_db()
    assert absence.ends_at == NOW
    assert "Past" in words(visitor(person("bob")).get("/absence/"))


def test_an_absence_that_is_over_cannot_be_ended_again():
    absence = away(person("bob"), person("carol"))
    bob = visitor(person("bob"))
    bob.post(f"/absence/{absence.pk}/end/")
    response = bob.post(f"/absence/{absence.pk}/end/")
    assert response.status_code == 409
    assert "This absence is over already." in words(response)


def test_a_foreign_absence_does_not_exist():
    absence = away(person("bob"), person("carol"))
    response = visitor(person("mallory")).post(f"/absence/{absence.pk}/end/")
    assert response.status_code == 404
    absence.refresh_from_db()
    assert absence.ends_at > NOW


def test_nobody_needs_to_stand_in():
    assert plan(substitute="").status_code == 303
    assert Substitution.objects.get().substitute is None
    assert "Nobody stands in" in words(visitor(person("bob")).get("/absence/"))


def test_an_absence_may_be_for_a_process_and_up_to_an_amount():
    process = deployed()
    plan(processes=[process.key], amount_limit="2500")
    found = Substitution.objects.get()
    assert (list(found.processes.all()), found.amount_limit) == ([process], 2500)
    page = words(visitor(person("bob")).get("/absence/"))
    assert "Purchase approval, up to 2,500" in page or "Purchase approval, up to 2500" in page


def test_a_manager_plans_for_the_team():
    Profile.objects.create(user=person("bob"), manager=person("fiona"))
    fiona = visitor(person("fiona"))
    assert "Who is away?" in words(fiona.get("/absence/"))
    assert fiona.post("/absence/", {**WEEK, "absentee": "bob"}).status_code == 303
    assert Substitution.objects.get().absentee == person("bob")
    assert "Your team" in words(fiona.get("/absence/"))
    ended = fiona.post(f"/absence/{Substitution.objects.get().pk}/end/")
    assert ended.status_code == 303


def test_nobody_plans_for_others_by_hand():
    response = visitor(person("mallory")).post("/absence/", {**WEEK, "absentee": "bob"})
    assert response.status_code == 403
    assert not Substitution.objects.exists()


def test_a_circle_is_told_with_its_names():
    away(person("carol"), person("bob"), days=30)
    response = plan()
    assert response.status_code == 409
    assert "Bob → Carol → Bob" in words(response)


def test_a_substitute_who_is_away_too_is_told():
    away(person("carol"), person("leo"), days=30)
    page = words(visitor(person("bob")).post("/absence/", WEEK, follow=True))
    assert "Carol is away for a part of this time too." in page
