"""The batch: one statement on PostgreSQL, table by table elsewhere, the same rows either way."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from processes.batch import Batch
from processes.models import Connection, Timer
from tests.factories import NOW, purchase

pytestmark = pytest.mark.django_db


def flush_both_ways(fill):
    """Return what is stored after each way of flushing the same batch."""
    seen = []
    ways = [Batch._flush_table_by_table]
    if connection.vendor == "postgresql":
        ways.append(Batch._flush_as_one_statement)
    for way in ways:
        with transaction.atomic():
            batch = Batch()
            fill(batch)
            way(batch)
            rows = list(Connection.objects.order_by("key").values("key", "name", "base_url"))
            timers = list(Timer.objects.order_by("key").values("key", "due_at", "failures"))
            seen.append((rows, timers))
            transaction.set_rollback(True)
    return seen


def test_both_ways_leave_the_same_rows():
    instance = purchase()
    kept = Connection.objects.create(key="kept", name="Kept", base_url="http://a.example/")
    Connection.objects.create(key="gone", name="Gone", base_url="http://b.example/")
    moved = Timer.objects.create(instance=instance, key="w1", owner="t", node="n", due_at=NOW)

    def fill(batch):
        kept.name = "Changed"
        batch.update(kept, "name")
        batch.delete(Connection, key="gone")
        batch.insert(*(Connection(key=f"new{i}", name="", base_url="http://c/") for i in range(3)))
        moved.due_at = NOW + timedelta(hours=1)
        moved.failures = 2
        batch.update(moved, "due_at")
        batch.update(moved, "failures")
        batch.insert(Timer(instance=instance, key="w2", owner="t", node="n", due_at=NOW))

    seen = flush_both_ways(fill)
    rows, timers = seen[0]
    assert [row["key"] for row in rows] == ["kept", "new0", "new1", "new2", "orders"]
    assert rows[0]["name"] == "Changed"
    assert [(t["key"], t["failures"]) for t in timers] == [("w1", 2), ("w2", 0)]
    assert all(other == seen[0] for other in seen)


def test_many_rows_are_changed_alike_but_for_those_that_go():
    instance = purchase()
    soon = {"instance": instance, "owner": "t", "node": "n", "due_at": NOW}
    for key in ("w1", "w2", "w3"):
        Timer.objects.create(key=key, **soon)
    later = NOW + timedelta(hours=1)

    def fill(batch):
        batch.change(Timer, {"due_at": later, "failures": 2}, instance_id=instance.pk)
        batch.delete(Timer, instance_id=instance.pk, key="w2")
        batch.insert(Timer(key="w4", **soon))

    seen = flush_both_ways(fill)
    _rows, timers = seen[0]
    assert [(t["key"], t["due_at"], t["failures"]) for t in timers] == [
        ("w1", later, 2),
        ("w3", later, 2),
        ("w4", NOW, 0),
    ]
    assert all(other == seen[0] for other in seen)


def test_a_row_that_is_changed_already_is_found_again():
    row = Connection.objects.create(key="a", name="A", base_url="http://a/")
    batch = Batch()
    assert batch.updated(Connection, key="a") is None
    batch.update(row, "name")
    assert batch.updated(Connection, key="a") is row
    assert batch.updated(Connection, key="b") is None


def test_a_row_inserted_and_changed_in_one_batch_is_written_once():
    row = Connection(key="a", name="Before", base_url="http://a/")
    batch = Batch()
    batch.insert(row)
    row.name = "After"
    batch.update(row, "name")
    batch.flush()
    assert Connection.objects.get(key="a").name == "After"


def test_a_broken_constraint_leaves_nothing():
    batch = Batch()
    batch.insert(Connection(key="a", name="1", base_url="http://a/"))
    batch.insert(Connection(key="a", name="2", base_url="http://a/"))
    with pytest.raises(IntegrityError), transaction.atomic():
        batch.flush()
    assert not Connection.objects.filter(key="a").exists()


@pytest.mark.postgres
def test_a_batch_is_one_statement():
    batch = Batch()
    batch.insert(Connection(key="a", name="1", base_url="http://a/"))
    batch.delete(Connection, key="b")
    with CaptureQueriesContext(connection) as queries:
        batch.flush()
    assert len(queries) == 1


def test_an_empty_batch_asks_nothing():
    with CaptureQueriesContext(connection) as queries:
        Batch().flush()
    assert len(queries) == 0
