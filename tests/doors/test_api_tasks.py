"""Programs do a person's work as the pages do: the same services, rules and refusals."""

from datetime import timedelta

import pytest
from django.utils import timezone

from processes.models import HistoryEvent, Instance
from tasks.models import Profile, Task
from tests import factories as f
from tests.doors.api import Caller

pytestmark = pytest.mark.django_db

FORM = """<placet:assignment candidateUsers="bob"/>
<placet:form>{"type": "object", "required": ["price"],
"properties": {"price": {"type": "number", "minimum": 0}}}</placet:form>"""


@pytest.fixture
def task(db) -> Task:
    return f.asked(f.purchase())


@pytest.fixture
def bob(task) -> Caller:
    return Caller(f.person("bob"))


def row(caller: Caller, scope: str, **query: str) -> list[str]:
    found = caller.read("tasks/", scope=scope, **query).json()["results"]
    return [task["id"] for task in found]


def test_a_task_says_what_it_asks_and_what_one_may_do(bob, task):
    shown = bob.read(f"tasks/{task.pk}/").json()

    assert shown["id"] == str(task.pk)
    assert shown["name"] == "Manager review"
    assert shown["instance"] == str(task.instance_id)
    assert (shown["status"], shown["owner"]) == ("ready", None)
    assert shown["actions"] == [
        *("claim", "start", "delegate", "forward", "complete", "draft", "comment", "attach")
    ]
    assert shown["evidence"] == f.LAPTOPS
    assert shown["candidates"] == {"users": [], "groups": ["managers"]}
    assert [(o["id"], o["comment_required"]) for o in shown["outcomes"]] == [
        ("approved", False),
        ("rejected", True),
    ]
    assert shown["completion"] is None


def test_the_list_says_the_same_as_the_task_itself(bob, task):
    [listed] = bob.read("tasks/").json()["results"]
    shown = bob.read(f"tasks/{task.pk}/").json()

    assert listed == {name: shown[name] for name in listed}


def test_a_task_moves_from_offered_to_mine_to_done(bob, task):
    held = str(task.pk)
    assert (row(bob, "offered"), row(bob, "mine"), row(bob, "done")) == ([held], [], [])

    bob.send(f"tasks/{task.pk}/claim/")
    assert (row(bob, "offered"), row(bob, "mine"), row(bob, "done")) == ([], [held], [])
    assert row(bob, "todo") == [held]

    bob.send(f"tasks/{task.pk}/complete/", {"outcome": "approved"})
    assert (row(bob, "offered"), row(bob, "mine"), row(bob, "done")) == ([], [], [held])


def test_the_list_is_searched_by_words_and_by_process(bob):
    f.purchase(title="Standing desk")
    instance = Instance.objects.get(subject="Purchase of Standing desk")
    Instance.objects.filter(pk=instance.pk).update(business_key="PO-7")
    [desk] = row(bob, "todo", q="desk")

    assert row(bob, "todo", q="standing manager") == [desk]
    assert row(bob, "todo", q="po-7") == [desk]
    assert row(bob, "todo", q="desk laptops") == []
    assert len(row(bob, "todo", process="purchase-approval")) == 2
    assert row(bob, "todo", process="other") == []


def test_start_claims_first_and_stop_keeps_it(bob, task):
    started = bob.send(f"tasks/{task.pk}/start/").json()
    stopped = bob.send(f"tasks/{task.pk}/stop/").json()
    released = bob.send(f"tasks/{task.pk}/release/").json()

    assert (started["status"], started["owner"]["username"]) == ("in_progress", "bob")
    assert (stopped["status"], stopped["owner"]["username"]) == ("reserved", "bob")
    assert (released["status"], released["owner"]) == ("ready", None)
    assert "stop" in started["actions"]
    assert "start" in stopped["actions"]


def test_an_answer_lets_the_process_go_on(bob, task):
    response = bob.send(f"tasks/{task.pk}/complete/", {"outcome": "approved", "comment": "Fine."})
    completion = bob.read(f"tasks/{task.pk}/").json()["completion"]

    assert response.status_code == 200
    assert (response.json()["status"], response.json()["outcome"]) == ("completed", "approved")
    assert response.json()["actions"] == ["comment"]
    assert (completion["outcome"], completion["comment"]) == ("approved", "Fine.")
    assert completion["by"] == {"username": "bob", "name": "Bob"}
    assert completion["on_behalf_of"] == ""


