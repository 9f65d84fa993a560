"""Deliveries at the same moment, on real connections: what is sent arrives once, or is kept."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from processes import jobs, services
from processes.core.errors import Refusal
from processes.models import Dispatch, Entrance, Instance, Job
from processes.services.dispatch import GRACE
from processes.services.topics import LONGEST_LEASE
from tests.factories import NOW
from tests.processes.drawn import (
    ask,
    call,
    catch,
    end,
    every,
    message,
    process,
    signal,
    start,
    topic,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 60
ORDER = '<placet:variable name="order"/>'
WAITER = process(
    "waiter",
    start(),
    catch("wait", message(correlationKey="=order")),
    end(),
    flow="start wait end",
    extension=ORDER,
)

Act = Callable[[], object]


@pytest.fixture
def race():
    """Let acts happen at the same moment, each on a connection of its own."""
    with ThreadPoolExecutor(4) as pool:

        def run(*acts: Act) -> None:
            barrier = Barrier(len(acts))

            def one(act: Act) -> None:
                barrier.wait(timeout=10)
                try:
                    act()
                except Refusal:
                    pass
                finally:
                    connection.close()

            for running in [pool.submit(one, act) for act in acts]:
                running.result(timeout=30)

        yield run


def statuses() -> list[str]:
    return sorted(Instance.objects.values_list("status", flat=True))


def settle(broker, clock) -> None:
    """Do what is left to do, as workers and a later sweep would."""
    broker.deliver()
    clock.pass_(GRACE)
    jobs.sweep()
    broker.deliver()


def send(key: str) -> Dispatch:
    return services.send_message(name="paid", key=key, sender=None, now=NOW)


def test_two_deliveries_of_one_message_reach_one_instance(run, broker, race):
    run.publish(WAITER)
    for number in range(ROUNDS):
        key = f"K{number}"
        for _ in range(2):
            run.start("waiter", order=key)
        dispatch = send(key)
        deliver = lambda dispatch=dispatch: services.deliver(dispatch_id=dispatch.pk, now=NOW)  # noqa: E731
        race(deliver, deliver, deliver)
    assert statuses().count("completed") == ROUNDS
    assert statuses().count("running") == ROUNDS
    assert not Dispatch.objects.exists()


def test_two_messages_for_one_instance_give_it_one_and_keep_the_other(run, broker, race, clock):
    run.publish(WAITER)
    for number in range(ROUNDS):
        key = f"K{number}"
        run.start("waiter", order=key)
        both = [send(key), send(key)]
        race(*(lambda d=d: services.deliver(dispatch_id=d.pk, now=NOW) for d in both))
    settle(broker, clock)
    assert statuses() == ["completed"] * ROUNDS
    assert Dispatch.objects.filter(run_at=None).count() == ROUNDS


def test_a_message_and_the_one_who_begins_to_wait_never_miss_each_other(run, broker, race, clock):
    run.publish(WAITER)
    for number in range(ROUNDS):
        key = f"K{number}"
        dispatch = send(key)
        race(
            lambda dispatch=dispatch: services.deliver(dispatch_id=dispatch.pk, now=NOW),
            lambda key=key: run.start("waiter", order=key),
        )
        # Without a sweep: what each leaves behind is enough.
        broker.deliver()
        assert statuses().count("completed") == number + 1


def test_a_message_that_meets_the_end_of_its_taker_goes_to_the_next(run, broker, race, clock):
    run.publish(WAITER)
    met = 0
    for number in range(ROUNDS):
        key = f"K{number}"
        first, second = (run.start("waiter", order=key) for _ in range(2))
        dispatch = send(key)
        race(
            lambda dispatch=dispatch: services.deliver(dispatch_id=dispatch.pk, now=NOW),
            lambda first=first: services.cancel(
                instance_id=first.pk, actor=services.ENGINE, reason="Enough.", now=NOW
            ),
        )
        broker.deliver()
        found = {i.pk: i.status for i in Instance.objects.filter(pk__in=[first.pk, second.pk])}
        took = [pk for pk, status in found.items() if status == "completed"]
        assert len(took) == 1
        assert found[first.pk] in ("completed", "cancelled")
        met += found[second.pk] == "completed"
        assert not Dispatch.objects.exists()
    assert met > 0


def test_a_signal_spread_twice_at_once_is_heard_once(run, broker, race):
    run.publish(process("listener", start(), catch("hear", signal()), end(), flow="start hear end"))
    for _ in range(20):
        run.start("listener")
    dispatch = services.send_signal(name="alarm", sender=None, now=NOW)
    deliver = lambda: services.deliver(dispatch_id=dispatch.pk, now=NOW)  # noqa: E731
    race(deliver, deliver)
    rows = [row.pk for row in Dispatch.objects.all()]
    assert len(rows) == 20
    everything = lambda: [services.deliver(dispatch_id=pk, now=NOW) for pk in rows]  # noqa: E731
    race(everything, everything, everything)
    assert statuses() == ["completed"] * 20


def test_a_call_and_the_cancellation_of_its_caller_leave_nothing_running(run, broker, race, clock):
    run.publish(process("asking", start(), ask(), end(), flow="start ask end"))
    run.publish(process("outer", start(), call("asking"), end(), flow="start call end"))
    for _ in range(ROUNDS):
        outer = run.start("outer")
        dispatch = Dispatch.objects.get()
        race(
            lambda dispatch=dispatch: services.deliver(dispatch_id=dispatch.pk, now=NOW),
            lambda outer=outer: services.cancel(
                instance_id=outer.pk, actor=services.ENGINE, reason="Enough.", now=NOW
            ),
        )
        settle(broker, clock)
        assert set(statuses()) == {"cancelled"}
        assert not Dispatch.objects.exists()


def test_a_time_that_two_sweeps_find_starts_one_instance(run, broker, race, clock):
    run.publish(process("daily", start(every("R/PT10M")), ask(), end(), flow="start ask end"))
    for number in range(1, ROUNDS // 3):
        clock.now = Entrance.objects.get().due_at
        fire = lambda: services.fire_entrance(  # noqa: E731
            entrance_id=Entrance.objects.get().pk, now=clock.now
        )
        race(fire, fire, fire)
        assert Instance.objects.count() == number


def test_workers_that_fetch_at_once_share_the_jobs(run, broker, race):
    run.publish(process("checking", start(), topic("credit"), end(), flow="start credit end"))
    for _ in range(40):
        run.start("checking")
    got: list[object] = []

    def fetch() -> None:
        found = services.activate_jobs(topics=["credit"], limit=40, lease=LONGEST_LEASE, now=NOW)
        got.extend(one.job.pk for one in found)

    race(fetch, fetch, fetch)
    fetch()
    assert len(got) == len(set(got)) == Job.objects.count() == 40
