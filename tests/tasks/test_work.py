"""What people do with a task: the table of docs/tasks.md, through the services."""

from datetime import timedelta

import pytest

from processes import services as engine
from processes.core.errors import Absent, Forbidden, Invalid, WrongState
from processes.models import HistoryEvent
from tasks import inbox, services
from tasks.models import Candidate, Task
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


def scope(person, name, now=NOW):
    return list(inbox.tasks(person, name, now=now))


def test_a_purchase_asks_the_managers():
    instance = purchase()
    task = asked(instance)
    assert task.status == "ready"
    assert task.due_at == NOW + timedelta(hours=24)
    assert scope(person("bob"), "offered") == [task]
    assert scope(person("carol"), "offered") == []


def test_claiming_moves_the_task_from_offered_to_mine():
    task = asked(purchase())
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    assert scope(person("bob"), "offered") == []
    assert scope(person("bob"), "mine") == [task]
    counts = inbox.Inbox(person("bob"), now=NOW).counts()
    assert counts == {"mine": 1, "offered": 0, "todo": 1}


def test_a_second_claim_names_who_was_first():
    task = asked(purchase())
    eve = person("eve", "managers")
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    with pytest.raises(WrongState) as refused:
        services.claim(task_id=task.pk, person=eve, now=NOW)
    assert refused.value.details["winner"] == "Bob"
    assert "Bob" in str(refused.value)


def test_approving_an_offered_task_claims_and_completes_it_at_once():
    instance = purchase(amount=5000)
    task = asked(instance)
    done = services.complete(
        task_id=task.pk, person=person("bob"), outcome="approved", comment="Fine.", now=NOW
    )
    assert (done.status, done.outcome, done.completed_by_name) == ("completed", "approved", "Bob")
    assert asked(instance, "finance").status == "ready"
    assert asked(instance, "legal").status == "ready"
    assert not Candidate.objects.filter(task=task).exists()


def test_up_to_the_limit_one_approval_is_enough():
    instance = purchase(amount=1000)
    services.complete(task_id=asked(instance).pk, person=person("bob"), outcome="approved", now=NOW)
    instance.refresh_from_db()
    assert not instance.tasks.exclude(node="manager").exists()
    assert instance.jobs.get().status == "ready"


def test_who_comes_second_is_told_who_decided_what_and_when():
    task = asked(purchase())
    eve = person("eve", "managers")
    services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW)
    with pytest.raises(WrongState) as refused:
        services.complete(task_id=task.pk, person=eve, outcome="rejected", comment="No", now=NOW)
    assert refused.value.details == {
        "winner": "Bob",
        "at": NOW.isoformat(),
        "outcome": "approved",
    }


def test_a_rejection_ends_the_process():
    instance = purchase()
    services.complete(
        task_id=asked(instance).pk,
        person=person("bob"),
        outcome="rejected",
        comment="Too dear",
        now=NOW,
    )
    instance.refresh_from_db()
    assert instance.status == "completed"


def test_a_task_is_absent_for_who_has_nothing_to_do_with_it():
    task = asked(purchase())
    for verb in (services.claim, services.release, services.start, services.stop):
        with pytest.raises(Absent):
            verb(task_id=task.pk, person=person("mallory"), now=NOW)


def test_who_asked_may_look_but_not_decide():
    task = asked(purchase())
    with pytest.raises(Forbidden):
        services.complete(task_id=task.pk, person=person("alice"), outcome="approved", now=NOW)


def test_nobody_approves_their_own_request_even_as_manager():
    bob = cast()["bob"]
    task = asked(purchase(by=bob))
    with pytest.raises(Forbidden) as refused:
        services.complete(task_id=task.pk, person=bob, outcome="approved", now=NOW)
    assert refused.value.code == "excluded"
    assert scope(bob, "offered") == []


def test_an_administrator_is_not_above_the_exclusion():
    dan = cast()["dan"]
    dan.groups.add(team("managers"))
    task = asked(purchase(by=dan))
    with pytest.raises(Forbidden) as refused:
        services.claim(task_id=task.pk, person=dan, now=NOW)
    assert refused.value.code == "excluded"


