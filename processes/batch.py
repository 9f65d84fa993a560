"""The rows of one step, written together.

On PostgreSQL the whole batch is one statement: a chain of data-modifying CTEs. A step then costs
one round trip to write instead of one per table, which is most of its time. Rows to insert travel
as one JSON document per table, so that the text of the statement does not depend on how many there
are and PostgreSQL keeps its plan. SQLite has no such statement and no round trips; there the ORM
writes table by table. A test holds that both leave the same rows.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar

from django.db import DataError, connection, models

Row = TypeVar("Row", bound=models.Model)
Piece = tuple[str, list[Any]]
Column = models.Field[Any, Any]
Columns = list[Column]
DIVISION_BY_ZERO = "22012"


class Conflict(Exception):
    """A guarded row is no longer as it was read; nothing was written."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Write only if this column of the updated row still has the value that was read."""

    row: models.Model
    column: str
    value: Any


@dataclass(frozen=True, slots=True)
class Change:
    """The same values for all rows of a model whose columns equal the given ones."""

    model: type[models.Model]
    values: dict[str, Any]
    equal: dict[str, Any]


class Batch:
    """Rows to insert, update and delete. Nothing is written before `flush`."""

    def __init__(self) -> None:
        self._inserts: dict[type[models.Model], list[models.Model]] = {}
        self._updates: dict[models.Model, set[str]] = {}
        self._changes: list[Change] = []
        self._deletes: list[tuple[type[models.Model], dict[str, Any]]] = []

    def insert(self, *rows: models.Model) -> None:
        for row in rows:
            self._inserts.setdefault(type(row), []).append(row)

    def update(self, row: models.Model, *fields: str) -> None:
        """Write these fields of a row that exists. One that this batch inserts is whole anyway."""
        if fields and row not in self._inserts.get(type(row), ()):
            self._updates.setdefault(row, set()).update(fields)

    def change(self, model: type[models.Model], values: dict[str, Any], **equal: Any) -> None:
        """Write the same values into all rows whose columns equal the given ones; none is fine.

        Rows that this batch inserts have the values already, and those that it deletes go.
        """
        self._changes.append(Change(model, values, equal))

    def delete(self, model: type[models.Model], **equal: Any) -> None:
        """Delete the rows whose columns equal the given values; none is fine.

        What this batch was going to insert is then not inserted: one statement would not see it.
        """
        self._deletes.append((model, equal))
        if model in self._inserts:
            rows = self._inserts[model]
            self._inserts[model] = [row for row in rows if not _equal(row, equal)]

    def inserted(self, model: type[Row], **equal: Any) -> Row | None:
        """Return the row with these values that the batch is going to insert, if there is one."""
        rows = self._inserts.get(model, ())
        return next((row for row in rows if isinstance(row, model) and _equal(row, equal)), None)

    def updated(self, model: type[Row], **equal: Any) -> Row | None:
        """Return the row with these values that the batch is going to update, if there is one."""
        rows = (row for row in self._updates if isinstance(row, model) and _equal(row, equal))
        return next(rows, None)

    def inserting(self, model: type[Row]) -> list[Row]:
        """Return all rows of this table that the batch is going to insert, in order."""
        return [row for row in self._inserts.get(model, ()) if isinstance(row, model)]

    def deletes(self, row: models.Model) -> bool:
        """Tell whether the batch is going to delete this row."""
        return any(type(row) is model and _equal(row, equal) for model, equal in self._deletes)

    def flush(self, guard: Guard | None = None) -> None:
        """Write everything and start afresh; with a guard, all or nothing.

        Without one the caller holds a transaction and a lock. Raises Conflict (PostgreSQL only:
        elsewhere the lock is held).
        """
        if connection.vendor == "postgresql":
            self._flush_as_one_statement(guard)
        else:
            self._flush_table_by_table()
        self.__init__()  # type: ignore[misc]

    def _flush_table_by_table(self) -> None:
        for model, equal in self._deletes:
            model._base_manager.filter(**equal).delete()
        for row, fields in self._updates.items():
            row.save(update_fields=fields)
        for change in self._changes:
            change.model._base_manager.filter(**change.equal).update(**change.values)
        for model, rows in self._inserts.items():
            model._base_manager.bulk_create(rows)

    def _flush_as_one_statement(self, guard: Guard | None = None) -> None:
        pieces = list(self._pieces(guard))
        if not pieces:
            return
        chain = ", ".join(f"s{i} AS ({sql} RETURNING 1)" for i, (sql, _) in enumerate(pieces))
        # A guard that found no row must undo the other parts too: dividing by zero does.
        outcome = "SELECT 1 / count(*) FROM s0" if guard else "SELECT 1"
        values = [value for _, piece in pieces for value in piece]
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"WITH {chain} {outcome}", values)
        except DataError as error:
            if guard and getattr(error.__cause__, "sqlstate", "") == DIVISION_BY_ZERO:
                raise Conflict from error
            raise

    def _pieces(self, guard: Guard | None) -> Iterator[Piece]:
        if guard:
            sql, values = _update(guard.row, sorted(self._updates.pop(guard.row)))
            yield f"{sql} AND {_quoted(guard.column)} = %s", [*values, guard.value]
        for row, names in self._updates.items():
            yield _update(row, sorted(names))
        for change in self._changes:
            # A row that one statement both changes and deletes might stay.
            gone = [equal for model, equal in self._deletes if model is change.model]
            yield _change(change, gone)
        for model, equal in self._deletes:
            yield _delete(model, equal)
        for model, rows in self._inserts.items():
            if rows:
                yield _insert(model, rows)


