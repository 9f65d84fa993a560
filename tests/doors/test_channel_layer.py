"""The embedded channel layer carries messages between threads, in order, and loses none."""

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync
from channels.exceptions import ChannelFull

from portal.channel_layer import ThreadSafeLayer


async def next_message(layer: ThreadSafeLayer, channel: str) -> dict:
    async with asyncio.timeout(5):
        return await layer.receive(channel)


async def test_messages_from_another_thread_all_arrive_in_the_order_they_were_sent():
    layer = ThreadSafeLayer()
    channel = await layer.new_channel()
    await layer.group_add("user.1", channel)

    def send_a_thousand() -> None:
        for number in range(1_000):
            async_to_sync(layer.group_send)("user.1", {"type": "hint", "number": number})

    sender = threading.Thread(target=send_a_thousand)
    sender.start()
    received = [(await next_message(layer, channel))["number"] for _ in range(1_000)]
    sender.join()

    assert received == list(range(1_000))


async def test_four_threads_that_send_at_once_lose_nothing():
    layer = ThreadSafeLayer()
    channels = [await layer.new_channel() for _ in range(3)]
    for channel in channels:
        await layer.group_add("group.7", channel)

    def send(thread: int) -> None:
        for number in range(250):
            async_to_sync(layer.group_send)("group.7", {"type": "hint", "sent": (thread, number)})

    senders = [threading.Thread(target=send, args=[thread]) for thread in range(4)]
    for sender in senders:
        sender.start()
    expected = {(thread, number) for thread in range(4) for number in range(250)}
    for channel in channels:
        received = [(await next_message(layer, channel))["sent"] for _ in range(1_000)]
        assert set(received) == expected
    for sender in senders:
        sender.join()


async def test_who_left_the_group_hears_no_more():
    layer = ThreadSafeLayer()
    stayed, left = await layer.new_channel(), await layer.new_channel()
    await layer.group_add("user.1", stayed)
    await layer.group_add("user.1", left)
    await layer.group_discard("user.1", left)

    await layer.group_send("user.1", {"type": "hint"})
    await layer.send(left, {"type": "last"})

    assert (await next_message(layer, stayed))["type"] == "hint"
    assert (await next_message(layer, left))["type"] == "last"


async def test_a_receiver_may_change_its_message_without_changing_the_others():
    layer = ThreadSafeLayer()
    channels = [await layer.new_channel() for _ in range(2)]
    for channel in channels:
        await layer.group_add("user.1", channel)

    await layer.group_send("user.1", {"type": "hint", "ids": [1]})

    first = await next_message(layer, channels[0])
    first["ids"].append(2)
    assert (await next_message(layer, channels[1]))["ids"] == [1]


async def test_a_sender_is_told_when_the_receiver_is_far_behind():
    layer = ThreadSafeLayer(capacity=2)
    channel = await layer.new_channel()
    for _ in range(2):
        await layer.send(channel, {"type": "hint"})
        await asyncio.sleep(0)

    with pytest.raises(ChannelFull):
        await layer.send(channel, {"type": "hint"})


async def test_a_full_page_does_not_keep_the_message_from_the_others(caplog):
    layer = ThreadSafeLayer(capacity=1)
    full, free = await layer.new_channel(), await layer.new_channel()
    for channel in (full, free):
        await layer.group_add("user.1", channel)
    await layer.send(full, {"type": "earlier"})
    await asyncio.sleep(0)

    await layer.group_send("user.1", {"type": "hint"})

    assert (await next_message(layer, free))["type"] == "hint"
    assert "missed a live message" in caplog.text


async def test_a_page_that_went_away_is_forgotten():
    layer = ThreadSafeLayer()
    channel = await layer.new_channel()
    await layer.group_add("user.1", channel)
    waiting = asyncio.ensure_future(layer.receive(channel))
    await asyncio.sleep(0)

    waiting.cancel()
    await asyncio.wait([waiting])

    assert not layer._mailboxes
    assert not layer._groups


def test_a_page_whose_event_loop_was_closed_is_forgotten():
    layer = ThreadSafeLayer()

    async def open_page() -> None:
        await layer.group_add("user.1", await layer.new_channel())

    asyncio.run(open_page())
    async_to_sync(layer.group_send)("user.1", {"type": "hint"})

    assert not layer._mailboxes
    assert not layer._groups
