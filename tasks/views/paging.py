"""Pages of a list by key: the next page begins after the last row seen, wherever that is now."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

PAGE = 50
MOST = 200

Row = TypeVar("Row", bound=Model)
Key = tuple[datetime | None, UUID]


def page_of(
    request: HttpRequest, rows: QuerySet[Row], field: str, *, newest_first: bool = False
) -> tuple[list[Row], str]:
    """Return one page of ``rows``, which are in the order of ``field``, then id; and its cursor.

    The cursor is empty on the last page. ``?rows=`` asks for as many as are on the screen.
    """
    key = read_key(request.GET.get("after", ""))
    if key is not None:
        rows = rows.filter(beyond(field, key, newest_first=newest_first))
    size = PAGE
    wanted = request.GET.get("rows", "")
    if wanted.isdecimal() and len(wanted) < 6:
        size = min(max(int(wanted), PAGE), MOST)
    found = list(rows[: size + 1])
    if len(found) <= size:
        return found, ""
    last = found[size - 1]
    return found[:size], write_key((getattr(last, field), last.pk))


def beyond(field: str, key: Key, *, newest_first: bool) -> Q:
    """Return the condition for what comes after the key; rows without a moment come last."""
    at, pk = key
    if at is None:
        return Q(**{f"{field}__isnull": True, "pk__gt": pk})
    step = "lt" if newest_first else "gt"
    later: Any = Q(**{f"{field}__{step}": at}) | Q(**{field: at, f"pk__{step}": pk})
    return later if newest_first else later | Q(**{f"{field}__isnull": True})


def write_key(key: Key) -> str:
    at, pk = key
    text = f"{at.isoformat() if at else ''} {pk}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_key(text: str) -> Key | None:
    """Return the key that a cursor stands for; anything else begins at the beginning."""
    try:
        padded = text + "=" * (-len(text) % 4)
        at, _, pk = urlsafe_b64decode(padded.encode()).decode().partition(" ")
        return (datetime.fromisoformat(at) if at else None), UUID(pk)
    except ValueError:
        return None
