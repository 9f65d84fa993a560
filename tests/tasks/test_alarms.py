"""Reminders and the escalation ladder: armed as rows, rung once, withdrawn with the task."""

from datetime import timedelta

import pytest

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

pytestmark = pytest.mark.django_db

REMINDED = NOW + timedelta(hours=20)
DUE = NOW + timedelta(hours=24)


def ring_due(now):
    for alarm in services.claim_due_alarms(now=now, limit=100):
        services.ring(alarm_id=alarm, now=now)


def notes(task):
    noted = task.instance.history.filter(kind="task.noted")
    return [(event.data["action"], event.data["details"]) for event in noted]


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
    task.refresh_from_db()
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


def test_each_alarm_rings_once_even_with_two_sweeps():
    task = asked(purchase())
    due = services.claim_due_alarms(now=DUE, limit=100)
    assert services.claim_due_alarms(now=DUE, limit=100) == []
    for alarm in [*due, *due]:
        services.ring(alarm_id=alarm, now=DUE)
    assert [action for action, _ in notes(task)] == ["reminded", "escalated"]
    assert not Alarm.objects.exists()


def test_an_alarm_whose_sweep_died_is_found_again():
    asked(purchase())
    assert services.claim_due_alarms(now=DUE, limit=100)
    assert services.claim_due_alarms(now=DUE + timedelta(minutes=1), limit=100)


def test_after_a_downtime_of_days_everything_rings_once_and_in_order():
    task = asked(purchase())
    ring_due(NOW + timedelta(days=9))
    assert [action for action, _ in notes(task)] == ["reminded", "escalated"]


def test_answering_withdraws_the_alarms():
    task = asked(purchase())
    services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW)
    assert not Alarm.objects.exists()


def test_a_suspended_instance_rings_nothing_until_it_is_resumed():
    from processes import services as engine

    task = asked(purchase())
    actor = engine.Actor(person("dan"), "Dan")
    engine.suspend(instance_id=task.instance_id, actor=actor, now=NOW)
    assert services.claim_due_alarms(now=DUE, limit=100) == []
    engine.resume(instance_id=task.instance_id, actor=actor, now=DUE)
    assert len(services.claim_due_alarms(now=DUE, limit=100)) == 2


def test_an_escalation_never_asks_who_is_excluded():
    carol = cast()["carol"]
    task = asked(purchase(by=carol))
    ring_due(DUE)
    assert not Candidate.objects.filter(task=task, user=carol).exists()
    assert list(inbox.tasks(carol, "offered", now=DUE)) == []


LADDER = """<placet:assignment candidateUsers="bob"/>
<placet:deadline completeBy="PT1H"/>
<placet:escalation after="PT0S" addUsers="carol"/>
<placet:escalation after="PT30M" addGroups="deputies"/>"""


def test_a_ladder_climbs_rung_by_rung():
    cast()
    team("deputies").user_set.set([person("leo")])
    task = asked(started(deployed_source(one_task(LADDER)).process), "ask")
    ring_due(NOW + timedelta(hours=1))
    assert task in inbox.tasks(person("carol"), "offered", now=NOW)
    assert task not in inbox.tasks(person("leo"), "offered", now=NOW)
    ring_due(NOW + timedelta(minutes=90))
    assert task in inbox.tasks(person("leo"), "offered", now=NOW)


def test_a_poison_alarm_does_not_stop_the_others_and_becomes_an_incident(monkeypatch):
    poison, good = asked(purchase(title="A")), asked(purchase(title="B"))
    Task.objects.filter(pk=poison.pk).update(asked={"escalations": []})
    Alarm.objects.filter(kind="remind").delete()
    for days in (2, 3, 4):
        monkeypatch.setattr(jobs.timezone, "now", lambda days=days: NOW + timedelta(days=days))
        jobs.sweep()
    assert notes(good)[0][0] == "escalated"
    incident = Incident.objects.get()
    assert (incident.code, incident.blocking) == ("alarm_failed", False)


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
