"""The inbox page: who sees which task, in which order, and how much it asks the database."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tasks import services
from tasks.models import Alarm, Profile, SavedFilter
from tests.doors.pages import said, tree, visitor, words
from tests.factories import NOW, asked, away, cast, deployed, person, purchase, started

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

ROWS = "//*[@data-row]"


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def titles(response):
    return [row.get("data-row") for row in tree(response).xpath(ROWS)]


def test_somebody_who_is_not_signed_in_is_asked_to(client: Client):
    response = client.get("/inbox/")
    assert response.status_code == 302
    assert response.url == "/accounts/login/?next=/inbox/"


def test_the_house_number_leads_to_the_inbox():
    assert visitor(person("bob")).get("/").url == "/inbox/"


def test_a_task_shows_what_is_asked_by_whom_and_until_when():
    purchase()
    row = words(visitor(person("bob")).get("/inbox/"), ROWS)
    assert "Purchase of Laptops" in row
    assert "Manager review · Purchase approval" in row
    assert "Alice" in row
    assert "in 24 h" in row


def test_the_page_opens_where_something_waits():
    task = asked(purchase())
    bob = visitor(person("bob"))
    assert words(bob.get("/inbox/"), "//*[@aria-current][contains(@href, 'scope')]") == "Offered 1"
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    assert words(bob.get("/inbox/"), "//*[@aria-current][contains(@href, 'scope')]") == "Mine 1"


def test_nobody_else_sees_it():
    purchase()
    assert titles(visitor(person("mallory")).get("/inbox/?scope=offered")) == []
    assert titles(visitor(person("fiona")).get("/inbox/?scope=offered")) == []


def test_an_empty_inbox_says_what_would_be_there():
    cast()
    response = visitor(person("bob")).get("/inbox/")
    assert "Nothing waits for you" in words(response)


def test_what_was_decided_stays_with_its_answer():
    task = asked(purchase())
    bob = person("bob")
    services.complete(task_id=task.pk, person=bob, outcome="rejected", comment="No.", now=NOW)
    row = words(visitor(bob).get("/inbox/?scope=done"), ROWS)
    assert "Purchase of Laptops" in row
    assert "Rejected" in row


def test_the_substitute_reads_in_whose_place_the_task_comes():
    purchase()
    away(person("bob"), person("carol"))
    row = words(visitor(person("carol")).get("/inbox/?scope=offered"), ROWS)
    assert "For Bob" in row


def test_an_escalated_task_says_so_and_how_late_it_is(time_machine):
    task = asked(purchase())
    late = NOW + timedelta(hours=26)
    services.ring(alarm_id=Alarm.objects.get(task=task, kind="escalate").pk, now=late)
    time_machine.move_to(late, tick=False)
    row = words(visitor(person("carol")).get("/inbox/?scope=offered"), ROWS)
    assert "Escalated" in row
    assert "2 h late" in row


def test_search_finds_every_word_wherever_it_stands():
    purchase(title="Laptops for design")
    purchase(title="A standing desk")
    bob = visitor(person("bob"))
    assert titles(bob.get("/inbox/?scope=offered&q=alice laptops")) == [
        "Purchase of Laptops for design"
    ]
    response = bob.get("/inbox/?scope=offered&q=zeppelin")
    assert titles(response) == []
    assert "Nothing found" in words(response)


def test_markup_in_a_subject_stays_text():
    purchase(title="<script>alert(1)</script>")
    response = visitor(person("bob")).get("/inbox/?scope=offered")
    assert titles(response) == ["Purchase of <script>alert(1)</script>"]
    assert b"<script>alert" not in response.content


def many(count):
    cast()
    process = deployed()
    return [
        started(process, title=f"Thing {number}", amount=10, now=NOW + timedelta(minutes=number))
        for number in range(count)
    ]


def test_a_long_list_goes_on_where_the_page_ended():
    many(52)
    bob = visitor(person("bob"))
    first = bob.get("/inbox/?scope=offered")
    assert titles(first) == [f"Purchase of Thing {number}" for number in range(50)]
    (more,) = tree(first).xpath("//a[text()='Show more']/@href")
    rest = bob.get(f"{more}&part=rows")
    assert titles(rest) == ["Purchase of Thing 50", "Purchase of Thing 51"]
    assert "Next 7 days" in said(first)
    assert "Next 7 days" not in said(rest), "the group is named once"


def test_a_page_that_looks_again_gets_as_many_rows_as_it_shows():
    many(52)
    again = visitor(person("bob")).get("/inbox/?scope=offered&part=live&rows=52")
    assert len(titles(again)) == 52
    assert b"<html" not in again.content


@pytest.mark.parametrize(
    "query", ["after=nonsense", "after=AAAA", "rows=-1", "rows=9999999999", "scope=%00", "q=%00"]
)
def test_a_query_that_makes_no_sense_shows_the_list(query):
    purchase()
    assert titles(visitor(person("bob")).get(f"/inbox/?{query}")) == ["Purchase of Laptops"]


def test_the_pulse_is_small_and_carries_count_and_stamp():
    purchase()
    response = visitor(person("bob")).get("/inbox/?part=pulse")
    (pulse,) = tree(response).xpath("//*[@id='pulse']")
    assert pulse.get("data-count") == "1"
    assert len(pulse.get("data-stamp")) == 16
    assert len(response.content) < 1_000


def test_more_rows_do_not_ask_the_database_more_often():
    many(2)
    bob = visitor(person("bob"))
    bob.get("/inbox/?scope=offered")
    with CaptureQueriesContext(connection) as few:
        bob.get("/inbox/?scope=offered")
    many(20)
    with CaptureQueriesContext(connection) as some:
        bob.get("/inbox/?scope=offered")
    assert len(some) == len(few)
    assert len(some) <= 12


def test_filters_narrow_the_list_and_its_counts():
    purchase(title="Laptops")
    purchase(by=person("fiona"), title="Chairs")
    bob = visitor(person("bob"))
    response = bob.get("/inbox/?scope=offered&initiator=fiona&due=week")
    assert titles(response) == ["Purchase of Chairs"]
    assert words(response, "//*[@aria-current][contains(@href, 'scope')]") == "Offered 1"
    assert words(response, "//*[@id='count-side']") == "2", "the frame counts everything"
    assert titles(bob.get("/inbox/?scope=offered&due=overdue")) == []
    assert titles(bob.get("/inbox/?scope=offered&process=onboarding")) == []
    assert titles(bob.get("/inbox/?scope=offered&priority=high")) == []


def test_only_processes_of_ones_own_work_are_offered_to_filter_by():
    purchase()
    options = "//select[@name='process']/option[@value!='']"
    assert words(visitor(person("bob")).get("/inbox/"), options) == "Purchase approval"
    assert words(visitor(person("mallory")).get("/inbox/"), options) == ""


def test_a_filter_is_kept_used_and_deleted():
    purchase()
    bob = visitor(person("bob"))
    sent = {"name": "Late ones", "query": "scope=offered&due=overdue&after=zzz&nonsense=1"}
    assert bob.post("/inbox/filters/", sent).url == "/inbox/?scope=offered&due=overdue"
    page = bob.get("/inbox/")
    assert tree(page).xpath("//a[text()='Late ones']/@href") == [
        "/inbox/?scope=offered&due=overdue"
    ]
    kept = SavedFilter.objects.get()
    assert visitor(person("mallory")).post(f"/inbox/filters/{kept.pk}/delete/").status_code == 404
    assert "Late ones" not in words(visitor(person("mallory")).get("/inbox/"))
    bob.post(f"/inbox/filters/{kept.pk}/delete/")
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("name", "query", "sentence"),
    [("", "due=week", "Give the filter a name"), ("All", "scope=mine", "leaves nothing out")],
)
def test_a_filter_that_makes_no_sense_is_not_kept(name, query, sentence):
    cast()
    bob = visitor(person("bob"))
    answer = bob.post("/inbox/filters/", {"name": name, "query": query}, follow=True)
    assert sentence in words(answer)
    assert not SavedFilter.objects.exists()


def test_the_team_is_shown_to_who_leads_one_and_only_to_look_at():
    task = asked(purchase())
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    Profile.objects.create(user=person("bob"), manager=person("leo"))
    response = visitor(person("leo")).get("/inbox/?scope=team")
    assert titles(response) == ["Purchase of Laptops"]
    assert "held by Bob" in words(response, ROWS)
    assert not tree(response).xpath(f"//a[contains(@href, '{task.pk}')]")
    other = visitor(person("fiona")).get("/inbox/?scope=team")
    assert "Team" not in words(other, "//ul[@id='tabs']")
    assert titles(other) == []