def test_a_task_is_not_handed_to_somebody_who_is_excluded():
    task = asked(purchase())
    for verb in (services.delegate, services.reassign):
        more = {"reason": "absent"} if verb is services.reassign else {}
        who = person("bob") if verb is services.delegate else person("dan")
        with pytest.raises(Forbidden) as refused:
            verb(task_id=task.pk, person=who, to=person("alice"), now=NOW, **more)
        assert refused.value.code == "target_excluded"


def test_releasing_offers_the_task_again():
    task = asked(purchase())
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    released = services.release(task_id=task.pk, person=person("bob"), now=NOW)
    assert released.status == "ready"
    assert released.owner is None


def test_starting_claims_first_and_stopping_keeps_the_task():
    task = asked(purchase())
    assert services.start(task_id=task.pk, person=person("bob"), now=NOW).status == "in_progress"
    stopped = services.stop(task_id=task.pk, person=person("bob"), now=NOW)
    assert (stopped.status, stopped.owner) == ("reserved", person("bob"))


def test_delegating_gives_the_task_to_one_person():
    task = asked(purchase())
    leo = person("leo")
    services.delegate(task_id=task.pk, person=person("bob"), to=leo, now=NOW)
    assert scope(leo, "mine") == [task]
    services.complete(task_id=task.pk, person=leo, outcome="approved", now=NOW)
    task.refresh_from_db()
    assert task.completed_by == leo


def test_a_task_cannot_be_delegated_to_oneself():
    task = asked(purchase())
    with pytest.raises(Invalid):
        services.delegate(task_id=task.pk, person=person("bob"), to=person("bob"), now=NOW)


def test_a_task_cannot_be_delegated_to_somebody_who_left():
    task = asked(purchase())
    gone = person("gone", "employees", is_active=False)
    with pytest.raises(Invalid):
        services.delegate(task_id=task.pk, person=person("bob"), to=gone, now=NOW)


def test_forwarding_takes_the_one_who_forwards_out():
    deployed = deployed_source(one_task()).process
    bob, carol = person("bob"), person("carol")
    task = asked(started(deployed), "ask")
    forwarded = services.forward(task_id=task.pk, person=bob, users=[carol], now=NOW)
    assert forwarded.status == "ready"
    assert scope(bob, "todo") == []
    assert scope(carol, "offered") == [task]
    with pytest.raises(Absent):
        services.claim(task_id=task.pk, person=bob, now=NOW)


def test_forwarding_needs_somebody():
    with pytest.raises(Invalid):
        services.forward(task_id=asked(purchase()).pk, person=person("bob"), now=NOW)


def test_an_operator_reassigns_with_a_reason():
    task = asked(purchase())
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    with pytest.raises(Invalid):
        services.reassign(
            task_id=task.pk, person=person("dan"), to=person("leo"), reason=" ", now=NOW
        )
    services.reassign(
        task_id=task.pk, person=person("dan"), to=person("leo"), reason="Bob left", now=NOW
    )
    assert scope(person("leo"), "mine") == [task]
    noted = HistoryEvent.objects.filter(kind="task.noted").latest("sequence")
    assert noted.data["details"] == {"to": "Leo", "reason": "Bob left"}


def test_only_an_operator_reassigns():
    with pytest.raises(Forbidden):
        services.reassign(
            task_id=asked(purchase()).pk,
            person=person("bob"),
            to=person("leo"),
            reason="I want to",
            now=NOW,
        )


FORM = """<placet:assignment candidateUsers="bob"/>
<placet:form>{"type": "object", "required": ["code"], "properties": {
  "code": {"type": "string", "maxLength": 4}, "count": {"type": "integer", "minimum": 1}
}}</placet:form>"""


def form_task():
    person("bob")
    return asked(started(deployed_source(one_task(FORM)).process), "ask")


def test_the_form_is_checked_on_the_server():
    task = form_task()
    with pytest.raises(Invalid) as refused:
        services.complete(
            task_id=task.pk,
            person=person("bob"),
            outcome="approved",
            data={"count": 0, "code": "12345"},
            now=NOW,
        )
    assert set(refused.value.details["fields"]) == {"count", "code"}
    task.refresh_from_db()
    assert task.status == "ready"


def test_a_field_that_the_form_does_not_have_is_refused():
    with pytest.raises(Invalid) as refused:
        services.complete(
            task_id=form_task().pk,
            person=person("bob"),
            outcome="approved",
            data={"code": "1", "is_staff": True},
            now=NOW,
        )
    assert "is_staff" in refused.value.details["fields"]


