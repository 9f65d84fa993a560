"""The bell, the list of notifications, and the page on which people choose what they are told."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks import services
from tasks.models import ChatHook, Notification, Preference
from tasks.rules.telling import CHANNELS, Channel, Kind
from tasks.telling.wishes import wishes_of
from tests.doors.pages import tree, visitor, words
from tests.factories import person
from tests.telling.told import ask, tell, told

pytestmark = pytest.mark.django_db

LIST = "/notifications/"
SETTINGS = "/notifications/settings/"
HOOK = "https://hooks.example.com/services/T0/B1/secret"


def boxes(page) -> dict[str, str]:
    """Return what the form would send as it is."""
    form = tree(page).get_element_by_id("telling-form")
    return {
        name: value
        for name, value in form.form_values()
        if name != "csrfmiddlewaretoken" and value is not None
    }


def test_the_bell_counts_what_is_unread():
    ask("bob")
    ask("bob")
    tell()
    assert "Notifications, 2 unread" in words(visitor(person("bob")).get(LIST), "//*[@id='bell']")
    assert words(visitor(person("mallory")).get(LIST), "//*[@id='bell']") == "Notifications"


def test_the_list_is_ones_own_and_newest_first():
    ask("bob")
    ask("bob")
    tell()
    page = visitor(person("bob")).get(LIST)
    ids = [int(found.get("id")[5:]) for found in tree(page).xpath("//article")]
    assert ids == sorted((row.pk for row in told("bob")), reverse=True)
    assert "Nothing has happened yet" in words(visitor(person("mallory")).get(LIST))


def test_a_long_list_goes_on_where_the_page_ended():
    for _ in range(32):
        ask("bob")
    tell()
    bob = visitor(person("bob"))
    first = bob.get(LIST)
    (more,) = tree(first).xpath("//li[@class='more']/a/@href")
    rest = bob.get(more)
    assert len(tree(first).xpath("//article")) == 30
    assert len(tree(rest).xpath("//article")) == 2


def test_the_list_costs_no_more_for_more():
    def cost() -> int:
        client = visitor(person("bob"))
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len(queries)

    ask("bob")
    tell()
    one = cost()
    for _ in range(9):
        ask("bob")
    tell()
    assert cost() == one


def test_opening_one_marks_it_as_read_and_leads_to_the_task():
    task = ask("bob")
    tell()
    (row,) = told("bob")
    answer = visitor(person("bob")).post(f"{LIST}{row.pk}/")
    assert (answer.status_code, answer["Location"]) == (303, f"/tasks/{task.pk}/")
    assert told("bob")[0].read_at is not None


def test_looking_at_the_list_reads_nothing():
    ask("bob")
    tell()
    bob = visitor(person("bob"))
    for _ in range(3):
        bob.get(LIST)
    assert bob.get(f"{LIST}{told('bob')[0].pk}/").status_code == 405
    assert told("bob")[0].read_at is None


def test_what_came_after_the_page_was_shown_stays_unread():
    ask("bob")
    tell()
    shown = told("bob")[0]
    ask("bob")
    tell()
    visitor(person("bob")).post(f"{LIST}read/", {"up_to": shown.pk})
    assert Notification.objects.filter(read_at=None).count() == 1


def test_nobody_marks_the_notifications_of_others():
    ask("bob")
    tell()
    (row,) = told("bob")
    mallory = visitor(person("mallory"))
    assert mallory.post(f"{LIST}{row.pk}/").status_code == 404
    mallory.post(f"{LIST}read/", {"up_to": row.pk})
    assert told("bob")[0].read_at is None


@pytest.mark.parametrize("text", ["", "x", "-1", "9" * 40])
def test_nonsense_in_an_address_changes_nothing(text):
    ask("bob")
    tell()
    bob = visitor(person("bob"))
    assert bob.get(f"{LIST}?before={text}&only={text}&part={text}").status_code == 200
    assert bob.post(f"{LIST}read/", {"up_to": text}).status_code == 303
    assert told("bob")[0].read_at is None


def test_what_is_saved_unchanged_stays_the_usual():
    bob = visitor(person("bob"))
    assert bob.post(SETTINGS, boxes(bob.get(SETTINGS))).status_code == 303
    assert Preference.objects.get().chosen == {}


def test_a_box_that_is_emptied_is_kept_and_shown():
    bob = visitor(person("bob"))
    sent = boxes(bob.get(SETTINGS))
    del sent["asked.mail"]
    sent["commented.mail"] = "true"
    bob.post(SETTINGS, {**sent, "time_zone": "Europe/Berlin", "digest": "hourly"})
    wishes = wishes_of([person("bob").pk])[person("bob").pk]
    assert not wishes.wants(Kind.ASKED, Channel.MAIL)
    assert wishes.wants(Kind.COMMENTED, Channel.MAIL)
    assert (wishes.zone.key, wishes.digest) == ("Europe/Berlin", "hourly")
    again = boxes(bob.get(SETTINGS))
    assert "asked.mail" not in again
    assert again["time_zone"] == "Europe/Berlin"


def test_saving_keeps_what_the_page_does_not_ask():
    bob = visitor(person("bob"))
    Preference.objects.create(user=person("bob"), language="en")
    assert bob.post(SETTINGS, {**boxes(bob.get(SETTINGS)), "digest": "daily"}).status_code == 303
    saved = Preference.objects.get()
    assert (saved.digest, saved.language) == ("daily", "en")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"quiet_from": "22:00"}, "Quiet hours need both a beginning and an end."),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "would last for ever"),
        ({"quiet_from": "25:99", "quiet_until": "06:00"}, "This is not a time."),
        ({"time_zone": "../../etc/passwd"}, "This time zone is not known."),
        ({"time_zone": "Mars/Olympus"}, "This time zone is not known."),
        ({"digest": "never"}, "Choose one of these."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(changed, sentence):
    bob = visitor(person("bob"))
    answer = bob.post(SETTINGS, {**boxes(bob.get(SETTINGS)), **changed})
    assert answer.status_code == 422
    assert sentence in words(answer, "//*[contains(@class,'form-error')]")
    assert not Preference.objects.exists()


def test_ones_chat_is_kept_as_a_secret_and_can_be_removed():
    bob = visitor(person("bob"))
    bob.post(f"{SETTINGS}chat/", {"format": "slack", "url": HOOK})
    hook = ChatHook.objects.get()
    assert "hooks" not in hook.sealed_url
    assert HOOK not in bob.get(SETTINGS).content.decode()
    bob.post(f"{SETTINGS}chat/", {"format": "teams", "url": ""})
    assert ChatHook.objects.get().sealed_url == hook.sealed_url
    bob.post(f"{SETTINGS}chat/", {"remove": "yes"})
    assert not ChatHook.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.com/x",
        "http://hooks.example.com/x",
        "ftp://hooks.example.com/x",
        "https://bob:secret@hooks.example.com/x",
        "https://hooks.example.com:25/x",
        "https://[::1",
        "file:///etc/passwd",
        "https://hooks.example.com/x#y",
        "https://hooks.example.com/\r\nX: y",
    ],
)
def test_an_address_that_may_not_be_called_is_refused(url):
    answer = visitor(person("bob")).post(f"{SETTINGS}chat/", {"format": "slack", "url": url})
    assert answer.status_code == 422
    assert words(answer, "//*[@id='field-url-error']")
    assert not ChatHook.objects.exists()


def test_the_usual_reaches_who_has_chosen_something_else():
    usual = {kind: CHANNELS[kind] for kind in Kind}
    chosen = {**usual, Kind.ASKED: frozenset({Channel.PUSH})}
    row = services.set_preference(person=person("bob"), wanted=services.Wanted(chosen=chosen))
    assert row.chosen == {"asked": {"mail": False, "chat": False}}
