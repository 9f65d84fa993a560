"""A job that lost its database connection fails alone; the next one gets a new connection."""

import psycopg
import pytest
from django.db import OperationalError, connection

from portal.celery import let_go_of_broken_connections

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def ask() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def end(backend: int) -> None:
    given = connection.get_connection_params()
    address = {name: given[name] for name in ("host", "port", "user", "dbname") if name in given}
    with psycopg.connect(**address, autocommit=True) as operator:
        operator.execute("SELECT pg_terminate_backend(%s)", [backend])


def test_the_job_after_the_one_that_lost_its_connection_works():
    lost = ask()
    end(lost)
    with pytest.raises(OperationalError):
        ask()

    let_go_of_broken_connections()

    assert ask() != lost


def test_without_a_fault_the_connection_is_kept():
    kept = ask()

    let_go_of_broken_connections()

    assert ask() == kept
