"""Who is kept out of a decision stays out, whatever way leads in: by name, by group, by initiator.

Each way hands Alice the task, or a place among those who are asked. Either nobody can take it, or
she has it and still cannot decide.
"""

import pytest

from processes.core.errors import Refusal
from tasks import inbox, services
from tasks.models import Candidate, Task
from tests.doors.api import Caller
from tests.doors.pages import visitor
from tests.factories import (
    NOW,
    asked,
    away,
    cast,
    deployed_source,
    one_task,
    person,
    started,
    team,
)
from tests.tasks.test_routing_desk import profile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

OUTS = {
    "initiator": 'exclude="initiator"',
    "name": 'exclude="alice"',
    "group": 'excludeGroups="insiders"',
}
POLICY = '<placet:policy skippable="true"/>'


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def put(out, *, who='candidateUsers="bob, carol"', more=""):
    """Return an open task that Alice must not decide; she is one of the insiders and the desk."""
    cast()
    team("insiders").user_set.add(person("alice"))
    team("desk").user_set.add(person("alice"), person("bob"))
    source = one_task(f"<placet:assignment {who} {OUTS[out]}/>{more}{POLICY}")
    return asked(started(deployed_source(source).process, person("alice")), "ask")


def by_row(task):
    """As if some way had been forgotten: she is asked by her own name."""
    Candidate.objects.create(task=task, user=person("alice"))


def by_delegate(task):
    services.delegate(task_id=task.pk, person=person("bob"), to=person("alice"), now=NOW)


def by_delegate_back(task):
    services.delegate_and_return(task_id=task.pk, person=person("bob"), to=person("alice"), now=NOW)


def by_forward(task):
    services.forward(task_id=task.pk, person=person("bob"), users=[person("alice")], now=NOW)


def by_forward_to_group(task):
    services.forward(task_id=task.pk, person=person("bob"), groups=[team("desk")], now=NOW)


def by_reassign(task):
    services.reassign(
        task_id=task.pk, person=person("dan"), to=person("alice"), reason="Why not.", now=NOW
    )


def by_absence(task):
    away(person("bob"), person("alice"))


def by_chain(task):
    away(person("bob"), person("leo"))
    away(person("leo"), person("alice"))


def by_absence_after_claim(task):
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    away(person("bob"), person("alice"))


def by_owner(task):
    Task.objects.filter(pk=task.pk).update(status="reserved", owner=person("alice"))


def by_question(task):
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    services.ask_information(
        task_id=task.pk, person=person("bob"), to=person("alice"), question="Well?", now=NOW
    )


def by_superuser(task):
    alice = person("alice")
    alice.is_superuser = alice.is_staff = True
    alice.save()


def by_manager_of_who_left(task):
    for name in ("bob", "carol"):
        profile(name, manager=person("alice"))
        services.deactivate(user=person(name), by=person("dan"), now=NOW)


WAYS = (
    by_row, by_delegate, by_delegate_back, by_forward, by_forward_to_group, by_reassign,
    by_absence, by_chain, by_absence_after_claim, by_owner, by_question, by_superuser,
    by_manager_of_who_left,
)  # fmt: skip
TRIES = {
    "claim": {},
    "start": {},
    "complete": {"outcome": "approved"},
    "send-back": {"to": "ask", "comment": "Again."},
    "skip": {"reason": "Because."},
    "draft": {"outcome": "approved"},
    "take-back": {},
    "ask": {"to": "leo", "question": "Well?"},
}

FORMS = {
    "complete": TRIES["complete"],
    "move/claim": {},
    "do/skip": TRIES["skip"],
    "draft": {},
}


def tried(way, task):
    try:
        way(task)
    except Refusal:
        return
    alice = person("alice")
    task.refresh_from_db()
    caller, browser = Caller(alice), visitor(alice)
    assert task not in inbox.tasks(alice, "todo", now=NOW)
    for verb, body in TRIES.items():
        answer = caller.send(f"tasks/{task.pk}/{verb}/", body)
        assert answer.status_code in (403, 404, 409), (verb, answer.content)
    for path, body in FORMS.items():
        assert browser.post(f"/tasks/{task.pk}/{path}/", body).status_code in (403, 404, 409), path


@pytest.mark.parametrize("out", OUTS)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_way_in_lets_an_excluded_person_decide(way, out):
    task = put(out)
    tried(way, task)
    task.refresh_from_db()
    assert task.status in Task.OPEN
    assert task.completed_by is None


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_way_in_lets_an_excluded_person_vote(way):
    task = put("group", who='candidateGroups="desk" candidateUsers="carol"',
               more='<placet:quorum need="2"/>')  # fmt: skip
    tried(way, task)
    assert not task.votes.exists()


@pytest.mark.parametrize("out", OUTS)
@pytest.mark.parametrize("how", ["beside", "before", "after"])
def test_an_excluded_person_is_not_added_as_an_approver(how, out):
    task = put(out, more='<placet:quorum need="2"/>')
    body = {"who": "alice", "where": how, "reason": "She knows."}
    for who in ("bob", "dan"):
        answer = Caller(person(who)).send(f"tasks/{task.pk}/approvers/", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "target_excluded")
    assert not task.candidates.filter(user=person("alice")).exists()


@pytest.mark.parametrize("out", OUTS)
@pytest.mark.parametrize("verb", ["delegate", "reassign"])
def test_an_excluded_person_is_not_given_the_task(verb, out):
    task = put(out)
    answer = Caller(person("dan")).send(
        f"tasks/{task.pk}/{verb}/", {"to": "alice", "reason": "She knows."}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "target_excluded")


@pytest.mark.parametrize("out", OUTS)
def test_an_operator_who_is_excluded_gets_no_proposal_to_decide(out):
    """Handing it on with “back to me” must not bring it to somebody who could not have it."""
    task = put(out)
    by_superuser(task)
    answer = Caller(person("alice")).send(
        f"tasks/{task.pk}/delegate/", {"to": "carol", "back": True, "reason": "Do it."}
    )
    task.refresh_from_db()
    assert answer.status_code == 403
    assert (task.status, task.returns_to) == ("ready", None)


def test_an_operator_whom_nobody_asked_does_not_become_the_owner_by_delegating():
    """The operator may not reassign it to themselves; “back to me” must not do it either."""
    task = put("initiator")
    dan = Caller(person("dan"))
    assert dan.send(f"tasks/{task.pk}/reassign/", {"to": "dan", "reason": "x"}).status_code == 422
    dan.send(f"tasks/{task.pk}/delegate/", {"to": "carol", "back": True, "reason": "x"})
    dan.send(f"tasks/{task.pk}/take-back/", {})
    answer = dan.send(f"tasks/{task.pk}/complete/", {"outcome": "approved"})
    task.refresh_from_db()
    assert answer.status_code in (403, 409)
    assert task.owner != person("dan")


def test_an_operator_does_not_add_themselves_to_those_who_must_agree():
    task = put("initiator", more='<placet:quorum need="any"/>')
    dan = Caller(person("dan"))
    body = {"who": "dan", "where": "beside", "reason": "Me."}
    assert dan.send(f"tasks/{task.pk}/approvers/", body).status_code == 422
    answer = dan.send(f"tasks/{task.pk}/complete/", {"outcome": "approved"})
    assert answer.status_code in (403, 409)
