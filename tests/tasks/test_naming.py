"""A task is called after its step, and in a round of a loop after what the round is for."""

import pytest

from tasks.models import Task
from tasks.rules.naming import LONGEST_ITEM, in_words
from tests.factories import cast, deployed, deployed_source, process_source, started

pytestmark = pytest.mark.django_db

EACH = """
    <b:startEvent id="start" />
    <b:sequenceFlow id="on" sourceRef="start" targetRef="look" />
    <b:userTask id="look" name="Look">
      <b:extensionElements>
        <placet:assignment candidateUsers="bob" />
        <placet:multiInstance collection="=letters" element="letter" />
      </b:extensionElements>
      <b:multiInstanceLoopCharacteristics />
    </b:userTask>
    <b:sequenceFlow id="off" sourceRef="look" targetRef="end" />
    <b:endEvent id="end" />
"""


LETTERS = '<placet:variable name="letters" type="list" />'
SECRET = '<placet:variable name="iban" sensitive="true" />'


def names(variables=LETTERS):
    cast()
    version = deployed_source(process_source(EACH, extension=variables))
    started(version.process, letters=["to Ada", {"title": "to Bo", "size": 2}, [1, 2], None])
    return sorted(Task.objects.values_list("name", flat=True))


def test_each_round_is_called_after_its_item_where_that_can_be_said_in_a_few_words():
    assert names() == ["Look", "Look", "Look: to Ada", "Look: to Bo"]


def test_no_item_is_told_where_it_might_be_sensitive():
    assert names(LETTERS + SECRET) == ["Look"] * 4


def test_a_step_without_rounds_keeps_its_name():
    cast()
    started(deployed(), title="Pens", amount=12)
    assert Task.objects.get().name == "Manager review"


def test_a_long_item_is_cut():
    assert len(in_words("word " * 100)) == LONGEST_ITEM
