"""One open page, seen from the server: who looks, what it hears, and what waits to be sent."""

import asyncio
import json
from collections.abc import Callable, Collection
from uuid import UUID

from django.contrib.auth.models import User

from tasks.consumers.guard import Close

MOST_WAITING = 200
"""Frames kept for a page that does not read; a new hint replaces an older one about the same."""
INBOX = json.dumps({"type": "hint", "about": "inbox"})
"""Whose inbox it is, the page knows; which task it was may be none of its business any more."""
NOTIFICATIONS = json.dumps({"type": "hint", "about": "notifications"})


def instance_hint(instance_id: str, sequence: int) -> str:
    return json.dumps(
        {"type": "hint", "about": "instance", "id": instance_id, "sequence": sequence}
    )


def refusal(asked_for: str) -> str:
    """Answer for an instance that is foreign, or absent: the page cannot tell which."""
    return json.dumps({"type": "refused", "id": asked_for})


class OpenPage:
    """What the switchboard knows of a websocket.

    Telling it something never waits; ``frames`` gives what is to be sent, the latest of each kind.
    """

    def __init__(self, user: User, session: str, cut: Callable[[], object]) -> None:
        self.user = user.pk
        self.session = session
        self.password = user.password
        self.superuser = user.is_superuser
        self.rights = ""
        """Sign of all rights as of the last check."""
        self.groups: frozenset[str] = frozenset()
        self.watched: dict[UUID, int] = {}
        """Each watched instance, and the sequence that the page was told last."""
        self.checked: dict[UUID, int] = {}
        """Each watched instance, and its sequence when the right to see it was checked last."""
        self.ended: Close | None = None
        self.cut = cut
        """Ends the connection without another word."""
        self.sending_since: float | None = None
        """Since when, on the event loop's clock, the page has not taken in what is sent to it."""
        self._trusted_until = 0.0
        self._waiting: dict[str, str] = {}
        self._bell = asyncio.Event()

    def trust(self, seconds: float) -> None:
        """Note that person and session were just found to be in order."""
        self._trusted_until = asyncio.get_running_loop().time() + seconds

    def hear_inbox(self) -> None:
        self._tell("inbox", INBOX)

    def hear_notifications(self) -> None:
        self._tell("notifications", NOTIFICATIONS)

    def saw(self, instance_id: UUID, sequence: int) -> None:
        """Note what of a watched instance the page shows."""
        self.watched[instance_id] = sequence

    def hear_instance(self, instance_id: UUID, sequence: int, frame: str) -> None:
        """Tell that the instance has moved, unless the page knows already."""
        if instance_id in self.watched:
            if sequence <= self.watched[instance_id]:
                return
            self.watched[instance_id] = sequence
        self._tell(instance_id.hex, frame)

    def refuse(self, asked_for: str) -> None:
        """Answer that this instance is not to be seen."""
        self._tell(f"refused {asked_for}", refusal(asked_for))

    def forget(self, instances: Collection[UUID]) -> None:
        """Watch these no longer, and say so: the right to see them is gone."""
        for instance_id in instances:
            del self.watched[instance_id]
            self.checked.pop(instance_id, None)
            self._waiting.pop(instance_id.hex, None)
            self.refuse(str(instance_id))

    def hang_up(self, why: Close) -> None:
        """Have the socket closed; what waited is not sent any more."""
        self.ended = self.ended or why
        self._waiting.clear()
        self._bell.set()

    async def frames(self) -> list[str]:
        """Wait until there is something to send, and take it. Empty when the page is to close."""
        await self._bell.wait()
        self._bell.clear()
        taken = list(self._waiting.values())
        self._waiting.clear()
        return taken

    def _tell(self, about: str, frame: str) -> None:
        if self.ended is not None:
            return
        if asyncio.get_running_loop().time() > self._trusted_until:
            self.hang_up(Close.TRY_AGAIN)
            return
        self._waiting[about] = frame
        self._bell.set()
        if len(self._waiting) > MOST_WAITING:
            self.hang_up(Close.TOO_SLOW)