def test_who_comes_second_is_told_who_was_first_and_when(bob, task):
    mona = Caller(f.person("mona", "managers"))
    mona.send(f"tasks/{task.pk}/complete/", {"outcome": "approved"})

    response = bob.send(f"tasks/{task.pk}/complete/", {"outcome": "approved"})

    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "task_decided"
    assert response.json()["winner"] == "Mona"
    assert "Mona" in response.json()["title"]
    when = Task.objects.get(pk=task.pk).closed_at
    assert response.json()["at"] == when.isoformat()


def test_who_claims_second_is_told_who_has_it(bob, task):
    Caller(f.person("mona", "managers")).send(f"tasks/{task.pk}/claim/")

    response = bob.send(f"tasks/{task.pk}/claim/")

    assert response.status_code == 409
    assert (response.json()["code"], response.json()["winner"]) == ("task_claimed", "Mona")


@pytest.mark.parametrize(
    ("answer", "status", "field"),
    [
        ({}, 400, "outcome"),
        ({"outcome": None}, 400, "outcome"),
        ({"outcome": "maybe"}, 422, "outcome"),
        ({"outcome": "rejected"}, 422, "comment"),
        ({"outcome": "approved", "data": {"approved": True}}, 422, "approved"),
        ({"outcome": "approved", "data": []}, 400, "data"),
        ({"outcome": "approved", "comment": "x" * 5001}, 400, "comment"),
    ],
)
def test_a_wrong_answer_says_which_field_and_changes_nothing(bob, task, answer, status, field):
    response = bob.send(f"tasks/{task.pk}/complete/", answer)

    assert response.status_code == status
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert Task.objects.get(pk=task.pk).status == Task.Status.READY


def test_what_the_form_asks_for_is_checked_and_kept():
    f.cast()
    task = f.asked(f.started(f.deployed_source(f.one_task(FORM)).process), "ask")
    bob, address = Caller(f.person("bob")), f"tasks/{task.pk}/"
    assert bob.read(address).json()["form"]["required"] == ["price"]

    wrong = bob.send(f"{address}complete/", {"outcome": "approved", "data": {"price": "x"}})
    right = bob.send(f"{address}complete/", {"outcome": "approved", "data": {"price": 7.5}})

    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "price")
    assert right.status_code == 200
    assert bob.read(address).json()["completion"]["data"] == {"price": 7.5}


def test_a_stand_in_answers_in_the_absent_persons_name(bob, task):
    now = timezone.now()
    f.away(f.person("bob"), f.person("carol"), now=now)
    carol = Caller(f.person("carol"))
    assert row(carol, "offered") == [str(task.pk)]

    carol.send(f"tasks/{task.pk}/complete/", {"outcome": "approved"})

    completion = carol.read(f"tasks/{task.pk}/").json()["completion"]
    assert (completion["by"]["username"], completion["on_behalf_of"]) == ("carol", "Bob")


def test_a_stand_in_is_nobody_after_the_absence(task):
    f.away(f.person("bob"), f.person("carol"), now=timezone.now() - timedelta(days=30))

    assert row(Caller(f.person("carol")), "todo") == []


def test_a_task_is_delegated_with_a_reason(bob, task):
    response = bob.send(f"tasks/{task.pk}/delegate/", {"to": "carol", "reason": "Knows it."})

    assert response.status_code == 200
    assert response.json()["owner"]["username"] == "carol"
    details = HistoryEvent.objects.filter(kind="task.noted").latest("sequence").data["details"]
    assert details == {"to": "Carol", "reason": "Knows it."}
    assert row(Caller(f.person("carol")), "mine") == [str(task.pk)]


def test_a_task_is_forwarded_to_people_and_groups(bob, task):
    response = bob.send(f"tasks/{task.pk}/forward/", {"users": ["carol"], "groups": ["finance"]})

    assert response.status_code == 200
    assert response.json()["status"] == "ready"
    for name in ("carol", "fiona"):
        assert row(Caller(f.person(name)), "offered") == [str(task.pk)]


def test_an_operator_reassigns_and_says_why(bob, task):
    dan = Caller(f.person("dan"))

    without = dan.send(f"tasks/{task.pk}/reassign/", {"to": "carol"})
    response = dan.send(f"tasks/{task.pk}/reassign/", {"to": "carol", "reason": "Bob is ill."})

    assert without.status_code == 422
    assert response.status_code == 200
    assert response.json()["owner"]["username"] == "carol"


