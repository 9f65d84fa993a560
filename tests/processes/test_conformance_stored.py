"""The outside cases once more, through store and services: the same traces as in memory."""

import pytest

from processes.conformance import bpmn, bpmn_stored
from processes.models import HistoryEvent, Instance, Process
from tests.outside import outside_cases

pytestmark = pytest.mark.django_db


def test_every_case_gives_the_same_stored_as_in_memory():
    for case in bpmn.cases(outside_cases("bpmn")):
        if not case.wants_refusal:
            assert bpmn.judge(case, bpmn_stored.play) == bpmn.judge(case, bpmn.play), case.label


def test_a_case_leaves_nothing_behind():
    case = next(bpmn.cases(outside_cases("bpmn")))
    assert bpmn.judge(case, bpmn_stored.play)[0] == "passed"
    assert not Process.objects.exists()
    assert not Instance.objects.exists()
    assert not HistoryEvent.objects.exists()
