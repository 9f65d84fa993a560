"""Signals: everybody who listens hears each once, and processes that start by it start once."""

import pytest

from processes import jobs, services
from processes.models import Dispatch, Instance
from tests.factories import NOW
from tests.processes.drawn import ask, boundary, catch, end, process, signal, start, throw

pytestmark = pytest.mark.django_db(transaction=True)

LISTENER = process("listener", start(), catch("hear", signal()), end(), flow="start hear end")
SENDER = process(
    "sender", start(), throw("ring", signal("={floor: 2}")), end(), flow="start ring end"
)
STARTER = process("starter", start(signal()), ask(), end(), flow="start ask end")


def statuses() -> list[str]:
    return list(Instance.objects.order_by("id").values_list("status", flat=True))


def test_fifty_instances_hear_a_signal_once_each(run, broker):
    run.publish(LISTENER, SENDER)
    for _ in range(50):
        run.start("listener")

    run.start("sender")
    broker.deliver()

    assert statuses() == ["completed"] * 51
    for instance in Instance.objects.filter(process__key="listener"):
        assert instance.history.filter(kind="subscription.matched").count() == 1
        assert instance.variables == {"hear": {"floor": 2}}
    assert not Dispatch.objects.exists()


def test_a_signal_is_not_kept_for_who_comes_later(run, broker):
    run.publish(LISTENER)
    services.send_signal(name="alarm", sender=None, now=NOW)
    broker.deliver()

    run.start("listener")
    broker.deliver()

    assert statuses() == ["running"]
    assert not Dispatch.objects.exists()


def test_an_instance_hears_its_own_signal_once(run, broker):
    run.publish(
        process(
            "p",
            start(),
            ask(),
            boundary("own", "ask", signal(), interrupting=False),
            throw("ring", signal()),
            end(),
            end(name="heard"),
            end(name="rung"),
            flow="""start ask end
            start ring rung
            own heard""",
        )
    )
    instance = run.start("p")
    broker.deliver()

    assert instance.history.filter(kind="subscription.matched").count() == 1
    assert Instance.objects.get(pk=instance.pk).status == "running"


def test_a_signal_starts_each_process_that_it_starts_once(run, broker):
    run.publish(STARTER, STARTER.replace('"starter"', '"second"'))

    dispatch = services.send_signal(name="alarm", payload={"floor": 3}, sender=None, now=NOW)
    jobs.deliver(dispatches=[str(dispatch.pk)] * 2)
    broker.deliver()
    broker.deliver()

    started = Instance.objects.order_by("process__key")
    assert [found.process.key for found in started] == ["second", "starter"]
    assert {found.variables["start"]["floor"] for found in started} == {3}


def test_a_process_that_is_replaced_meanwhile_starts_as_it_is_now(run, broker):
    run.publish(STARTER)
    dispatch = services.send_signal(name="alarm", sender=None, now=NOW)
    services.deliver(dispatch_id=dispatch.pk, now=NOW)
    now_published = run.publish(STARTER.replace('"Starter"', '"New"'))

    broker.deliver()

    assert Instance.objects.get().version == now_published


def test_who_stops_listening_before_it_arrives_has_missed_nothing(run, broker):
    run.publish(LISTENER)
    listener = run.start("listener")
    dispatch = services.send_signal(name="alarm", sender=None, now=NOW)
    services.deliver(dispatch_id=dispatch.pk, now=NOW)
    services.cancel(instance_id=listener.pk, actor=services.ENGINE, reason="Enough.", now=NOW)

    broker.deliver()

    assert statuses() == ["cancelled"]
    assert not Dispatch.objects.exists()


def test_a_suspended_instance_hears_it_when_it_goes_on(run, broker):
    run.publish(LISTENER)
    listener = run.start("listener")
    services.suspend(instance_id=listener.pk, actor=services.ENGINE, now=NOW)
    services.send_signal(name="alarm", sender=None, now=NOW)
    broker.deliver()
    jobs.sweep()
    assert statuses() == ["suspended"]

    services.resume(instance_id=listener.pk, actor=services.ENGINE, now=NOW)
    broker.deliver()

    assert statuses() == ["completed"]
