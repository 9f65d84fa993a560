"""A database of the benchmarks' own, made on first use."""

import os
import re

import django
import psycopg
from django.core.management import call_command
from psycopg import sql


def connect() -> None:
    """Set Django up to use the benchmark's database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()


def prepare() -> None:
    """Connect, and bring the database up to date first."""
    connect()
    create(os.environ["DATABASE_URL"])
    call_command("migrate", interactive=False, verbosity=0)


def create(url: str) -> None:
    """Create the database that ``url`` names unless it exists."""
    server, name = re.sub(r"/[^/]*$", "/postgres", url), url.rpartition("/")[2].partition("?")[0]
    with psycopg.connect(server, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
