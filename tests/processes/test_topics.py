"""Jobs of external workers: fetched by topic, done by whoever holds the lease."""

from datetime import timedelta
from uuid import uuid4

import pytest

from processes import jobs, services
from processes.core.errors import WrongState
from processes.models import Instance, Job
from tests.processes.drawn import boundary, end, error, process, start, topic

pytestmark = pytest.mark.django_db(transaction=True)

LEASE = timedelta(seconds=30)
N = '<placet:variable name="n"/>'
RETRY = '<placet:retry attempts="2" backoff="PT10S" factor="1" cap="PT10S"/>'
CHECKING = process(
    "checking",
    start(),
    topic("credit", RETRY),
    boundary("edge", "credit", error()),
    end(),
    end(name="mended"),
    flow="""start credit end
    edge mended""",
    extension=N,
)


def fetch(clock, *topics: str, limit: int = 10) -> list[services.Activated]:
    return services.activate_jobs(
        topics=topics or ["credit"], limit=limit, lease=LEASE, now=clock.now
    )


@pytest.fixture
def instance(run) -> Instance:
    run.publish(CHECKING)
    return run.start("checking", n=5)


def again(instance: Instance) -> Instance:
    return Instance.objects.get(pk=instance.pk)


def test_a_worker_gets_the_variables_and_its_answer_moves_the_process_on(instance, clock):
    (job,) = fetch(clock)
    assert job.variables == {"n": 5}

    services.complete_job(job_id=job.job.pk, lease=job.token, variables={"score": 7}, now=clock.now)

    assert again(instance).status == "completed"
    assert again(instance).variables == {"n": 5, "credit": {"score": 7}}
    assert Job.objects.get().status == "done"


def test_workers_of_ours_leave_it_alone(instance, broker, clock):
    assert broker.messages == []
    clock.pass_(timedelta(minutes=1))
    jobs.sweep()
    assert broker.messages == []
    assert services.lease_job(job_id=Job.objects.get().pk, now=clock.now) is None


def test_a_job_is_fetched_once_and_by_its_topic_only(instance, clock):
    assert fetch(clock, "other", "") == []
    assert len(fetch(clock)) == 1
    assert fetch(clock) == []


def test_a_lease_that_has_run_out_gives_the_job_to_the_next_and_the_first_is_too_late(
    instance, clock
):
    (first,) = fetch(clock)
    clock.pass_(LEASE)
    (second,) = fetch(clock)

    with pytest.raises(WrongState, match="longer than its lease"):
        services.complete_job(job_id=first.job.pk, lease=first.token, variables={}, now=clock.now)
    services.complete_job(job_id=second.job.pk, lease=second.token, variables={}, now=clock.now)

    assert again(instance).status == "completed"
    assert Job.objects.get().attempts == 2


def test_a_failure_is_tried_again_and_then_becomes_an_incident(instance, clock):
    for wait in (timedelta(seconds=10), None):
        (job,) = fetch(clock)
        retry_at = services.fail_job(
            job_id=job.job.pk, lease=job.token, error="no ink", luck=1.0, now=clock.now
        )
        assert retry_at == (clock.now + wait if wait else None)
        assert fetch(clock) == []
        clock.pass_(timedelta(seconds=10))

    assert again(instance).incidents.get().sentence == "no ink"
    assert Job.objects.get().status == "dead"


def test_a_failure_with_a_code_is_an_error_of_the_process(instance, clock):
    (job,) = fetch(clock)
    services.fail_job(
        job_id=job.job.pk, lease=job.token, error="No.", code="broke", luck=0.0, now=clock.now
    )
    assert again(instance).status == "completed"
    completed = instance.history.filter(kind="node.completed").values_list("node", flat=True)
    assert "mended" in completed


def test_a_suspended_instance_gives_no_jobs(instance, clock):
    services.suspend(instance_id=instance.pk, actor=services.ENGINE, now=clock.now)
    assert fetch(clock) == []


def test_a_job_of_a_cancelled_instance_is_nobodys_any_more(instance, clock):
    (job,) = fetch(clock)
    services.cancel(instance_id=instance.pk, actor=services.ENGINE, reason="x", now=clock.now)
    with pytest.raises(WrongState):
        services.complete_job(job_id=job.job.pk, lease=job.token, variables={}, now=clock.now)
    with pytest.raises(WrongState):
        services.complete_job(job_id=uuid4(), lease=job.token, variables={}, now=clock.now)
