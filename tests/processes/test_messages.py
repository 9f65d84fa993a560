"""Messages between instances: to exactly one, at once or when somebody waits, or not at all."""

from datetime import timedelta

import pytest

from processes import jobs, services
from processes.core.errors import Invalid
from processes.models import Dispatch, Instance, Subscription
from processes.services.dispatch import GRACE
from tests.factories import NOW
from tests.processes.drawn import ask, boundary, catch, end, message, process, start, throw

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)
ORDER = '<placet:variable name="order"/>'
WAITER = process(
    "waiter",
    start(),
    catch("wait", message(correlationKey="=order")),
    end(),
    flow="start wait end",
    extension=ORDER,
)
PAYER = process(
    "payer",
    start(),
    throw("pay", message(correlationKey="=order", payload="={amount: 5}")),
    end(),
    flow="start pay end",
    extension=ORDER,
)
STARTER = process("starter", start(message("m-ordered")), ask(), end(), flow="start ask end")


def send(key: str = "", name: str = "paid", **more: object) -> Dispatch:
    return services.send_message(name=name, key=key, sender=None, **{"now": NOW, **more})


def again(instance: Instance) -> Instance:
    return Instance.objects.get(pk=instance.pk)


def kinds(instance: Instance) -> list[str]:
    return list(instance.history.values_list("kind", flat=True))


# --- to the one who waits ------------------------------------------------------------------------


def test_a_message_reaches_the_instance_that_waits_under_its_key(run, broker):
    run.publish(WAITER, PAYER)
    other, waiter = run.start("waiter", order="A"), run.start("waiter", order="B")

    run.start("payer", order="B")
    broker.deliver()

    assert [again(waiter).status, again(other).status] == ["completed", "running"]
    assert again(waiter).variables == {"order": "B", "wait": {"amount": 5}}
    assert not Dispatch.objects.exists()
    assert Subscription.objects.get().instance == other
    assert services.verify(again(waiter)) is None


def test_of_several_who_wait_the_oldest_gets_it(run, broker):
    run.publish(WAITER)
    first, second = run.start("waiter", order="A"), run.start("waiter", order="A")

    send("A")
    broker.deliver()

    assert [again(first).status, again(second).status] == ["completed", "running"]


def test_a_key_is_compared_as_text_whatever_it_was(run, broker):
    run.publish(WAITER)
    waiter = run.start("waiter", order=4711)

    send("4711")
    broker.deliver()

    assert again(waiter).status == "completed"


def test_a_very_long_key_meets_itself_and_no_other(run, broker):
    run.publish(WAITER)
    waiter = run.start("waiter", order="x" * 5_000)

    send("x" * 4_999)
    broker.deliver()
    assert again(waiter).status == "running"

    send("x" * 5_000)
    broker.deliver()
    assert again(waiter).status == "completed"


def test_an_edge_that_does_not_interrupt_goes_on_listening(run, broker):
    edge = boundary("note", "ask", message(), interrupting=False)
    noted = end(name="noted")
    run.publish(process("p", start(), ask(), edge, end(), noted, flow="start ask end\nnote noted"))
    instance = run.start("p")

    for _ in range(2):
        send()
        broker.deliver()

    assert kinds(instance).count("subscription.matched") == 2
    assert instance.subscriptions.count() == 1


# --- kept until somebody waits -------------------------------------------------------------------


def test_a_message_that_came_early_is_kept_until_somebody_waits(run, broker):
    run.publish(WAITER)
    send("A", payload={"amount": 1})
    send("A", payload={"amount": 2})
    broker.deliver()
    assert list(Dispatch.objects.values_list("run_at", flat=True)) == [None, None]

    waiter = run.start("waiter", order="A")
    broker.deliver()

    assert again(waiter).variables["wait"] == {"amount": 1}
    assert Dispatch.objects.count() == 1


def test_who_goes_on_listening_gets_everything_that_was_kept(run, broker):
    edge = boundary("note", "ask", message(), interrupting=False)
    noted = end(name="noted")
    for _ in range(3):
        send()
    broker.deliver()
    run.publish(process("p", start(), ask(), edge, end(), noted, flow="start ask end\nnote noted"))

    instance = run.start("p")
    broker.deliver()

    assert kinds(instance).count("subscription.matched") == 3
    assert not Dispatch.objects.exists()


def test_who_begins_to_wait_is_found_by_the_sweep_when_the_broker_lost_it(run, broker):
    run.publish(WAITER)
    send("A")
    broker.deliver()
    waiter = run.start("waiter", order="A")
    assert broker.lose() == 1

    jobs.sweep()

    assert again(waiter).status == "completed"


