"""Who may open a live connection, and what it tells: attacks 5, 36, 37 and 52 of the list."""

import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from guardian.shortcuts import assign_perm, remove_perm
from websockets.exceptions import InvalidStatus

from portal.urls import websocket as routes
from processes import services as engine
from tasks import services
from tasks.consumers import guard, switchboard
from tasks.consumers import live as consumer
from tasks.consumers.guard import Close, SignedInConsumer, comes_from_this_site
from tests.factories import NOW, asked, away, cast, person, purchase, team
from tests.live_server import LiveServer, Page, served, session_of

pytestmark = pytest.mark.django_db(transaction=True)

INBOX = {"type": "hint", "about": "inbox"}


@pytest.fixture
def server(settings) -> Iterator[LiveServer]:
    """The portal, checking its pages often."""
    settings.LIVE_CHECK_SECONDS = 0.1
    with served() as running:
        yield running


def refused(id_of: object) -> dict[str, str]:
    return {"type": "refused", "id": str(id_of)}


def assert_turned_away(server: LiveServer, session: str, origin: str | None = "own") -> None:
    with (
        pytest.raises(InvalidStatus) as answer,
        Page(server, person("bob"), session, origin=origin),
    ):
        pass
    assert answer.value.response.status_code == 403


# --- Opening ------------------------------------------------------------------------------------


FOREIGN = [
    "https://evil.example",
    "http://127.0.0.1.evil.example",
    "http://127.0.0.1:1",
    "http://localhost",
    "null",
    "file://",
    "//",
    "http://[::1",
    "",
    None,
]


def test_a_page_of_another_site_is_turned_away_even_with_a_good_session(server, caplog):
    session = session_of(person("bob"))
    for origin in FOREIGN:
        assert_turned_away(server, session, origin)
    assert caplog.messages == []


def test_a_page_of_a_trusted_site_may_listen(settings, server):
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example.com", "https://*.example.org"]
    settings.ALLOWED_HOSTS = ["*"]
    for origin in ("https://desk.example.com", "https://a.example.org"):
        assert comes_from_this_site(scope(origin=origin))
    for origin in (
        "http://desk.example.com",
        "https://desk.example.com:8443",
        "https://other.example.com",
        "https://example.org.evil.example",
        "https://evilexample.org",
        "null",
    ):
        assert not comes_from_this_site(scope(origin=origin))


def test_a_host_that_is_not_ours_makes_its_own_pages_foreign(settings):
    settings.ALLOWED_HOSTS = ["portal.example"]
    assert comes_from_this_site(
        scope(origin="http://portal.example:8000", host="portal.example:8000")
    )
    assert not comes_from_this_site(scope(origin="http://rebound.example", host="rebound.example"))
    assert not comes_from_this_site(scope(origin="http://", host=""))


def test_an_address_where_nothing_is_answers_like_a_forbidden_one(server, caplog):
    bob = person("bob")
    with pytest.raises(InvalidStatus) as answer, server.page(bob, path="/ws/other/"):
        pass
    assert answer.value.response.status_code == 403
    assert caplog.messages == []


def test_a_page_without_encryption_is_foreign_to_a_portal_with(settings):
    settings.ALLOWED_HOSTS = ["portal.example"]
    page, same = scope(origin="http://portal.example"), scope(origin="https://portal.example")
    assert comes_from_this_site(page)
    assert not comes_from_this_site({**page, "scheme": "wss"})
    assert comes_from_this_site({**same, "scheme": "wss"})
    settings.SECURE_SSL_REDIRECT = True
    assert not comes_from_this_site(page)
    assert comes_from_this_site(same)


def scope(*, origin: str, host: str = "portal.example") -> dict:
    headers = [(b"host", host.encode()), (b"origin", origin.encode())]
    return {"type": "websocket", "scheme": "ws", "headers": headers}


def test_who_is_not_signed_in_is_turned_away(server):
    for session in ("", "0" * 32, "' OR 1=1 --", "../../etc/passwd"):
        assert_turned_away(server, session)


def test_a_session_that_nobody_has_signed_in_to_is_turned_away(server):
    session = Client().session
    session["visits"] = 1
    session.save()
    assert_turned_away(server, session.session_key)


def test_a_disabled_person_is_turned_away(server):
    bob = person("bob")
    session = session_of(bob)
    bob.is_active = False
    bob.save()
    assert_turned_away(server, session)


def test_a_session_from_before_the_password_was_changed_is_turned_away(server):
    bob = person("bob")
    session = session_of(bob)
    bob.set_password("another one")
    bob.save()
    assert_turned_away(server, session)


