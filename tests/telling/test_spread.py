"""Whom an announcement reaches: at the time when they are told, each once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User

from tasks import services
from tasks.models import Announcement, Candidate, ChatHook, Delivery, Exclusion, Notification
from tasks.rules.telling import Kind
from tasks.telling import spread
from tests.factories import NOW, away, person, team
from tests.telling.told import ask, of_kind, send, tell, told, ways

pytestmark = pytest.mark.django_db


def test_who_is_asked_is_told():
    ask("bob")
    tell()
    assert [row.announcement.kind for row in told("bob")] == ["asked"]
    assert told("alice") == []


def test_everybody_in_the_group_that_is_asked_is_told():
    for name in ("carol", "fiona"):
        person(name, "readers")
    ask("bob", extension='<placet:assignment candidateGroups="readers"/>')
    tell()
    assert len(told("carol")) == len(told("fiona")) == 1
    assert told("bob") == []


def test_who_is_deactivated_is_not_told():
    bob = person("bob")
    ask("bob")
    bob.is_active = False
    bob.save()
    tell()
    assert told("bob") == []


def test_who_is_kept_out_is_not_told_of_what_is_asked():
    task = ask("bob")
    carol = person("carol")
    Candidate.objects.create(task=task, group=Group.objects.get(name="deputies"))
    Exclusion.objects.create(task=task, user=carol)
    tell()
    assert told("carol") == []
    assert len(told("bob")) == 1


def test_who_is_kept_out_as_a_member_of_a_group_is_not_told():
    task = ask("bob")
    Exclusion.objects.create(task=task, group=team("managers"))
    tell()
    assert told("bob") == []


def test_who_did_it_is_not_told():
    task = ask("bob")
    services.delegate(task_id=task.pk, person=person("bob"), to=person("carol"), now=NOW)
    tell()
    assert told("bob", "delegated") == []
    assert len(told("carol", "delegated")) == 1


def test_who_no_longer_is_asked_when_people_are_told_hears_nothing():
    task = ask("bob")
    services.delegate(task_id=task.pk, person=person("bob"), to=person("carol"), now=NOW)
    tell()
    assert told("bob") == []


def test_the_initiator_is_told_of_the_decision():
    task = ask("bob")
    services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=NOW)
    tell()
    (row,) = told("alice", "decided")
    assert row.announcement.data == {"outcome": "approved"}


def test_a_substitute_is_told_in_whose_place_they_are_asked():
    task = ask("bob")
    away(person("bob"), person("carol"))
    tell()
    (row,) = told("carol")
    assert row.on_behalf_of_name == "Bob"
    assert len(told("bob")) == 1, "reads it when back"
    assert ways(person("bob")) == []
    assert ways(person("carol")) == ["mail"]
    assert task.pk


def test_a_substitute_who_is_kept_out_is_not_told():
    task = ask("bob")
    carol = person("carol")
    away(person("bob"), carol)
    Exclusion.objects.create(task=task, user=carol)
    tell()
    assert told("carol") == []


def test_people_are_told_in_groups_and_each_once(monkeypatch):
    monkeypatch.setattr(spread, "AT_ONCE", 3)
    readers = team("readers")
    for number in range(8):
        User.objects.create_user(f"reader-{number}", f"r{number}@example.com").groups.add(readers)
    ask("bob", extension='<placet:assignment candidateGroups="readers"/>')
    tell()
    assert Notification.objects.count() == 8
    assert Delivery.objects.count() == 8
    assert Announcement.objects.get().told_at == NOW


def test_telling_goes_on_where_it_was_cut_off(monkeypatch):
    monkeypatch.setattr(spread, "AT_ONCE", 3)
    readers = team("readers")
    for number in range(8):
        User.objects.create_user(f"reader-{number}", f"r{number}@example.com").groups.add(readers)
    ask("bob", extension='<placet:assignment candidateGroups="readers"/>')
    assert spread.tell_some(of_kind("asked").pk, now=NOW)
    assert Notification.objects.count() == 3
    spread.tell_everybody(of_kind("asked").pk, now=NOW)
    assert Notification.objects.count() == 8


def test_the_job_may_run_twice():
    ask("bob")
    pk = of_kind("asked").pk
    services.tell_everybody(pk, now=NOW)
    services.tell_everybody(pk, now=NOW)
    Announcement.objects.update(told_at=None, told_up_to=0)
    services.tell_everybody(pk, now=NOW)
    assert len(told("bob")) == 1
    assert Delivery.objects.count() == 1


def test_what_a_worker_is_telling_is_left_alone_for_a_minute():
    ask("bob")
    assert len(services.claim_untold(now=NOW, limit=10)) == 1
    assert services.claim_untold(now=NOW + timedelta(seconds=59), limit=10) == []
    assert len(services.claim_untold(now=NOW + timedelta(seconds=60), limit=10)) == 1


def test_an_announcement_that_fails_is_put_off_and_in_the_end_given_up():
    ask("bob")
    pk = of_kind("asked").pk
    for _ in range(spread.GIVEN_UP):
        assert Announcement.objects.get(pk=pk).told_at is None
        services.put_off(pk, now=NOW)
    assert Announcement.objects.get(pk=pk).told_at == NOW


def test_who_has_no_address_gets_no_mail():
    person("bob")
    User.objects.filter(username="bob").update(email="")
    ask("bob")
    tell()
    assert len(told("bob")) == 1
    assert ways(person("bob")) == []


def test_what_was_chosen_counts():
    services.set_preference(
        person=person("bob"),
        wanted=services.Wanted(chosen={kind: frozenset() for kind in Kind}),
    )
    ask("bob")
    tell()
    assert ways(person("bob")) == []


def test_the_chat_of_the_group_that_is_asked_hears_of_it_once():
    person("carol", "readers")
    hook = ChatHook(name="Readers", format="slack", group=team("readers"), kinds=["asked"])
    services.set_chat_hook(hook=hook, url="https://chat.example.com/hooks/1")
    other = ChatHook(name="Finance", format="slack", group=team("finance"))
    services.set_chat_hook(hook=other, url="https://chat.example.com/hooks/2")
    ask("bob", extension='<placet:assignment candidateGroups="readers"/>')
    tell()
    assert list(Delivery.objects.filter(channel="chat").values_list("hook", flat=True)) == [hook.pk]


def test_old_news_is_forgotten_with_all_that_came_of_it():
    ask("bob")
    tell()
    send()
    services.forget_news(before=NOW)
    assert Notification.objects.count() == 1
    services.forget_news(before=NOW + timedelta(seconds=1))
    assert [m.objects.count() for m in (Announcement, Notification, Delivery)] == [0, 0, 0]
