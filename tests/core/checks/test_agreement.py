"""Quorums that cannot be reached, and tiers that ask nobody."""

import pytest

from processes.core import graph as g
from processes.core.checks import check
from tests.core.checks.judging import NOW, approval, found, told

ABSTAIN = (*g.APPROVE_OR_REJECT, g.Outcome("pass", "Pass"))
TWO = g.Assignment(users=("bob", "carol"))


def tier(key: str, **more: object) -> g.Tier:
    more.setdefault("groups", (key,) if "users" not in more else ())
    return g.Tier(key=key, **more)


def test_a_sound_quorum_has_no_findings():
    checked = approval(
        assignment=g.Assignment(),
        outcomes=ABSTAIN,
        quorum=g.Quorum(order="sequential", veto=("rejected",), abstain=("pass",)),
        tiers=(
            tier("finance", need="2"),
            tier("both", groups=()),
            tier("legal", within="both", users=("leo",)),
            tier("board", within="both", need="60%"),
        ),
    )
    assert check(checked, now=NOW) == ()


@pytest.mark.parametrize(
    "rule",
    [g.Quorum(veto=("maybe",)), g.Quorum(abstain=("maybe",)), g.Quorum(otherwise="maybe")],
)
def test_an_outcome_that_the_task_does_not_have_is_an_error(rule):
    finding = told(approval(assignment=TWO, quorum=rule), "unknown-outcome", "task", "error")
    assert finding.hint == "It has: approved, rejected."


def test_a_veto_is_no_abstention():
    rule = g.Quorum(veto=("rejected",), abstain=("rejected",))
    told(approval(assignment=TWO, quorum=rule), "veto-and-abstention", "task", "error")


def test_somebody_must_be_able_to_agree():
    outcomes = (g.Outcome("no", "No", "negative"),)
    checked = approval(assignment=TWO, outcomes=outcomes, quorum=g.Quorum())
    told(checked, "nothing-to-agree-to", "task", "error")


def test_a_missed_quorum_has_an_outcome():
    outcomes = (g.Outcome("yes", "Yes", "positive"),)
    checked = approval(assignment=TWO, outcomes=outcomes, quorum=g.Quorum())
    told(checked, "no-outcome-when-missed", "task", "error")


def test_no_field_is_called_as_the_votes_are():
    form = {"type": "object", "properties": {"votes": {"type": "string"}}}
    told(
        approval(assignment=TWO, quorum=g.Quorum(), form=form),
        "field-called-votes",
        "task",
        "error",
    )
    assert not found(approval(assignment=TWO, form=form), "field-called-votes")


def test_a_missed_quorum_that_says_yes_is_told():
    rule = g.Quorum(otherwise="approved")
    told(approval(assignment=TWO, quorum=rule), "automatic-yes", "task", "warning")


@pytest.mark.parametrize(
    ("more", "unreachable"),
    [
        ({"assignment": TWO, "quorum": g.Quorum(need="3")}, True),
        ({"assignment": TWO, "quorum": g.Quorum(need="2")}, False),
        ({"assignment": g.Assignment(groups=("board",)), "quorum": g.Quorum(need="3")}, False),
        ({"tiers": (tier("a"), tier("b")), "quorum": g.Quorum(need="3")}, True),
        ({"tiers": (tier("a", users=("bob",), need="2"),)}, True),
        ({"tiers": (tier("a", groups=(), need="2"), tier("b", within="a"))}, True),
    ],
)
def test_more_than_there_are_can_never_agree(more, unreachable):
    assert bool(found(approval(**more), "quorum-unreachable")) is unreachable


@pytest.mark.parametrize(
    ("tiers", "code"),
    [
        ((tier("a", within="b"),), "unknown-tier"),
        ((tier("a", within="b"), tier("b", within="a")), "tiers-in-a-circle"),
        ((tier("a", within="a"),), "tiers-in-a-circle"),
        ((tier("a", groups=()),), "tier-without-people"),
        ((tier("a"), tier("b", within="a")), "tier-with-both"),
    ],
)
def test_tiers_that_make_no_sense_are_errors(tiers, code):
    findings = found(approval(tiers=tiers), code)
    assert findings
    assert {(finding.element, finding.severity) for finding in findings} == {("task", "error")}


def test_a_task_has_a_bounded_number_of_tiers():
    assert not found(approval(tiers=[tier(f"t{n}") for n in range(50)]), "too-many-tiers")
    assert found(approval(tiers=[tier(f"t{n}") for n in range(51)]), "too-many-tiers")


def test_one_tier_alone_comes_after_none():
    checked = approval(tiers=(tier("a"),), quorum=g.Quorum(order="sequential"))
    told(checked, "one-after-none", "task", "warning")
