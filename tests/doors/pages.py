"""A browser without scripts: somebody who is signed in, reads pages and sends forms."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from lxml import html

BACKEND = "django.contrib.auth.backends.ModelBackend"
HTMX = {"HX-Request": "true"}


def visitor(person: User, **more: Any) -> Client:
    """Return a browser in which the person is signed in."""
    client = Client(**more)
    client.force_login(person, backend=BACKEND)
    return client


def tree(response: Any) -> html.HtmlElement:
    return html.fromstring(response.content.decode())


def words(response: Any, selector: str = "//body") -> str:
    """Return what a reader sees in the part that the XPath names, with single spaces."""
    found = tree(response).xpath(selector)
    return " ".join(" ".join(part.text_content() for part in found).split())


def said(response: Any) -> str:
    """Return the whole answer as text, for pieces of a page."""
    return " ".join(tree(response).text_content().split())
