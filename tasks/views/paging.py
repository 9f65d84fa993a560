"""Pages of a list by key: the next page begins after the last row seen, wherever that is now."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from tasks.inbox import Key, Line, beyond

PAGE = 50
MOST = 200

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item", bound=Model | Line)


def page_of(
    request: HttpRequest, rows: QuerySet[Row], field: str, *, newest_first: bool = False
) -> tuple[list[Row], str]:
    """Return one page of ``rows``, which are in the order of ``field``, then id; and its cursor."""
    key = read_key(request.GET.get("after", ""))
    if key is not None:
        rows = rows.filter(beyond(field, key, newest_first=newest_first))
    size = size_of(request)
    return cut(list(rows[: size + 1]), size, field)


def size_of(request: HttpRequest) -> int:
    """Return how long a page is; ``?rows=`` asks for as many as are on the screen."""
    wanted = request.GET.get("rows", "")
    if wanted.isdecimal() and len(wanted) < 6:
        return min(max(int(wanted), PAGE), MOST)
    return PAGE


def cut(found: list[Item], size: int, field: str) -> tuple[list[Item], str]:
    """Return what fits on the page, and the cursor of the next one; empty on the last page."""
    if len(found) <= size:
        return found, ""
    last = found[size - 1]
    return found[:size], write_key((getattr(last, field), last.pk))


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
