"""One websocket for everything that a page shows: ``/ws/live/``.

The page says what it shows and what of it it has seen, on every connection and whenever that
changes::

    {"watch": {"instances": ["<uuid>"]}, "seen": {"inbox": "<stamp>", "instances": {"<uuid>": 7}}}

The server answers at once for all that is newer, then as things happen, with hints only::

    {"type": "hint", "about": "inbox"}
    {"type": "hint", "about": "notifications"}
    {"type": "hint", "about": "instance", "id": "<uuid>", "sequence": 8}
    {"type": "refused", "id": "<uuid>"}

Hints about one's inbox and notifications, and about instances one has started, need no watching.
"""

import asyncio
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from tasks import live
from tasks.consumers.asking import look_up
from tasks.consumers.guard import Close, SignedInConsumer
from tasks.consumers.page import OpenPage, instance_hint
from tasks.consumers.shown import Malformed, Shown, instance_id, read
from tasks.consumers.switchboard import Deaf, Switchboard, switchboard

MOST_WATCHED = 20
"""Instances that one page watches; those beyond are refused."""
MOST_PAGES = 50
"""Open pages of one person."""
LARGEST = 16_384
"""Characters of one message; what pages send stays far below."""
PER_SECOND, AT_ONCE = 5, 20
"""Messages that a page may send in the long run, and in a burst."""


class LiveConsumer(SignedInConsumer):
    """Tells one open page that something has changed, and closes when it may not know."""

    page: OpenPage
    board: Switchboard | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Read and write side by side, until either ends."""
        self.accepted = asyncio.Event()
        self.allowance = Allowance()
        self.writer = asyncio.ensure_future(self._write())
        reader = asyncio.ensure_future(super().__call__(scope, receive, send))
        sides = {reader, self.writer}
        try:
            done, _ = await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for side in sides:
                side.cancel()
            await asyncio.gather(*sides, return_exceptions=True)
            if self.board is not None:
                await self.board.leave(self.page)
        for side in done:
            if not side.cancelled():
                side.result()

    async def enter(self, user: User, session: str) -> None:
        """Let the person hear what concerns them."""
        board = switchboard()
        found = await look_up(live.listening, [user.pk], now=timezone.now())
        if user.pk not in found:
            await self.close(Close.SIGNED_OUT)
            return
        if sum(page.user == user.pk for page in board.pages) >= MOST_PAGES:
            await self.close(Close.TOO_MANY)
            return
        self.board, self.page = board, OpenPage(user, session, self.writer.cancel)
        try:
            await board.join(self.page, found[user.pk].groups)
        except Deaf:
            await self.close(Close.TRY_AGAIN)
            return
        await self.accept()
        self.accepted.set()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take in what the page shows; anything else ends the conversation."""
        if not self.allowance.take(asyncio.get_running_loop().time()):
            self.page.hang_up(Close.TOO_MANY)
        elif text_data is not None and len(text_data) > LARGEST:
            self.page.hang_up(Close.TOO_LARGE)
        else:
            try:
                await self._catch_up(read(text_data or ""))
            except Malformed:
                self.page.hang_up(Close.MALFORMED)
            except Deaf:
                self.page.hang_up(Close.TRY_AGAIN)

    async def _catch_up(self, shown: Shown) -> None:
        """Watch what the page shows, then tell what is newer than it has seen, in this order.

        So whatever happens meanwhile is told at least once.
        """
        page = self.page
        refused = [] if shown.instances is None else await self._watch(shown.instances)
        sequences, stamp = await look_up(
            live.progress, page.user, list(page.watched), now=timezone.now()
        )
        for watched in page.watched.keys() & sequences.keys():
            sequence = sequences[watched]
            if watched in shown.sequences:
                page.saw(watched, shown.sequences[watched])
            page.hear_instance(watched, sequence, instance_hint(str(watched), sequence))
        if shown.stamp is not None and shown.stamp != stamp:
            page.hear_inbox()
        for text in refused:
            page.refuse(text)

    async def _watch(self, wanted: tuple[str, ...]) -> list[str]:
        """Watch what the person may see of it; return the others as the page wrote them."""
        assert self.board is not None  # noqa: S101 nothing is received before `enter` has joined
        ids = {text: instance_id(text) for text in wanted}
        known = list(dict.fromkeys(filter(None, ids.values())))[:MOST_WATCHED]
        allowed = await look_up(live.watchable, self.page.user, known, now=timezone.now())
        await self.board.watch(self.page, allowed)
        return [text for text, found in ids.items() if found not in allowed]

    async def _write(self) -> None:
        await self.accepted.wait()
        page, loop = self.page, asyncio.get_running_loop()
        try:
            while page.ended is None:
                for frame in await page.frames():
                    page.sending_since = loop.time()
                    await self.base_send({"type": "websocket.send", "text": frame})
                page.sending_since = None
            page.sending_since = loop.time()
            await self.close(page.ended)
        except OSError:
            """The page is gone; what it missed, it asks for when it comes back."""


class Allowance:
    """How many messages a page may still send; it fills up as time passes."""

    def __init__(self) -> None:
        self._left = float(AT_ONCE)
        self._since = 0.0

    def take(self, now: float) -> bool:
        """Use one, if there is one. ``now`` is in seconds of any steady clock."""
        self._left = min(AT_ONCE, self._left + (now - self._since) * PER_SECOND)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
