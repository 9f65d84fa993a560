"""Circles between instances come to an end, and none that branches fills the database."""

import pytest

from processes import jobs, services
from processes.models import Dispatch, Instance
from tests.factories import NOW
from tests.processes.drawn import (
    ask,
    boundary,
    call,
    catch,
    end,
    message,
    process,
    signal,
    start,
    throw,
)

pytestmark = pytest.mark.django_db(transaction=True)

MOST = 40


def set_off(broker, sent: Dispatch) -> None:
    """Deliver it and what follows, of which there may be only so much."""
    Dispatch.objects.filter(pk=sent.pk).update(credit=MOST)
    broker.deliver()


def send(name: str = "paid") -> Dispatch:
    return services.send_message(name=name, sender=None, now=NOW)


def ping(key: str, hears: str, says: str) -> str:
    """Return a process that answers each message with another."""
    return process(
        key,
        start(),
        ask(),
        boundary("hear", "ask", message(hears), interrupting=False),
        throw("say", message(says)),
        end(),
        end(name="said"),
        flow="""start ask end
        hear say said""",
    )


def test_a_process_that_starts_itself_by_a_signal_stops(run, broker):
    run.publish(process("echo", start(signal()), end(signal()), flow="start end"))

    set_off(broker, services.send_signal(name="alarm", sender=None, now=NOW))

    assert 1 < Instance.objects.count() <= MOST
    assert Dispatch.objects.get().credit == 0


def test_a_process_that_starts_itself_twice_does_not_multiply_for_ever(run, broker):
    two = throw("one", message()), throw("two", message())
    run.publish(process("echo", start(message()), *two, end(), flow="start one two end"))

    set_off(broker, send())

    assert 1 < Instance.objects.count() <= MOST
    assert set(Dispatch.objects.values_list("credit", flat=True)) == {0}


def test_two_instances_that_answer_each_other_stop(run, broker):
    run.publish(ping("ping", "m-paid", "m-ordered"), ping("pong", "m-ordered", "m-paid"))
    run.start("ping")
    run.start("pong")

    set_off(broker, send())

    heard = sum(
        found.history.filter(kind="subscription.matched").count()
        for found in Instance.objects.all()
    )
    assert heard == MOST
    assert "100,000" in Dispatch.objects.get().last_error


def test_what_was_stopped_goes_on_when_an_operator_has_looked_at_it(run, broker):
    run.publish(process("echo", start(message()), end(message()), flow="start end"))
    run.publish(process("waiter", start(), catch("hear", message()), end(), flow="start hear end"))
    set_off(broker, send())
    stopped = Dispatch.objects.get()
    waiter = run.start("waiter")
    jobs.deliver(dispatches=[str(stopped.pk)])
    waiter.refresh_from_db()
    assert waiter.status == "running"

    services.deliver(dispatch_id=stopped.pk, by_operator=True, now=NOW)

    waiter.refresh_from_db()
    assert waiter.status == "completed"


def test_called_processes_give_back_what_they_have_not_used(run, broker, monkeypatch):
    monkeypatch.setattr("processes.store.FOLLOW_UPS", MOST)
    loop = "<b:loopCardinality>12</b:loopCardinality>"
    each = call("quick", "each").replace(
        "</b:callActivity>",
        f"<b:multiInstanceLoopCharacteristics>{loop}</b:multiInstanceLoopCharacteristics>"
        "</b:callActivity>",
    )
    last = call("quick", "last")
    run.publish(
        process("quick", start(), end(), flow="start end"),
        process("outer", start(), each, last, end(), flow="start each last end"),
    )

    outer = run.start("outer")
    broker.deliver()

    outer.refresh_from_db()
    assert outer.status == "completed"
    assert not Dispatch.objects.exists()
