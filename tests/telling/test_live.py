"""An open page hears at once that there is something to read."""

from collections.abc import Iterator

import pytest

from tasks import services
from tests.factories import NOW, person
from tests.live_server import LiveServer, served
from tests.telling.told import ask, tell, told

pytestmark = pytest.mark.django_db(transaction=True)

NOTIFICATIONS = {"type": "hint", "about": "notifications"}


@pytest.fixture
def server(settings) -> Iterator[LiveServer]:
    settings.LIVE_CHECK_SECONDS = 3600
    with served() as running:
        yield running


def test_who_is_told_hears_of_it_and_nobody_else(server):
    bob, mallory = person("bob"), person("mallory")
    ask("bob")
    with server.page(bob) as page, server.page(mallory) as other:
        tell()
        assert page.next() == NOTIFICATIONS
        assert other.until_now() == []


def test_ones_other_pages_hear_that_it_was_read(server):
    bob = person("bob")
    ask("bob")
    tell()
    with server.page(bob) as page:
        services.mark_read(notification_id=told("bob")[0].pk, person=bob, now=NOW)
        assert page.next() == NOTIFICATIONS
