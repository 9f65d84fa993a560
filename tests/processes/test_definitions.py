"""Definitions: uploaded as drafts, published once they can run, replaced by newer ones."""

import pytest

from processes import services as engine
from processes.core.errors import Absent, Invalid, WrongState
from processes.models import Process, Version
from tests.factories import NOW, TEMPLATES, asked, one_task, person, process_source, started

pytestmark = pytest.mark.django_db


def upload(source):
    return engine.upload(source=source.encode(), now=NOW)


def test_an_uploaded_file_is_a_draft_of_the_process_it_defines():
    version = upload(one_task())
    assert (version.process.key, version.number, version.status) == ("test", 1, "draft")


def test_the_same_file_again_is_the_same_version():
    assert upload(one_task()) == upload(one_task())
    assert Version.objects.count() == 1


def test_publishing_replaces_the_version_before():
    first = engine.deploy(source=one_task().encode(), now=NOW)
    second = engine.deploy(source=one_task(name="Other").encode(), now=NOW)
    first.refresh_from_db()
    assert (first.status, second.status, second.number) == ("deprecated", "published", 2)


def test_running_instances_keep_their_version():
    person("bob")
    first = engine.deploy(source=one_task().encode(), now=NOW)
    instance = started(first.process)
    second = engine.deploy(source=one_task(name="Other").encode(), now=NOW)
    assert instance.version == first
    assert asked(started(second.process), "ask").name == "Other"
    assert asked(instance, "ask").name == "Ask"


def test_a_version_is_published_once():
    version = engine.deploy(source=one_task().encode(), now=NOW)
    with pytest.raises(WrongState):
        engine.publish(version_id=version.pk, by=None, now=NOW)


def test_a_version_that_cannot_run_is_not_published():
    version = upload(process_source('<b:startEvent id="start"/><b:exclusiveGateway id="start"/>'))
    with pytest.raises(Invalid) as refused:
        engine.publish(version_id=version.pk, by=None, now=NOW)
    assert refused.value.code == "version_cannot_run"
    version.refresh_from_db()
    assert version.status == "draft"


@pytest.mark.parametrize("source", [b"", b"no xml", b"<html/>", b"\xff\xfe\x00"])
def test_what_is_no_bpmn_is_refused_with_a_sentence(source):
    with pytest.raises(Invalid) as refused:
        engine.upload(source=source, now=NOW)
    assert refused.value.what
    assert not Process.objects.exists()


def test_nothing_starts_before_something_is_published():
    version = upload(one_task())
    with pytest.raises(Absent):
        started(version.process)


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.bpmn")), ids=lambda path: path.stem)
def test_the_shipped_templates_can_run_without_a_doubt(path):
    called = (TEMPLATES / "access-request.bpmn").read_bytes()
    engine.deploy(source=called, now=NOW)
    _, findings = engine.examine(path.read_bytes(), now=NOW)
    assert findings == ()