def test_somebody_with_very_many_open_pages_gets_no_more(server, monkeypatch):
    monkeypatch.setattr(consumer, "MOST_PAGES", 2)
    bob = person("bob")
    with server.page(bob), server.page(bob):
        assert_turned_away(server, session_of(bob))
        with server.page(person("alice")) as other:
            assert other.until_now() == []


def test_every_websocket_address_is_guarded():
    assert routes
    for route in routes:
        assert issubclass(route.callback.consumer_class, SignedInConsumer)


async def test_a_consumer_that_says_nothing_refuses_everybody(settings, monkeypatch):
    class Forgotten(SignedInConsumer):
        pass

    settings.ALLOWED_HOSTS = ["portal.example"]
    monkeypatch.setattr(guard, "signed_in", lambda session: User(username="dan"))
    opened = {**scope(origin="http://portal.example"), "path": "/ws/forgotten/"}
    socket = ApplicationCommunicator(Forgotten.as_asgi(), opened)
    await socket.send_input({"type": "websocket.connect"})
    assert await socket.receive_output() == {"type": "websocket.close", "code": Close.FORBIDDEN}
    await socket.send_input({"type": "websocket.disconnect", "code": 1006})
    await socket.wait()


# --- Watching -----------------------------------------------------------------------------------


def test_a_foreign_instance_gets_the_answer_of_an_absent_one_and_is_never_heard(server):
    instance = purchase()
    absent, strange = uuid4(), "no id at all"
    with server.page(person("mallory")) as page:
        answers = page.watch(instance.pk, absent, strange)
        assert answers == [refused(instance.pk), refused(absent), refused(strange)]
        services.claim(task_id=asked(instance).pk, person=person("bob"), now=NOW)
        assert page.until_now() == []


def test_a_foreign_instance_among_ones_own_is_the_only_one_refused(server):
    cast()
    own, foreign = purchase(by=person("mallory", "employees")), purchase()
    with server.page(person("mallory")) as page:
        answers = page.watch(foreign.pk, own.pk)
        assert [answer["id"] for answer in answers] == [str(own.pk), str(foreign.pk)]
        assert answers[1] == refused(foreign.pk)


def test_saying_to_have_seen_a_foreign_instance_tells_nothing_about_it(server):
    instance = purchase()
    with server.page(person("mallory")) as page:
        page.tell({"seen": {"instances": {str(instance.pk): 0}}})
        assert page.until_now() == []


def test_more_instances_than_a_page_may_watch_are_refused(server):
    instances = [purchase().pk for _ in range(consumer.MOST_WATCHED + 2)]
    with server.page(person("alice")) as page:
        answers = page.watch(*instances)
        assert answers[consumer.MOST_WATCHED :] == [refused(found) for found in instances[-2:]]
        assert {answer["type"] for answer in answers[: consumer.MOST_WATCHED]} == {"hint"}


def until_checked(page: Page) -> None:
    """Wait until a check has found that the page may watch what it watches."""
    (board,) = (found for found in switchboard._switchboards.values() if found.pages)
    (seen,) = (found for found in board.pages if found.user == page.person.pk)
    deadline = time.monotonic() + 10
    while seen.checked.keys() != seen.watched.keys():
        assert time.monotonic() < deadline
        assert page.until_now() == []


def both(page: Page) -> list[dict]:
    """Return two frames that may come in any order, the hint first."""
    return sorted([page.next(), page.next()], key=lambda frame: frame["type"])


# --- When rights end while connected --------------------------------------------------------------


def test_signing_out_closes_the_pages_of_that_session_only(server):
    bob = person("bob")
    with server.page(bob) as closed, server.page(bob) as other:
        Session.objects.get(pk=closed.session).delete()
        assert closed.close_code() == Close.SIGNED_OUT
        assert other.until_now() == []


def test_a_session_that_expires_is_closed(server):
    with server.page(person("bob")) as page:
        Session.objects.filter(pk=page.session).update(expire_date=timezone.now())
        assert page.close_code() == Close.SIGNED_OUT


def test_disabling_somebody_closes_all_their_pages(server):
    bob = person("bob")
    with server.page(bob) as first, server.page(bob) as second:
        bob.is_active = False
        bob.save()
        assert first.close_code() == Close.SIGNED_OUT
        assert second.close_code() == Close.SIGNED_OUT


def test_deleting_somebody_closes_their_pages(server):
    with server.page(person("mallory")) as page:
        person("mallory").delete()
        assert page.close_code() == Close.SIGNED_OUT


def test_a_new_password_closes_pages_of_the_old_one(server):
    bob = person("bob")
    with server.page(bob) as page:
        bob.set_password("another one")
        bob.save()
        assert page.close_code() == Close.SIGNED_OUT


