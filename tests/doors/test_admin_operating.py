"""Operators retry, cancel, suspend, resume and reassign; every refusal is a message."""

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection

from processes.models import HistoryEvent, Incident, Instance, Job
from processes.services import Actor, retry_incident
from tasks import services as work
from tasks.models import Candidate
from tests.append_only import without_triggers
from tests.doors.administration import address, administrator, give_up, reread, stuck
from tests.doors.pages import tree, words
from tests.factories import NOW, asked, person, purchase, team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_a_retry_asks_first_and_then_tries_again_with_the_same_key():
    incident = stuck()
    client = administrator()
    question = client.get(address(incident, "retry"))
    assert "The order service is down." in words(question, "//blockquote")
    assert Incident.objects.get(pk=incident.pk).status == "open"
    before = Job.objects.get()
    page = client.post(address(incident, "retry"), follow=True)
    assert said(page) == ["“Purchase of Laptops” tries again."]
    after = Job.objects.get()
    assert (after.pk, after.status, after.attempts) == (before.pk, "ready", 0)
    assert Incident.objects.get(pk=incident.pk).resolved_by_name == "Dan"


def test_a_second_retry_is_refused_in_a_message():
    incident = stuck()
    client = administrator()
    client.post(address(incident, "retry"))
    page = client.post(address(incident, "retry"), follow=True)
    assert "Nothing was changed." in said(page)[-1]
    assert page.status_code == 200


def test_a_notice_is_marked_as_seen():
    incident = stuck()
    notice = Incident.objects.create(
        instance=incident.instance,
        key="nobody t",
        token="t",
        node="manager",
        code="nobody_to_ask",
        sentence="“Manager review” asks nobody.",
        blocking=False,
        raised_at=NOW,
    )
    page = administrator().post(address(notice, "retry"), follow=True)
    assert said(page) == ["The notice is marked as seen."]
    assert Incident.objects.get(pk=notice.pk).resolution == "seen"


def choose(client, rows, **answers):
    meta = rows[0]._meta
    chosen = {ACTION_CHECKBOX_NAME: [str(row.pk) for row in rows]}
    return client.post(f"/admin/{meta.app_label}/{meta.model_name}/", {**chosen, **answers})


def outcomes(response):
    """Return what the page of results says, row by row."""
    found = tree(response).xpath("//li[contains(@class, 'pl-result')]")
    return [" ".join(row.text_content().split()) for row in found]


def test_many_incidents_are_retried_with_a_result_each():
    first, second = stuck(), stuck(title="Chairs")
    client = administrator()
    question = choose(client, [first, second], action="retry_many")
    assert "Retry 2 incidents?" in words(question)
    assert Incident.objects.filter(status="open").count() == 2
    page = choose(client, [first, second], action="retry_many", confirmed="yes")
    assert sorted(outcomes(page)) == [
        "check_circle Purchase of ChairsTries again.",
        "check_circle Purchase of LaptopsTries again.",
    ]
    assert not Incident.objects.filter(status="open").exists()


def test_one_that_cannot_be_retried_holds_up_no_other(monkeypatch):
    first, second = stuck(), stuck(title="Chairs")
    from processes.admin import incidents

    def meanwhile(*, incident_id, actor, now):
        if incident_id == first.pk and Incident.objects.get(pk=first.pk).status == "open":
            retry_incident(incident_id=incident_id, actor=Actor(name="Somebody else"), now=now)
        return retry_incident(incident_id=incident_id, actor=actor, now=now)

    monkeypatch.setattr(incidents.services, "retry_incident", meanwhile)
    page = choose(administrator(), [first, second], action="retry_many", confirmed="yes")
    assert sum(row.startswith("check_circle Purchase of Chairs") for row in outcomes(page)) == 1
    assert sum("Nothing was changed." in row for row in outcomes(page)) == 1


def test_an_instance_is_cancelled_for_a_reason():
    instance = purchase()
    client = administrator()
    refused = client.post(address(instance, "cancel"), {"reason": " "})
    assert refused.status_code == 422
    assert reread(instance).status == "running"
    page = client.post(address(instance, "cancel"), {"reason": "Bought privately."}, follow=True)
    assert said(page) == ["“Purchase of Laptops” is cancelled."]
    assert reread(instance).status == "cancelled"
    assert "Cancelled the process: Bought privately. Dan" in words(page, "//ol")


