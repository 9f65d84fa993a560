"""A mail about nothing real, for admins who look at the words that they wrote."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from tasks.rules.telling import Kind
from tasks.telling import mail
from tasks.telling.channels import Item, Message
from tasks.telling.links import absolute
from tasks.telling.news import SENTENCES, News, clock, name_of, usual_zone
from tasks.telling.templates import Words


def example(kind: str, language: str, reader: User, *, now: datetime) -> Message:
    """Return a message as it would reach ``reader``; a digest has one piece of every kind."""
    kinds = list(Kind) if kind == "digest" else [Kind(kind)]
    with override(language):
        items = [Item(news_about(one, reader, now=now), absolute("/")) for one in kinds]
    portal = absolute(reverse("notifications"))
    return Message(uuid4(), items, portal, language, reader=reader)


def news_about(kind: Kind, reader: User, *, now: datetime) -> News:
    due_at = now + timedelta(days=2)
    values = {
        "person": name_of(reader),
        "task": _("Manager review"),
        "request": _("Purchase of laptops"),
        "process": _("Purchase approval"),
        "who": "Alice Adams",
        "answer": _("Approve"),
        "due": clock(due_at, usual_zone()),
        "on_behalf_of": "",
    }
    values["news"] = sentence = str(SENTENCES[kind]) % values
    detail = f"{values['task']} · {values['process']}"
    return News(0, kind, sentence, detail, "/", due_at, now, values)


def written_example(
    kind: str, words: Words, language: str, reader: User, *, now: datetime
) -> EmailMultiAlternatives:
    """Return the mail that these words make."""
    message = example(kind, language, reader, now=now)
    with override(language):
        return mail.written(message, words, to=reader.email)
