"""Work outside: tried until it succeeds or needs a person, applied once, never forgotten."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections

from portal.demo import order_service
from processes import egress, jobs, services
from processes.core.errors import WrongState
from processes.core.retry import LONGEST_CALL
from processes.models import Job
from processes.services.jobs import CLAIM, GRACE
from tests.factories import deployed_source, process_source, started
from tests.security.wire import http, listening, saying

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("connection")]

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HTTP = 'connection="orders" method="POST" path="/orders" body="={title: title}" timeout="PT5S"'
RETRY = 'attempts="3" backoff="PT10S" factor="2" cap="PT1M"'


def ordering(http: str = HTTP, retry: str = RETRY, more: str = "", beside: str = "") -> str:
    """Return BPMN with a single service task that places an order."""
    return process_source(
        '<b:startEvent id="start"/>'
        '<b:serviceTask id="place" name="Place order" placet:resultVariable="number">'
        f"<b:extensionElements><placet:http {http}/><placet:retry {retry}/>{more}"
        "<placet:result>=response.body.number</placet:result></b:extensionElements>"
        "</b:serviceTask>"
        '<b:endEvent id="end"/>'
        '<b:sequenceFlow id="f1" sourceRef="start" targetRef="place"/>'
        f'<b:sequenceFlow id="f2" sourceRef="place" targetRef="end"/>{beside}',
        extension='<placet:variable name="title" type="string"/>',
    )


@pytest.fixture
def start(broker, clock):
    """Start the process and return its job; nobody has worked on it yet."""

    def begin(**changed: str) -> Job:
        version = deployed_source(ordering(**changed))
        return started(version.process, now=clock.now, title="Laptops").jobs.get()

    return begin


def again(job: Job) -> Job:
    return Job.objects.select_related("instance").get(pk=job.pk)


def incident_of(job: Job) -> str:
    return job.instance.incidents.get(status="open").sentence


def number_of(job: Job) -> object:
    return job.instance.history.get(kind="variables.set").data["values"]["number"]


# --- success and retries -------------------------------------------------------------------------


def test_a_call_that_succeeds_moves_the_process_on(start, broker, orders):
    job = start()

    assert broker.deliver() == 1

    (order,) = orders.ledger.orders()
    assert order["order"] == {"title": "Laptops"}
    assert order["key"] == str(job.pk)
    job = again(job)
    assert (job.status, job.attempts, job.instance.status) == ("done", 1, "completed")
    assert number_of(job) == order["number"] == "PO-1001"


def test_a_call_that_fails_is_tried_again_when_its_time_has_come(start, broker, clock, orders):
    job = start()
    orders.switch("down")

    broker.deliver()
    job = again(job)
    assert (job.status, job.attempts) == ("ready", 1)
    assert job.last_error == (
        "“Order service” answered 503 Service Unavailable: "
        '{"error": "The order service is out of order."}'
    )
    assert 5 * SECOND <= job.run_at - clock.now <= 10 * SECOND
    assert broker.messages[0].at == job.run_at

    orders.switch("up")
    assert broker.deliver() == 0
    clock.now = job.run_at
    broker.deliver()
    job = again(job)
    assert (job.status, job.attempts, job.instance.status) == ("done", 2, "completed")


def test_what_stays_down_becomes_an_incident_and_a_retry_finishes(start, broker, clock, orders):
    job = start()
    orders.switch("down")
    for _ in range(3):
        broker.deliver()
        clock.pass_(MINUTE)

    job = again(job)
    assert (job.status, job.attempts, job.instance.status) == ("dead", 3, "running")
    assert incident_of(job).startswith("Given up after 3 tries. “Order service” answered 503")
    assert "it sees the same key as before" in incident_of(job)
    assert broker.messages == []

    orders.switch("up")
    incident = job.instance.incidents.get()
    services.retry_incident(incident_id=incident.pk, actor=services.ENGINE, now=clock.now)
    broker.deliver()

    assert again(job).instance.status == "completed"
    (order,) = orders.ledger.orders()
    assert order["key"] == str(job.pk)


def test_a_lost_reply_leads_to_the_same_key_and_one_order(
    start, broker, clock, orders, monkeypatch
):
    monkeypatch.setattr(
        order_service, "luck", lambda _key, attempt: "lose" if attempt == 1 else "answer"
    )
    orders.switch("flaky")
    job = start()

    broker.deliver()
    assert "It may have received the request." in again(job).last_error
    clock.pass_(MINUTE)
    broker.deliver()

    (order,) = orders.ledger.orders()
    assert order["tries"] == 2
    assert number_of(job) == order["number"]


def test_an_answer_that_is_too_slow_is_a_failed_try(start, broker, orders):
    orders.switch("hang")
    job = start(http=HTTP.replace("PT5S", "PT1S"))

    broker.deliver()

    assert "did not answer within 1 seconds" in again(job).last_error
    assert again(job).status == "ready"


@pytest.mark.parametrize(
    ("asked", "wait"), [("30", 30 * SECOND), ("3600", MINUTE)], ids=["within", "above the cap"]
)
def test_the_other_system_says_when_to_come_back(asked, wait, start, broker, clock, connection):
    answer = http(b"", status="429 Too Many Requests", headers=f"Retry-After: {asked}")
    with listening(saying(answer)) as wire:
        connection.base_url = wire.url
        connection.save()
        job = start()
        broker.deliver()

    assert again(job).run_at - clock.now == wait


def test_a_try_that_is_far_off_is_left_to_the_sweep(start, broker, clock, orders):
    orders.switch("down")
    job = start(retry='attempts="2" backoff="PT1H" factor="1" cap="PT1H"')
    broker.deliver()
    assert broker.messages == []

    orders.switch("up")
    clock.pass_(timedelta(hours=1) + GRACE)
    jobs.sweep()
    broker.deliver()

    assert again(job).status == "done"


# --- what is never tried again -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("422 Unprocessable Content", "“Order service” answered 422 Unprocessable Entity: no such"),
        ("404 Not Found", "“Order service” answered 404 Not Found: no such"),
        ("307 Temporary Redirect", "a redirect to http://169.254.169.254/, and redirects are not"),
    ],
)
def test_a_refusal_is_an_incident_at_once(status, sentence, start, broker, connection):
    answer = http(b"no such", status=status, headers="Location: http://169.254.169.254/")
    with listening(saying(answer)) as wire:
        connection.base_url = wire.url
        connection.save()
        job = start()
        broker.deliver()

    job = again(job)
    assert (job.status, job.attempts) == ("dead", 1)
    assert sentence in incident_of(job)


def test_a_forbidden_address_is_an_incident_that_says_what_to_do(start, broker, connection):
    connection.base_url = "http://169.254.169.254/latest"
    connection.save()
    job = start()

    broker.deliver()

    assert again(job).attempts == 1
    assert incident_of(again(job)).startswith(
        "“Order service” was not called: 169.254.169.254 is not in a network that Placet may call."
    )


def test_a_missing_connection_is_an_incident_that_names_it(start, broker, connection):
    connection.delete()
    job = start()

    broker.deliver()

    assert incident_of(again(job)).startswith("There is no connection “orders”.")


@pytest.mark.parametrize(
    ("status", "tries"), [("404 Not Found", 1), ("503 Service Unavailable", 3)]
)
def test_a_status_that_the_definition_maps_is_an_error_once_the_job_is_given_up(
    status, tries, start, broker, clock, connection
):
    mapped = f'<placet:errorMapping status="{status[0]}xx" code="unknown"/>'
    edge = (
        '<b:boundaryEvent id="edge" attachedToRef="place"><b:errorEventDefinition/>'
        '</b:boundaryEvent><b:endEvent id="mended"/>'
        '<b:sequenceFlow id="f3" sourceRef="edge" targetRef="mended"/>'
    )
    with listening(saying(http(b"no", status=status))) as wire:
        connection.base_url = wire.url
        connection.save()
        job = start(more=mapped, beside=edge)
        for _ in range(tries):
            broker.deliver()
            clock.pass_(MINUTE)

    job = again(job)
    assert (job.status, job.attempts, job.instance.status) == ("dead", tries, "completed")
    thrown = job.instance.history.get(kind="error.thrown").data
    assert (thrown["code"], thrown["catcher"]) == ("unknown", "edge")
    assert not job.instance.incidents.exists()


# --- leases --------------------------------------------------------------------------------------


def test_a_lease_outlives_the_call_it_is_for(start, clock):
    job = start(http=HTTP.replace("PT5S", "PT9999H"))

    lease = services.lease_job(job_id=job.pk, now=clock.now)

    assert lease is not None
    assert lease.timeout == LONGEST_CALL
    assert lease.until - clock.now >= lease.timeout + 10 * SECOND


def test_a_job_in_work_is_left_alone(start, broker, clock, orders):
    job = start()
    lease = services.lease_job(job_id=job.pk, now=clock.now)
    assert lease is not None
    clock.pass_(lease.until - clock.now - SECOND)

    jobs.sweep()
    broker.deliver()

    assert orders.ledger.orders() == []
    assert again(job).attempts == 1


def test_a_worker_that_wakes_after_its_lease_finds_its_answer_refused(
    start, broker, clock, orders, monkeypatch
):
    job = start()
    call, late = egress.call, []

    def pause_and_call(*args: object, **options: object) -> egress.Answer:
        """Call, and sleep until somebody else has called as well."""
        answer = call(*args, **options)
        monkeypatch.setattr(egress, "call", call)
        clock.pass_(MINUTE)
        jobs.sweep()
        broker.deliver()
        late.append(again(job).status)
        return answer

    monkeypatch.setattr(egress, "call", pause_and_call)
    broker.deliver()

    assert late == ["done"]
    (order,) = orders.ledger.orders()
    assert order["tries"] == 2
    kinds = list(job.instance.history.values_list("kind", flat=True))
    assert kinds.count("job.succeeded") == 1
    assert again(job).instance.status == "completed"


def test_an_answer_without_the_lease_is_refused_and_changes_nothing(start, clock, broker):
    job = start()
    first = services.lease_job(job_id=job.pk, now=clock.now)
    clock.pass_(MINUTE)
    second = services.lease_job(job_id=job.pk, now=clock.now)
    assert first is not None
    assert second is not None

    with pytest.raises(WrongState, match="longer than its lease"):
        services.finish_job(lease=first, response={"status": 201, "body": {}}, now=clock.now)
    with pytest.raises(WrongState, match="longer than its lease"):
        services.fail_attempt(lease=first, error="x", retry_at=None, now=clock.now)

    job = again(job)
    assert (job.status, job.lease_token, job.last_error) == ("leased", second.token, "")


def test_a_worker_held_up_before_its_call_does_not_call(start, broker, clock, orders, monkeypatch):
    job = start()
    lease_job = services.lease_job

    def lease_and_pause(**options: object) -> services.Lease | None:
        lease = lease_job(**options)
        clock.pass_(22 * SECOND)
        return lease

    monkeypatch.setattr(services, "lease_job", lease_and_pause)
    broker.deliver()

    assert orders.ledger.orders() == []
    assert again(job).last_error == "“Order service” was not called: its worker was held up."


def test_a_job_that_kills_its_workers_stops(start, broker, clock, orders):
    job = start()
    for _ in range(3 + jobs.LOST_TRIES):
        assert services.lease_job(job_id=job.pk, now=clock.now) is not None
        clock.pass_(MINUTE)

    jobs.sweep()
    broker.deliver()

    assert "each worker that took the job stopped" in incident_of(again(job))
    assert orders.ledger.orders() == []


# --- messages ------------------------------------------------------------------------------------


def test_the_sweep_finds_what_every_message_was_lost_about(start, broker, clock, orders):
    started_jobs = [start() for _ in range(3)]
    assert broker.lose() == 3

    jobs.sweep()
    assert broker.messages == []  # too fresh: their messages may be under way
    clock.pass_(GRACE)
    jobs.sweep()
    broker.deliver()

    assert {UUID(order["key"]) for order in orders.ledger.orders()} == {j.pk for j in started_jobs}
    assert all(again(job).instance.status == "completed" for job in started_jobs)


def test_a_job_in_a_long_queue_is_told_of_once_in_a_while(start, broker, clock):
    start()
    broker.lose()
    clock.pass_(GRACE)

    jobs.sweep()
    jobs.sweep()
    assert broker.lose() == 1

    clock.pass_(CLAIM)
    jobs.sweep()
    assert broker.deliver() == 1


def test_a_job_that_a_sweep_has_told_of_can_be_worked_on_at_once(start, broker, clock, orders):
    job = start()
    clock.pass_(GRACE)
    jobs.sweep()

    jobs.work(job_id=str(job.pk))

    assert again(job).status == "done"
    assert broker.deliver() == 2
    assert orders.ledger.orders()[0]["tries"] == 1


def test_the_same_message_three_times_calls_once(start, broker, orders):
    start()
    broker.messages *= 3

    assert broker.deliver() == 3

    (order,) = orders.ledger.orders()
    assert order["tries"] == 1


def test_a_dead_broker_loses_no_start_and_no_retry(start, broker, clock, orders):
    broker.down = True
    job = start()
    orders.switch("down")
    jobs.work(job_id=str(job.pk))
    assert again(job).status == "ready"

    orders.switch("up")
    clock.pass_(MINUTE)
    jobs.sweep()
    broker.down = False
    clock.pass_(CLAIM)
    jobs.sweep()
    broker.deliver()

    assert again(job).instance.status == "completed"


def test_a_message_about_a_withdrawn_job_does_nothing(start, broker, clock, orders):
    job = start()
    services.cancel(
        instance_id=job.instance_id, actor=services.ENGINE, reason="Not needed", now=clock.now
    )

    assert broker.deliver() == 1

    assert orders.ledger.orders() == []
    assert again(job).status == "withdrawn"


def test_workers_that_get_the_message_at_once_call_once(start, broker, orders):
    job = start()
    together = threading.Barrier(6)

    def one_worker() -> None:
        together.wait()
        try:
            jobs.work(job_id=str(job.pk))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=one_worker) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    (order,) = orders.ledger.orders()
    assert order["tries"] == 1
    job = again(job)
    assert (job.attempts, job.instance.status) == (1, "completed")
