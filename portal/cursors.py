"""Cursors: a place in an ordered list, written so that a program can hand it back later.

A cursor holds the values by which the row next to it is ordered, so a page costs the same
wherever it lies, and rows that come or go meanwhile shift nothing.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Field, Model, OrderBy, Q, QuerySet
from django.utils.timezone import is_naive


@dataclass(frozen=True)
class Term:
    """One part of an order. Without ``nulls_last`` the column is taken to hold no null."""

    field: "Field[Any, Any]"
    descending: bool = False
    nulls_last: bool = False

    @property
    def name(self) -> str:
        return self.field.attname

    def is_at(self, value: object) -> Q:
        """Match rows with this very value."""
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def is_past(self, value: object, *, backward: bool) -> Q:
        """Match rows that come after this value, or before it when walking backward."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backward else Q(pk__in=[])
        comparison = "gt" if self.descending == backward else "lt"
        found = Q(**{f"{self.name}__{comparison}": value})
        if self.nulls_last and not backward:
            found |= Q(**{f"{self.name}__isnull": True})
        return found

    def read(self, text: object) -> object:
        """Return the value that `encode` wrote. Raises ValueError for anything else."""
        if text is None and self.nulls_last:
            return None
        if not isinstance(text, str) or "\x00" in text:
            raise ValueError("no value of this column")
        try:
            value = self.field.to_python(text)
        except ValidationError as error:
            raise ValueError("no value of this column") from error
        if isinstance(value, datetime) and is_naive(value):
            raise ValueError("a moment without its time zone")
        return value


@dataclass(frozen=True)
class Cursor:
    """The place next to the row with these values; the page lies after it, or before."""

    values: tuple[object, ...] = ()
    backward: bool = False


def order_of(queryset: QuerySet[Any]) -> tuple[Term, ...]:
    """Return the queryset's order; its last column must tell any two rows apart."""
    model = queryset.model
    return tuple(
        _term(model, part) for part in queryset.query.order_by or model._meta.ordering or ["pk"]
    )


def past(order: Sequence[Term], cursor: Cursor) -> Q:
    """Match the rows beyond the cursor: past its first value, or at it and past the next one."""
    found, level = Q(pk__in=[]), Q()
    for term, value in zip(order, cursor.values, strict=True):
        found |= level & term.is_past(value, backward=cursor.backward)
        level &= term.is_at(value)
    first, value = order[0], cursor.values[0]
    # Says what follows from the above anyway, in the words by which a database finds the start.
    return (first.is_at(value) | first.is_past(value, backward=cursor.backward)) & found


def encode(order: Sequence[Term], row: Model, *, backward: bool) -> str:
    """Return the cursor next to the row as text that fits into an address."""
    values = [_write(getattr(row, term.name)) for term in order]
    text = json.dumps([int(backward), *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str, order: Sequence[Term]) -> Cursor:
    """Return what `encode` wrote for this order. Raises ValueError for anything else."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, RecursionError) as error:
        raise ValueError("no cursor") from error
    if not isinstance(found, list) or len(found) != len(order) + 1 or found[0] not in (0, 1):
        raise ValueError("no cursor of this list")
    values = tuple(term.read(value) for term, value in zip(order, found[1:], strict=True))
    return Cursor(values, backward=found[0] == 1)


def _term(model: type[Model], part: Any) -> Term:
    if isinstance(part, OrderBy):
        if not isinstance(part.expression, F):
            raise TypeError(f"{part} does not order by a column")
        name: str = vars(part.expression)["name"]
        descending, nulls_last = part.descending, bool(part.nulls_last)
    else:
        name, descending, nulls_last = part.removeprefix("-"), part.startswith("-"), False
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(field, Field):
        raise TypeError(f"{name} is no column of {model.__name__}")
    return Term(field, descending, nulls_last)


def _write(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)
