"""What comes between instances opens no way around a right, and tells nothing sensitive."""

from datetime import timedelta
from typing import Any

import pytest
from guardian.shortcuts import assign_perm

from processes import access, services
from processes.core.errors import Invalid
from processes.models import Dispatch, Instance, Job
from tests import factories as f
from tests.doors.administration import address, visitor
from tests.doors.api import Caller
from tests.processes.drawn import call, end, file_of, message, process, start, throw, topic

pytestmark = pytest.mark.django_db

CANARY = "DE02120300000000202051"
ASKS = (
    '<b:userTask id="ask" name="ask"><b:extensionElements>'
    '<placet:assignment candidateUsers="alice, bob" exclude="initiator"/>'
    "</b:extensionElements></b:userTask>"
)
ASKED_BY_MESSAGE = process("asked", start(message()), ASKS, end(), flow="start ask end")


@pytest.fixture
def people(db) -> dict[str, Any]:
    return f.cast()


def deliver_all() -> None:
    for dispatch in Dispatch.objects.all():
        services.deliver(dispatch_id=dispatch.pk, now=f.NOW)


def may_decide(name: str, instance: Instance) -> bool:
    person, task = f.person(name), f.asked(instance, "ask")
    inbox = Caller(person).read("tasks/").json()["results"]
    return str(task.pk) in [row["id"] for row in inbox]


def test_nobody_approves_what_they_asked_for_by_a_message(people):
    f.deployed_source(file_of(ASKED_BY_MESSAGE))
    alice = people["alice"]
    assign_perm("processes.send_message", alice)
    assert Caller(alice).send("messages/", {"name": "paid"}).status_code == 202
    deliver_all()

    instance = Instance.objects.get()
    assert instance.initiator == alice
    assert not may_decide("alice", instance)
    assert may_decide("bob", instance)


def test_nobody_approves_what_a_process_of_theirs_asked_for(people):
    f.deployed_source(file_of(ASKED_BY_MESSAGE))
    sender = process("sender", start(), throw("say", message()), end(), flow="start say end")
    f.started(f.deployed_source(file_of(sender)).process, by=people["alice"])
    deliver_all()

    instance = Instance.objects.get(process__key="asked")
    assert instance.initiator == people["alice"]
    assert not may_decide("alice", instance)


def test_copies_of_what_is_sensitive_are_not_told(people):
    copied = '<placet:input target="copy" source="=iban"/>'
    calling = call("nothing").replace("</b:ext", f"{copied}</b:ext")
    drawn = process(
        "paying",
        start(),
        topic("credit", copied),
        calling,
        end(),
        flow="start credit call end",
        extension='<placet:variable name="iban" sensitive="true"/>',
    )
    instance = f.started(f.deployed_source(file_of(drawn)).process, iban=CANARY)
    (job,) = services.activate_jobs(
        topics=["credit"], limit=1, lease=timedelta(minutes=1), now=f.NOW
    )
    assert job.variables == {"copy": CANARY}
    services.complete_job(job_id=job.job.pk, lease=job.token, variables={}, now=f.NOW)

    dan = people["dan"]
    history = Caller(dan).read(f"instances/{instance.pk}/history/")
    assert CANARY not in history.content.decode()
    client = visitor(dan)
    dispatch = Dispatch.objects.get(kind="call")
    for row in (instance, dispatch, *instance.history.all()):
        shown = client.get(address(row))
        assert shown.status_code == 200
        assert CANARY not in shown.content.decode()


def test_a_message_that_is_dead_before_it_is_sent_is_refused():
    with pytest.raises(Invalid):
        services.send_message(name="paid", time_to_live="-PT1H", sender=None, now=f.NOW)
    assert not Dispatch.objects.exists()


def test_a_job_that_no_worker_ever_answers_can_be_fetched_for_ever():
    drawn = process("checking", start(), topic("credit"), end(), flow="start credit end")
    f.started(f.deployed_source(file_of(drawn)).process)
    Job.objects.update(attempts=30_000)

    (job,) = services.activate_jobs(
        topics=["credit"], limit=1, lease=timedelta(minutes=1), now=f.NOW
    )

    assert job.job.attempts == 30_000


def test_the_rights_to_send_and_to_work_open_nothing_else(people):
    erp = f.person("erp")
    for right in ("send_message", "do_job"):
        assign_perm(f"processes.{right}", erp)
    f.deployed_source(file_of(ASKED_BY_MESSAGE))
    assert not access.known(erp).exists()
    assert Caller(erp).read("processes/asked/versions/1/").status_code == 404
    assert Caller(erp).send("processes/asked/instances/", {}).status_code == 404
