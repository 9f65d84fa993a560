"""Timers fire when they are due, in batches, whatever else is broken."""

from datetime import timedelta

import pytest

from processes import jobs, services
from processes.models import Incident, Instance, Timer
from tests.factories import deployed_source, process_source, started

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)

WAITING = process_source(
    '<b:startEvent id="start"/>'
    '<b:intermediateCatchEvent id="wait" name="Wait"><b:timerEventDefinition>'
    '<b:timeDuration xsi:type="b:tFormalExpression">PT1H</b:timeDuration>'
    "</b:timerEventDefinition></b:intermediateCatchEvent>"
    '<b:endEvent id="end"/>'
    '<b:sequenceFlow id="f1" sourceRef="start" targetRef="wait"/>'
    '<b:sequenceFlow id="f2" sourceRef="wait" targetRef="end"/>'
)


@pytest.fixture
def waiting(broker, clock):
    """Start so many instances, a second apart, that wait for an hour each."""

    def begin(count: int) -> list[Instance]:
        process = deployed_source(WAITING).process
        return [
            started(process, now=clock.now - (count - position) * SECOND)
            for position in range(count)
        ]

    return begin


@pytest.fixture
def pairs(monkeypatch) -> None:
    """Make a batch of two timers a full one."""
    monkeypatch.setattr(jobs, "PER_BATCH", 2)


def ended(instances: list[Instance]) -> int:
    return Instance.objects.filter(pk__in=[i.pk for i in instances], status="completed").count()


def break_timer(monkeypatch, instance: Instance) -> None:
    """Let the timer of this instance fail as a bug or a broken row would."""
    fire_timer, broken = services.fire_timer, instance.timers.get().pk

    def fire(*, timer_id: object, **options: object) -> None:
        if timer_id == broken:
            raise RuntimeError("This row is broken.")
        fire_timer(timer_id=timer_id, **options)

    monkeypatch.setattr(services, "fire_timer", fire)


def test_a_timer_fires_when_it_is_due_and_not_before(waiting, clock):
    instances = waiting(1)
    jobs.sweep()
    assert ended(instances) == 0

    clock.pass_(HOUR)
    jobs.sweep()

    assert ended(instances) == 1
    assert Timer.objects.count() == 0


def test_many_timers_take_a_message_per_batch(waiting, broker, clock, pairs):
    instances = waiting(5)
    clock.pass_(HOUR)

    jobs.sweep()

    assert [message.task for message in broker.messages] == ["processes.fire"] * 2
    assert ended(instances) == 1
    broker.deliver()
    assert ended(instances) == 5


def test_a_sweep_beside_another_leaves_its_timers_alone(waiting, broker, clock, pairs):
    instances = waiting(4)
    clock.pass_(HOUR)

    jobs.sweep()
    assert ended(instances) == 0
    jobs.sweep()
    assert len(broker.messages) == 2
    broker.deliver()

    assert ended(instances) == 4
    fired = [i.history.filter(kind="timer.fired").count() for i in instances]
    assert fired == [1] * 4


def test_a_lost_batch_is_found_when_its_claim_has_run_out(waiting, broker, clock, pairs):
    instances = waiting(2)
    clock.pass_(HOUR)
    jobs.sweep()
    assert broker.lose() == 1

    jobs.sweep()
    assert broker.messages == []
    clock.pass_(31 * SECOND)
    jobs.sweep()
    broker.deliver()

    assert ended(instances) == 2


def test_the_same_batch_twice_fires_once(waiting, broker, clock, pairs):
    instances = waiting(2)
    clock.pass_(HOUR)
    jobs.sweep()
    broker.messages *= 2

    broker.deliver()

    assert [i.history.filter(kind="timer.fired").count() for i in instances] == [1, 1]


def test_with_a_dead_broker_the_sweep_fires_by_itself(waiting, broker, clock, pairs):
    instances = waiting(5)
    clock.pass_(HOUR)
    broker.down = True

    jobs.sweep()

    assert ended(instances) == 5


def test_a_sweep_is_bounded_and_the_next_one_goes_on(waiting, broker, clock, pairs, monkeypatch):
    monkeypatch.setattr(jobs, "BATCHES_PER_SWEEP", 1)
    instances = waiting(4)
    clock.pass_(HOUR)
    broker.down = True

    jobs.sweep()
    assert ended(instances) == 2
    jobs.sweep()
    assert ended(instances) == 4


def test_a_batch_ends_before_its_claim_does(waiting, clock, monkeypatch):
    instances = waiting(1)
    clock.pass_(HOUR)
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "SWEEP_TIME", timedelta())
        jobs.sweep()
    assert ended(instances) == 0

    clock.pass_(31 * SECOND)
    jobs.sweep()
    assert ended(instances) == 1


def test_a_broken_timer_does_not_hold_up_the_others(waiting, clock, monkeypatch):
    instances = waiting(3)
    break_timer(monkeypatch, instances[0])
    clock.pass_(HOUR)

    jobs.sweep()

    assert ended(instances) == 2
    timer = instances[0].timers.get()
    assert timer.failures == 1
    assert timer.retry_at == clock.now + timedelta(minutes=1)


def test_a_timer_that_stays_broken_is_reported_and_fires_once_mended(waiting, clock, monkeypatch):
    instances = waiting(1)
    with monkeypatch.context() as patched:
        break_timer(patched, instances[0])
        clock.pass_(HOUR)
        for _ in range(3):
            jobs.sweep()
            clock.pass_(HOUR)

    incident = Incident.objects.get(instance=instances[0])
    assert incident.sentence == ("The timer “wait” was due and could not fire: This row is broken.")
    services.retry_incident(incident_id=incident.pk, actor=services.ENGINE, now=clock.now)
    jobs.sweep()
    assert ended(instances) == 1


def test_a_timer_that_cannot_even_be_put_aside_does_not_hold_up_the_others(
    waiting, clock, monkeypatch
):
    instances = waiting(3)
    break_timer(monkeypatch, instances[0])

    def refuse(**_options: object) -> None:
        raise RuntimeError("Nor can this be written.")

    monkeypatch.setattr(services, "postpone_timer", refuse)
    clock.pass_(HOUR)

    jobs.sweep()

    assert ended(instances) == 2


def test_a_suspended_instance_keeps_its_timer_until_it_is_resumed(waiting, clock):
    (instance,) = waiting(1)
    services.suspend(instance_id=instance.pk, actor=services.ENGINE, now=clock.now)
    clock.pass_(HOUR)
    jobs.sweep()
    assert ended([instance]) == 0

    services.resume(instance_id=instance.pk, actor=services.ENGINE, now=clock.now)
    jobs.sweep()
    assert ended([instance]) == 1


def test_timers_that_fell_due_while_everything_was_off_fire_with_the_first_sweep(waiting, clock):
    instances = waiting(3)
    clock.pass_(timedelta(days=30))

    jobs.sweep()

    assert ended(instances) == 3
