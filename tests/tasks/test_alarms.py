"""Alarms: armed as rows, rung once and in order, withdrawn with the task."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from processes import services as engine
from processes.models import Incident
from tasks import inbox, jobs, services
from tasks.models import Alarm, Candidate, Task
from tests.factories import (
    NOW,
    asked,
    cast,
    deployed_source,
    one_task,
    person,
    purchase,
    started,
    team,
)
from tests.tasks.ringing import actions, notes, ring_due

pytestmark = pytest.mark.django_db

REMINDED = NOW + timedelta(hours=20)
DUE = NOW + timedelta(hours=24)
ALL = ["reminded", "overdue", "escalated"]


def test_the_holder_is_reminded_before_the_deadline():
    task = asked(purchase())
    ring_due(REMINDED - timedelta(seconds=1))
    assert notes(task) == []
    ring_due(REMINDED)
    task.refresh_from_db()
    assert task.reminded_at == REMINDED
    assert notes(task) == [("reminded", {"due_at": DUE.isoformat()})]


def test_the_alternate_is_asked_when_the_deadline_passes():
    task = asked(purchase())
    ring_due(DUE)
    assert list(inbox.tasks(person("carol"), "offered", now=DUE)) == [task]
    assert list(inbox.tasks(person("bob"), "offered", now=DUE)) == [task]
    assert notes(task)[-1] == ("escalated", {"to": ["Carol", "deputies"], "held_by": ""})


def test_a_task_that_somebody_holds_is_offered_again_and_they_keep_seeing_it():
    task = asked(purchase())
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    ring_due(DUE)
    task = Task.objects.get(pk=task.pk)
    assert (task.status, task.owner, task.escalated_at) == ("ready", None, DUE)
    assert list(inbox.tasks(person("bob"), "offered", now=DUE)) == [task]
    services.complete(
        task_id=task.pk, person=person("carol"), outcome="approved", comment="For Bob", now=DUE
    )


def test_who_held_it_by_delegation_is_still_asked_after_the_escalation():
    task = asked(purchase())
    services.delegate(task_id=task.pk, person=person("bob"), to=person("leo"), now=NOW)
    ring_due(DUE)
    assert task in inbox.tasks(person("leo"), "offered", now=DUE)


def test_each_alarm_rings_once_even_when_it_is_rung_twice():
    task = asked(purchase())
    for alarm in [*Alarm.objects.order_by("due_at", "pk"), *Alarm.objects.all()]:
        services.ring(alarm_id=alarm.pk, now=DUE)
    assert actions(task) == ALL
    assert not Alarm.objects.exists()


def test_a_sweep_leaves_what_another_one_has_claimed():
    asked(purchase())
    assert services.claim_due_alarms(now=DUE, limit=100)
    assert services.claim_due_alarms(now=DUE, limit=100) == []


def test_an_alarm_whose_sweep_died_is_found_again():
    asked(purchase())
    claimed = services.claim_due_alarms(now=DUE, limit=100)
    assert services.claim_due_alarms(now=DUE + timedelta(minutes=1), limit=100) == claimed


def test_an_alarm_waits_until_the_one_before_it_has_rung():
    task = asked(purchase())
    [first] = services.claim_due_alarms(now=DUE, limit=100)
    assert Alarm.objects.get(pk=first).kind == "remind"
    assert services.claim_due_alarms(now=DUE, limit=100) == []
    services.ring(alarm_id=first, now=DUE)
    [second] = services.claim_due_alarms(now=DUE, limit=100)
    assert Alarm.objects.get(pk=second).kind == "overdue"
    assert actions(task) == ["reminded"]


def test_after_a_downtime_of_days_everything_rings_once_and_in_order():
    tasks = [asked(purchase(title=f"No. {n}")) for n in range(3)]
    ring_due(NOW + timedelta(days=9))
    assert [actions(task) for task in tasks] == [ALL] * 3
    assert not Alarm.objects.exists()


def test_what_is_told_after_a_downtime_says_how_late_it_is():
    from tasks.models import Announcement

    asked(purchase())
    Announcement.objects.all().delete()
    ring_due(DUE + timedelta(days=2))
    late = list(Announcement.objects.order_by("id").values_list("kind", "data__late"))
    assert late == [("reminded", 2 * 86400 + 4 * 3600), ("overdue", 172800), ("escalated", 172800)]


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=1)])
def test_a_clock_that_is_set_forth_and_back_rings_each_alarm_once(jump):
    task = asked(purchase())
    ring_due(DUE - jump)
    ring_due(DUE)
    ring_due(DUE - jump)
    ring_due(DUE + jump)
    assert actions(task) == ALL


def test_what_a_fast_clock_has_claimed_is_not_lost_when_the_clock_is_set_back():
    task = asked(purchase())
    services.claim_due_alarms(now=DUE + timedelta(days=1), limit=100)
    ring_due(DUE)
    assert actions(task) == ALL


def test_answering_withdraws_the_alarms():
    task = asked(purchase())
    services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW)
    assert not Alarm.objects.exists()


def test_cancelling_the_instance_withdraws_the_alarms():
    task = asked(purchase())
    actor = engine.Actor(person("dan"), "Dan")
    engine.cancel(instance_id=task.instance_id, actor=actor, reason="Obsolete.", now=NOW)
    assert not Alarm.objects.exists()
    ring_due(DUE)


def test_a_suspended_instance_rings_nothing_until_what_was_left_is_over():
    task = asked(purchase())
    actor = engine.Actor(person("dan"), "Dan")
    engine.suspend(instance_id=task.instance_id, actor=actor, now=NOW)
    assert services.claim_due_alarms(now=DUE, limit=100) == []
    for alarm in Alarm.objects.all():
        services.ring(alarm_id=alarm.pk, now=DUE)
    assert notes(task) == []
    engine.resume(instance_id=task.instance_id, actor=actor, now=DUE)
    ring_due(DUE)
    assert notes(task) == []
    ring_due(DUE + timedelta(hours=24))
    assert actions(task) == ALL


def test_an_escalation_never_asks_who_is_excluded():
    carol = cast()["carol"]
    task = asked(purchase(by=carol))
    ring_due(DUE)
    assert not Candidate.objects.filter(task=task, user=carol).exists()
    assert list(inbox.tasks(carol, "offered", now=DUE)) == []


def test_a_poison_alarm_does_not_stop_the_others_and_becomes_an_incident(monkeypatch):
    poison, good = asked(purchase(title="A")), asked(purchase(title="B"))
    Task.objects.filter(pk=poison.pk).update(asked={"escalations": []})
    Alarm.objects.exclude(kind="escalate").delete()
    for days in (2, 3, 4):
        monkeypatch.setattr(jobs.timezone, "now", lambda days=days: NOW + timedelta(days=days))
        jobs.sweep()
    assert notes(good)[0][0] == "escalated"
    incident = Incident.objects.get()
    assert (incident.code, incident.blocking) == ("alarm_failed", False)


def test_a_poison_alarm_does_not_stop_the_later_ones_of_its_task(monkeypatch):
    task = asked(purchase())
    Alarm.objects.filter(kind="overdue").update(failures=1, retry_at=DUE + timedelta(minutes=5))
    ring_due(DUE)
    assert actions(task) == ["reminded", "escalated"]
    ring_due(DUE + timedelta(minutes=5))
    assert actions(task)[-1] == "overdue"


def test_nobody_left_to_ask_goes_to_the_fallback_group_and_is_told():
    process = deployed_source(one_task('<placet:assignment candidateGroups="nobodies"/>')).process
    process.fallback_group = team("operators")
    process.save()
    cast()
    task = asked(started(process), "ask")
    assert task in inbox.tasks(person("dan"), "offered", now=NOW)
    incident = Incident.objects.get(instance=task.instance)
    assert incident.code == "nobody_to_ask"
    assert "operators" in incident.sentence


def test_a_sole_candidate_holds_the_task_from_the_start_where_the_process_says_so():
    person("bob")
    single = '<placet:assignment candidateUsers="bob" allocate="single"/>'
    task = asked(started(deployed_source(one_task(single)).process), "ask")
    assert (task.status, task.owner) == ("reserved", person("bob"))


def test_what_an_alarm_costs_does_not_grow_with_the_number_of_alarms():
    tasks = [asked(purchase(title=f"No. {n}")) for n in range(5)]
    counts = []
    for task in (tasks[0], tasks[-1]):
        with CaptureQueriesContext(connection) as queries:
            services.ring(alarm_id=task.alarms.get(kind="remind").pk, now=DUE)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 14, "\n".join(query["sql"] for query in queries)
    with CaptureQueriesContext(connection) as queries:
        services.claim_due_alarms(now=DUE, limit=100)
    assert len(queries) <= 4


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_ring_each_alarm_once_and_in_order():
    tasks = [asked(purchase(title=f"No. {n}")) for n in range(10)]
    barrier = Barrier(2)

    def run():
        barrier.wait(timeout=10)
        try:
            ring_due(DUE)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for running in [pool.submit(run) for _ in range(2)]:
            running.result()
    ring_due(DUE)
    assert [actions(task) for task in tasks] == [ALL] * 10
    assert not Alarm.objects.exists()