def test_a_cancelled_instance_cannot_be_cancelled_again():
    instance = purchase()
    client = administrator()
    client.post(address(instance, "cancel"), {"reason": "Once."})
    page = client.post(address(instance, "cancel"), {"reason": "Twice."}, follow=True)
    assert "Nothing was changed." in said(page)[-1]
    buttons = words(page, "//*[@class='pl-actions']")
    assert "Cancel" not in buttons
    assert "Suspend" not in buttons


def test_an_instance_is_suspended_and_goes_on():
    instance = purchase()
    client = administrator()
    client.post(address(instance, "suspend"), {"reason": "The supplier is being checked."})
    assert reread(instance).status == "suspended"
    page = client.get(address(instance))
    assert "Resume" in words(page, "//*[@class='pl-actions']")
    client.post(address(instance, "resume"))
    assert reread(instance).status == "running"
    assert HistoryEvent.objects.filter(kind="instance.resumed", actor_name="Dan").exists()


def test_verify_says_that_the_history_is_whole():
    instance = purchase()
    page = administrator().post(address(instance, "verify"), follow=True)
    assert said(page) == [
        f"The history is whole: {reread(instance).sequence} events, each as it was written."
    ]


def test_verify_finds_what_a_database_administrator_changed():
    instance = purchase()
    with without_triggers(connection):
        HistoryEvent.objects.filter(instance=instance, sequence=1).update(actor_name="Mallory")
    client = administrator()
    page = client.post(address(instance, "verify"), follow=True)
    assert "Event 1 was changed." in said(page)[0]
    event = instance.history.get(sequence=1)
    assert "Does not fit: it was changed" in words(client.get(address(event)))


def test_a_task_is_reassigned_for_a_reason():
    task = asked(purchase())
    client = administrator()
    for answers in ({"to": "carol"}, {"reason": "Bob is ill."}, {"to": "nobody", "reason": "x"}):
        assert client.post(address(task, "reassign"), answers).status_code == 422
    answers = {"to": "carol", "reason": "Bob is ill."}
    page = client.post(address(task, "reassign"), answers, follow=True)
    assert said(page) == ["Carol now has “Manager review”."]
    again = asked(task.instance)
    assert (again.owner, again.status) == (person("carol"), "reserved")
    assert "Assigned “Manager review” to Carol: Bob is ill. Dan" in words(
        client.get(address(task.instance)), "//ol"
    )


def test_nobody_gets_a_task_from_which_the_process_keeps_them_out():
    task = asked(purchase())
    page = administrator().post(
        address(task, "reassign"), {"to": "alice", "reason": "She knows best."}, follow=True
    )
    assert "Alice cannot decide" in said(page)[0]
    assert asked(task.instance).owner is None


def test_a_held_task_is_offered_again():
    task = asked(purchase())
    work.claim(task_id=task.pk, person=person("bob"), now=NOW)
    page = administrator().post(address(task, "release"), follow=True)
    assert said(page) == ["“Manager review” is offered to everybody who is asked."]
    assert asked(task.instance).status == "ready"


def test_many_tasks_are_reassigned_with_a_result_each():
    first, second = asked(purchase()), asked(purchase(title="Chairs"))
    client = administrator()
    work.reassign(task_id=first.pk, person=person("dan"), to=person("carol"), reason="-", now=NOW)
    question = choose(client, [first, second], action="reassign_many")
    assert "Reassign 2 tasks?" in words(question)
    answers = {"to": "carol", "reason": "Bob is ill."}
    page = choose(client, [first, second], action="reassign_many", confirmed="yes", **answers)
    assert sorted(row.split("·")[1].strip() for row in outcomes(page)) == [
        "Purchase of ChairsCarol now has “Manager review”.",
        "Purchase of LaptopsCarol is the one who acts now. Nothing was changed.",
    ]


def test_a_task_without_anybody_says_so():
    task = asked(purchase())
    Candidate.objects.filter(task=task, group=team("managers")).delete()
    page = administrator().get(address(task))
    assert "Nobody. Reassign it to somebody." in words(page)


def test_a_retry_that_fails_again_is_an_incident_of_its_own():
    incident = stuck()
    administrator().post(address(incident, "retry"))
    again = give_up(Job.objects.get())
    assert again.pk != incident.pk
    page = administrator().get(address(incident.instance))
    listed = words(page, "//section[@aria-labelledby='incidents-title']")
    assert listed.count("The order service is down.") == 2
    assert Instance.objects.get().status == "running"
