"""What all tests share: which of them can run here, and how hard laws are tried."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from processes import store
from tests import browsers, services
from tests.append_only import let_flush_empty_history

settings.register_profile("default", deadline=None, max_examples=100)
settings.register_profile(
    "soak", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# Playwright's synchronous interface runs an event loop in the thread that also asks the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

let_flush_empty_history()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what cannot run here; `make test` with CI set has already failed for it."""
    on_postgres = os.environ.get("DATABASE_URL", "").startswith("postgres")
    absent = {}
    if not on_postgres:
        absent["postgres"] = "runs on PostgreSQL only: set DATABASE_URL"
    if not (on_postgres and os.environ.get("REDIS_URL")):
        absent["services"] = "needs PostgreSQL and Redis: set DATABASE_URL and REDIS_URL"
    if services.browser() is None:
        absent["browser"] = "needs Chromium"
    for item in items:
        for marker, reason in absent.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _no_graph_of_another_test() -> None:
    """Tests roll back, so that the ids of versions come again; elsewhere they never do."""
    store.graph_of.cache_clear()


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The Chromium to drive."""
    path = services.browser()
    assert path, "marked as browser, but there is none"
    return path


@pytest.fixture(scope="module")
def chromium(browser_path: str) -> Iterator[Browser]:
    """A browser for the module; a second one in the same thread could not be driven."""
    with browsers.chromium(browser_path) as browser:
        yield browser
