"""Chats: what is posted, that names stay names, and what happens when the chat says no."""

import json

import pytest

from processes import sealed
from processes.models import Instance
from tasks import services
from tasks.models import ChatHook, Delivery
from tasks.telling.chat import PURPOSE
from tests.factories import person, team
from tests.security.wire import http, listening, saying
from tests.telling.told import ask, send, tell

pytestmark = pytest.mark.django_db

HOSTILE = "<!channel> <https://evil.example|click> *bold* [a](https://evil.example) @everyone &amp;"


@pytest.fixture(autouse=True)
def local_chats(settings):
    settings.EGRESS_ALLOWED_NETWORKS = ["127.0.0.0/8"]


def answering(status: str = "200 OK"):
    return listening(saying(http(b"ok", status=status)))


def hook(url: str, *, kind: str = "slack", **of) -> ChatHook:
    row = ChatHook(name="Chat", format=kind, **(of or {"user": person("bob")}))
    return services.set_chat_hook(hook=row, url=url)


def posted(wire) -> dict:
    return json.loads(wire.requests[0].partition(b"\r\n\r\n")[2])


def told_to_chat(wire) -> str:
    tell()
    Delivery.objects.exclude(channel="chat").delete()
    send()
    return Delivery.objects.get().status


def test_slack_gets_blocks_of_plain_text_and_a_link_that_serves_one_person():
    with answering() as wire:
        hook(f"{wire.url}/services/secret")
        ask("bob")
        assert told_to_chat(wire) == "sent"
    assert wire.requests[0].startswith(b"POST /services/secret ")
    (block,) = posted(wire)["blocks"]
    assert block["text"] == {
        "type": "plain_text",
        "text": "“Test” waits for you.\nAsk",
        "emoji": False,
    }
    assert "/go/" in block["accessory"]["url"]


def test_teams_gets_an_adaptive_card():
    with answering("202 Accepted") as wire:
        hook(f"{wire.url}/workflow?sig=x", kind="teams")
        ask("bob")
        assert told_to_chat(wire) == "sent"
    card = posted(wire)["attachments"][0]["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["body"][0]["inlines"][0]["text"] == "“Test” waits for you."


@pytest.mark.parametrize("kind", ["slack", "teams"])
def test_names_become_neither_markup_nor_mentions_nor_links(kind):
    with answering() as wire:
        hook(f"{wire.url}/x", kind=kind)
        ask("bob")
        Instance.objects.update(subject=HOSTILE)
        told_to_chat(wire)
    body = posted(wire)
    if kind == "slack":
        assert all(block["text"]["type"] == "plain_text" for block in body["blocks"])
        assert "<" not in body["text"]
    else:
        kinds = {part["type"] for part in body["attachments"][0]["content"]["body"]}
        assert kinds == {"RichTextBlock", "ActionSet"}


def test_the_chat_of_a_group_gets_an_address_that_lets_nobody_in():
    person("carol", "readers")
    with answering() as wire:
        hook(f"{wire.url}/x", group=team("readers"))
        task = ask("bob", extension='<placet:assignment candidateGroups="readers"/>')
        assert told_to_chat(wire) == "sent"
    assert posted(wire)["blocks"][0]["accessory"]["url"].endswith(f"/tasks/{task.pk}/")


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "403 Forbidden"])
def test_a_webhook_that_is_gone_is_given_up_at_once(status):
    with answering(status) as wire:
        hook(f"{wire.url}/services/secret")
        ask("bob")
        assert told_to_chat(wire) == "dead"
    assert "secret" not in Delivery.objects.get().error


@pytest.mark.parametrize("status", ["500 Oops", "429 Slow down", "302 Found"])
def test_a_chat_that_has_trouble_is_tried_again(status):
    with answering(status) as wire:
        hook(f"{wire.url}/services/secret")
        ask("bob")
        assert told_to_chat(wire) == "waiting"
    assert status[:3] in Delivery.objects.get().error


def test_an_address_inside_is_never_called(settings):
    with answering() as wire:
        hook(f"{wire.url}/services/secret")
        settings.EGRESS_ALLOWED_NETWORKS = []
        ask("bob")
        assert told_to_chat(wire) == "dead"
    assert wire.connections == 0


def test_an_address_that_no_key_opens_is_given_up(settings):
    with answering() as wire:
        hook(f"{wire.url}/services/secret")
        settings.SECRET_KEY = "another key, long enough for the tests too"
        ask("bob")
        assert told_to_chat(wire) == "dead"
    assert wire.connections == 0


def test_all_addresses_are_sealed_anew_with_todays_key(settings):
    row = hook("https://hooks.example.com/1")
    lost = hook("https://hooks.example.com/2", group=team("readers"))
    ChatHook.objects.filter(pk=lost.pk).update(sealed_url="s1.nobody.AAAA", name="Lost")
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another key, long enough for the tests too"
    settings.SECRET_KEY_FALLBACKS = [before]
    assert services.reseal_chat_hooks() == (1, ["Lost"])
    settings.SECRET_KEY_FALLBACKS = []
    row.refresh_from_db()
    assert sealed.unseal(row.sealed_url, purpose=PURPOSE) == "https://hooks.example.com/1"
