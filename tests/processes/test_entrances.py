"""Processes that start by time, and events that cannot start one."""

from datetime import datetime, timedelta

import pytest

from processes import jobs, services
from processes.core.errors import Invalid
from processes.models import Entrance, Instance
from tests.processes.drawn import ask, condition, end, every, process, start

pytestmark = pytest.mark.django_db(transaction=True)

MINUTES = timedelta(minutes=10)


def daily(cycle: str = "R/PT10M", key: str = "daily") -> str:
    return process(key, start(every(cycle)), ask(), end(), flow="start ask end")


def at(moment: str) -> str:
    timer = f"<b:timerEventDefinition><b:timeDate>{moment}</b:timeDate></b:timerEventDefinition>"
    return process("once", start(timer), ask(), end(), flow="start ask end")


def due() -> list[datetime | None]:
    return list(Entrance.objects.values_list("due_at", flat=True))


def count() -> int:
    return Instance.objects.count()


def test_a_cycle_starts_an_instance_each_time(run, clock):
    run.publish(daily())
    for expected in (1, 2, 3):
        clock.pass_(MINUTES)
        jobs.sweep()
        jobs.sweep()
        assert count() == expected
    instance = Instance.objects.latest("id")
    assert instance.history.first().data["entrance"] == "start"
    assert instance.initiator is None


def test_a_bounded_cycle_comes_to_an_end(run, clock):
    run.publish(daily("R2/PT10M"))
    for _ in range(4):
        clock.pass_(MINUTES)
        jobs.sweep()
    assert count() == 2
    assert due() == []


def test_what_was_missed_while_nothing_ran_counts_once(run, clock):
    run.publish(daily())
    first = clock.now + MINUTES
    clock.pass_(MINUTES * 5.5)
    jobs.sweep()
    assert count() == 1
    assert due() == [first + 5 * MINUTES]


def test_a_date_starts_one_instance(run, clock):
    run.publish(at("2026-03-02T09:30:00Z"))
    for _ in range(3):
        clock.pass_(2 * MINUTES)
        jobs.sweep()
    assert count() == 1
    assert due() == []


def test_a_date_that_has_passed_starts_nothing(run, clock):
    run.publish(at("2026-03-01T09:30:00Z"))
    clock.pass_(MINUTES)
    jobs.sweep()
    assert count() == 0


def test_a_newer_version_takes_the_time_over(run, clock):
    run.publish(daily())
    newer = run.publish(daily().replace('"Daily"', '"Newer"'))
    clock.pass_(MINUTES)
    jobs.sweep()
    assert Instance.objects.get().version == newer


def test_a_timer_that_is_fired_twice_starts_once(run, clock):
    run.publish(daily())
    clock.pass_(MINUTES)
    for _ in range(2):
        services.fire_entrance(entrance_id=Entrance.objects.get().pk, now=clock.now)
    assert count() == 1


def test_a_start_that_fails_waits_and_holds_up_no_other(run, clock, monkeypatch):
    run.publish(daily(), daily(key="second"))
    clock.pass_(MINUTES)
    broken = Entrance.objects.order_by("due_at", "id")[0]
    fire = services.fire_entrance

    def fail_one(*, entrance_id: int, now: datetime) -> None:
        if entrance_id == broken.pk:
            raise RuntimeError("out of order")
        fire(entrance_id=entrance_id, now=now)

    with monkeypatch.context() as out_of_order:
        out_of_order.setattr(services, "fire_entrance", fail_one)
        jobs.sweep()
    assert count() == 1
    broken.refresh_from_db()
    assert (broken.failures, broken.last_error) == (1, "out of order")
    assert broken.retry_at == clock.now + timedelta(minutes=1)

    clock.pass_(timedelta(minutes=1))
    jobs.sweep()
    assert count() == 2


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (
            condition("=n > 1"),
            "before the start there are no variables to watch",
        ),
        (every("=n"), "cannot start the process by time"),
    ],
    ids=["condition", "time that needs variables"],
)
def test_what_could_never_start_it_is_refused_at_publish(event, sentence, run):
    variable = '<placet:variable name="n"/>'
    drawn = process("p", start(event), ask(), end(), flow="start ask end", extension=variable)
    with pytest.raises(Invalid) as refused:
        run.publish(drawn)
    assert sentence in refused.value.what
    assert not Entrance.objects.exists()
