"""Operators hear of what needs them, whoever finds it: the engine, the desk or the clock."""

import pytest
from guardian.shortcuts import assign_perm

from processes.models import Incident
from tests.factories import NOW, cast, deployed_source, one_task, person, process_source, started
from tests.tasks.ringing import ring_due
from tests.telling.told import send, tell, told

pytestmark = pytest.mark.django_db

NO_WAY = process_source(
    '<b:startEvent id="start"/><b:exclusiveGateway id="which" name="Which way?"/>'
    '<b:endEvent id="end"/><b:endEvent id="other"/>'
    '<b:sequenceFlow id="f1" sourceRef="start" targetRef="which"/>'
    + "".join(
        f'<b:sequenceFlow id="to-{end}" sourceRef="which" targetRef="{end}">'
        f'<b:conditionExpression xsi:type="b:tFormalExpression">1 = {number}'
        "</b:conditionExpression></b:sequenceFlow>"
        for number, end in ((2, "end"), (3, "other"))
    ),
    extension='<placet:variable name="secret" type="string"/>',
)
NOBODY = one_task('<placet:assignment candidateGroups="nobody-there"/>')


def operated(source: str, **variables: object):
    cast()
    process = deployed_source(source).process
    assign_perm("operate_process", person("dan"), process)
    return started(process, **variables)


@pytest.mark.parametrize(
    ("source", "code", "step"),
    [(NO_WAY, "no_path", "Which way?"), (NOBODY, "nobody_to_ask", "Ask")],
)
def test_the_operators_of_the_process_are_told_and_nobody_else(source, code, step):
    instance = operated(source)
    assert Incident.objects.get().code == code
    tell()
    (news,) = told("dan", "incident")
    assert news.announcement.data == {"code": code, "where": step}
    assert news.announcement.instance == instance
    assert not told("alice", "incident") + told("bob", "incident")


def test_the_mail_names_the_step_and_nothing_that_was_entered(mailoutbox):
    operated(NO_WAY, secret="4711")
    tell()
    assert send() == []
    (sent,) = mailoutbox
    assert sent.to == ["dan@example.com"]
    assert sent.subject == "“Test” needs an operator."
    assert "Which way?" in sent.alternatives[0][0] + sent.body
    assert "4711" not in sent.body


def test_an_incident_is_told_once_however_often_it_is_looked_at():
    operated(NOBODY)
    ring_due(NOW)
    tell()
    tell()
    assert len(told("dan", "incident")) == 1
