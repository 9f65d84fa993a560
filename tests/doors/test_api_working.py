"""The verbs of a task over REST; what `actions` names is an address."""

import pytest
import time_machine

from tasks.models import Task
from tasks.rules.actions import Action
from tests.doors.api import Caller
from tests.factories import NOW, person
from tests.tasks.worked import again, review, two_steps

pytestmark = pytest.mark.django_db
COLLECTIONS = {"add": "approvers", "attach": "attachments", "comment": "comments"}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("action", list(Action))
def test_every_action_is_an_address(action):
    task = review()
    path = COLLECTIONS.get(action.value, action.value)
    assert Caller(person("bob")).send(f"tasks/{task.pk}/{path}/", {}).status_code != 404


@pytest.mark.parametrize(
    ("policy", "verb", "body", "status"),
    [
        ("", "suspend", {"until": "2026-03-05T08:00:00Z"}, "suspended"),
        ("", "delegate", {"to": "leo", "back": True}, "reserved"),
        ("", "release", {}, "ready"),
        ("", "follow-up", {"at": "2026-03-05T08:00:00Z"}, "in_progress"),
        ("", "draft", {"comment": "Half"}, "in_progress"),
        ('failsWith="no-stock"', "fail", {"code": "no-stock"}, "failed"),
    ],
)
def test_a_verb_answers_with_the_task(policy, verb, body, status):
    task, bob = review(policy), Caller(person("bob"))
    bob.send(f"tasks/{task.pk}/start/")
    response = bob.send(f"tasks/{task.pk}/{verb}/", body)
    assert (response.status_code, response.json()["status"]) == (200, status)


def test_an_answer_is_undone_and_kept_as_a_draft():
    task, bob = review('undo="PT10M"'), Caller(person("bob"))
    held = bob.send(f"tasks/{task.pk}/complete/", {"outcome": "approved", "comment": "Fine"}).json()
    assert held["settles_at"] == "2026-03-02T09:10:00Z"
    assert "undo" in held["actions"]
    bob.send(f"tasks/{task.pk}/undo/")
    shown = bob.read(f"tasks/{task.pk}/").json()
    assert (shown["status"], shown["draft"]["comment"]) == ("ready", "Fine")


def test_a_colleague_answers_over_rest():
    task, bob, leo = review(), Caller(person("bob")), Caller(person("leo"))
    bob.send(f"tasks/{task.pk}/claim/")
    asked = bob.send(f"tasks/{task.pk}/ask/", {"to": "leo", "question": "May we?"})
    assert asked.status_code == 201
    shown = leo.read(f"tasks/{asked.json()['id']}/").json()
    assert (shown["kind"], shown["instructions"]) == ("information", "May we?")
    assert [outcome["id"] for outcome in shown["outcomes"]] == ["answered"]
    leo.send(f"tasks/{shown['id']}/complete/", {"outcome": "answered", "comment": "Yes."})
    assert Task.objects.get(parent=task).comment == "Yes."


def test_the_initiator_takes_the_request_back():
    task = review()
    response = Caller(person("alice")).send(f"tasks/{task.pk}/withdraw/", {})
    assert (response.status_code, response.json()["status"]) == (200, "exited")
    assert again(task).instance.status == "cancelled"


def test_a_step_says_where_it_can_be_sent_back():
    instance = two_steps('sendBack="draft"')
    alice, bob = Caller(person("alice")), Caller(person("bob"))
    draft = instance.tasks.get(node="draft")
    alice.send(f"tasks/{draft.pk}/complete/", {"outcome": "approved"})
    task = instance.tasks.get(node="review")
    assert bob.read(f"tasks/{task.pk}/").json()["send_back_to"] == ["draft"]
    body = {"to": "draft", "comment": "The offer is missing."}
    assert bob.send(f"tasks/{task.pk}/send-back/", body).json()["outcome"] == "sent_back"


def test_an_operator_nominates_prioritizes_and_reschedules():
    task = review(assignment='<placet:assignment candidateUsers="gone"/>')
    dan = Caller(person("dan"))
    assert dan.send(f"tasks/{task.pk}/nominate/", {"users": ["leo"]}).json()["status"] == "reserved"
    assert dan.send(f"tasks/{task.pk}/prioritize/", {"priority": 90}).json()["priority"] == 90
    due = {"due_at": "2026-03-09T08:00:00Z"}
    assert dan.send(f"tasks/{task.pk}/reschedule/", due).json()["due_at"] == due["due_at"]
