"""Who is asked, by the rules alone: an organization in memory, and laws that hold for any."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tasks.rules.chains import arranged
from tasks.rules.distribution import allot
from tasks.rules.routing import Load, Seat, persons, route, somebody

ALICE, BOB, CAROL, DAN, ERIN, FRED = range(1, 7)
NAMES = {"alice": ALICE, "bob": BOB, "carol": CAROL, "dan": DAN, "erin": ERIN, "fred": FRED}
FINANCE, LEGAL = 101, 102
GROUPS = {"finance": FINANCE, "legal": LEGAL}


@dataclass
class Office:
    """An organization that a test writes down. Alice asks."""

    initiator: int | None = ALICE
    inactive: Collection[int] = ()
    out: Collection[int] = ()
    out_groups: Collection[int] = ()
    inside: Mapping[int, Collection[int]] = field(default_factory=dict)
    belongs: Mapping[int, str] = field(default_factory=dict)
    tree: Mapping[str, str | None] = field(default_factory=dict)
    held: Mapping[str, Mapping[str, list[int]]] = field(default_factory=dict)
    bosses: Mapping[int, int] = field(default_factory=dict)
    done: Mapping[str, list[int]] = field(default_factory=dict)
    last: int | None = None
    able: Mapping[int, Collection[str]] = field(default_factory=dict)
    gone: Mapping[int, int | None] = field(default_factory=dict)
    standing_in: Mapping[int, Collection[int]] = field(default_factory=dict)
    work: Mapping[int, Load] = field(default_factory=dict)
    number: int = 1

    def users(self, names: Collection[str]) -> Mapping[str, int]:
        return {name: NAMES[name] for name in names if name in NAMES}

    def groups(self, names: Collection[str]) -> Mapping[str, int]:
        return {name: GROUPS[name] for name in names if name in GROUPS}

    def active(self, users: Collection[int]) -> set[int]:
        return set(users) - set(self.inactive)

    def kept_out(self, users: Collection[int]) -> set[int]:
        inside = {user for group in self.out_groups for user in self.inside.get(group, ())}
        return set(users) & (set(self.out) | inside)

    def group_kept_out(self, group: int) -> bool:
        return group in self.out_groups

    def members(self, groups: Collection[int]) -> Mapping[int, set[int]]:
        return {group: self.active(self.inside.get(group, ())) for group in groups}

    def anybody_in(self, groups: Collection[int]) -> bool:
        members = {user for users in self.members(groups).values() for user in users}
        there = {user for user in members if user not in self.gone or self.gone[user] is not None}
        return bool(there - self.kept_out(there))

    def unit_of(self, user: int | None) -> str | None:
        return self.belongs.get(user or 0)

    def units(self) -> Mapping[str, str | None]:
        return self.tree

    def holders(self, role: str) -> Mapping[str, list[int]]:
        found = self.held.get(role, {})
        return {unit: sorted(self.active(users)) for unit, users in found.items()}

    def manager(self, user: int) -> int | None:
        return self.bosses.get(user)

    def did(self, step: str) -> list[int]:
        return self.done.get(step, [])

    def last_decider(self) -> int | None:
        return self.last

    def skilled(self, users: Collection[int], skills: Collection[str]) -> set[int]:
        return {user for user in users if set(skills) <= set(self.able.get(user, ()))}

    def away(self, users: Collection[int]) -> Mapping[int, int | None]:
        return {user: self.gone[user] for user in users if user in self.gone}

    def stands_for(self, user: int) -> Collection[int]:
        return self.standing_in.get(user, ())

    def loads(self, users: Collection[int]) -> Mapping[int, Load]:
        return {user: self.work.get(user, Load()) for user in users}

    def turn(self) -> int:
        return self.number


def asked(**who: Any) -> dict[str, Any]:
    return {"users": [], "groups": [], **who}


def rules_of(found: Any) -> list[str]:
    return [step["rule"] for step in found.steps]


BRANCH = {"berlin": "germany", "germany": "house", "house": None}


# --- roles ---------------------------------------------------------------------------------------


def test_a_role_is_looked_for_in_the_unit_of_who_asks_and_then_above():
    office = Office(belongs={ALICE: "berlin"}, tree=BRANCH, held={"budget": {"house": [DAN]}})
    found = route(asked(roles=["budget"]), office)
    assert found.users == [DAN]
    assert found.steps == [
        {"rule": "role", "role": "budget", "unit": "house", "below": "berlin", "users": [DAN]}
    ]


def test_the_nearest_unit_with_a_holder_is_enough():
    held = {"budget": {"germany": [BOB], "house": [DAN]}}
    office = Office(belongs={ALICE: "berlin"}, tree=BRANCH, held=held)
    assert route(asked(roles=["budget"]), office).users == [BOB]


def test_a_holder_who_left_or_is_excluded_is_passed_over():
    held = {"budget": {"berlin": [ALICE], "germany": [BOB], "house": [DAN]}}
    office = Office(belongs={ALICE: "berlin"}, tree=BRANCH, held=held, out=[ALICE], inactive=[BOB])
    assert route(asked(roles=["budget"]), office).users == [DAN]


def test_a_unit_can_be_named():
    office = Office(tree=BRANCH, held={"budget": {"germany": [BOB], "house": [DAN]}})
    assert route(asked(roles=["budget"], unit="house"), office).users == [DAN]


@pytest.mark.parametrize(
    ("who", "office", "what"),
    [
        ({"roles": ["budget"], "unit": "paris"}, Office(tree=BRANCH), "unit"),
        ({"roles": ["budget"]}, Office(tree=BRANCH), "unit"),
        ({"roles": ["budget"], "unit": "berlin"}, Office(tree=BRANCH), "role"),
        ({"manager_of": "alice"}, Office(), "manager"),
        ({"manager_of": "nobody"}, Office(), "user"),
        ({"manager_of": "lastDecider"}, Office(), "decider"),
        ({"did": ["review"]}, Office(), "step"),
        ({"chain": []}, Office(), "chain"),
        ({"chain": [{"grup": "finance"}]}, Office(), "anybody"),
        ({}, Office(), "anybody"),
        ({"users": ["nobody"]}, Office(), "user"),
        ({"groups": ["nobody"]}, Office(), "group"),
    ],
)
def test_what_the_data_do_not_say_is_a_finding(who, office, what):
    found = route(asked(**who), office)
    assert not found.seats
    assert [step["what"] for step in found.steps] == [what]


def test_units_that_lie_in_each_other_end_where_the_circle_closes():
    office = Office(tree={"a": "b", "b": "a"}, held={"budget": {"c": [BOB]}})
    found = route(asked(roles=["budget"], unit="a"), office)
    assert found.steps == [{"rule": "missing", "what": "role", "name": "budget", "below": "a"}]


# --- managers ------------------------------------------------------------------------------------


def test_the_manager_so_many_levels_up_is_asked():
    office = Office(bosses={ALICE: BOB, BOB: CAROL, CAROL: DAN})
    assert route(asked(manager_of="alice", levels=1), office).users == [BOB]
    assert route(asked(manager_of="alice", levels=3), office).users == [DAN]


def test_one_level_up_from_who_decided_last():
    office = Office(bosses={ALICE: BOB, BOB: CAROL}, last=BOB)
    assert route(asked(manager_of="lastDecider"), office).users == [CAROL]


def test_a_manager_who_left_is_passed_over_and_it_is_said():
    office = Office(bosses={ALICE: BOB, BOB: CAROL}, inactive=[BOB])
    found = route(asked(manager_of="alice"), office)
    assert found.users == [CAROL]
    assert found.steps[0]["passed"] == [BOB]


def test_managers_in_a_circle_are_a_finding():
    office = Office(bosses={ALICE: BOB, BOB: ALICE}, out=[BOB])
    found = route(asked(manager_of="alice"), office)
    assert found.steps == [{"rule": "missing", "what": "circle", "of": ALICE}]


# --- absence -------------------------------------------------------------------------------------


def test_the_manager_is_asked_for_who_is_away_with_nobody_standing_in():
    office = Office(gone={BOB: None}, bosses={BOB: DAN})
    found = route(asked(users=["bob"]), office)
    assert found.users == [BOB, DAN]
    assert found.seats[1].reason == {"rule": "away", "of": BOB}


def test_a_substitute_makes_a_manager_needless():
    office = Office(gone={BOB: CAROL}, bosses={BOB: DAN})
    assert route(asked(users=["bob"]), office).users == [BOB]


def test_a_substitute_who_is_excluded_is_none():
    office = Office(gone={BOB: ALICE}, bosses={BOB: DAN}, out=[ALICE])
    assert route(asked(users=["bob"]), office).users == [BOB, DAN]


def test_somebody_who_is_there_is_enough_where_one_answer_is():
    office = Office(gone={BOB: None}, bosses={BOB: DAN})
    assert route(asked(users=["bob", "carol"]), office).users == [BOB, CAROL]


def test_where_every_seat_counts_the_manager_takes_that_of_who_is_away():
    office = Office(gone={BOB: None}, bosses={BOB: DAN})
    assert route(asked(users=["bob", "carol"]), office, each=True).users == [CAROL, DAN]


def test_a_manager_who_is_away_too_is_passed_over():
    office = Office(gone={BOB: None, DAN: None}, bosses={BOB: DAN, DAN: ERIN})
    assert route(asked(users=["bob"]), office).users == [BOB, ERIN]


def test_nobody_is_left_when_all_managers_are_away_as_well():
    office = Office(gone={BOB: None, DAN: None}, bosses={BOB: DAN, DAN: BOB})
    found = route(asked(users=["bob"]), office)
    assert not somebody(found, office)
    assert found.steps[-1] == {"rule": "away", "user": BOB, "for": None}


# --- skills --------------------------------------------------------------------------------------


def test_a_group_is_resolved_to_the_members_who_have_the_skills():
    office = Office(
        inside={FINANCE: [BOB, CAROL]}, able={BOB: ["french"], DAN: ["french"], CAROL: []}
    )
    found = route(asked(users=["dan", "erin"], groups=["finance"]), office, skills=["french"])
    assert set(found.users) == {BOB, DAN}
    assert found.groups == []
    assert found.steps[-1]["without"] == [ERIN]


# --- distribution --------------------------------------------------------------------------------


def given_to(office, how, seed="task", **who):
    found = route(asked(**who), office)
    allot(found, office, how=how, seed=seed)
    return found


def test_a_sole_person_holds_it_at_once():
    assert given_to(Office(), "single", users=["bob"]).owner == BOB
    assert given_to(Office(), "single", users=["bob", "carol"]).owner is None
    assert given_to(Office(), "single", groups=["finance"]).owner is None


def test_turns_go_round():
    everybody = {"users": ["bob"], "groups": ["finance"]}
    owners = [
        given_to(Office(inside={FINANCE: [CAROL, DAN]}, number=turn), "roundRobin", **everybody)
        for turn in range(1, 7)
    ]
    assert [found.owner for found in owners] == [BOB, CAROL, DAN, BOB, CAROL, DAN]


def test_the_shortest_queue_gets_it():
    office = Office(work={BOB: Load(3), CAROL: Load(1), DAN: Load(2)})
    assert given_to(office, "shortestQueue", users=["bob", "carol", "dan"]).owner == CAROL


def test_who_was_given_nothing_for_the_longest_time_gets_it():
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    office = Office(work={BOB: Load(given_at=late), CAROL: Load(given_at=early)})
    assert given_to(office, "leastRecent", users=["bob", "carol"]).owner == CAROL
    assert given_to(office, "leastRecent", users=["bob", "carol", "dan"]).owner == DAN


def test_who_holds_as_much_as_they_may_is_given_no_more():
    office = Office(work={BOB: Load(0, limit=0), CAROL: Load(9)})
    assert given_to(office, "shortestQueue", users=["bob", "carol"]).owner == CAROL


def test_when_everybody_is_full_all_are_asked():
    office = Office(work={BOB: Load(2, limit=2), CAROL: Load(5, limit=1)})
    found = given_to(office, "random", users=["bob", "carol"])
    assert found.owner is None
    assert found.users == [BOB, CAROL]
    assert found.steps[-1] == {"rule": "full", "of": 2}


def test_who_was_not_chosen_is_remembered():
    office = Office(inside={FINANCE: [CAROL]}, work={CAROL: Load(9)})
    found = given_to(office, "shortestQueue", users=["bob", "dan"], groups=["finance"])
    rest = found.steps[-1]["rest"]
    assert found.users == [found.owner]
    assert set(rest["users"]) | {found.owner} == {BOB, DAN}
    assert rest["groups"] == [FINANCE]


def test_who_is_away_is_not_chosen_unless_somebody_stands_in():
    office = Office(gone={BOB: None})
    assert given_to(office, "random", users=["bob", "carol"]).owner == CAROL
    assert given_to(Office(gone={BOB: CAROL}), "random", users=["bob"]).owner == BOB


def test_the_next_step_comes_straight_to_who_answered():
    office = Office(inside={FINANCE: [BOB]})
    found = route(asked(users=["carol"], groups=["finance"]), office)
    allot(found, office, how="offer", seed="", answerer=BOB)
    assert (found.owner, found.groups) == (BOB, [FINANCE])


def test_who_answered_for_somebody_goes_on_for_them():
    office = Office(standing_in={CAROL: [BOB]})
    found = route(asked(users=["bob"]), office)
    allot(found, office, how="offer", seed="", answerer=CAROL)
    assert found.owner == BOB


def test_who_answered_does_not_go_on_where_they_are_excluded():
    office = Office(standing_in={CAROL: [BOB]}, out=[CAROL])
    found = route(asked(users=["bob"]), office)
    allot(found, office, how="offer", seed="", answerer=CAROL)
    assert found.owner is None


# --- chains --------------------------------------------------------------------------------------


def test_a_chain_becomes_tiers_one_after_another():
    found = arranged(
        asked(chain=["bob", {"group": "finance", "need": 2, "name": "Finance"}, {"role": "cfo"}])
    )
    assert [tier["need"] for tier in found["tiers"]] == ["any", "2", "any"]
    assert found["quorum"]["order"] == "sequential"
    assert found["quorum"]["need"] == "all"
    assert "chain" not in found


def test_a_chain_of_one_is_a_plain_question():
    assert arranged(asked(chain=["bob"])) == asked(users=["bob"])


def test_who_is_named_beside_a_chain_comes_first():
    found = arranged(asked(users=["carol"], chain=["bob"]))
    assert [tier["users"] for tier in found["tiers"]] == [["carol"], ["bob"]]


def test_an_empty_chain_stays_and_finds_nobody():
    found = arranged(asked(chain=[]))
    assert "quorum" not in found
    assert not route(found, Office()).seats


# --- laws ----------------------------------------------------------------------------------------

PEOPLE = some.sampled_from(sorted(NAMES.values()))
SOME_PEOPLE = some.frozensets(PEOPLE)
NAMED = some.lists(some.sampled_from([*NAMES, "nobody"]), unique=True)


@some.composite
def offices(draw):
    tree = {
        "a": draw(some.sampled_from([None, "b", "c"])),
        "b": draw(some.sampled_from(["c", "a"])),
    }
    return Office(
        inactive=draw(SOME_PEOPLE),
        out=draw(SOME_PEOPLE),
        out_groups=draw(some.frozensets(some.sampled_from([FINANCE, LEGAL]), max_size=1)),
        inside={FINANCE: draw(SOME_PEOPLE), LEGAL: draw(SOME_PEOPLE)},
        belongs={ALICE: "a"},
        tree=tree | {"c": None},
        held={"budget": {unit: sorted(draw(SOME_PEOPLE)) for unit in "abc"}},
        bosses=draw(some.dictionaries(PEOPLE, PEOPLE)),
        done={"review": sorted(draw(SOME_PEOPLE))},
        last=draw(some.none() | PEOPLE),
        able={user: ["french"] for user in draw(SOME_PEOPLE)},
        gone=draw(some.dictionaries(PEOPLE, some.none() | PEOPLE)),
        work={user: Load(1, limit=draw(some.none() | some.integers(0, 2))) for user in range(1, 7)},
        number=draw(some.integers(1, 9)),
    )


@some.composite
def questions(draw):
    found = asked(
        users=draw(NAMED),
        groups=draw(some.lists(some.sampled_from([*GROUPS, "nobody"]), unique=True)),
    )
    if draw(some.booleans()):
        found["roles"] = ["budget"]
    if draw(some.booleans()):
        found["manager_of"] = draw(some.sampled_from([*NAMES, "lastDecider", "nobody"]))
        found["levels"] = draw(some.integers(1, 5))
    if draw(some.booleans()):
        found["did"] = ["review"]
    return found


SKILLS = some.sampled_from([(), ("french",)])
WAYS = some.sampled_from(
    ["offer", "single", "roundRobin", "shortestQueue", "random", "leastRecent"]
)


@given(offices(), questions(), SKILLS, some.booleans(), WAYS, some.none() | PEOPLE)
def test_exclusion_and_leaving_always_win(office, who, skills, each, how, answerer):
    found = route(who, office, skills=skills, each=each)
    allot(found, office, how=how, seed="seed", answerer=answerer)
    everybody = persons(found, office) | ({found.owner} - {None})
    assert not office.kept_out(everybody)
    assert office.active(everybody) == everybody
    assert not set(found.groups) & set(office.out_groups)


@given(offices(), questions(), SKILLS)
def test_who_lacks_a_skill_is_asked_only_as_manager_of_who_is_away(office, who, skills):
    found = route(who, office, skills=skills)
    direct = {seat.user for seat in found.seats if seat.reason.get("rule") != "away"}
    assert not skills or direct == office.skilled(direct, skills)


@given(offices(), questions(), SKILLS, some.booleans(), some.randoms())
def test_the_order_of_names_does_not_change_who_is_asked(office, who, skills, each, random):
    shuffled = {key: value[:] if isinstance(value, list) else value for key, value in who.items()}
    for names in (shuffled["users"], shuffled["groups"]):
        random.shuffle(names)
    one, other = (route(w, office, skills=skills, each=each) for w in (who, shuffled))
    assert set(one.seats) == set(other.seats)
    assert len(one.seats) == len(set(one.seats))


@given(offices(), questions(), WAYS, some.text())
def test_the_same_question_is_given_to_the_same_person(office, who, how, seed):
    owners = []
    for _ in range(2):
        found = route(who, office)
        allot(found, office, how=how, seed=seed)
        owners.append((found.owner, found.seats))
    assert owners[0] == owners[1]


@given(offices(), questions(), WAYS)
def test_nobody_gets_lost_by_being_given_to_one(office, who, how):
    found = route(who, office)
    before = set(found.seats)
    allot(found, office, how=how, seed="seed")
    rest = next((step["rest"] for step in found.steps if step["rule"] == "chosen"), None)
    if rest is not None:
        back = {Seat(user=user) for user in [*rest["users"], found.owner]}
        back |= {Seat(group=group) for group in rest["groups"]}
        assert before <= back