def test_who_says_no_need_not_fill_in_the_form():
    done = services.complete(
        task_id=form_task().pk, person=person("bob"), outcome="rejected", comment="no", now=NOW
    )
    assert done.outcome == "rejected"


def test_an_outcome_that_asks_for_a_reason_is_refused_without_one():
    with pytest.raises(Invalid) as refused:
        services.complete(
            task_id=form_task().pk, person=person("bob"), outcome="rejected", comment="  ", now=NOW
        )
    assert "comment" in refused.value.details["fields"]


def test_an_unknown_outcome_is_refused_with_the_known_ones():
    with pytest.raises(Invalid) as refused:
        services.complete(
            task_id=asked(purchase()).pk, person=person("bob"), outcome="perhaps", now=NOW
        )
    assert "approved, rejected" in refused.value.remedy


def test_comments_stay_possible_after_the_decision():
    task = asked(purchase())
    services.comment(task_id=task.pk, person=person("alice"), text="Please hurry.", now=NOW)
    services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW)
    services.comment(task_id=task.pk, person=person("bob"), text="Done.", now=NOW)
    assert [c.author_name for c in task.comments.all()] == ["Alice", "Bob"]


def test_a_withdrawn_task_says_that_nothing_is_left_to_do():
    instance = purchase(amount=5000)
    services.complete(task_id=asked(instance).pk, person=person("bob"), outcome="approved", now=NOW)
    legal = asked(instance, "legal")
    services.complete(
        task_id=asked(instance, "finance").pk,
        person=person("fiona"),
        outcome="rejected",
        comment="No money",
        now=NOW,
    )
    with pytest.raises(WrongState) as refused:
        services.claim(task_id=legal.pk, person=person("leo"), now=NOW)
    assert refused.value.code == "task_closed"
    assert Task.objects.get(pk=legal.pk).status == "exited"


def renamed(who, name):
    who.username = name
    who.save()
    return who


def test_a_new_name_does_not_get_around_the_exclusion():
    alice = cast()["alice"]
    alice.groups.add(team("finance"))
    instance = purchase(by=alice, amount=5000)
    renamed(alice, "alice.married")
    services.complete(task_id=asked(instance).pk, person=person("bob"), outcome="approved", now=NOW)
    with pytest.raises(Forbidden) as refused:
        services.complete(
            task_id=asked(instance, "finance").pk, person=alice, outcome="approved", now=NOW
        )
    assert refused.value.code == "excluded"


def test_who_decided_before_stays_excluded_under_a_new_name():
    bob = cast()["bob"]
    bob.groups.add(team("finance"), team("legal"))
    instance = purchase(amount=5000)
    services.claim(task_id=asked(instance).pk, person=bob, now=NOW)
    services.complete(task_id=asked(instance).pk, person=bob, outcome="approved", now=NOW)
    with pytest.raises(Forbidden):
        services.complete(
            task_id=asked(instance, "legal").pk,
            person=renamed(bob, "robert"),
            outcome="approved",
            now=NOW,
        )


def test_an_exclusion_of_nobody_is_told_to_an_operator():
    person("bob")
    unknown = '<placet:assignment candidateUsers="bob" exclude="bobby"/>'
    instance = started(deployed_source(one_task(unknown)).process)
    incident = instance.incidents.get()
    assert incident.code == "unknown_exclusion"
    services.complete(
        task_id=asked(instance, "ask").pk, person=person("bob"), outcome="approved", now=NOW
    )
    incident.refresh_from_db()
    assert (incident.status, incident.resolution) == ("resolved", "ended")


def test_nobody_acts_while_an_operator_holds_the_process():
    task = asked(purchase())
    dan = engine.Actor(person("dan"), "Dan")
    engine.suspend(instance_id=task.instance_id, actor=dan, now=NOW)
    for act in (services.claim, services.start):
        with pytest.raises(WrongState) as refused:
            act(task_id=task.pk, person=person("bob"), now=NOW)
        assert refused.value.code == "instance_suspended"
    services.comment(task_id=task.pk, person=person("bob"), text="Why?", now=NOW)
    engine.resume(instance_id=task.instance_id, actor=dan, now=NOW)
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
