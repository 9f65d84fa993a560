"""The administration of telling: words of mails, chats, and what did not go out."""

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.utils import timezone

from tasks.models import ChatHook, Delivery, MessageTemplate
from tests.doors.administration import administrator, staff
from tests.doors.pages import visitor, words
from tests.factories import person, team
from tests.telling.told import ask, send, tell

pytestmark = pytest.mark.django_db

DELIVERIES = "/admin/tasks/delivery/"
TEMPLATES = "/admin/tasks/messagetemplate/"
HOOKS = "/admin/tasks/chathook/"
URL = "https://hooks.example.com/T0/secret"


def dead() -> Delivery:
    ask("bob")
    tell()
    Delivery.objects.update(status="dead", error="The mail server cannot be used.")
    return Delivery.objects.get()


def retry(client, row):
    return client.post(DELIVERIES, {"action": "retry", "_selected_action": [row.pk]})


def test_what_was_given_up_is_listed_with_its_reason_and_tried_again():
    row, dan = dead(), administrator()
    page = words(dan.get(f"{DELIVERIES}?status__exact=dead"))
    assert "The mail server cannot be used." in page
    assert "Given up" in page
    retry(dan, row)
    send(now=timezone.now())
    row.refresh_from_db()
    assert row.status == "sent"


def test_a_message_shows_how_it_stands():
    row = dead()
    page = words(administrator().get(f"{DELIVERIES}{row.pk}/change/"))
    assert "“Test” waits for you." in page
    assert "bob@example.com" in page


def test_who_may_only_look_does_not_try_again():
    row, carol = dead(), staff("carol")
    carol.user_permissions.add(Permission.objects.get(codename="view_delivery"))
    client = visitor(carol)
    assert client.get(DELIVERIES).status_code == 200
    retry(client, row)
    row.refresh_from_db()
    assert row.status == "dead"


@pytest.mark.parametrize("page", [DELIVERIES, TEMPLATES, HOOKS, "/admin/tasks/announcement/"])
def test_staff_without_the_right_sees_nothing(page):
    assert visitor(staff("carol")).get(page).status_code == 403
    assert administrator().get(page).status_code == 200


def template(**changed):
    return {
        "kind": "asked",
        "language": "en",
        "subject": "Please: {request}",
        "body": "Dear {person},\n\n{news}\n\n{link}",
        **changed,
    }


def test_words_are_saved_and_shown_by_an_example():
    dan = administrator()
    page = dan.post(f"{TEMPLATES}add/", template(), follow=True)
    assert "Please: Purchase of laptops" in words(page)
    assert "Dear Dan," in words(page)


@pytest.mark.parametrize(
    "text", ["{{ 7*7 }}", "{% load static %}", "{secret}", "{person.password}"]
)
@pytest.mark.parametrize("field", ["subject", "body"])
def test_words_with_unknown_names_are_refused(field, text):
    answer = administrator().post(f"{TEMPLATES}add/", template(**{field: text}))
    assert answer.status_code == 200
    assert not MessageTemplate.objects.exists()
    assert "is not a name" in words(answer) or "A brace stands alone" in words(answer)


def test_a_test_goes_to_who_looks_and_to_nobody_else():
    dan = administrator()
    dan.post(f"{TEMPLATES}add/", template())
    row = MessageTemplate.objects.get()
    dan.get(f"{TEMPLATES}{row.pk}/preview/")
    assert mail.outbox == []
    dan.post(f"{TEMPLATES}{row.pk}/preview/")
    (sent,) = mail.outbox
    assert sent.to == ["dan@example.com"]


def test_markup_in_words_stays_text():
    dan = administrator()
    hostile = template(body="<script>alert(1)</script> {person}")
    page = dan.post(f"{TEMPLATES}add/", hostile, follow=True)
    assert "<script>alert(1)" not in page.content.decode()


def test_the_chat_of_a_group_is_added_and_its_address_not_shown():
    dan = administrator()
    fields = {"name": "Finance", "format": "slack", "group": team("finance").pk, "active": "on"}
    dan.post(f"{HOOKS}add/", {**fields, "url": URL, "kinds": ["asked"]})
    row = ChatHook.objects.get()
    assert row.kinds == ["asked"]
    assert "secret" not in dan.get(f"{HOOKS}{row.pk}/change/").content.decode().replace(
        "It is a secret", ""
    )
    dan.post(f"{HOOKS}{row.pk}/change/", {**fields, "name": "Money", "url": ""})
    changed = ChatHook.objects.get()
    assert (changed.name, changed.sealed_url) == ("Money", row.sealed_url)


@pytest.mark.parametrize(
    "changed", [{"url": ""}, {"url": "http://hooks.example.com/x"}, {"group": ""}]
)
def test_a_chat_without_a_safe_address_or_anybody_is_refused(changed):
    fields = {"name": "F", "format": "slack", "group": team("finance").pk, "url": URL}
    assert administrator().post(f"{HOOKS}add/", {**fields, **changed}).status_code == 200
    assert not ChatHook.objects.exists()


def test_a_persons_own_chat_is_not_the_administrators_to_change():
    row = ChatHook.objects.create(name="Bob", format="slack", sealed_url="s", user=person("bob"))
    dan = administrator()
    dan.post(f"{HOOKS}{row.pk}/change/", {"name": "Mine", "format": "slack", "url": URL})
    assert ChatHook.objects.get().name == "Bob"
