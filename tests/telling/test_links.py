"""Links in messages: they lead one person to a page for some days, and never do anything."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing
from django.test import Client

from processes.core.errors import Absent
from processes.models import HistoryEvent
from tasks.models import Notification, Task
from tasks.telling.links import LIFE, SALT, link_for, path_of
from tests.factories import NOW, person
from tests.telling.told import ask, tell

pytestmark = pytest.mark.django_db

HERE = datetime.now(UTC)


def link(name: str, path: str, *, now: datetime = HERE) -> str:
    return "/go/" + link_for(person(name), path, now=now).rpartition("/go/")[2]


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(person(name))
    return client


def test_a_link_leads_whom_it_was_made_for_to_the_page():
    task = ask("bob")
    answer = signed_in("bob").get(link("bob", f"/tasks/{task.pk}/"))
    assert (answer.status_code, answer["Location"]) == (302, f"/tasks/{task.pk}/")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_a_link_is_useless_for_somebody_else_who_is_signed_in():
    task = ask("bob")
    assert signed_in("mallory").get(link("bob", f"/tasks/{task.pk}/")).status_code == 404


def test_a_link_opens_nothing_without_signing_in():
    task = ask("bob")
    address = link("bob", f"/tasks/{task.pk}/")
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_link_does_nothing_however_often_it_is_followed():
    task = ask("bob")
    tell()
    bob, anybody = signed_in("bob"), Client()
    address = link("bob", f"/tasks/{task.pk}/")
    events = HistoryEvent.objects.count()
    for _ in range(100):
        bob.get(address)
        bob.head(address)
        anybody.get(address)
    assert bob.post(address).status_code == 405
    assert Task.objects.get(pk=task.pk).status == task.status
    assert HistoryEvent.objects.count() == events
    assert Notification.objects.filter(read_at=None).count() == 1


def test_a_link_is_short_lived():
    token = link_for(person("bob"), "/inbox/", now=NOW).rpartition("/")[2]
    assert path_of(token, person("bob"), now=NOW + LIFE) == "/inbox/"
    with pytest.raises(Absent):
        path_of(token, person("bob"), now=NOW + LIFE + timedelta(seconds=1))


def test_a_link_to_a_task_that_was_handed_on_leads_to_a_page_that_is_not_there_for_outsiders():
    task = ask("bob")
    answer = signed_in("mallory").get(link("mallory", f"/tasks/{task.pk}/"), follow=True)
    assert answer.status_code == 404


@pytest.mark.parametrize("change", ["altered", "other purpose", "other key", "nonsense"])
def test_a_token_that_we_did_not_make_for_this_is_refused(change, settings):
    bob = person("bob")
    token = link_for(bob, "/inbox/", now=HERE).rpartition("/")[2]
    until = int((HERE + LIFE).timestamp())
    match change:
        case "altered":
            token = token[:-1] + ("A" if token[-1] != "A" else "B")
        case "other purpose":
            token = signing.Signer(salt="another").sign_object([bob.pk, "/inbox/", until])
        case "other key":
            signer = signing.Signer(key="another key", salt=SALT)
            token = signer.sign_object([bob.pk, "/inbox/", until])
        case "nonsense":
            token = "..::--"
    assert signed_in("bob").get(f"/go/{token}").status_code == 404


def test_a_link_made_with_an_earlier_key_works_while_that_key_is_kept(settings):
    address = link("bob", "/inbox/")
    before, settings.SECRET_KEY = settings.SECRET_KEY, "a new key that is long enough for tests"
    settings.SECRET_KEY_FALLBACKS = [before]
    assert signed_in("bob").get(address).status_code == 302
    settings.SECRET_KEY_FALLBACKS = []
    assert signed_in("bob").get(address).status_code == 404


def test_a_deactivated_person_gets_nowhere():
    client, bob = signed_in("bob"), person("bob")
    address = link("bob", "/inbox/")
    bob.is_active = False
    bob.save()
    assert client.get(address)["Location"].startswith("/accounts/login/")


def test_tokens_of_links_do_not_reach_the_log():
    from portal.log import redact

    said = redact(None, "info", {"path": "/go/WzEsIi9pbmJveC8iXQ:abcdef", "event": "request"})
    assert said["path"] == "/go/[redacted]"
    said = redact(None, "info", {"path": "/accounts/login/?next=%2Fgo%2FWzEsIi9pbmJve"})
    assert "WzEs" not in said["path"]


def test_a_chat_that_many_read_gets_the_plain_address(settings):
    settings.BASE_URL = "https://placet.example"
    assert link_for(None, "/tasks/1/", now=NOW) == "https://placet.example/tasks/1/"
