"""Connects the channel layer with all open pages of a process.

One channel hears for every page, so a hint to a group of 500 costs one message and not 500, a page
that does not read holds nobody up, and one look at the database checks the rights of all of them.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from itertools import islice
from math import ceil
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from channels.layers import get_channel_layer
from django.conf import settings
from django.utils import timezone
from redis.exceptions import RedisError

from processes.services import instance_group
from tasks import live
from tasks.consumers.asking import look_up
from tasks.consumers.guard import Close
from tasks.consumers.page import OpenPage, instance_hint

log = structlog.get_logger(__name__)

PATIENCE = 3.0
"""Seconds that the channel layer, or a look at the database, may take."""
TRUSTED = 5.0
"""Seconds after which a page that was not checked again is told nothing, whatever held that up."""
LOOK = 100
"""Pages that are checked with one look at the database, so that no look takes long."""
SLOW = 20.0
"""Seconds after which a page that takes nothing in is given up."""


class Deaf(Exception):
    """No message comes through, so a page would wait for hints in vain."""


class Switchboard:
    """Membership changes at once in memory; ``_settle`` then makes the channel layer follow."""

    def __init__(self) -> None:
        # In the order in which they were checked; the first has waited longest.
        self.pages: dict[OpenPage, None] = {}
        self._listeners: dict[str, set[OpenPage]] = {}
        self._subscribed: set[str] = set()
        self._lock = asyncio.Lock()
        self._layer: Any = None
        self._channel = ""
        self._tasks: list[asyncio.Task[None]] = []
        self._echo = asyncio.Event()
        self._retired = False

    async def join(self, page: OpenPage, groups: Iterable[str]) -> None:
        """Let the page hear these groups from now on. Raises Deaf."""
        self.pages[page] = None
        page.trust(trusted_seconds())
        try:
            async with self._lock:
                if not self._tasks:
                    await self._start()
            page.groups = frozenset(groups)
            await self._settle(self._add(page, page.groups))
        except (OSError, RedisError) as error:
            raise Deaf from error
        if self._retired:
            raise Deaf

    async def leave(self, page: OpenPage) -> None:
        """Forget the page; the last one turns off the light."""
        self.pages.pop(page, None)
        with suppress(OSError, RedisError):
            await self._settle(self._drop(page))
        async with self._lock:
            if not self.pages:
                await self._stop()

    async def watch(self, page: OpenPage, instances: Collection[UUID]) -> None:
        """Let the page hear these instances, and no others. Raises Deaf."""
        gone = [i for i in page.watched if i not in instances]
        for instance_id in gone:
            del page.watched[instance_id]
            page.checked.pop(instance_id, None)
        changed = self._remove(page, map(instance_group, gone))
        for instance_id in instances:
            page.watched.setdefault(instance_id, 0)
        changed |= self._add(page, map(instance_group, instances))
        try:
            await self._settle(changed)
        except (OSError, RedisError) as error:
            raise Deaf from error

    def hang_up(self, page: OpenPage, why: Close) -> set[str]:
        """Close the page's socket; it hears nothing from this moment on."""
        page.hang_up(why)
        return self._drop(page)

    # --- Membership ---------------------------------------------------------------------------

    def _add(self, page: OpenPage, groups: Iterable[str]) -> set[str]:
        changed = set(groups)
        for group in changed:
            self._listeners.setdefault(group, set()).add(page)
        return changed

    def _remove(self, page: OpenPage, groups: Iterable[str]) -> set[str]:
        changed = set(groups)
        for group in changed:
            listeners = self._listeners.get(group, set())
            listeners.discard(page)
            if not listeners:
                self._listeners.pop(group, None)
        return changed

    def _drop(self, page: OpenPage) -> set[str]:
        return self._remove(page, [*page.groups, *map(instance_group, page.watched)])

    async def _settle(self, groups: Iterable[str]) -> None:
        async with self._lock, asyncio.timeout(PATIENCE):
            for group in groups:
                if group in self._listeners and group not in self._subscribed:
                    await self._layer.group_add(group, self._channel)
                    self._subscribed.add(group)
                elif group not in self._listeners and group in self._subscribed:
                    self._subscribed.discard(group)
                    with suppress(OSError, RedisError):
                        await self._layer.group_discard(group, self._channel)

    # --- Listening ----------------------------------------------------------------------------

    async def _start(self) -> None:
        self._layer = get_channel_layer()
        async with asyncio.timeout(PATIENCE):
            self._channel = await self._layer.new_channel()
        listening = asyncio.create_task(self._listen())
        try:
            await self._hear_ourselves()
        except BaseException:
            listening.cancel()
            raise
        self._tasks = [listening, asyncio.create_task(self._guard())]

    async def _stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            message = await self._layer.receive(self._channel)
            try:
                self._pass_on(message)
            except (KeyError, TypeError, ValueError):
                log.exception("live_message_malformed")

    def _pass_on(self, message: dict[str, Any]) -> None:
        if message["type"] == "echo":
            self._echo.set()
            return
        pages = self._listeners.get(message["group"], ())
        if message["about"] == "inbox":
            for page in pages:
                page.hear_inbox()
            return
        if message["about"] == "notifications":
            for page in pages:
                page.hear_notifications()
            return
        instance_id, sequence = UUID(message["id"]), message["sequence"]
        frame = instance_hint(message["id"], sequence)
        for page in pages:
            page.hear_instance(instance_id, sequence, frame)

    # --- Guarding -----------------------------------------------------------------------------

    async def _guard(self) -> None:
        """Every few seconds: do we still hear, and may they still?"""
        try:
            while True:
                looks = max(1, ceil(len(self.pages) / LOOK))
                await asyncio.sleep(settings.LIVE_CHECK_SECONDS / looks)
                self._give_up_the_slow()
                await self._hear_ourselves()
                async with asyncio.timeout(PATIENCE):
                    await self._check(self._next_to_check())
        except (OSError, RedisError) as error:
            log.warning("live_pages_sent_away", pages=len(self.pages), error=repr(error))
        except Exception:
            log.exception("live_pages_sent_away", pages=len(self.pages))
        self._retire()

    def _next_to_check(self) -> list[OpenPage]:
        chosen = list(islice(self.pages, LOOK))
        for page in chosen:
            self.pages[page] = self.pages.pop(page)
        return chosen

    def _give_up_the_slow(self) -> None:
        now = asyncio.get_running_loop().time()
        for page in self.pages:
            if page.sending_since is not None and now - page.sending_since > SLOW:
                page.cut()

    async def _hear_ourselves(self) -> None:
        """Send an echo until it comes back. Raises TimeoutError, or what the layer raises."""
        self._echo.clear()
        async with asyncio.timeout(PATIENCE):
            while not self._echo.is_set():
                await self._layer.send(self._channel, {"type": "echo"})
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._echo.wait(), timeout=0.2)

    def _retire(self) -> None:
        """Send every page away; the next one that comes finds a new switchboard."""
        self._retired = True
        _forget(self)
        for page in list(self.pages):
            self.hang_up(page, Close.TRY_AGAIN)

    async def _check(self, pages: Collection[OpenPage]) -> None:
        found = await look_up(
            live.survey,
            users={page.user for page in pages},
            sessions={page.session for page in pages},
            instances={instance_id for page in pages for instance_id in page.watched},
            now=timezone.now(),
        )
        changed: set[str] = set()
        doubtful: list[OpenPage] = []
        for page in self.pages.keys() & pages:
            person = found.people.get(page.user)
            if (
                person is None
                or person.password != page.password
                or page.session not in found.sessions
            ):
                changed |= self.hang_up(page, Close.SIGNED_OUT)
                continue
            page.trust(trusted_seconds())
            rights_moved = (found.rights, person.superuser) != (page.rights, page.superuser)
            page.rights, page.superuser = found.rights, person.superuser
            if page.groups != person.groups:
                changed |= self._change_groups(page, person.groups)
                rights_moved = True
            if rights_moved or any(
                found.sequences.get(instance_id) != page.checked.get(instance_id)
                for instance_id in page.watched
            ):
                doubtful.append(page)
        changed |= await self._check_watched(doubtful, found)
        self._tell_missed(found.sequences, pages)
        await self._settle(changed)

    def _change_groups(self, page: OpenPage, groups: frozenset[str]) -> set[str]:
        """Let the page hear other people's hints; its inbox is another one from now on."""
        changed = self._remove(page, page.groups - groups) | self._add(page, groups - page.groups)
        page.groups = groups
        page.hear_inbox()
        return changed

    async def _check_watched(self, pages: Collection[OpenPage], found: live.Survey) -> set[str]:
        """Take away the instances that may not be seen any more."""
        asked = {page: set(page.watched) for page in pages if page.watched}
        if not asked:
            return set()
        wanted: dict[int, set[UUID]] = {}
        for page, instances in asked.items():
            wanted.setdefault(page.user, set()).update(instances)
        allowed = await look_up(live.watchable_by, wanted, now=timezone.now())
        changed: set[str] = set()
        for page, instances in asked.items():
            lost = instances.difference(allowed[page.user]).intersection(page.watched)
            changed |= self._remove(page, map(instance_group, lost))
            page.forget(lost)
            page.checked.update((i, found.sequences[i]) for i in instances & found.sequences.keys())
        return changed

    def _tell_missed(self, sequences: Mapping[UUID, int], pages: Collection[OpenPage]) -> None:
        """Tell pages of a step whose hint got lost between two machines."""
        for page in pages:
            for instance_id in page.watched.keys() & sequences.keys():
                sequence = sequences[instance_id]
                page.hear_instance(instance_id, sequence, instance_hint(str(instance_id), sequence))


def trusted_seconds() -> float:
    """Return for how long a check counts: longer only where checks are rarer by the settings."""
    return max(TRUSTED, 2.5 * settings.LIVE_CHECK_SECONDS)


_switchboards: WeakKeyDictionary[asyncio.AbstractEventLoop, Switchboard] = WeakKeyDictionary()


def switchboard() -> Switchboard:
    """Return the switchboard of the running event loop; a server has one."""
    return _switchboards.setdefault(asyncio.get_running_loop(), Switchboard())


def _forget(retired: Switchboard) -> None:
    loop = asyncio.get_running_loop()
    if _switchboards.get(loop) is retired:
        del _switchboards[loop]
