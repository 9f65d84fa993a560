"""Chains of absences: the rule against a plain one, and no sequence of plans makes a circle."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.absence import LONGEST_CHAIN, Link, Scope, circle, in_the_way, stand_ins, ways_to

START = datetime(2026, 3, 2, tzinfo=UTC)
PEOPLE = range(1, 7)
PROCESSES = (1, 2, 3)
AMOUNTS = (None, Decimal(5), Decimal(10), Decimal(20))


@st.composite
def links(draw):
    substitute = draw(st.sampled_from([None, *PEOPLE]))
    absentee = draw(st.sampled_from([one for one in PEOPLE if one != substitute]))
    begins = draw(st.integers(0, 5))
    return Link(
        absentee,
        substitute,
        START + timedelta(days=begins),
        START + timedelta(days=begins + draw(st.integers(1, 3))),
        Scope(
            draw(st.none() | st.frozensets(st.sampled_from(PROCESSES), min_size=1)),
            draw(st.sampled_from(AMOUNTS)),
        ),
    )


def stored(plans):
    """Return those of the plans, in turn, that nothing speaks against."""
    kept = []
    for plan in plans:
        if in_the_way(plan, kept) is None and circle(plan, kept) is None:
            kept.append(plan)
    return kept


def then(kept, day):
    at = START + timedelta(days=day)
    return [link for link in kept if link.starts_at <= at < link.ends_at]


def next_one(person, current, process, amount):
    """Return who stands in, None for nobody, or the person where they are not away."""
    covering = [
        link
        for link in current
        if link.absentee == person
        and (link.scope.processes is None or process in link.scope.processes)
        and (
            link.scope.amount_limit is None
            or (amount is not None and amount <= link.scope.amount_limit)
        )
    ]
    named = [link.substitute for link in covering if link.substitute is not None]
    assert len(named) <= 1, "it is left open who stands in"
    if named:
        return named[0]
    return None if covering else person


def followed(person, current, process, amount):
    """Return the chain of people from who is away to who is here; it ends in None for nobody."""
    chain = [person]
    while chain[-1] is not None:
        following = next_one(chain[-1], current, process, amount)
        if following == chain[-1]:
            return chain
        assert following not in chain, "people stand in for each other in a circle"
        chain.append(following)
    return chain


plans = st.lists(links(), max_size=12)
tasks = st.tuples(st.integers(0, 8), st.sampled_from(PROCESSES), st.sampled_from(AMOUNTS))


@given(plans, tasks)
def test_no_sequence_of_plans_makes_a_circle_or_leaves_open_who_stands_in(planned, task):
    day, process, amount = task
    for person in PEOPLE:
        followed(person, then(stored(planned), day), process, amount)


@given(plans, tasks)
def test_the_end_of_a_chain_is_who_following_it_one_by_one_finds(planned, task):
    day, process, amount = task
    current = then(stored(planned), day)
    found = stand_ins(PEOPLE, current, process=process, amount=amount)
    for person in PEOPLE:
        chain = followed(person, current, process, amount)
        assert (person in found) == (len(chain) > 1)
        assert len(chain) == 1 or found[person] == chain[-1]


@given(plans, tasks)
def test_somebody_stands_in_for_everybody_before_them_in_a_chain_and_for_nobody_else(planned, task):
    day, process, amount = task
    current = then(stored(planned), day)
    for person in PEOPLE:
        reached = {
            absentee: {way.through for way in ways if way.scope.covers(process, amount)}
            for absentee, ways in ways_to(person, current).items()
        }
        for absentee in PEOPLE:
            chain = followed(absentee, current, process, amount)
            before = tuple(chain[: chain.index(person)]) if person in chain else ()
            assert reached.get(absentee, set()) == ({before} if before else set())


@given(plans, tasks, st.frozensets(st.sampled_from(PEOPLE)))
def test_no_chain_leads_through_who_is_excluded(planned, task, excluded):
    day, process, amount = task
    current = then(stored(planned), day)
    found = stand_ins(PEOPLE, current, process=process, amount=amount, excluded=excluded)
    for person, end in found.items():
        chain = followed(person, current, process, amount)
        assert end == (None if excluded.intersection(chain) else chain[-1])


def test_a_chain_is_followed_so_far_and_no_further():
    def chain_of(length):
        long = START + timedelta(days=1)
        return [Link(n, n + 1, START, long) for n in range(length)]

    full = chain_of(LONGEST_CHAIN)
    assert stand_ins([0], full, process=1, amount=None) == {0: LONGEST_CHAIN}
    assert 0 in ways_to(LONGEST_CHAIN, full)
    longer = chain_of(LONGEST_CHAIN + 1)
    assert stand_ins([0], longer, process=1, amount=None) == {0: None}
    assert 0 not in ways_to(LONGEST_CHAIN + 1, longer)


def test_a_circle_that_came_about_some_other_way_leads_nowhere_and_ends():
    end = START + timedelta(days=1)
    around = [Link(1, 2, START, end), Link(2, 1, START, end)]
    assert stand_ins([1, 2], around, process=1, amount=None) == {1: None, 2: None}
    assert ways_to(1, around).keys() == {2}
