"""What a mail looks like, and what admins may write into it."""

import pytest
from django.contrib.auth.models import User
from django.core import mail

from processes.core.errors import Invalid
from processes.models import Instance
from tasks import services
from tasks.models import Delivery, Task
from tasks.rules.placeholders import (
    NAMES,
    filled,
    filled_html,
    filled_line,
    mistakes,
    without_empty,
)
from tests.factories import person
from tests.telling.told import ask, send, tell

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script> {{ 7*7 }} {% load static %} {person} =1+1"


def sent() -> mail.EmailMultiAlternatives:
    tell()
    send()
    (found,) = mail.outbox
    return found


def html_of(found) -> str:
    return str(found.alternatives[0][0])


def test_a_mail_says_that_nobody_wrote_it_and_how_to_get_fewer():
    ask("bob")
    headers = sent().message()
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe"].endswith("/notifications/settings/>")
    assert headers["Message-ID"]
    assert headers["Reply-To"] is None


def test_answers_go_where_the_settings_say(settings):
    settings.REPLY_TO = "help@example.com"
    ask("bob")
    assert sent().message()["Reply-To"] == "help@example.com"


def test_a_mail_has_text_and_html_with_a_link():
    ask("bob")
    found = sent()
    assert "/go/" in found.body
    assert "/go/" in html_of(found)
    assert "Hello Bob," in found.body


def test_names_of_requests_are_text_and_nothing_else():
    task = ask("bob")
    Instance.objects.update(subject=HOSTILE[:200])
    Task.objects.filter(pk=task.pk).update(name="{link} <b>bold</b>")
    found = sent()
    assert "<script>" not in html_of(found)
    assert "<b>" not in html_of(found)
    assert "49" not in found.subject
    assert "{{ 7*7 }}" in found.body
    assert "{link}" in found.body


def test_a_line_break_in_a_name_does_not_become_a_header():
    ask("bob")
    Instance.objects.update(subject="Laptops\r\nBcc: mallory@example.com\x1b[31m")
    found = sent()
    assert "\n" not in found.subject
    assert found.message()["Bcc"] is None
    assert found.recipients() == ["bob@example.com"]


@pytest.mark.parametrize(
    "address",
    ["bob@example.com\nBcc: mallory@example.com", "bob@example.com, mallory@example.com", "bob"],
)
def test_an_address_that_holds_more_than_one_gets_no_mail(address):
    ask("bob")
    User.objects.filter(username="bob").update(email=address)
    tell()
    send()
    assert mail.outbox == []
    assert Delivery.objects.get().status == "dead"


def test_a_very_long_subject_is_cut():
    ask("bob")
    Instance.objects.update(subject="x" * 200)
    assert len(sent().subject) <= 150


def test_what_an_admin_wrote_is_used():
    services.set_template(
        kind="asked", language="en", subject="Please: {request}", body="Dear {person}\n\n{link}"
    )
    ask("bob")
    found = sent()
    assert found.subject == "Please: Test"
    assert found.body.startswith("Dear Bob\n\nhttp")


@pytest.mark.parametrize(
    "text",
    [
        "{{ task }}",
        "{% load static %}",
        "{task.instance}",
        "{task!r}",
        "{0}",
        "{}",
        "{password}",
        "{task",
        "task}",
        "{__class__}",
    ],
)
def test_names_that_a_message_may_not_hold_are_refused(text):
    with pytest.raises(Invalid) as refused:
        services.set_template(kind="asked", language="en", subject="A", body=text)
    assert refused.value.details["fields"]["body"]


def test_every_name_is_replaced_once_and_what_was_put_in_is_not_read_again():
    text = " ".join(f"{{{name}}}" for name in NAMES)
    assert mistakes(text) == []
    values = dict.fromkeys(NAMES, "{link}")
    assert filled(text, values) == " ".join(["{link}"] * len(NAMES))


def test_a_missing_value_is_empty():
    assert filled("a{due}b", {}) == "ab"


def test_a_line_about_nothing_is_left_out():
    text = "Hello\n\nDue: {due}\nWho: {who} {due}\n\nBye"
    assert without_empty(text, {"who": "Bob", "due": ""}) == "Hello\n\nWho: {who} {due}\n\nBye"
    ask("bob")
    assert "Due:" not in sent().body


def test_html_is_made_of_escaped_values():
    made = filled_html(
        "Hi <i> {task}\nnext\n\n{link}", {"task": "<b>&", "link": 'https://x/"a'}, button="Go"
    )
    assert made == (
        "<p>Hi &lt;i&gt; &lt;b&gt;&amp;<br>next</p>\n"
        '<p><a class="button" href="https://x/&quot;a">Go</a></p>'
    )


def test_a_line_holds_no_control_characters():
    assert filled_line("{task}", {"task": "a\r\nb\x00\x1bc\u202ed"}, longest=50) == "a b c d"


def test_a_digest_is_a_list_with_a_link_to_each():
    for _ in range(5):
        ask("bob")
    found = sent()
    assert found.subject == "What is new for you"
    assert html_of(found).count("<li>") == 5
    assert found.body.count("/go/") == 5
    assert person("bob").email in found.to
