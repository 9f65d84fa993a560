"""Asking the database from the event loop."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from channels.db import database_sync_to_async

P = ParamSpec("P")
T = TypeVar("T")


async def look_up(query: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Ask in a thread, at the same time as others do."""
    found: T = await database_sync_to_async(query, thread_sensitive=False)(*args, **kwargs)
    return found
