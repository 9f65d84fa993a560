"""What `manage.py check` says about a house that is put together wrongly."""

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register()
def live_pages_need_redis(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Warn when several processes would each keep their live messages to themselves."""
    if not settings.SERVICES or settings.REDIS_URL:
        return []
    return [
        checks.Warning(
            "REDIS_URL is not set, so pages are live only within the process that made a change.",
            hint="Set REDIS_URL to a Redis server that web and worker processes share.",
            id="portal.W001",
        )
    ]
