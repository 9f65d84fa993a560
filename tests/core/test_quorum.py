"""How many must agree: the rule itself, and its laws beside a plain way to count."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.quorum import Ballot, Member, open_tiers, quorum_of, tally

OUTCOMES = [("yes", "positive"), ("no", "negative"), ("later", "neutral"), ("pass", "neutral")]
PEOPLE = [Member(number, f"p{number}") for number in range(6)]


def rule(tiers=(), outcomes=OUTCOMES, **quorum):
    return quorum_of({"quorum": {"abstain": ["pass"], **quorum}, "tiers": list(tiers)}, outcomes)


def tier(key, need="any", within="", **more):
    return {"key": key, "name": key, "need": need, "within": within, **more}


def count(quorum, said, seats=3, tier=""):
    """Return what it comes to when the first people said this, of so many."""
    ballots = [Ballot(person, tier, outcome) for person, outcome in enumerate(said)]
    return tally(quorum, members={tier: PEOPLE[:seats]}, ballots=ballots)


def outcome(quorum, said, seats=3):
    return count(quorum, said.split(), seats).outcome


@pytest.mark.parametrize(
    ("need", "said", "seats", "comes_to"),
    [
        ("any", "yes", 3, "yes"),
        ("any", "no no", 3, ""),
        ("any", "no no no", 3, "no"),
        ("all", "yes yes", 3, ""),
        ("all", "yes yes yes", 3, "yes"),
        ("all", "no", 3, "no"),
        ("2", "yes yes", 3, "yes"),
        ("2", "no yes", 3, ""),
        ("2", "no no", 3, "no"),
        ("2", "later later", 3, "no"),
        ("60%", "yes yes", 3, "yes"),
        ("67%", "yes yes", 3, ""),
        ("67%", "yes yes yes", 3, "yes"),
        ("66%", "no", 3, ""),
        ("67%", "no", 3, "no"),
        ("50%", "yes no", 2, "yes"),
        ("100%", "no", 3, "no"),
    ],
)
def test_it_is_decided_as_soon_as_the_rest_cannot_change_it(need, said, seats, comes_to):
    assert outcome(rule(need=need), said, seats) == comes_to


@pytest.mark.parametrize(
    ("need", "said", "comes_to"),
    [
        ("all", "yes yes pass", "yes"),
        ("67%", "yes no pass", "no"),
        ("50%", "yes no pass", "yes"),
        ("2", "yes pass pass", "no"),
        ("all", "pass pass pass", "no"),
        ("any", "pass pass yes", "yes"),
    ],
)
def test_who_abstains_leaves_those_who_are_counted(need, said, comes_to):
    assert outcome(rule(need=need), said) == comes_to


def test_whole_people_are_needed_of_a_percentage():
    assert count(rule(need="60%"), [], seats=4).root.needed == 3


def test_weights_count_instead_of_people():
    quorum = rule(need="60", weights={"p0": "60", "p1": "30", "p2": "10"})
    ballots = [Ballot(1, "", "yes", Decimal(30)), Ballot(2, "", "yes", Decimal(10))]
    assert tally(quorum, members={"": PEOPLE[:3]}, ballots=ballots).outcome == ""
    assert tally(quorum, members={"": PEOPLE[1:3]}, ballots=ballots[:1]).root.short
    assert tally(quorum, members={}, ballots=[Ballot(0, "", "yes", Decimal(60))]).outcome == "yes"


def test_a_veto_decides_at_once_even_where_everybody_is_to_be_heard():
    quorum = rule(need="any", veto=["no"], early=False)
    assert outcome(quorum, "no") == "no"
    assert count(quorum, ["yes", "no"]).how == "veto"


def test_without_early_decision_it_waits_for_everybody():
    quorum = rule(need="any", early=False)
    assert [outcome(quorum, said) for said in ("yes", "yes no", "yes no no")] == ["", "", "yes"]


def test_of_several_positive_outcomes_the_one_with_most_weight_wins():
    both = [("yes", "positive"), ("with conditions", "positive"), ("no", "negative")]
    quorum = rule(need="all", outcomes=both)
    said = ["yes", "with conditions", "with conditions"]
    assert count(quorum, said).outcome == "with conditions"
    assert count(quorum, said[:2], seats=2).outcome == "yes"


def test_a_missed_quorum_gives_the_declared_outcome_or_the_first_negative_one():
    assert outcome(rule(need="all", otherwise="later"), "no") == "later"
    assert outcome(rule(need="all"), "later") == "no"


def test_two_of_finance_and_one_of_legal():
    parts = [tier("finance", "2"), tier("legal")]
    quorum = rule(parts, need="all")
    members = {"finance": PEOPLE[:3], "legal": PEOPLE[3:5]}
    said = [Ballot(0, "finance", "yes"), Ballot(3, "legal", "yes")]
    found = tally(quorum, members=members, ballots=said)
    assert (found.outcome, found.asked, found.of("finance").still) == ("", ("finance",), 1)
    said.append(Ballot(2, "finance", "yes"))
    assert tally(quorum, members=members, ballots=said).outcome == "yes"


def test_parts_within_parts():
    parts = [
        tier("either", "any"),
        tier("ceo", within="either"),
        tier("board", "2", within="either"),
        tier("law"),
    ]
    quorum = rule(parts)
    members = {"ceo": PEOPLE[:1], "board": PEOPLE[1:4], "law": PEOPLE[4:]}
    said = [Ballot(1, "board", "yes"), Ballot(3, "board", "yes"), Ballot(4, "law", "yes")]
    assert tally(quorum, members=members, ballots=said).outcome == "yes"
    assert tally(quorum, members=members, ballots=said[:2]).asked == ("law",)
    none = [Ballot(0, "ceo", "no"), Ballot(1, "board", "no"), Ballot(2, "board", "no")]
    assert tally(quorum, members=members, ballots=none).outcome == "no"


def test_the_next_tier_is_asked_when_the_one_before_is_done():
    asked = {
        "quorum": {"need": "all", "order": "sequential"},
        "tiers": [tier(key) for key in "abcdef"],
    }
    assert open_tiers(asked) == ["a"]
    quorum = quorum_of(asked, OUTCOMES)
    found = tally(quorum, members={"b": PEOPLE[1:]}, ballots=[Ballot(0, "a", "yes")])
    assert (found.asked, found.later) == (("b",), tuple("cdef"))


def test_two_of_three_tiers_in_a_row_go_on_after_one_has_said_no():
    quorum = rule([tier(key) for key in "abc"], need="2", order="sequential")
    no = [Ballot(0, "a", "no")]
    assert tally(quorum, members={}, ballots=no).asked == ("b",)
    assert tally(quorum, members={}, ballots=[*no, Ballot(1, "b", "no")]).outcome == "no"


def test_who_belongs_to_two_tiers_sits_in_the_first_and_with_carry_in_both():
    parts, members = [tier("a"), tier("b")], {"a": PEOPLE[:1], "b": PEOPLE[:2]}
    apart = tally(rule(parts), members=members, ballots=())
    assert apart.of("b").missing == (PEOPLE[1],)
    both = tally(rule(parts, carry=True), members=members, ballots=())
    assert both.of("b").missing == (PEOPLE[0], PEOPLE[1])


@pytest.mark.parametrize("said", ["", "yes"])
def test_too_few_people_leave_it_open_until_somebody_says_no(said):
    found = count(rule(need="3"), said.split(), seats=2)
    assert (found.outcome, found.root.short) == ("", True)
    assert outcome(rule(need="3"), "no", seats=2) == "no"


def test_nobody_at_all_agrees_to_nothing():
    for need in ("any", "all", "1", "1%"):
        found = tally(rule(need=need), members={}, ballots=())
        assert (found.outcome, found.root.short) == ("", True)


# --- laws ----------------------------------------------------------------------------------------

NEEDS = st.sampled_from(["any", "all", "1", "2", "3", "50%", "60%", "67%", "100%"])
ANSWERS = st.sampled_from(["yes", "no", "later", "pass"])
VOTES = st.lists(ANSWERS, min_size=1, max_size=6)


def plainly(need, said):
    """Return whether it is agreed once everybody has spoken, counted as one would by hand."""
    heard = [each for each in said if each != "pass"]
    agreed = heard.count("yes")
    if not agreed:
        return False
    if need == "any":
        return True
    if need == "all":
        return agreed == len(heard)
    if need.endswith("%"):
        return agreed / len(heard) * 100 >= int(need[:-1]) - 1e-9
    return agreed >= int(need)


@given(NEEDS, VOTES)
def test_when_everybody_has_spoken_it_is_what_one_would_count_by_hand(need, said):
    found = count(rule(need=need), said, seats=len(said))
    if found.root.short:
        assert set(said) == {"yes"}
        assert not plainly(need, said)
    else:
        assert found.how == ("agreed" if plainly(need, said) else "missed")


@given(NEEDS, st.integers(1, 5), st.lists(ANSWERS, max_size=5))
def test_an_early_decision_is_the_decision_whatever_the_others_say(need, seats, said):
    said = said[:seats]
    early = count(rule(need=need), said, seats)
    ends = {
        count(rule(need=need), [*said, *rest], seats).how
        for rest in product(["yes", "no", "pass"], repeat=seats - len(said))
    }
    if early.how:
        assert ends == {early.how}
    elif len(said) < seats and not early.root.short:
        assert ends == {"agreed", "missed"}, "it was fixed already"


@given(NEEDS, VOTES, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_votes_does_not_matter(need, said, chance, veto):
    quorum = rule(need=need, early=False, veto=["later"] if veto else [])
    ballots = [Ballot(person, "", each) for person, each in enumerate(said)]
    mixed = chance.sample(ballots, len(ballots))
    members = {"": PEOPLE[: len(said)]}
    first, second = (tally(quorum, members=members, ballots=each) for each in (ballots, mixed))
    assert first == second


@given(NEEDS, VOTES, st.data())
def test_one_more_approval_never_turns_agreement_into_refusal(need, said, data):
    place = data.draw(st.integers(0, len(said) - 1))
    better = [*said[:place], "yes", *said[place + 1 :]]
    before = count(rule(need=need), said, seats=len(said))
    after = count(rule(need=need), better, seats=len(said))
    if before.how == "agreed":
        assert after.how == "agreed"


@given(NEEDS, VOTES, st.data())
def test_who_abstains_instead_of_refusing_never_hinders(need, said, data):
    place = data.draw(st.integers(0, len(said) - 1))
    milder = [*said[:place], "pass" if said[place] == "no" else said[place], *said[place + 1 :]]
    if count(rule(need=need), said, seats=len(said)).how == "agreed":
        assert count(rule(need=need), milder, seats=len(said)).how == "agreed"


TREES = st.recursive(
    st.tuples(NEEDS),
    lambda inner: st.tuples(NEEDS, st.lists(inner, min_size=1, max_size=3)),
    max_leaves=5,
)


def tiers_of(tree, within="", path="t"):
    """Yield the tiers of a random tree; its leaves have two people each."""
    for number, node in enumerate(tree[1] if len(tree) > 1 else ()):
        key = f"{path}{number}"
        yield tier(key, node[0], within)
        yield from tiers_of(node, key, key)


def agreed_plainly(need, parts):
    """Return whether this many of the parts agree, each True or False."""
    return plainly(need, ["yes" if part else "no" for part in parts])


@given(TREES, st.data())
def test_nested_quorums_are_what_one_would_count_from_the_inside_out(tree, data):
    tiers = list(tiers_of(tree)) or [tier("t0", tree[0])]
    quorum = rule(tiers, need=tree[0])
    said = {
        leaf.key: data.draw(st.lists(ANSWERS, min_size=2, max_size=2))
        for leaf in quorum.root.leaves
    }
    seats = {key: [Member(10 * n, ""), Member(10 * n + 1, "")] for n, key in enumerate(said)}
    ballots = [
        Ballot(member.id, key, each)
        for key, members in seats.items()
        for member, each in zip(members, said[key], strict=True)
    ]

    def by_hand(part):
        if not part.parts:
            return plainly(part.need, said[part.key])
        return agreed_plainly(part.need, [by_hand(inner) for inner in part.parts])

    found = tally(quorum, members=seats, ballots=ballots)
    if found.how:
        assert found.how == ("agreed" if by_hand(quorum.root) else "missed")
    else:
        assert not by_hand(quorum.root)
