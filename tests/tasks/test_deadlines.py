"""Deadlines: whose working time counts, what is armed, and what the rungs of the ladder do."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from processes import services as engine
from processes.models import Incident
from tasks import inbox, services
from tasks.models import Alarm, CalendarDay, CalendarUse, Candidate, Task
from tests.factories import (
    NOW,
    asked,
    cast,
    deployed_source,
    one_task,
    person,
    process_source,
    started,
    team,
)
from tests.tasks.ringing import actions, calendar, notes, ring_due

pytestmark = pytest.mark.django_db

# NOW is Monday, 2 March 2026, ten o'clock in Berlin.
FRIDAY = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOB = '<placet:assignment candidateUsers="bob"/>'


def opened(extension, *, who=BOB, now=NOW, **more):
    """Return the open task of a process with this extension."""
    cast()
    process = deployed_source(one_task(who + extension, **more)).process
    return asked(started(process, now=now), "ask")


def fresh(task):
    return Task.objects.get(pk=task.pk)


def armed(task):
    rows = task.alarms.order_by("due_at", "id")
    return [(row.kind, row.step, row.due_at) for row in rows]


# --- what is armed -------------------------------------------------------------------------------


def test_everything_that_will_happen_is_armed_when_the_task_is_opened():
    task = opened(
        '<placet:deadline startBy="PT1H" completeBy="PT8H" remindBefore="PT4H, PT2H" '
        'followUp="PT3H"/>'
        '<placet:escalation of="startBy" after="PT30M" addUsers="carol"/>'
        '<placet:escalation after="PT0S" addUsers="carol"/>'
    )
    assert (task.start_by_at, task.due_at, task.follow_up_at) == (
        NOW + HOUR,
        NOW + 8 * HOUR,
        NOW + 3 * HOUR,
    )
    assert armed(task) == [
        ("start_by", 0, NOW + HOUR),
        ("escalate", 0, NOW + 1.5 * HOUR),
        ("follow_up", 0, NOW + 3 * HOUR),
        ("remind", 0, NOW + 4 * HOUR),
        ("remind", 1, NOW + 6 * HOUR),
        ("overdue", 0, NOW + 8 * HOUR),
        ("escalate", 1, NOW + 8 * HOUR),
    ]


def test_of_reminders_that_would_have_been_before_the_task_one_comes_at_once():
    task = opened('<placet:deadline completeBy="PT2H" remindBefore="PT8H, PT4H, PT1H"/>')
    reminders = [(step, at) for kind, step, at in armed(task) if kind == "remind"]
    assert reminders == [(0, NOW), (2, NOW + HOUR)]


def test_a_task_without_deadlines_looks_for_no_calendar():
    calendar(default=True)
    cast()
    process = deployed_source(one_task(BOB)).process
    with CaptureQueriesContext(connection) as queries:
        task = asked(started(process), "ask")
    assert not any('FROM "tasks_calendar"' in query["sql"] for query in queries)
    assert (task.due_at, task.calendar, task.alarms.count()) == (None, None, 0)


def test_the_inbox_is_sorted_by_the_due_date_that_counts():
    calendar(default=True)
    task = opened('<placet:deadline completeBy="PT8H"/>', now=FRIDAY)
    assert task.due_at == datetime(2026, 3, 9, 15, tzinfo=UTC)
    assert Candidate.objects.get(task=task).due_at == task.due_at


def test_the_priority_is_that_of_the_definition_and_normal_without_one():
    assert opened("").priority == 50
    assert opened('<placet:priority value="80"/>').priority == 80


# --- whose working time --------------------------------------------------------------------------


def due_of(uses, *, key="", who=BOB):
    """Return the calendar that counts where calendars are used as told."""
    cast()
    for name, what in uses.items():
        found = calendar(name, default=what == "default")
        if what not in ("default", None):
            CalendarUse.objects.create(calendar=found, **what)
    named = f' calendar="{key}"' if key else ""
    source = one_task(f'{who}<placet:deadline completeBy="PT1H"{named}/>')
    process = deployed_source(source).process
    if "house" in uses:
        CalendarUse.objects.create(calendar=calendar("process"), process=process)
    return asked(started(process), "ask").calendar


def test_the_most_particular_calendar_counts():
    team("finance")
    who = {"user": person("bob")}
    assert due_of({"person": who, "everybody": "default"}).key == "person"


def test_the_calendar_of_the_only_group_counts():
    group = '<placet:assignment candidateGroups="finance"/>'
    uses = {"group": {"group": team("finance")}, "everybody": "default"}
    assert due_of(uses, who=group).key == "group"


def test_of_two_who_are_asked_neither_calendar_counts():
    both = '<placet:assignment candidateUsers="bob, carol"/>'
    uses = {"person": {"user": person("bob")}, "everybody": "default"}
    assert due_of(uses, who=both).key == "everybody"


def test_the_calendar_of_the_process_comes_before_that_of_the_person():
    uses = {"person": {"user": person("bob")}, "house": None}
    assert due_of(uses).key == "process"


def test_the_calendar_that_the_step_names_comes_first():
    uses = {"named": None, "person": {"user": person("bob")}, "house": None}
    assert due_of(uses, key="named").key == "named"


def test_without_any_calendar_every_hour_counts():
    assert due_of({"elsewhere": None}) is None
    assert asked(started_last(), "ask").due_at == NOW + HOUR


def started_last():
    from processes.models import Instance

    return Instance.objects.latest("started_at")


def test_an_unknown_calendar_counts_every_hour_and_is_told_to_an_operator():
    assert due_of({"everybody": "default"}, key="nowhere") is None
    incident = Incident.objects.get()
    assert (incident.code, incident.blocking) == ("unknown_calendar", False)
    assert "“nowhere”" in incident.sentence


def test_a_deadline_beyond_reach_never_holds_a_task_up():
    calendar(default=True)
    task = opened('<placet:deadline completeBy="P5000D"/>')
    assert task.due_at == NOW + timedelta(days=5000)
    assert task.calendar is None
    assert Incident.objects.get().code == "deadline_out_of_reach"


def test_a_deadline_at_the_end_of_time_is_none():
    cast()
    source = one_task(
        BOB + '<placet:deadline completeBy="=span"/>',
        process_extension='<placet:variable name="span" type="string"/>',
    )
    task = asked(started(deployed_source(source).process, span="P9000Y"), "ask")
    assert (task.status, task.due_at, task.alarms.count()) == ("ready", None, 0)
    assert "has no deadline now" in Incident.objects.get().sentence


def test_a_change_of_the_calendar_counts_for_the_next_deadline():
    found = calendar(default=True)
    first = opened('<placet:deadline completeBy="P1D"/>')
    CalendarDay.objects.create(calendar=found, date=date(2026, 3, 3), name="Carnival")
    second = asked(started(first.instance.process), "ask")
    assert fresh(first).due_at == NOW + timedelta(days=1)
    assert second.due_at == NOW + timedelta(days=2)


def test_an_escalation_waits_over_a_weekend_and_a_holiday():
    """Asked on Maundy Thursday in the afternoon; Easter Monday is a holiday in Berlin."""
    calendar(default=True, country="DE", subdivision="BE")
    thursday = datetime(2026, 4, 2, 14, 0, tzinfo=UTC)
    task = opened(
        '<placet:deadline completeBy="PT4H" remindBefore="PT2H"/>'
        '<placet:escalation after="PT1H" addUsers="carol"/>',
        now=thursday,
    )
    tuesday = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
    ring_due(tuesday)
    assert actions(task) == []
    ring_due(tuesday + HOUR)
    assert actions(task) == ["reminded"]
    ring_due(tuesday + 3 * HOUR)
    assert actions(task) == ["reminded", "overdue"]
    assert task not in inbox.tasks(person("carol"), "offered", now=tuesday)
    ring_due(tuesday + 4 * HOUR)
    assert task in inbox.tasks(person("carol"), "offered", now=tuesday)


def test_a_deadline_over_the_change_to_summer_time_keeps_the_clock_time():
    calendar(default=True)
    friday = datetime(2026, 3, 27, 9, 0, tzinfo=UTC)
    task = opened('<placet:deadline completeBy="P1D"/>', now=friday)
    assert task.due_at == datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


# --- what happens --------------------------------------------------------------------------------


def test_nobody_has_begun_in_time():
    task = opened('<placet:deadline startBy="PT1H"/>')
    ring_due(NOW + HOUR)
    due_at = (NOW + HOUR).isoformat()
    assert notes(task) == [("overdue", {"of": "startBy", "due_at": due_at})]


def test_who_begins_in_time_is_not_late():
    task = opened(
        '<placet:deadline startBy="PT1H"/><placet:escalation of="startBy" after="PT1H" '
        'addUsers="carol"/>'
    )
    services.start(task_id=task.pk, person=person("bob"), now=NOW)
    ring_due(NOW + 3 * HOUR)
    assert actions(task) == ["started"]
    assert fresh(task).owner == person("bob")


def test_a_follow_up_is_told_to_the_holder_once():
    from tasks.models import Announcement

    task = opened('<placet:deadline followUp="PT1H"/>')
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    Announcement.objects.all().delete()
    ring_due(NOW + HOUR)
    told = Announcement.objects.get()
    assert (told.kind, told.to["users"]) == ("reminded", [person("bob").pk])
    assert fresh(task).follow_up_at is None


LADDER = """<placet:deadline completeBy="PT1H"/>
<placet:escalation after="PT0S" addUsers="carol"/>
<placet:escalation after="PT30M" addGroups="deputies"/>"""


def test_a_ladder_climbs_rung_by_rung():
    cast()
    team("deputies").user_set.set([person("leo")])
    task = opened(LADDER)
    ring_due(NOW + HOUR)
    assert task in inbox.tasks(person("carol"), "offered", now=NOW)
    assert task not in inbox.tasks(person("leo"), "offered", now=NOW)
    ring_due(NOW + 1.5 * HOUR)
    assert task in inbox.tasks(person("leo"), "offered", now=NOW)


def rung(attributes, **more):
    return opened(
        f'<placet:deadline completeBy="PT1H"/><placet:escalation after="PT0S" {attributes}/>',
        **more,
    )


def test_a_rung_asks_others_instead():
    task = rung('do="reassign" users="carol"')
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    ring_due(NOW + HOUR)
    assert task in inbox.tasks(person("carol"), "offered", now=NOW)
    assert list(inbox.tasks(person("bob"), "todo", now=NOW)) == []
    assert notes(task)[-1] == ("escalated", {"to": ["Carol"], "held_by": "Bob", "do": "reassign"})


def test_a_rung_that_asks_whom_it_asks_already_loses_nobody():
    task = rung('do="reassign" users="bob, carol"')
    ring_due(NOW + HOUR)
    assert {row.user.username for row in task.candidates.all()} == {"bob", "carol"}


def test_a_rung_that_only_tells_changes_nothing():
    from tasks.models import Announcement

    task = rung('do="notify" users="carol"')
    ring_due(NOW + HOUR)
    assert [row.user.username for row in task.candidates.all()] == ["bob"]
    told = Announcement.objects.get(kind="escalated")
    assert told.to["users"] == [person("carol").pk]


def test_a_rung_raises_the_priority_and_never_lowers_it():
    task = rung('do="prioritize" priority="80"')
    other = asked(started(task.instance.process), "ask")
    Task.objects.filter(pk=other.pk).update(priority=95)
    ring_due(NOW + HOUR)
    assert (fresh(task).priority, fresh(other).priority) == (80, 95)


def test_a_rung_rejects_in_nobodys_name():
    task = rung('do="answer"')
    ring_due(NOW + HOUR)
    task = fresh(task)
    assert (task.status, task.outcome, task.automatic) == ("completed", "rejected", True)
    assert (task.completed_by, task.completed_by_name) == (None, "")
    assert task.comment == "Nobody answered by 10:00, 2 March 2026."
    assert task.instance.status == "completed"
    answer = task.instance.history.get(kind="task.completed")
    assert (answer.actor, answer.actor_name, answer.data["by"]) == (None, "", "")
    assert not Alarm.objects.exists()


def test_a_rung_answers_what_the_definition_says():
    task = rung('do="answer" outcome="approved"')
    services.suspend(task_id=task.pk, person=claimed(task), now=NOW)
    services.resume(task_id=task.pk, person=person("bob"), now=NOW)
    ring_due(NOW + HOUR)
    assert fresh(task).outcome == "approved"


def claimed(task):
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    return person("bob")


def test_a_suspended_task_whose_time_counts_is_answered_too():
    cast()
    extension = (
        BOB + '<placet:deadline completeBy="PT1H"/><placet:policy suspended="counts"/>'
        '<placet:escalation after="PT0S" do="answer"/>'
    )
    task = asked(started(deployed_source(one_task(extension)).process), "ask")
    services.suspend(task_id=task.pk, person=claimed(task), now=NOW)
    ring_due(NOW + HOUR)
    assert (fresh(task).status, fresh(task).outcome) == ("completed", "rejected")


def test_where_no_answer_is_negative_nothing_is_answered_and_an_operator_is_told():
    task = rung('do="answer"')
    node = engine.graph_of(task.instance.version_id).nodes["ask"]
    assert [outcome.kind for outcome in node.outcomes] == ["positive", "negative"]
    only = (
        BOB + '<placet:outcome id="done" name="Done"/><placet:deadline completeBy="PT1H"/>'
        '<placet:escalation after="PT0S" do="answer" outcome="done"/>'
    )
    other = asked(started(deployed_source(one_task(only)).process), "ask")
    asks = dict(other.asked)
    asks["escalations"][0].pop("outcome")
    Task.objects.filter(pk=other.pk).update(asked=asks)
    ring_due(NOW + HOUR)
    assert fresh(other).status == "ready"
    assert Incident.objects.get(instance=other.instance).code == "no_automatic_outcome"


def test_a_rung_that_names_only_who_is_excluded_asks_nobody_and_says_so():
    excluding = '<placet:assignment candidateUsers="bob" exclude="carol"/>'
    task = rung('addUsers="carol"', who=excluding)
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    ring_due(NOW + HOUR)
    assert [row.user.username for row in task.candidates.all()] == ["bob"]
    assert fresh(task).owner == person("bob")
    assert notes(task)[-1] == ("escalated", {"to": [], "held_by": ""})
    assert Incident.objects.get().code == "nobody_to_escalate_to"


def test_a_rung_for_a_task_that_asks_nobody_finds_somebody():
    cast()
    nobody = '<placet:assignment candidateGroups="nobodies"/>'
    task = rung('addUsers="carol"', who=nobody)
    assert task.status == "created"
    ring_due(NOW + HOUR)
    assert task in inbox.tasks(person("carol"), "offered", now=NOW)


BOTH = '<placet:assignment candidateUsers="bob, fiona"/><placet:quorum need="all"/>'


def vote(task, name):
    services.complete(task_id=task.pk, person=person(name), outcome="approved", now=NOW)


def test_who_is_added_to_a_vote_by_the_deadline_must_agree_too():
    task = rung('addUsers="carol"', who=BOTH)
    vote(task, "bob")
    ring_due(NOW + HOUR)
    vote(task, "fiona")
    assert fresh(task).status == "ready"
    vote(task, "carol")
    assert fresh(task).outcome == "approved"


def test_the_votes_decide_when_those_who_are_asked_instead_have_given_them():
    task = rung('do="reassign" users="bob"', who=BOTH)
    vote(task, "bob")
    ring_due(NOW + HOUR)
    task = fresh(task)
    assert not task.candidates.exists()
    assert (task.status, task.outcome, task.automatic) == ("completed", "approved", False)


def test_a_vote_that_nobody_finished_ends_by_the_deadline():
    task = rung('do="answer"', who=BOTH)
    vote(task, "bob")
    ring_due(NOW + HOUR)
    task = fresh(task)
    assert (task.status, task.outcome, task.automatic) == ("completed", "rejected", True)
    assert [cast.voter_name for cast in task.votes.all()] == ["Bob"]


CAUGHT = (
    '<b:startEvent id="start"/><b:userTask id="ask" name="Ask"><b:extensionElements>'
    + BOB
    + '<placet:deadline completeBy="PT1H"/>'
    '<placet:escalation after="PT0S" do="throw" code="late"/></b:extensionElements></b:userTask>'
    '<b:boundaryEvent id="edge" attachedToRef="ask" cancelActivity="{cancel}">'
    '<b:escalationEventDefinition escalationRef="e"/></b:boundaryEvent>'
    '<b:endEvent id="end"/><b:endEvent id="other"/>'
    '<b:sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>'
    '<b:sequenceFlow id="f2" sourceRef="ask" targetRef="end"/>'
    '<b:sequenceFlow id="f3" sourceRef="edge" targetRef="other"/>'
)


def throwing(*, cancel):
    source = process_source(CAUGHT.format(cancel=str(cancel).lower()))
    escalation = '<b:escalation id="e" name="Late" escalationCode="late"/>'
    source = source.replace("</b:definitions>", f"{escalation}</b:definitions>")
    cast()
    return asked(started(deployed_source(source).process), "ask")


def test_a_rung_throws_an_escalation_that_takes_the_task_back():
    task = throwing(cancel=True)
    ring_due(NOW + HOUR)
    assert fresh(task).status == "exited"
    assert fresh(task).instance.status == "completed"
    assert not Alarm.objects.exists()


def test_a_rung_throws_an_escalation_beside_which_the_task_goes_on():
    task = throwing(cancel=False)
    ring_due(NOW + HOUR)
    assert fresh(task).status == "ready"
    assert actions(task) == ["overdue", "escalated"]
