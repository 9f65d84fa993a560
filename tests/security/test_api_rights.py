"""Every address of the API refuses strangers, hides what is not theirs, and forgets no right.

A new address fails these tests until it is listed below with what it needs.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from guardian.shortcuts import assign_perm
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from portal.rest import RightDeclared
from processes.models import HistoryEvent, Incident, Instance
from tasks.models import (
    Announcement,
    Attachment,
    Calendar,
    Notification,
    SavedFilter,
    Substitution,
    Task,
)
from tests import factories as f
from tests.doors.api import Caller

pytestmark = pytest.mark.django_db

METHODS = ("get", "head", "post", "put", "patch", "delete")

FOREIGN = {
    "api-process": ("key", "get"),
    "api-start": ("key", "post"),
    "api-version": ("key", "get"),
    "api-instance": ("instance_id", "get"),
    "api-history": ("instance_id", "get"),
    "api-cancel": ("instance_id", "post"),
    "api-retry": ("incident_id", "post"),
    "api-task": ("task_id", "get"),
    "api-claim": ("task_id", "post"),
    "api-start-task": ("task_id", "post"),
    "api-stop": ("task_id", "post"),
    "api-release": ("task_id", "post"),
    "api-delegate": ("task_id", "post"),
    "api-forward": ("task_id", "post"),
    "api-reassign": ("task_id", "post"),
    "api-complete": ("task_id", "post"),
    "api-take-back": ("task_id", "post"),
    "api-nominate": ("task_id", "post"),
    "api-suspend-task": ("task_id", "post"),
    "api-resume-task": ("task_id", "post"),
    "api-ask": ("task_id", "post"),
    "api-send-back": ("task_id", "post"),
    "api-draft": ("task_id", "post"),
    "api-undo": ("task_id", "post"),
    "api-withdraw": ("task_id", "post"),
    "api-skip": ("task_id", "post"),
    "api-fail": ("task_id", "post"),
    "api-prioritize": ("task_id", "post"),
    "api-reschedule": ("task_id", "post"),
    "api-follow-up": ("task_id", "post"),
    "api-approvers": ("task_id", "post"),
    "api-comments": ("task_id", "get", "post"),
    "api-attachments": ("task_id", "get", "post"),
    "api-attachment": ("attachment_id", "get"),
    "api-person": ("username", "get"),
    "api-deactivate-person": ("username", "post"),
    "api-end-absence": ("absence_id", "post"),
    "api-filter": ("filter_id", "delete"),
    "api-read-notification": ("notification_id", "post"),
    "api-deadline": ("key", "get"),
}
"""What a stranger to the row must not reach: the name of its id, and the methods there are."""
GRANTED = {
    "api-send-message": "send_message",
    "api-send-signal": "send_message",
    "api-activate-jobs": "do_job",
    "api-complete-job": "do_job",
    "api-fail-job": "do_job",
}
"""What only a right on the whole portal opens, whatever it is about."""
LISTS = (
    "api-absences",
    "api-calendars",
    "api-filters",
    "api-processes",
    "api-instances",
    "api-incidents",
    "api-notifications",
    "api-tasks",
    "api-units",
)
OPEN = (
    "api-tokens",
    "api-token",
    "api-schema",
    "api-read-notifications",
    "api-push",
    "api-end-push",
)
"""They concern nobody but the caller."""
PAGES = ("api-docs",)

BODY = {
    "outcome": "approved",
    "to": "carol",
    "who": "carol",
    "users": ["carol"],
    "reason": "Because.",
    "text": "Hello.",
    "question": "Is it?",
    "code": "none",
    "comment": "Because.",
    "priority": 60,
    "due_at": "2026-03-05T09:00:00Z",
    "at": "2026-03-05T09:00:00Z",
    "variables": f.LAPTOPS,
}
"""Holds what every operation needs, so that nothing but the right can be the reason."""


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        elif address.startswith("api/"):
            yield address, pattern


ROUTES = list(routes())
NAMES = [pattern.name for _address, pattern in ROUTES]


@pytest.fixture
def instance(db) -> Instance:
    instance = f.purchase()
    Incident.objects.create(
        instance=instance, key="i", token="t", node="manager", code="c", sentence="s",
        raised_at=f.NOW,
    )  # fmt: skip
    Attachment.objects.create(
        task=instance.tasks.get(), name="offer.pdf", size=1, media_type="application/pdf",
        sha256="0" * 64, stored="aa/bb", created_at=f.NOW,
    )  # fmt: skip
    f.away(f.person("fiona"), f.person("leo"))
    bob = f.person("bob")
    SavedFilter.objects.create(person=bob, name="Late", query="due=overdue", created_at=f.NOW)
    told = Announcement.objects.earliest("pk")
    Notification.objects.create(announcement=told, user=bob, created_at=f.NOW)
    Calendar.objects.create(key=instance.process.key, name="Office", time_zone="UTC")
    return instance


def address(name: str, *, absent: bool = False) -> str:
    instance = Instance.objects.get()
    known = {
        "key": instance.process.key,
        "instance_id": instance.pk,
        "task_id": Task.objects.get().pk,
        "incident_id": Incident.objects.get().pk,
        "attachment_id": Attachment.objects.get().pk,
        "username": "bob",
        "absence_id": Substitution.objects.get(absentee__username="fiona").pk,
        "filter_id": SavedFilter.objects.get().pk,
        "notification_id": Notification.objects.get().pk,
    }
    wanted = FOREIGN.get(name, (None,))[0]
    if name in ("api-complete-job", "api-fail-job"):
        return reverse(name, kwargs={"job_id": uuid.uuid4()})
    if wanted is None:
        return reverse(name)
    more = {"number": 1} if name == "api-version" else {}
    if absent:
        nobodys: Any = "none" if wanted in ("key", "username") else uuid.uuid4()
        nobodys = 0 if wanted in ("absence_id", "filter_id", "notification_id") else nobodys
        return reverse(name, kwargs={wanted: nobodys, **more})
    return reverse(name, kwargs={wanted: known[wanted], **more})


def test_every_address_is_listed_here():
    assert sorted(NAMES) == sorted([*FOREIGN, *GRANTED, *LISTS, *OPEN, *PAGES])


@pytest.mark.parametrize(("path", "pattern"), ROUTES, ids=NAMES)
def test_every_view_lets_only_signed_in_people_in(path, pattern):
    view = pattern.callback.cls

    assert issubclass(view, APIView)
    assert any(issubclass(permission, IsAuthenticated) for permission in view.permission_classes)
    assert view.authentication_classes


@pytest.mark.parametrize("name", [*FOREIGN, *GRANTED, *LISTS, "api-tokens", "api-token"])
def test_every_view_of_ours_says_who_may_use_it(name):
    [view] = [pattern.callback.cls for _path, pattern in ROUTES if pattern.name == name]

    assert RightDeclared in view.permission_classes
    assert len(view.right) > 10


def test_a_view_that_does_not_say_who_may_use_it_lets_nobody_in():
    class Forgotten(APIView):
        pass

    request = Client().get("/").wsgi_request
    request.user = f.cast()["dan"]

    assert not RightDeclared().has_permission(request, Forgotten())


@pytest.mark.parametrize("name", [*FOREIGN, *GRANTED, *LISTS, *OPEN])
def test_a_stranger_is_asked_for_a_token_whatever_the_method(instance, name):
    for method in METHODS:
        response = getattr(Client(), method)(address(name))

        assert response.status_code == 401, method
        assert response["WWW-Authenticate"]
        if method != "head":
            assert response["Content-Type"] == "application/problem+json"
            assert response.json()["code"] == "not_signed_in"


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_to_a_page_is_sent_to_sign_in(name):
    response = Client().get(reverse(name))

    assert (response.status_code, response["Location"]) == (
        302,
        f"{reverse('login')}?next={reverse(name)}",
    )


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_foreign_is_as_absent_to_an_outsider(instance, name):
    mallory = Caller(f.person("mallory"))
    for method in METHODS:
        foreign = getattr(mallory, method)(address(name), BODY)
        absent = getattr(mallory, method)(address(name, absent=True), BODY)

        offered = method in FOREIGN[name] or (method == "head" and "get" in FOREIGN[name])
        assert foreign.status_code == absent.status_code == (404 if offered else 405), method
        assert foreign.content.replace(b"purchase-approval", b"none") == absent.content
        assert foreign.headers.keys() == absent.headers.keys()


@pytest.mark.parametrize("name", GRANTED)
def test_what_needs_a_right_is_refused_without_it_and_nothing_else_about_it_is_told(instance, name):
    alice = Caller(f.person("alice"))
    refused = alice.post(address(name), {}, format="json")
    assert refused.status_code == 403
    assert refused.json()["detail"].endswith(".")

    bob = f.person("bob")
    assign_perm(f"processes.{GRANTED[name]}", bob)
    assert Caller(bob).post(address(name), {}, format="json").status_code == 400


@pytest.mark.parametrize("name", LISTS)
def test_an_outsiders_lists_are_empty(instance, name):
    mallory = Caller(f.person("mallory"))
    queries = [
        {},
        {"process": "purchase-approval"},
        {"q": "Laptops"},
        {"status": "running"},
        {"instance": str(instance.pk)},
        {"scope": "done"},
    ]

    for query in queries:
        response = mallory.get(address(name), query)
        if response.status_code == 200:
            assert response.json() == {"next": None, "previous": None, "results": []}
        else:
            assert (name, query) == ("api-incidents", {"status": "running"})


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("api-cancel", "may_not_operate"),
        ("api-retry", "may_not_operate"),
        ("api-reassign", "excluded"),
        ("api-claim", "excluded"),
        ("api-start-task", "excluded"),
        ("api-complete", "excluded"),
        ("api-delegate", "excluded"),
        ("api-forward", "excluded"),
        ("api-release", "excluded"),
    ],
)
def test_who_asked_for_it_sees_it_but_does_not_decide_it(instance, name, code):
    before = HistoryEvent.objects.count()

    response = Caller(f.person("alice")).post(address(name), BODY)

    assert (response.status_code, response.json()["code"]) == (403, code)
    assert HistoryEvent.objects.count() == before


@pytest.mark.parametrize(
    ("right", "name"),
    [
        *(("view_process", name) for name in ("api-delegate", "api-forward")),
        *(
            (right, name)
            for right in ("view_process", "operate_process")
            for name in ("api-claim", "api-complete", "api-draft", "api-ask")
        ),
    ],
)
def test_a_right_on_the_process_does_not_make_one_decide(instance, name, right):
    mallory = f.person("mallory")
    assign_perm(right, mallory, instance.process)

    response = Caller(mallory).post(address(name), BODY)

    assert (response.status_code, response.json()["code"]) in [
        (403, "not_asked"),
        (409, "wrong_state"),
    ]
    assert Task.objects.get().status == Task.Status.READY


def test_a_right_to_watch_is_no_right_to_start_cancel_or_retry(instance):
    mallory = f.person("mallory")
    assign_perm("view_process", mallory, instance.process)
    caller = Caller(mallory)

    answers = [
        caller.post(address(name), BODY) for name in ("api-start", "api-cancel", "api-retry")
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert Instance.objects.get().status == Instance.Status.RUNNING
    assert caller.get(address("api-incidents")).json()["results"] == []


def test_somebody_without_the_right_learns_no_names(instance):
    """Neither an outsider nor an insider who may not hand over can ask who exists."""
    f.person("gone", is_active=False)
    for person in ("mallory", "alice"):
        caller = Caller(f.person(person))
        for name in ("api-delegate", "api-reassign", "api-forward"):
            answers = {
                caller.post(
                    address(name), {"to": who, "users": [who], "groups": [who], "reason": "x"}
                ).content
                for who in ("carol", "gone", "none", "finance")
            }
            assert len(answers) == 1


def test_the_initiator_cannot_approve_by_standing_in(instance):
    f.away(f.person("bob"), f.person("alice"))

    response = Caller(f.person("alice")).post(address("api-complete"), BODY)

    assert (response.status_code, response.json()["code"]) == (403, "excluded")


def test_a_superuser_who_asked_for_it_cannot_approve_it():
    dan = f.cast()["dan"]
    f.team("managers").user_set.add(dan)
    task = f.asked(f.purchase(dan))

    response = Caller(dan).send(f"tasks/{task.pk}/complete/", BODY)

    assert (response.status_code, response.json()["code"]) == (403, "excluded")


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_cannot_be_smuggled_in(instance, header):
    dan = Caller(f.person("dan"))

    response = dan.get(address("api-instance"), {"_method": "DELETE"}, headers={header: "DELETE"})

    assert response.status_code == 200
    assert Instance.objects.count() == 1


def test_another_persons_key_shows_nothing_of_their_answer(instance):
    start, key = address("api-start"), {"Idempotency-Key": "4711"}
    Caller(f.person("alice")).post(start, BODY, headers=key)

    response = Caller(f.person("mallory")).post(start, BODY, headers=key)

    assert response.status_code == 404
    assert b"Laptops" not in response.content
