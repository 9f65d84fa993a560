"""The task page: what one reads, what one may press, and that nothing typed is ever lost."""

import pytest
from django.test import Client

from tasks import services
from tasks.models import Alarm
from tests.doors.pages import HTMX, said, tree, visitor, words
from tests.factories import (
    NOW,
    asked,
    away,
    cast,
    deployed_source,
    one_task,
    person,
    purchase,
    started,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def address(task, *parts):
    return "/".join([f"/tasks/{task.pk}", *parts, ""])


def answers(response):
    return [button.text_content() for button in tree(response).xpath("//button[@name='outcome']")]


def finance_task():
    instance = purchase(amount=5000)
    services.complete(task_id=asked(instance).pk, person=person("bob"), outcome="approved", now=NOW)
    return asked(instance, "finance")


def test_the_page_shows_the_evidence_and_the_declared_answers():
    page = visitor(person("bob")).get(address(asked(purchase())))
    assert "Purchase of Laptops" in words(page, "//h1")
    evidence = words(page, "//dl[contains(@class, 'facts')]")
    assert "EUR 800.00" in evidence
    assert "The old ones are slow." in evidence
    assert answers(page) == ["Approve", "Reject"]
    assert "You are asked because you are in managers." in words(page)


def test_who_asked_may_watch_but_not_answer():
    page = visitor(person("alice")).get(address(asked(purchase())))
    assert answers(page) == []
    assert "You asked for this, so somebody else answers it." in words(page)


@pytest.mark.parametrize(
    ("verb", "parts"),
    [
        ("get", []),
        ("get", ["diagram.bpmn"]),
        ("post", ["complete"]),
        ("post", ["comment"]),
        ("post", ["move", "claim"]),
        ("post", ["do", "delegate"]),
    ],
)
def test_a_stranger_cannot_tell_a_task_from_none(verb, parts):
    task = asked(purchase())
    mallory = visitor(person("mallory"))
    body = {"outcome": "approved", "to": "bob", "text": "Hello"}
    path = address(task, *parts).removesuffix("/" if parts == ["diagram.bpmn"] else "//")
    foreign = getattr(mallory, verb)(path, body)
    absent = getattr(mallory, verb)(path.replace(str(task.pk), str(task.instance_id)), body)
    assert foreign.status_code == absent.status_code == 404
    assert words(foreign) == words(absent)
    task.refresh_from_db()
    assert task.status == "ready"


@pytest.mark.parametrize("parts", [["complete"], ["comment"], ["move", "claim"]])
def test_following_a_link_never_decides(parts):
    task = asked(purchase())
    response = visitor(person("bob")).get(address(task, *parts))
    assert response.status_code == 405
    task.refresh_from_db()
    assert task.status == "ready"


def test_an_answer_without_scripts_leads_back_to_the_inbox():
    task = asked(purchase())
    bob = visitor(person("bob"))
    response = bob.post(address(task, "complete"), {"outcome": "approved", "comment": "Fine."})
    assert (response.status_code, response.url) == (303, "/inbox/")
    assert "You approved “Purchase of Laptops”." in words(bob.get("/inbox/"))
    task.refresh_from_db()
    assert (task.outcome, task.comment) == ("approved", "Fine.")


def test_an_answer_by_htmx_leads_there_too():
    response = visitor(person("bob")).post(
        address(asked(purchase()), "complete"), {"outcome": "approved"}, headers=HTMX
    )
    assert (response.status_code, response["HX-Redirect"]) == (204, "/inbox/")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_rejection_without_a_reason_is_shown_beside_the_comment(headers):
    task = asked(purchase())
    response = visitor(person("bob")).post(
        address(task, "complete"), {"outcome": "rejected", "comment": "  "}, headers=headers
    )
    assert response.status_code == 422
    (comment,) = tree(response).xpath("//textarea[@id='comment']")
    assert comment.get("aria-invalid") == "true"
    assert words(response, "//*[@id='comment-error']") == "“Reject” needs a reason."
    task.refresh_from_db()
    assert task.status == "ready"


def test_a_field_that_is_wrong_is_named_and_what_was_typed_stays():
    task = finance_task()
    response = visitor(person("fiona")).post(
        address(task, "complete"),
        {
            "outcome": "approved",
            "cost_center": "4" * 21,
            "note": "See my mail",
            "comment": "Good idea.",
        },
    )
    assert response.status_code == 422
    assert words(response, "//*[@id='field-cost_center-error']") == "Write at most 20 characters."
    assert words(response, "//*[@id='field-note']") == "See my mail"
    assert words(response, "//textarea[@id='comment']") == "Good idea."


def test_fields_that_the_form_does_not_have_are_not_kept():
    task = finance_task()
    body = {"outcome": "approved", "cost_center": "4711", "amount": "1", "status": "error"}
    visitor(person("fiona")).post(address(task, "complete"), body)
    task.refresh_from_db()
    assert task.data == {"cost_center": "4711"}


def test_who_comes_second_reads_who_was_first_and_keeps_what_was_typed():
    task = asked(purchase())
    person("eve", "managers")
    bob = visitor(person("bob"))
    services.complete(task_id=task.pk, person=person("eve"), outcome="approved", now=NOW)
    response = bob.post(
        address(task, "complete"), {"outcome": "rejected", "comment": "Far too dear."}
    )
    assert response.status_code == 409
    notice = words(response, "//*[@id='task-notice']")
    assert "Eve" in notice
    assert "09:00" in notice
    assert "Nothing was changed." in notice
    typed = words(response, "//*[@aria-labelledby='typed-title']")
    assert "Reject" in typed
    assert "Far too dear." in typed


def test_by_htmx_the_second_gets_an_alert_and_the_form_is_left_alone():
    task = asked(purchase())
    person("eve", "managers")
    services.complete(task_id=task.pk, person=person("eve"), outcome="approved", now=NOW)
    response = visitor(person("bob")).post(
        address(task, "complete"), {"outcome": "rejected", "comment": "No."}, headers=HTMX
    )
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#alerts"
    assert "Eve" in said(response)


def test_claiming_by_htmx_changes_the_sides_and_not_the_form():
    task = asked(purchase())
    response = visitor(person("bob")).post(
        address(task, "move", "claim"), {"have": "decision"}, headers=HTMX
    )
    assert response.status_code == 200
    pieces = {piece.get("id") for piece in tree(response).xpath("//*[@hx-swap-oob]")}
    assert {"task-head", "task-side", "task-buttons", "history"} <= pieces
    assert "answer" not in pieces
    assert "Give it back" in said(response)


def test_a_page_without_a_form_gets_one_when_its_reader_is_asked():
    live = address(asked(purchase())) + "?part=live"
    assert answers(visitor(person("bob")).get(live)) == ["Approve", "Reject"]
    assert answers(visitor(person("alice")).get(live)) == []


def test_an_open_page_learns_that_its_question_is_answered():
    task = asked(purchase())
    person("eve", "managers")
    services.complete(
        task_id=task.pk, person=person("eve"), outcome="approved", comment="Done.", now=NOW
    )
    live = visitor(person("bob")).get(address(task) + "?part=live&have=decision")
    assert "Eve approved this." in words(live, "//*[@id='task-notice']")
    assert "What you typed is still here." in words(live, "//*[@id='task-notice']")
    assert "Done." in words(live, "//*[@id='verdict']")
    assert answers(live) == []


def test_delegating_names_the_person_who_has_it_now():
    task = asked(purchase())
    bob = visitor(person("bob"))
    response = bob.post(address(task, "do", "delegate"), {"to": "fiona"})
    assert (response.status_code, response.url) == (303, "/inbox/")
    assert "Fiona now has “Purchase of Laptops”." in words(bob.get("/inbox/"))
    task.refresh_from_db()
    assert task.owner == person("fiona")


@pytest.mark.parametrize(
    ("to", "sentence"),
    [("", "Say who."), ("Nobody", "Nobody here is called “Nobody”."), ("bob", "acts now")],
)
def test_a_wrong_name_is_shown_beside_the_name(to, sentence):
    response = visitor(person("bob")).post(address(asked(purchase()), "do", "delegate"), {"to": to})
    assert response.status_code == 422
    assert sentence in words(response, "//*[@id='delegate-to-error']")
    assert tree(response).xpath("//*[@id='delegate-to']/@value") == [to]


def test_nobody_hands_a_task_to_whom_the_process_keeps_out():
    task = asked(purchase())
    response = visitor(person("bob")).post(address(task, "do", "forward"), {"to": "alice"})
    assert response.status_code == 403
    assert "keeps them out" in words(response, "//*[@id='task-notice']")


@pytest.mark.parametrize("parts", [("move", "reassign"), ("do", "nothing")])
def test_an_action_that_no_button_has_does_not_exist(parts):
    response = visitor(person("bob")).post(address(asked(purchase()), *parts), {"to": "fiona"})
    assert response.status_code == 404


def test_a_form_that_is_not_shown_does_nothing_and_tells_no_names():
    bob = visitor(person("bob"))
    task = asked(purchase())
    for to in ("fiona", "nobody"):
        response = bob.post(address(task, "do", "reassign"), {"to": to, "reason": "-"})
        assert response.status_code == 403
        assert "Only an administrator" in words(response, "//*[@id='task-notice']")


def test_a_comment_is_there_for_everybody_who_sees_the_task():
    task = asked(purchase())
    response = visitor(person("bob")).post(address(task, "comment"), {"text": "Which one?"})
    assert (response.status_code, response.url) == (303, address(task))
    page = visitor(person("alice")).get(address(task))
    assert "Which one?" in words(page, "//*[@id='comment-list']")


def test_the_history_tells_in_whose_place_somebody_decided():
    task = asked(purchase())
    away(person("bob"), person("carol"))
    services.complete(task_id=task.pk, person=person("carol"), outcome="approved", now=NOW)
    page = visitor(person("alice")).get(address(task))
    assert "Carol approved “Manager review” for Bob." in words(page, "//*[@id='history']")
    assert "Carol approved this for Bob." in words(page, "//*[@id='verdict']")


def test_the_history_tells_that_the_deadline_passed():
    task = asked(purchase())
    for alarm in Alarm.objects.filter(task=task).order_by("due_at"):
        services.ring(alarm_id=alarm.pk, now=alarm.due_at)
    history = words(visitor(person("alice")).get(address(task)), "//*[@id='history']")
    assert "A reminder: “Manager review” is due soon." in history
    assert "passed. Carol and deputies can decide as well now." in history


def test_what_is_sensitive_is_shown_only_to_who_decides_on_it():
    cast()
    source = one_task(
        '<placet:assignment candidateUsers="bob"/><placet:evidence variables="salary"/>',
        process_extension='<placet:variable name="salary" type="number" sensitive="true"/>',
    )
    instance = started(deployed_source(source).process, salary=91234)
    task = asked(instance, "ask")
    assert "91,234" in words(visitor(person("bob")).get(address(task)))
    watched = visitor(person("alice")).get(address(task))
    assert "91,234" not in words(watched)
    assert "Hidden" in words(watched)
    assert "91,234" not in words(visitor(person("bob")).get(f"/instances/{instance.pk}/"))


def test_the_picture_holds_no_expressions_names_or_addresses():
    task = asked(purchase())
    path = address(task).rstrip("/") + "/diagram.bpmn"
    picture = visitor(person("bob")).get(path).content
    assert b"BPMNShape" in picture
    for inner in (b"urn:placet:bpmn", b"managers", b"carol", b"amount", b"/orders"):
        assert inner not in picture


def test_a_form_without_its_secret_is_refused_in_our_words():
    task = asked(purchase())
    bob: Client = visitor(person("bob"), enforce_csrf_checks=True)
    response = bob.post(address(task, "complete"), {"outcome": "approved"})
    assert response.status_code == 403
    assert "too old to send" in words(response)
    task.refresh_from_db()
    assert task.status == "ready"


def test_the_page_asks_the_database_a_fixed_number_of_times(django_assert_max_num_queries):
    task = finance_task()
    fiona = visitor(person("fiona"))
    fiona.get(address(task))
    with django_assert_max_num_queries(33):
        fiona.get(address(task))
