"""Operators do more with tasks than hand them on: alone and with many, and only what is allowed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks import services as work
from tasks.models import Candidate, Task
from tests.doors.administration import address, administrator, staff
from tests.doors.pages import tree, visitor, words
from tests.doors.test_admin_operating import choose, outcomes, said
from tests.factories import NOW, asked, person, purchase, team
from tests.tasks.worked import again, review

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

THURSDAY = NOW + timedelta(days=3)


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def offered(client, task):
    """Return what the page of the task offers to do."""
    links = tree(client.get(address(task))).xpath("//*[@class='pl-actions']//a/@href")
    return {link.split("/")[-2] for link in links if "/task/" in link}


def unasked():
    """Return a task that asks nobody."""
    task = review()
    Candidate.objects.filter(task=task).delete()
    Task.objects.filter(pk=task.pk).update(status="created")
    return again(task)


def typed(moment, name):
    local = timezone.localtime(moment)
    return {f"{name}_0": local.strftime("%Y-%m-%d"), f"{name}_1": local.strftime("%H:%M:%S")}


def test_the_page_offers_what_is_allowed_now_and_nothing_else():
    client, task = administrator(), review('skippable="true"')
    always = {"reschedule", "prioritize"}
    handing = {"reassign", "forward", "suspend", "skip"}
    assert offered(client, task) == always | handing
    work.claim(task_id=task.pk, person=person("bob"), now=NOW)
    assert offered(client, task) == always | handing | {"release"}
    work.suspend(task_id=task.pk, person=person("bob"), now=NOW)
    assert offered(client, task) == always | {"resume"}
    work.resume(task_id=task.pk, person=person("bob"), now=NOW)
    work.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW)
    assert offered(client, task) == set()


def test_what_the_process_does_not_allow_to_skip_is_not_offered_to_be_skipped():
    client, task = administrator(), review()
    assert "skip" not in offered(client, task)
    page = client.post(address(task, "skip"), {"reason": "No time."}, follow=True)
    assert "does not foresee" in said(page)[0]
    assert again(task).status == "ready"


def test_who_only_watches_is_offered_nothing():
    task = review()
    watcher = visitor(staff("mallory", task.instance.process, "view_process"))
    assert offered(watcher, task) == set()
    assert watcher.post(address(task, "suspend"), {}).status_code == 403


def test_a_verb_that_is_not_possible_now_says_why_instead_of_asking():
    client, task = administrator(), review()
    page = client.get(address(task, "resume"), follow=True)
    assert page.redirect_chain
    assert "is not possible while" in said(page)[0]


@pytest.mark.parametrize(
    ("answers", "status", "owner"),
    [({"users": "carol"}, "reserved", "carol"), ({"groups": "finance"}, "ready", None)],
)
def test_who_is_asked_by_a_task_that_asks_nobody(answers, status, owner):
    task, client = unasked(), administrator()
    if "groups" in answers:
        answers = {"groups": team(answers["groups"]).pk}
    assert client.post(address(task, "nominate"), {}).status_code == 422
    page = client.post(address(task, "nominate"), answers, follow=True)
    assert "“Review” asks" in said(page)[0]
    found = again(task)
    assert found.status == status
    assert (found.owner and found.owner.username) == owner


def test_others_are_asked_as_well_and_the_holder_lets_go():
    task = review()
    work.claim(task_id=task.pk, person=person("bob"), now=NOW)
    answers = {"users": "fiona", "groups": team("legal").pk, "reason": "It is urgent."}
    page = administrator().post(address(task, "forward"), answers, follow=True)
    assert said(page) == ["“Review” asks Fiona, legal as well."]
    assert (again(task).status, again(task).owner) == ("ready", None)
    assert task.candidates.filter(user=person("fiona")).exists()
    assert task.candidates.filter(user=person("bob")).exists()


def test_a_task_is_laid_aside_until_a_moment_and_goes_on():
    client, task = administrator(), review()
    past = client.post(address(task, "suspend"), typed(NOW - timedelta(days=1), "until"))
    assert past.status_code == 422
    assert "already passed" in words(past)
    client.post(address(task, "suspend"), typed(THURSDAY, "until"))
    assert (again(task).status, again(task).suspended_until) == ("suspended", THURSDAY)
    page = client.post(address(task, "resume"), follow=True)
    assert said(page)[-1] == "“Review” goes on."
    assert again(task).status == "ready"


def test_a_task_is_skipped_for_a_reason_only():
    client, task = administrator(), review('skippable="true"')
    assert client.post(address(task, "skip"), {"reason": " "}).status_code == 422
    assert again(task).status == "ready"
    client.post(address(task, "skip"), {"reason": "The supplier is gone."})
    assert (again(task).status, again(task).comment) == ("obsolete", "The supplier is gone.")


def test_priority_and_due_date_are_set_beside_what_they_are():
    client, task = administrator(), review()
    form = tree(client.get(address(task, "prioritize")))
    assert form.xpath("//input[@name='priority']/@value") == ["50"]
    assert client.post(address(task, "prioritize"), {"priority": "101"}).status_code == 422
    client.post(address(task, "prioritize"), {"priority": "90"})
    client.post(address(task, "reschedule"), typed(THURSDAY, "due_at"))
    assert (again(task).priority, again(task).due_at) == (90, THURSDAY)
    client.post(address(task, "reschedule"), {})
    assert again(task).due_at is None


def test_many_are_laid_aside_with_a_result_each():
    first, second = asked(purchase()), asked(purchase(title="Chairs"))
    work.suspend(task_id=second.pk, person=person("dan"), now=NOW)
    client = administrator()
    question = choose(client, [first, second], action="suspend_many")
    assert "Lay 2 tasks aside?" in words(question)
    answers = {"confirmed": "yes", **typed(THURSDAY, "until")}
    page = choose(client, [first, second], action="suspend_many", **answers)
    rows = " ".join(outcomes(page))
    assert "“Manager review” is laid aside." in rows
    assert "Nothing was changed." in rows
    assert "1 of 2 done" in words(page)
    assert again(first).suspended_until == THURSDAY


def test_many_go_on_without_any_form():
    first, second = asked(purchase()), asked(purchase(title="Chairs"))
    client = administrator()
    for task in (first, second):
        work.suspend(task_id=task.pk, person=person("dan"), now=NOW)
    question = choose(client, [first, second], action="resume_many")
    assert "Go on with 2 tasks?" in words(question)
    assert again(first).status == "suspended"
    page = choose(client, [first, second], action="resume_many", confirmed="yes")
    assert "2 of 2 done" in words(page)
    assert {again(first).status, again(second).status} == {"ready"}


def test_a_mistake_in_the_form_for_many_changes_nothing():
    task, client = asked(purchase()), administrator()
    page = choose(client, [task], action="reassign_many", confirmed="yes", to="carol")
    assert page.status_code == 422
    assert again(task).owner is None


def test_a_watcher_of_one_process_does_nothing_to_it_in_bulk():
    foreign, own = asked(purchase()), review()
    staff("mallory", foreign.instance.process, "view_process")
    client = visitor(staff("mallory", own.instance.process, "operate_process"))
    answers = {"confirmed": "yes", "priority": "90"}
    page = choose(client, [foreign, own], action="prioritize_many", **answers)
    assert "1 of 2 done" in words(page)
    assert "not operate its process" in words(page)
    assert (again(foreign).priority, again(own).priority) == (50, 90)


def test_comments_for_administrators_are_hidden_from_who_only_watches_the_process():
    task = review()
    work.comment(
        task_id=task.pk,
        person=person("dan"),
        text="The supplier is being checked.",
        visibility="administrators",
        now=NOW,
    )
    watcher = visitor(staff("mallory", task.instance.process, "view_process"))
    assert "being checked" not in words(watcher.get(address(task)))
    assert "being checked" in words(administrator().get(address(task)))
