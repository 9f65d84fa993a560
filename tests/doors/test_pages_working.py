"""What people do on the task page beside answering: every verb is a plain form."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from tasks import services
from tasks.models import Attachment, Draft, Task
from tests.doors.pages import tree, visitor, words
from tests.doors.test_pages_task import address
from tests.factories import NOW, person
from tests.tasks.worked import again, answer, review

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def started(policy=""):
    task = review(policy)
    services.start(task_id=task.pk, person=person("bob"), now=NOW)
    return task, visitor(person("bob"))


def test_an_answer_that_can_be_undone_shows_until_when_and_undo():
    task, bob = started('undo="PT10M"')
    response = bob.post(address(task, "complete"), {"outcome": "approved"})
    assert response.url == f"/tasks/{task.pk}/"
    notice = words(bob.get(address(task)), "//*[@id='task-notice']")
    assert "does not count yet" in notice
    assert "Undo" in notice
    bob.post(address(task, "move", "undo"))
    assert again(task).status == "in_progress"


def test_what_was_typed_is_kept_and_filled_in_again():
    task, bob = started()
    bob.post(address(task, "draft"), {"comment": "Half a thought"})
    assert Draft.objects.get().comment == "Half a thought"
    page = bob.get(address(task))
    assert "Half a thought" in words(page, "//*[@id='comment']")


@pytest.mark.parametrize(
    ("policy", "action", "typed", "status"),
    [
        ("", "suspend", {"until": "2026-03-05T08:00", "reason": "Later"}, "suspended"),
        ("", "delegate", {"to": "leo", "back": "true"}, "reserved"),
        ("", "forward", {"to": "leo"}, "ready"),
        ('failsWith="no-stock"', "fail", {"code": "no-stock"}, "failed"),
        ("", "follow-up", {"at": "2026-03-05T08:00"}, "in_progress"),
        ("", "ask", {"to": "leo", "question": "May we sign?"}, "in_progress"),
    ],
)
def test_each_form_does_what_it_says(policy, action, typed, status):
    task, bob = started(policy)
    assert tree(bob.get(address(task))).xpath(f"//form[@action='/tasks/{task.pk}/do/{action}/']")
    assert bob.post(address(task, "do", action), typed).status_code == 303
    assert again(task).status == status


@pytest.mark.parametrize(
    ("action", "typed", "field"),
    [
        ("suspend", {"until": "yesterday"}, "until"),
        ("suspend", {"until": "2020-01-01T08:00"}, "until"),
        ("ask", {"to": "leo", "question": " "}, "question"),
        ("ask", {"to": "nobody", "question": "Well?"}, "to"),
    ],
)
def test_a_mistake_is_shown_beside_its_field_in_the_open_form(action, typed, field):
    task, bob = started()
    response = bob.post(address(task, "do", action), typed)
    assert response.status_code == 422
    assert words(response, f"//*[@id='{action}-{field}-error']")
    assert tree(response).xpath(f"//details[@open]//*[@id='{action}-{field}']")


def test_a_colleague_reads_the_question_and_answers_it():
    task, _bob = started()
    services.ask_information(
        task_id=task.pk, person=person("bob"), to=person("leo"), question="May we?", now=NOW
    )
    question, leo = Task.objects.get(parent=task), visitor(person("leo"))
    assert "Bob asks you: May we?" in words(leo.get(address(question)))
    leo.post(address(question, "complete"), {"outcome": "answered", "comment": "Yes."})
    shown = words(visitor(person("bob")).get(address(task)), "//*[@id='questions']")
    assert "Yes." in shown


def test_a_file_is_added_and_only_ever_a_download():
    task, bob = started()
    file = SimpleUploadedFile("Größe.pdf", b"%PDF-1.7 x", content_type="text/html")
    assert bob.post(address(task, "attach"), {"file": file}).status_code == 303
    found = Attachment.objects.get()
    response = visitor(person("alice")).get(f"/attachments/{found.pk}/")
    assert b"".join(response.streaming_content) == b"%PDF-1.7 x"
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf")
    assert visitor(person("mallory")).get(f"/attachments/{found.pk}/").status_code == 404


def test_who_watches_sees_no_form_but_the_one_to_take_the_request_back():
    task = review()
    alice = visitor(person("alice"))
    shown = tree(alice.get(address(task))).xpath("//form[contains(@action, '/do/')]/@action")
    assert shown == [f"/tasks/{task.pk}/do/withdraw/"]
    assert alice.post(address(task, "do", "withdraw"), {}).status_code == 303
    assert again(task).status == "exited"


def test_a_proposal_is_shown_to_who_decides_on_it():
    task = review()
    services.delegate_and_return(task_id=task.pk, person=person("bob"), to=person("leo"), now=NOW)
    answer(task, "leo", "rejected", comment="Too dear", now=NOW + timedelta(minutes=1))
    page = visitor(person("bob")).get(address(task))
    assert "Leo proposes: Reject" in words(page)
    assert "Too dear" in words(page, "//*[@id='comment']")


def test_the_page_names_whom_a_comment_can_tell_without_any_script():
    page = visitor(person("bob")).get(address(review()))
    named = words(page, "//details[@class='whom']")
    assert "@carol Carol" in named
    assert "@alice Alice" in named
    assert "@bob" not in named


def test_the_answer_comes_before_what_others_said():
    task = review()
    services.comment(task_id=task.pk, person=person("carol"), text="Well.", now=NOW)
    ids = tree(visitor(person("bob")).get(address(task))).xpath(
        "//*[contains(@class, 'desk-main')]/*/@id"
    )
    order = [
        ids.index(part) for part in ("answer", "votes", "questions", "comments", "attachments")
    ]
    assert order == sorted(order)
