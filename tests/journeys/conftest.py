"""One portal per module and mode, a house per test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.house import House, Site, embedded, hurried, with_services

MODES = {"embedded": embedded, "services": with_services}
EMBEDDED = pytest.param("embedded", id="embedded")
SERVICES = pytest.param("services", id="services", marks=pytest.mark.services)


@pytest.fixture(scope="module", params=[EMBEDDED])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A portal with the demo, and beside it the same process in a hurry."""
    with MODES[request.param](tmp_path_factory.mktemp(request.param)) as running:
        running.publish(hurried())
        yield running
        running.close()


@pytest.fixture
def house(chromium: Browser, site: Site) -> Iterator[House]:
    found = House(chromium, site)
    yield found
    found.close()
    site.orders.switch("up")
    assert found.complaints == []
