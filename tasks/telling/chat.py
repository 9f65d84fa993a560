"""Chats, through their incoming webhooks.

The texts are plain: nothing in them becomes markup, a mention or a link.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from processes import sealed
from processes.services import EgressFailed, EgressRefused, call_outside
from tasks.models import ChatHook
from tasks.telling.channels import Message, Unsent

PURPOSE = "chat webhook"
PATIENCE = timedelta(seconds=10)
GONE = (401, 403, 404, 410)
MOST_ITEMS = 10


def send(message: Message) -> None:
    """Post to the chat. Raises Unsent."""
    hook = message.hook
    if hook is None or not hook.active:
        raise Unsent("This chat webhook is no longer active.", for_good=True)
    try:
        url = sealed.unseal(hook.sealed_url, purpose=PURPOSE)
    except sealed.Unreadable as error:
        sentence = "The address of the webhook cannot be decrypted. Enter it again."
        raise Unsent(sentence, for_good=True) from error
    with override(message.language):
        body = slack(message) if hook.format == ChatHook.Format.SLACK else teams(message)
    try:
        answer = call_outside(url, body=body, timeout=PATIENCE)
    except EgressRefused as error:
        raise Unsent("Placet may not call the address of the webhook.", for_good=True) from error
    except EgressFailed as error:
        raise Unsent(error.reason, maybe_sent=error.sent) from error
    if answer.status in GONE:
        raise Unsent(f"The chat no longer takes messages here ({answer.status}).", for_good=True)
    if not 200 <= answer.status < 300:
        raise Unsent(f"The chat answered {answer.status}.")


def slack(message: Message) -> dict[str, Any]:
    """Return the message as Slack's blocks, all of them plain text."""
    blocks: list[dict[str, Any]] = []
    if message.digest:
        blocks.append({"type": "section", "text": plain(message.title)})
    for item in message.items[:MOST_ITEMS]:
        words = f"{item.news.sentence}\n{item.news.detail}".strip()
        button = {"type": "button", "text": plain(_("Open")), "url": item.link}
        blocks.append({"type": "section", "text": plain(words), "accessory": button})
    blocks += [{"type": "section", "text": plain(words)} for words in left_out(message)]
    # The line for notifications is Slack's markup whatever the blocks are.
    text = message.title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": text, "mrkdwn": False, "unfurl_links": False, "blocks": blocks}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text[:2900], "emoji": False}


def teams(message: Message) -> dict[str, Any]:
    """Return the message as an Adaptive Card; rich text blocks know no Markdown."""
    body: list[dict[str, Any]] = []
    if message.digest:
        body.append(rich(message.title, weight="Bolder"))
    for item in message.items[:MOST_ITEMS]:
        open_it = {"type": "Action.OpenUrl", "title": _("Open"), "url": item.link}
        body += [
            rich(item.news.sentence, weight="Bolder"),
            rich(item.news.detail, isSubtle=True),
            {"type": "ActionSet", "actions": [open_it]},
        ]
    body += [rich(words, isSubtle=True) for words in left_out(message)]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def rich(text: str, **look: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}


def left_out(message: Message) -> Iterator[str]:
    more = len(message.items) - MOST_ITEMS
    if more > 0:
        yield _("and %(count)d more in Placet") % {"count": more}