def test_a_message_the_broker_lost_is_found_by_the_sweep(run, broker, clock):
    run.publish(WAITER)
    waiter = run.start("waiter", order="A")
    send("A")
    assert broker.lose() == 1

    jobs.sweep()
    assert again(waiter).status == "running", "a message was under way, most likely"
    clock.pass_(GRACE)
    jobs.sweep()

    assert again(waiter).status == "completed"


def test_with_a_dead_broker_a_message_is_only_late(run, broker, clock):
    run.publish(WAITER, PAYER)
    broker.down = True
    waiter = run.start("waiter", order="A")
    run.start("payer", order="A")

    clock.pass_(GRACE)
    jobs.sweep()

    assert again(waiter).status == "completed"


def test_the_same_delivery_twice_arrives_once(run, broker):
    run.publish(WAITER)
    instances = [run.start("waiter", order="A") for _ in range(2)]
    dispatch = send("A")

    jobs.deliver(dispatches=[str(dispatch.pk)] * 2)
    broker.deliver()

    assert [again(found).status for found in instances] == ["completed", "running"]


def test_a_message_expires(run, broker, clock):
    run.publish(WAITER)
    send("A", time_to_live="PT1M")
    broker.deliver()

    clock.pass_(61 * SECOND)
    jobs.sweep()
    waiter = run.start("waiter", order="A")
    broker.deliver()

    assert not Dispatch.objects.exists()
    assert again(waiter).status == "running"


def test_a_message_that_may_not_wait_is_offered_once(run, broker):
    run.publish(WAITER)
    waiter = run.start("waiter", order="A")
    send("A", time_to_live="PT0S")
    send("A", time_to_live="PT0S")
    broker.deliver()

    assert again(waiter).status == "completed"
    assert not Dispatch.objects.exists()


def test_a_suspended_instance_gets_its_message_when_it_goes_on(run, broker):
    run.publish(WAITER, STARTER)
    waiter = run.start("waiter", order="A")
    services.suspend(instance_id=waiter.pk, actor=services.ENGINE, now=NOW)
    send("A")
    broker.deliver()
    assert Dispatch.objects.count() == 1

    services.resume(instance_id=waiter.pk, actor=services.ENGINE, now=NOW)
    broker.deliver()

    assert again(waiter).status == "completed"


# --- that starts a process -----------------------------------------------------------------------


def test_a_message_that_nobody_waits_for_starts_the_process_that_it_starts(run, broker):
    run.publish(STARTER)

    send(name="ordered", payload={"amount": 7})
    broker.deliver()

    instance = Instance.objects.get()
    assert instance.variables == {"start": {"amount": 7}}
    assert instance.initiator is None
    assert instance.history.first().data["entrance"] == "start"
    assert instance.tasks.count() == 1
    assert not Dispatch.objects.exists()


def test_a_message_starts_the_version_that_is_published_now(run, broker):
    former = run.publish(STARTER)
    version = run.publish(STARTER.replace('"Starter"', '"New"'))

    send(name="ordered")
    broker.deliver()

    assert Instance.objects.get().version == version
    assert former.entrances.count() == 0


def test_a_message_that_came_before_the_process_was_published_starts_it(run, broker):
    send(name="ordered")
    broker.deliver()

    run.publish(STARTER)
    jobs.sweep()

    assert Instance.objects.count() == 1


# --- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": " "}, "invalid_name"),
        ({"name": "n" * 201}, "invalid_name"),
        ({"payload": "x" * 600_000}, "too_large"),
        ({"time_to_live": "soon"}, "invalid_time_to_live"),
    ],
)
def test_what_cannot_be_sent_is_refused(wrong, code, broker):
    with pytest.raises(Invalid) as refused:
        send(**wrong)
    assert refused.value.code == code
    assert not Dispatch.objects.exists()


# --- what cannot be delivered --------------------------------------------------------------------


def test_what_cannot_be_delivered_waits_and_at_the_third_time_tells_an_operator(
    run, broker, clock, monkeypatch
):
    run.publish(WAITER, PAYER)
    waiter = run.start("waiter", order="A")
    payer = run.start("payer", order="A")
    with monkeypatch.context() as broken:
        broken.setattr(Instance, "complete", lambda *_, **__: 1 / 0)
        broker.deliver()
        for minutes in (1, 2, 4):
            dispatch = Dispatch.objects.get()
            assert dispatch.run_at - clock.now == timedelta(minutes=minutes)
            assert dispatch.last_error == "division by zero"
            clock.now = dispatch.run_at + GRACE
            jobs.sweep()
            broker.deliver()
    assert not payer.incidents.exists(), "the payer has ended; nobody can act there"

    clock.now = Dispatch.objects.get().run_at + GRACE
    jobs.sweep()
    assert again(waiter).status == "completed"
