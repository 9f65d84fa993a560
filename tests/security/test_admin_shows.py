"""What the administration must never show: hidden values, and markup that somebody typed."""

import pytest

from tests.doors.administration import address
from tests.doors.pages import visitor, words
from tests.factories import (
    NOW,
    asked,
    cast,
    deployed_source,
    person,
    process_source,
    purchase,
    started,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


SECRET = process_source(
    '<b:startEvent id="start"/><b:userTask id="ask" name="Ask"><b:extensionElements>'
    '<placet:assignment candidateUsers="bob"/></b:extensionElements></b:userTask>'
    '<b:endEvent id="end"/><b:sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>'
    '<b:sequenceFlow id="f2" sourceRef="ask" targetRef="end"/>',
    extension='<placet:variable name="iban" type="string" sensitive="true" label="IBAN"/>'
    '<placet:variable name="title" type="string" label="Title"/>',
)


def test_sensitive_values_are_shown_nowhere():
    cast()
    process = deployed_source(SECRET).process
    instance = started(process, iban="DE02120300000000202051", title="A chair")
    client = visitor(person("dan"))
    event = instance.history.get(sequence=1)
    pages = [address(instance), address(event), address(asked(instance, "ask"))]
    pages += ["/admin/processes/instance/", "/admin/processes/historyevent/?kind=all"]
    for page in pages:
        shown = client.get(page)
        assert shown.status_code == 200
        assert b"DE02120300000000202051" not in shown.content, page
    assert "IBAN" in words(client.get(address(instance)))
    assert "A chair" in words(client.get(address(event)))


def test_markup_in_names_and_reasons_stays_text():
    cast()
    attack = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    instance = purchase(title=attack, justification=attack)
    client = visitor(person("dan"))
    client.post(address(instance, "suspend"), {"reason": attack})
    pages = [address(instance), address(asked(instance)), address(instance, "cancel"), "/admin/"]
    pages += ["/admin/processes/instance/", "/admin/tasks/task/", "/admin/processes/historyevent/"]
    for page in pages:
        shown = client.get(page).content
        assert b"<script>alert(1)" not in shown, page
        assert b"<img src=x" not in shown, page


def test_the_administration_runs_no_inline_script():
    cast()
    page = visitor(person("dan")).get(address(purchase()))
    policy = page["Content-Security-Policy"]
    [scripts] = [part for part in policy.split(";") if part.strip().startswith("script-src")]
    assert "unsafe-inline" not in scripts
