"""How people want to be told, looked up for many at once."""

from collections.abc import Collection
from typing import cast
from zoneinfo import ZoneInfo

from tasks.models import Preference
from tasks.rules.telling import Digest, Wishes
from tasks.telling.news import usual_zone


def wishes_of(users: Collection[int]) -> dict[int, Wishes]:
    """Return what each of these wants; one query."""
    found = {row.user_id: wishes(row) for row in Preference.objects.filter(user__in=users)}
    usual = Wishes(zone=usual_zone())
    return {user: found.get(user, usual) for user in users}


def wishes(row: Preference) -> Wishes:
    return Wishes(
        zone=ZoneInfo(row.time_zone) if row.time_zone else usual_zone(),
        digest=cast(Digest, row.digest),
        digest_at=row.digest_at,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        urgent_breaks_through=row.urgent_breaks_through,
        chosen=row.chosen,
    )