def test_whoever_leaves_a_group_no_longer_hears_it_nor_its_instances(server):
    instance = purchase()
    bob = person("bob")
    with server.page(bob) as page:
        assert refused(instance.pk) not in page.watch(instance.pk)
        until_checked(page)
        bob.groups.remove(team("managers"))
        assert both(page) == [INBOX, refused(instance.pk)]
        services.claim(task_id=asked(instance).pk, person=person("eve", "managers"), now=NOW)
        purchase()
        assert page.until_now() == []


def test_whoever_no_longer_stands_in_hears_nothing_for_the_other(server):
    instance = purchase()
    absence = away(person("bob"), person("carol"), now=timezone.now())
    with server.page(person("carol")) as page:
        assert refused(instance.pk) not in page.watch(instance.pk)
        until_checked(page)
        absence.ends_at = timezone.now() - timedelta(seconds=1)
        absence.save()
        assert both(page) == [INBOX, refused(instance.pk)]
        services.claim(task_id=asked(instance).pk, person=person("bob"), now=NOW)
        assert page.until_now() == []


@pytest.mark.parametrize("through", ["person", "group"])
def test_an_instance_is_no_longer_heard_when_the_right_to_its_process_is_withdrawn(server, through):
    instance = purchase()
    mallory = person("mallory")
    mallory.groups.add(team("auditors"))
    holder = mallory if through == "person" else team("auditors")
    assign_perm("view_process", holder, instance.process)
    with server.page(mallory) as page:
        assert refused(instance.pk) not in page.watch(instance.pk)
        until_checked(page)
        remove_perm("view_process", holder, instance.process)
        assert page.next() == refused(instance.pk)
        engine.suspend(instance_id=instance.pk, actor=engine.ENGINE, now=NOW)
        assert page.until_now() == []


def test_a_superuser_who_is_one_no_longer_stops_hearing(server):
    instance = purchase()
    dan = person("dan")
    with server.page(dan) as page:
        assert refused(instance.pk) not in page.watch(instance.pk)
        until_checked(page)
        dan.is_superuser = False
        dan.save()
        assert page.next() == refused(instance.pk)


def test_whoever_is_no_longer_asked_stops_hearing_the_instance(server):
    instance = purchase()
    eve = person("eve")
    services.claim(task_id=asked(instance).pk, person=person("bob"), now=NOW)
    services.delegate(task_id=asked(instance).pk, person=person("bob"), to=eve, now=NOW)
    with server.page(eve) as page:
        assert refused(instance.pk) not in page.watch(instance.pk)
        until_checked(page)
        asked(instance).candidates.filter(user=eve).delete()
        services.reassign(
            task_id=asked(instance).pk,
            person=person("dan"),
            to=person("bob"),
            reason="Eve has left.",
            now=NOW,
        )
        while (frame := page.next()) != refused(instance.pk):
            assert frame["type"] == "hint"
        engine.suspend(instance_id=instance.pk, actor=engine.ENGINE, now=NOW)
        assert page.until_now() == []


# --- What a page may send -------------------------------------------------------------------------


def test_a_malformed_message_ends_the_conversation_with_a_code(server):
    for text in ("", "hello", "[" * 8_000, '{"watch": {"instances": "all"}}'):
        with server.page(person("bob")) as page:
            page.socket.send(text)
            assert page.close_code() == Close.MALFORMED


def test_a_binary_message_ends_the_conversation(server):
    with server.page(person("bob")) as page:
        page.socket.send(b"{}")
        assert page.close_code() == Close.MALFORMED


def test_keys_of_a_newer_page_are_let_pass(server):
    with server.page(person("bob")) as page:
        page.tell({"later": [1, 2, 3]})
        assert page.until_now() == []


def test_numbers_beyond_every_sequence_do_no_harm(server):
    instance = purchase()
    with server.page(person("bob")) as page:
        assert page.watch(instance.pk, seen={str(instance.pk): 10**30}) == []
        assert page.watch(instance.pk, seen={str(instance.pk): -(10**30)}) != []


def test_a_message_that_is_far_too_long_ends_the_conversation(server):
    with server.page(person("bob")) as page:
        page.socket.send(" " * (consumer.LARGEST + 1))
        assert page.close_code() == Close.TOO_LARGE


def test_a_flood_of_messages_ends_the_conversation(server):
    with server.page(person("bob")) as page, server.page(person("alice")) as other:
        for _ in range(consumer.AT_ONCE * 3):
            page.tell({})
        assert page.close_code() == Close.TOO_MANY
        assert other.until_now() == []
