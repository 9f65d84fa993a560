"""What votes are worth when a step is asked again after it was sent back."""

from itertools import pairwise

import pytest

from processes import services as engine
from processes.core.errors import Forbidden
from tasks import inbox, services
from tests.factories import (
    NOW,
    asked,
    cast,
    deployed_source,
    person,
    process_source,
    started,
    team,
)
from tests.tasks.worked import answer

pytestmark = pytest.mark.django_db

DRAFT = '<placet:assignment candidateUsers="=process.initiator"/>'
BOARD = '<placet:assignment candidateUsers="bob, carol, leo"/>'
FINAL = '<placet:assignment candidateUsers="fiona"/><placet:policy sendBack="draft" votes="kept"/>'
KEPT = '<placet:policy sendBack="draft" votes="kept"/>'
VOID = '<placet:policy sendBack="draft"/>'


def running(board: str, final: str = FINAL):
    """Return a process of a draft, several who agree, and one who has the last word."""
    cast()
    steps = {"draft": DRAFT, "board": board, "final": final}
    body = '<b:startEvent id="start"/><b:endEvent id="end"/>' + "".join(
        f'<b:userTask id="{name}" name="{name.capitalize()}"><b:extensionElements>{extension}'
        "</b:extensionElements></b:userTask>"
        for name, extension in steps.items()
    )
    names = ["start", *steps, "end"]
    body += "".join(
        f'<b:sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>'
        for a, b in pairwise(names)
    )
    instance = started(deployed_source(process_source(body)).process)
    answer(asked(instance, "draft"), "alice", now=NOW)
    return instance


def back(instance, node, who):
    services.send_back(
        task_id=asked(instance, node).pk, person=person(who), to="draft", comment="No.", now=NOW
    )
    answer(asked(instance, "draft"), "alice", now=NOW)
    return asked(instance, "board")


def offered(name):
    return list(inbox.tasks(person(name), "offered", now=NOW))


def votes(task):
    return [(vote.voter_name, vote.kept) for vote in task.votes.order_by("id")]


def test_who_agreed_before_has_agreed_again():
    instance = running(BOARD + '<placet:quorum need="2"/>' + KEPT)
    answer(asked(instance, "board"), "bob", now=NOW)
    again = back(instance, "board", "carol")
    assert votes(again) == [("Bob", True)]
    assert (offered("bob"), offered("carol")) == ([], [again])
    with pytest.raises(Forbidden):
        answer(again, "bob", now=NOW)
    done = answer(again, "carol", now=NOW)
    assert (done.outcome, done.completed_by_name) == ("approved", "Carol and 1 other")


def test_they_are_void_unless_that_is_declared():
    instance = running(BOARD + '<placet:quorum need="2"/>' + VOID)
    answer(asked(instance, "board"), "bob", now=NOW)
    again = back(instance, "board", "carol")
    assert votes(again) == []
    assert offered("bob") == [again]


def test_who_said_no_is_asked_again():
    instance = running(BOARD + '<placet:quorum need="2"/>' + KEPT)
    answer(asked(instance, "board"), "bob", "rejected", comment="No.", now=NOW)
    again = back(instance, "board", "carol")
    assert votes(again) == []
    assert offered("bob") == [again]


def test_votes_that_decide_already_complete_the_task_at_once():
    instance = running(BOARD + '<placet:quorum need="2"/>')
    for name in ("bob", "carol"):
        answer(asked(instance, "board"), name, now=NOW)
    first = asked(instance, "final")
    again = back(instance, "final", "fiona")
    assert (again.status, again.outcome, again.completed_by) == ("completed", "approved", None)
    assert again.completed_by_name == "Carol and 1 other"
    assert not again.automatic
    assert votes(again) == [("Bob", True), ("Carol", True)]
    assert again.former_candidates["users"] == sorted(
        person(name).pk for name in ("bob", "carol", "leo")
    )
    final = asked(instance, "final")
    assert final != first
    assert offered("leo") == []
    answer(final, "fiona", now=NOW)
    instance.refresh_from_db()
    assert instance.status == "completed"
    assert engine.verify(instance) is None


def test_votes_given_long_before_anything_was_sent_back_are_of_that_time():
    instance = running(BOARD + '<placet:quorum need="2"/>', FINAL.replace('votes="kept"', ""))
    for name in ("bob", "carol"):
        answer(asked(instance, "board"), name, now=NOW)
    again = back(instance, "final", "fiona")
    assert (again.status, votes(again)) == ("ready", [])


def test_who_is_kept_out_by_now_does_not_count():
    outsiders = team("outsiders")
    board = BOARD.replace("/>", ' excludeGroups="outsiders"/>')
    instance = running(board + '<placet:quorum need="2"/>')
    for name in ("bob", "carol"):
        answer(asked(instance, "board"), name, now=NOW)
    person("bob").groups.add(outsiders)
    again = back(instance, "final", "fiona")
    assert (again.status, votes(again)) == ("ready", [("Carol", True)])


def test_the_step_to_which_it_is_sent_back_begins_anew():
    final = FINAL.replace('"draft"', '"board"')
    instance = running(BOARD + '<placet:quorum need="2"/>', final)
    for name in ("bob", "carol"):
        answer(asked(instance, "board"), name, now=NOW)
    services.send_back(
        task_id=asked(instance, "final").pk,
        person=person("fiona"),
        to="board",
        comment="No.",
        now=NOW,
    )
    again = asked(instance, "board")
    assert (again.status, votes(again)) == ("ready", [])


def test_a_later_tier_keeps_its_votes_when_its_turn_comes():
    board = (
        '<placet:quorum order="sequential"/>'
        '<placet:tier key="one" users="bob"/><placet:tier key="two" users="leo"/>'
    )
    instance = running(board)
    for name in ("bob", "leo"):
        answer(asked(instance, "board"), name, now=NOW)
    again = back(instance, "final", "fiona")
    assert [(vote.tier, vote.voter_name, vote.kept) for vote in again.votes.order_by("id")] == [
        ("one", "Bob", True),
        ("two", "Leo", True),
    ]
    assert again.status == "completed"