# Names of tables and columns come from models, never from input; values are always parameters.


def _insert(model: type[models.Model], rows: list[models.Model]) -> Piece:
    table, columns, sources = _shape(model)
    documents = [{column: getattr(row, name) for column, name in sources} for row in rows]
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias
    sql = (
        f"INSERT INTO {table} ({columns}) "
        f"SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"
    )
    return sql, [json.dumps(documents, default=_text)]


@cache
def _shape(model: type[models.Model]) -> tuple[str, str, list[tuple[str, str]]]:
    """Return table, columns, and which attribute goes to which column; the key may be given."""
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
    columns = ", ".join(_quoted(field.column) for field in fields)
    return _quoted(model._meta.db_table), columns, [(f.column or "", f.attname) for f in fields]


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _update(row: models.Model, names: list[str]) -> Piece:
    sql, fields, key = _updating(type(row), tuple(names))
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields]
    return sql, [*values, key.get_db_prep_save(row.pk, connection)]


@cache
def _updating(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, Columns, Column]:
    """Return the statement, the columns it sets, and the one that finds the row."""
    meta, fields = model._meta, [_field(model, name) for name in names]
    sets = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    sql = f"UPDATE {_quoted(meta.db_table)} SET {sets} WHERE {_quoted(meta.pk.column)} = %s"
    return sql, fields, meta.pk


def _change(change: Change, gone: list[dict[str, Any]]) -> Piece:
    values, equal = (
        _conditions(change.model, change.values),
        _conditions(change.model, change.equal),
    )
    left = [_conditions(change.model, found) for found in gone]
    sets = ", ".join(column for column, _ in values)
    where = " AND ".join(column for column, _ in equal)
    kept = "".join(f" AND NOT ({' AND '.join(column for column, _ in one)})" for one in left)
    sql = f"UPDATE {_quoted(change.model._meta.db_table)} SET {sets} WHERE {where}{kept}"
    return sql, [value for part in (values, equal, *left) for _, value in part]


def _conditions(model: type[models.Model], equal: dict[str, Any]) -> list[tuple[str, Any]]:
    fields = [(_field(model, name.removesuffix("_id")), value) for name, value in equal.items()]
    return [
        (f"{_quoted(field.column)} = %s", field.get_db_prep_save(value, connection))
        for field, value in fields
    ]


def _delete(model: type[models.Model], equal: dict[str, Any]) -> Piece:
    sql, fields = _deleting(model, tuple(equal))
    return sql, [
        field.get_db_prep_save(value, connection)
        for field, value in zip(fields, equal.values(), strict=True)
    ]


@cache
def _deleting(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, Columns]:
    fields = [_field(model, name.removesuffix("_id")) for name in names]
    where = " AND ".join(f"{_quoted(field.column)} = %s" for field in fields)
    return f"DELETE FROM {_quoted(model._meta.db_table)} WHERE {where}", fields


def _equal(row: models.Model, values: dict[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())


def _field(model: type[models.Model], name: str) -> Column:
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{model.__name__}.{name} is no column")
    return field


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")
