"""Tasks that nobody can get, and people who cannot be found."""

from dataclasses import replace

import pytest

from processes.core import graph as g
from processes.core.checks import check
from tests.core.checks.judging import NOW, approval, found, told
from tests.core.graphs import feel, graph, user_task


def test_a_task_that_names_nobody_goes_to_the_fallback_with_a_warning():
    told(approval(assignment=g.Assignment()), "nobody-asked", "task", "warning")


def test_a_task_whose_people_are_all_excluded_is_an_error():
    who = g.Assignment(users=("bob",), exclude=("initiator", "bob"))
    told(approval(assignment=who), "everybody-excluded", "task", "error")


def test_a_task_with_a_group_beside_excluded_people_is_fine():
    who = g.Assignment(users=("bob",), groups=("managers",), exclude=("bob",))
    assert check(approval(assignment=who), now=NOW) == ()


@pytest.mark.parametrize(
    "who",
    [
        g.Assignment(roles=("approver",)),
        g.Assignment(manager_of="initiator"),
        g.Assignment(did=("task",)),
        g.Assignment(decision="matrix"),
    ],
)
def test_people_who_are_looked_up_are_somebody(who):
    assert not found(approval(assignment=who), "nobody-asked")


def test_a_task_whose_tiers_ask_people_asks_somebody():
    checked = approval(assignment=g.Assignment(), tiers=(g.Tier(key="a", groups=("board",)),))
    assert not found(checked, "nobody-asked")


@pytest.mark.parametrize("attribute", ["did", "separate_from"])
def test_a_step_that_people_are_known_from_is_a_user_task(attribute):
    who = g.Assignment(users=("bob",), **{attribute: ("end",)})
    told(approval(assignment=who), "unknown-step", "task", "error")


@pytest.mark.parametrize(("asking", "code"), [("a", ["step-not-before"]), ("b", [])])
def test_a_step_that_people_are_known_from_comes_before(asking, code):
    other = "b" if asking == "a" else "a"
    who = g.Assignment(users=("bob",), separate_from=(other,))
    checked = graph(
        user_task(other),
        user_task(asking, assignment=who),
        flows="start -> a\na -> b\nb -> end",
    )
    assert [finding.code for finding in check(checked)] == code


def test_one_who_gets_a_task_alone_cannot_share_it():
    who = g.Assignment(groups=("board",), allocate="roundRobin")
    told(approval(assignment=who, quorum=g.Quorum()), "allocated-and-shared", "task", "warning")


def test_what_is_sensitive_is_not_searched():
    iban = g.Variable("iban", sensitive=True, searchable=True)
    told(replace(approval(), variables={"iban": iban}), "sensitive-searchable", "test", "error")


def test_an_expression_for_anything_about_people_reads_what_is_set():
    asked = approval(
        assignment=g.Assignment(
            manager_of=feel("boss"), levels=feel("steps"), amount=feel("total")
        ),
        priority=feel("urgency"),
        deadline=g.Deadline(complete_by=feel('"P1D"'), calendar=feel("office")),
        quorum=g.Quorum(need=feel("enough"), weights=feel("heads")),
        policy=g.Policy(skippable=feel("idle"), undo=feel("grace")),
    )
    names = ("boss", "steps", "total", "urgency", "office", "enough", "heads", "idle", "grace")
    sentences = "".join(finding.sentence for finding in found(asked, "unknown-variable"))
    assert [name for name in names if f"“{name}”" not in sentences] == []
