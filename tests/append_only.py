"""Let the test runner empty the tables between tests, which the triggers refuse to everybody."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.base.operations import BaseDatabaseOperations


def let_flush_empty_history() -> None:
    """Wrap the one place through which Django's test cases truncate."""
    original = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: Any, sql_list: list[str]) -> None:
        with without_triggers(self.connection):
            original(self, sql_list)

    BaseDatabaseOperations.execute_sql_flush = execute_sql_flush


@contextmanager
def without_triggers(connection: Any) -> Iterator[None]:
    """Take the triggers on history away for a moment, also to play the attacker in a test."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Deferred checks that wait for the commit would forbid to alter the table.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE processes_historyevent DISABLE TRIGGER USER")
            yield
            cursor.execute("ALTER TABLE processes_historyevent ENABLE TRIGGER USER")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _, sql in triggers:
            cursor.execute(sql)
