"""What one step may cost in statements (docs/architecture.md, budgets)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from processes import services as engine
from tasks import services
from tests.factories import NOW, asked, deployed_source, person, process_source, started
from tests.processes.drawn import ask, catch, end, file_of, message, process, signal, start, throw

pytestmark = pytest.mark.django_db

TASK = (
    '<b:userTask id="{0}" name="{0}"><b:extensionElements>'
    '<placet:assignment candidateUsers="bob"/></b:extensionElements></b:userTask>'
)
TWO_STEPS = process_source(
    '<b:startEvent id="start"/>'
    + TASK.format("one")
    + TASK.format("two")
    + '<b:endEvent id="end"/>'
    '<b:sequenceFlow id="f1" sourceRef="start" targetRef="one"/>'
    '<b:sequenceFlow id="f2" sourceRef="one" targetRef="two"/>'
    '<b:sequenceFlow id="f3" sourceRef="two" targetRef="end"/>'
)


def straight():
    person("bob")
    return started(deployed_source(TWO_STEPS).process)


def test_a_completion_in_a_straight_sequence_takes_at_most_twelve_statements():
    task = asked(straight(), "one")
    bob = person("bob")
    with CaptureQueriesContext(connection) as queries:
        services.complete(task_id=task.pk, person=bob, outcome="approved", now=NOW)
    assert len(queries) <= 12, "\n".join(query["sql"] for query in queries)


def test_a_long_history_does_not_make_a_step_dearer():
    instance = straight()
    bob = person("bob")
    actor = engine.Actor(None, "")
    for _ in range(20):
        engine.suspend(instance_id=instance.pk, actor=actor, now=NOW)
        engine.resume(instance_id=instance.pk, actor=actor, now=NOW)
    task = asked(instance, "one")
    with CaptureQueriesContext(connection) as queries:
        services.complete(task_id=task.pk, person=bob, outcome="approved", now=NOW)
    assert len(queries) <= 12


def test_what_a_step_sends_and_awaits_is_written_with_it():
    drawn = process(
        "p",
        start(),
        ask(),
        throw("ring", signal()),
        throw("pay", message()),
        catch("wait", message("m-ordered")),
        end(),
        flow="start ask ring pay wait end",
    )
    bob = person("bob")
    task = asked(started(deployed_source(file_of(drawn)).process), "ask")
    with CaptureQueriesContext(connection) as queries:
        services.complete(task_id=task.pk, person=bob, outcome="approved", now=NOW)
    # A table more each on SQLite: what is sent, and what is awaited.
    assert len(queries) <= 14, "\n".join(query["sql"] for query in queries)