@pytest.mark.parametrize("verb", ["delegate", "reassign"])
def test_who_is_unknown_and_who_has_left_are_the_same(verb, task):
    caller = Caller(f.person("bob" if verb == "delegate" else "dan"))
    f.person("gone", is_active=False)

    answers = [
        caller.send(f"tasks/{task.pk}/{verb}/", {"to": name, "reason": "Ill."})
        for name in ("gone", "none")
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json()["errors"][0]["field"] == "to"
    assert answers[0].content.replace(b"gone", b"none") == answers[1].content


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"users": ["nobody"]}, "users"), ({"groups": ["nobody"]}, "groups"), ({}, None)],
)
def test_forwarding_to_nobody_is_refused(bob, task, sent, field):
    response = bob.send(f"tasks/{task.pk}/forward/", sent)

    assert response.status_code == 422
    assert {error["field"] for error in response.json().get("errors", [])} == {field} - {None}
    assert Task.objects.get(pk=task.pk).status == Task.Status.READY


def test_nobody_delegates_to_who_asked_for_it(bob, task):
    response = bob.send(f"tasks/{task.pk}/delegate/", {"to": "alice"})

    assert response.status_code == 403
    assert response.json()["code"] == "target_excluded"


def test_comments_are_written_and_read(bob, task):
    said = bob.send(f"tasks/{task.pk}/comments/", {"text": "Is there a second offer?"})
    alice = Caller(f.person("alice"))
    alice.send(f"tasks/{task.pk}/comments/", {"text": "Yes."})

    listed = alice.read(f"tasks/{task.pk}/comments/").json()["results"]

    assert said.status_code == 201
    assert [row["text"] for row in listed] == ["Is there a second offer?", "Yes."]
    assert listed[0] == said.json()
    assert listed[1]["author"] == {"username": "alice", "name": "Alice"}


@pytest.mark.parametrize("text", [None, "", "  ", "x" * 5001, "a\x00b", ["x"]])
def test_a_comment_that_is_none_is_refused(bob, task, text):
    response = bob.send(f"tasks/{task.pk}/comments/", {"text": text})

    assert response.status_code == 400
    assert task.comments.count() == 0


def test_a_repeated_comment_is_said_once(bob, task):
    first = bob.send(f"tasks/{task.pk}/comments/", {"text": "Hm."}, key="1")
    second = bob.send(f"tasks/{task.pk}/comments/", {"text": "Hm."}, key="1")

    assert (second.status_code, second.content) == (201, first.content)
    assert task.comments.count() == 1


def test_the_list_is_filtered_as_on_the_page(bob, task):
    f.purchase(by=f.person("fiona"), title="Chairs")
    [chairs] = row(bob, "todo", initiator="fiona")
    assert row(bob, "todo", initiator="Fiona", due="none") == []
    assert row(bob, "todo", priority="high") == []
    assert set(row(bob, "todo")) == {chairs, str(task.pk)}
    assert bob.read("tasks/", due="sometime").status_code == 400


def test_who_leads_people_reads_their_work_but_may_do_nothing_with_it(bob, task):
    bob.send(f"tasks/{task.pk}/claim/")
    Profile.objects.create(user=f.person("bob"), manager=f.person("leo"))
    leo = Caller(f.person("leo"))
    [listed] = leo.read("tasks/", scope="team").json()["results"]
    assert (listed["id"], listed["actions"]) == (str(task.pk), [])
    assert leo.read(f"tasks/{task.pk}/").status_code == 404
    assert row(Caller(f.person("mallory")), "team") == []


def test_filters_are_kept_listed_and_deleted_by_their_owner_alone(bob, task):
    sent = {"name": "Late", "query": "scope=offered&due=overdue&cursor=x"}
    made = bob.send("filters/", sent)
    assert made.status_code == 201
    kept = made.json()
    assert (kept["name"], kept["query"]) == ("Late", "scope=offered&due=overdue")
    assert bob.read("filters/").json()["results"] == [kept]
    again = bob.send("filters/", {**sent, "query": "due=week"}).json()
    assert (again["id"], again["query"]) == (kept["id"], "due=week")
    mallory = Caller(f.person("mallory"))
    assert mallory.read("filters/").json()["results"] == []
    assert mallory.delete(f"/api/v1/filters/{kept['id']}/").status_code == 404
    assert bob.delete(f"/api/v1/filters/{kept['id']}/").status_code == 204
    assert bob.send("filters/", {"name": "All", "query": "scope=mine"}).status_code == 422
