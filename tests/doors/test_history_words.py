"""Every kind of event has a sentence of its own, in the administration."""

from dataclasses import fields
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from processes.admin.sentences import told
from processes.core import events as ev
from tests.core.graphs import graph, user_task
from tests.factories import NOW

GRAPH = graph(user_task("ask"), flows="start -> ask\nask -> end")


def sample(kind: type[ev.Event]) -> ev.Event:
    """Return an event of this kind about the step “ask”."""
    hints = get_type_hints(kind)
    values = {field.name: made(field.name, hints[field.name]) for field in fields(kind)}
    return kind(**values)


def made(name: str, hint: Any) -> Any:
    if name in ("node", "catcher"):
        return "ask"
    if name == "action":
        return "claimed"
    if get_origin(hint) is UnionType:
        hint = get_args(hint)[0]
    match get_origin(hint) or hint:
        case t if t is str:
            return "word"
        case t if t is int:
            return 2
        case t if t is bool:
            return True
        case t if t is dict:
            return {}
        case t if t is list:
            return []
        case t if t is tuple:
            return ("t1",)
        case _:
            return {"at": NOW, "due_at": NOW}.get(name, "message")


@pytest.mark.parametrize("kind", ev.BY_KIND)
def test_every_kind_of_event_is_told_in_a_sentence(kind):
    sentence = told(sample(ev.BY_KIND[kind]), GRAPH)
    assert sentence[0].isupper() or sentence[0] == "“"
    assert sentence.rstrip("word").endswith((".", ": ", "word", "nobody.")), sentence
    assert "%(" not in sentence


def test_no_two_kinds_are_told_alike():
    sentences = [told(sample(kind), GRAPH) for kind in ev.BY_KIND.values()]
    assert len(set(sentences)) == len(sentences)
