"""A published version is read once: a running step never parses XML."""

import pytest

from processes import store
from tasks import services
from tests.factories import NOW, asked, deployed_source, one_task, person, started

pytestmark = pytest.mark.django_db


def test_a_step_reads_no_xml_once_the_version_is_known(monkeypatch):
    bob = person("bob")
    process = deployed_source(one_task()).process
    first = started(process)

    def read_again(source: bytes) -> None:
        raise AssertionError("A running step has parsed the file.")

    monkeypatch.setattr(store, "read", read_again)
    second = started(process)
    for instance in (first, second):
        services.complete(
            task_id=asked(instance, "ask").pk, person=bob, outcome="approved", now=NOW
        )
        instance.refresh_from_db()
        assert instance.status == "completed"
