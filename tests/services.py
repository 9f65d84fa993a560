"""What this machine offers to the tests: PostgreSQL, Redis, a browser."""

import os
import re
import shutil

import psycopg
import redis as redis_client

VARIABLES = (
    "DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "SECRET_KEY", "PLACET_HTTPS", "LOG_LEVEL"
)  # fmt: skip
"""What tells a process which services to use, and what the settings of tests set."""
POSTGRES = "postgres://postgres@127.0.0.1:5432/placet"
REDIS = "redis://127.0.0.1:6379/14"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def postgres() -> str | None:
    """Return the address of a PostgreSQL server that answers; its database need not exist."""
    address = os.environ.get("DATABASE_URL", POSTGRES)
    if not address.startswith(("postgres://", "postgresql://")):
        return None
    server = re.sub(r"/[^/]*$", "/postgres", address)
    try:
        psycopg.connect(server, connect_timeout=2).close()
    except psycopg.OperationalError:
        return None
    return address


def redis() -> str | None:
    """Return the address of a Redis server that answers."""
    address = os.environ.get("REDIS_URL", REDIS)
    with redis_client.Redis.from_url(address, socket_connect_timeout=2) as client:
        try:
            client.ping()
        except redis_client.RedisError:
            return None
    return address


def browser() -> str | None:
    """Return the path of an installed Chromium."""
    named = os.environ.get("PLACET_BROWSER")
    return next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)


def shown(address: str) -> str:
    """Return an address without its password."""
    return re.sub(r":[^:/@]+@", "@", address)
