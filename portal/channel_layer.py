"""The channel layer of the embedded mode: one process, but several threads and event loops."""

import asyncio
import logging
import secrets
import threading
from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import BaseChannelLayer

log = logging.getLogger(__name__)

Message = dict[str, Any]


@dataclass
class _Mailbox:
    """Messages for one channel. Only the thread of ``loop`` touches ``queue``."""

    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)


class ThreadSafeLayer(BaseChannelLayer):
    """Carry messages between the threads of one process, in the order they were sent.

    Channels' own in-memory layer touches the receiver's queue from the sender's thread, so a
    message sent by a job arrives late or never. Here it is handed to the receiver's event loop.
    Like the Redis layer it knows the channels that somebody here has opened, and no others.
    """

    extensions = ["groups", "flush"]

    def __init__(self, capacity: int = 10_000) -> None:
        super().__init__(capacity=capacity)
        self._lock = threading.Lock()
        self._mailboxes: dict[str, _Mailbox] = {}
        self._groups: defaultdict[str, set[str]] = defaultdict(set)

    async def new_channel(self, prefix: str = "specific.") -> str:
        """Return the name of a new channel that the running event loop will receive on."""
        channel = f"{prefix}inmemory!{secrets.token_hex(8)}"
        self._mailbox(channel)
        return channel

    async def send(self, channel: str, message: Message) -> None:
        """Put a message on one channel; ``ChannelFull`` when its receiver is far behind."""
        self.require_valid_channel_name(channel)
        with self._lock:
            mailbox = self._mailboxes.get(channel)
        if mailbox is None:
            return
        if mailbox.queue.qsize() >= self.capacity:
            raise ChannelFull(channel)
        self._deliver(channel, mailbox, message)

    async def receive(self, channel: str) -> Message:
        """Wait for the next message on a channel. Cancelling it closes the channel."""
        self.require_valid_channel_name(channel)
        try:
            return await self._mailbox(channel).queue.get()
        except (asyncio.CancelledError, GeneratorExit):
            self._close(channel)
            raise

    async def group_add(self, group: str, channel: str) -> None:
        """Let the channel hear what is sent to the group."""
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        with self._lock:
            self._groups[group].add(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        """Let the channel no longer hear the group."""
        self.require_valid_group_name(group)
        with self._lock:
            self._leave(group, channel)

    async def group_send(self, group: str, message: Message) -> None:
        """Put a message on every channel of the group; one that is full misses it."""
        self.group_send_now(group, message)

    def group_send_now(self, group: str, message: Message) -> None:
        """Do the same from any thread, without an event loop."""
        self.require_valid_group_name(group)
        with self._lock:
            listening = [
                (channel, self._mailboxes[channel])
                for channel in self._groups.get(group, ())
                if channel in self._mailboxes
            ]
        for channel, mailbox in listening:
            if mailbox.queue.qsize() >= self.capacity:
                log.warning("A page is too far behind and missed a live message")
                continue
            self._deliver(channel, mailbox, message)

    async def flush(self) -> None:
        """Forget all channels, groups and messages."""
        with self._lock:
            self._mailboxes.clear()
            self._groups.clear()

    def _mailbox(self, channel: str) -> _Mailbox:
        with self._lock:
            if channel not in self._mailboxes:
                self._mailboxes[channel] = _Mailbox(asyncio.get_running_loop())
            return self._mailboxes[channel]

    def _deliver(self, channel: str, mailbox: _Mailbox, message: Message) -> None:
        try:
            mailbox.loop.call_soon_threadsafe(mailbox.queue.put_nowait, deepcopy(message))
        except RuntimeError:
            # The receiver's loop was closed without its consumer saying goodbye.
            self._close(channel)

    def _close(self, channel: str) -> None:
        with self._lock:
            self._mailboxes.pop(channel, None)
            for group in [name for name, members in self._groups.items() if channel in members]:
                self._leave(group, channel)

    def _leave(self, group: str, channel: str) -> None:
        members = self._groups.get(group)
        if members is None:
            return
        members.discard(channel)
        if not members:
            del self._groups[group]
