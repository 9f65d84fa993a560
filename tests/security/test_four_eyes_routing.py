"""Four eyes: nobody who must not decide comes in by any way of routing."""

import pytest

from processes.core.errors import Absent, Forbidden, WrongState
from tasks import inbox, services
from tests.factories import NOW, asked, away, cast, deployed_source, person, started, team
from tests.processes.drawn import end, file_of, process, start
from tests.tasks.test_routing_desk import answer, asks, in_a_row, profile, step, task_for, unit

pytestmark = pytest.mark.django_db

WAYS = {
    "by name": 'candidateUsers="alice, bob"',
    "by group": 'candidateGroups="desk"',
    "by role": 'candidateRoles="budget" unit="house"',
    "as manager": 'managerOf="fiona"',
    "by skill": 'candidateGroups="desk" skills="french"',
    "by turn": 'candidateGroups="desk" allocate="roundRobin"',
    "by queue": 'candidateGroups="desk" allocate="shortestQueue"',
    "by lot": 'candidateGroups="desk" allocate="random"',
    "by rest": 'candidateGroups="desk" allocate="leastRecent"',
}


def office():
    """Alice is everything that could bring her in; so is Bob, who may decide."""
    cast()
    alice, bob = person("alice"), person("bob")
    team("desk").user_set.add(alice, bob)
    profile("alice", manager=bob, skills=["french"], open_limit=None)
    profile("bob", skills=["french"], open_limit=0)
    profile("fiona", manager=alice)
    unit("house", budget="alice").positions.create(role="budget", user=bob)


@pytest.mark.parametrize("way", WAYS)
def test_who_asks_never_decides_however_they_are_found(way):
    office()
    task = task_for(f'{WAYS[way]} exclude="initiator"')
    alice = person("alice")
    assert task.owner != alice
    assert "alice" not in asks(task)
    assert list(inbox.tasks(alice, "todo", now=NOW)) == []
    for verb in (services.claim, services.start):
        with pytest.raises((Forbidden, Absent)):
            verb(task_id=task.pk, person=alice, now=NOW)
    with pytest.raises((Forbidden, Absent)):
        answer(task, "alice")


@pytest.mark.parametrize("way", WAYS)
def test_who_did_the_other_step_never_does_this_one(way):
    office()
    profile("bob", open_limit=None)
    instance = in_a_row(one='candidateUsers="bob"', two=f'{WAYS[way]} separateFrom="one"')
    answer(asked(instance, "one"), "bob")
    task = asked(instance, "two")
    assert task.owner != person("bob")
    assert "bob" not in asks(task)
    with pytest.raises((Forbidden, Absent, WrongState)):
        answer(task, "bob")


def test_neither_the_stand_in_nor_the_absent_person_does_the_other_step():
    office()
    away(person("bob"), person("carol"))
    instance = in_a_row(
        one='candidateUsers="bob"', two='candidateUsers="bob, carol, leo" separateFrom="one"'
    )
    answer(asked(instance, "one"), "carol")
    task = asked(instance, "two")
    assert asks(task) == ["leo"]
    for who in ("bob", "carol"):
        with pytest.raises((Forbidden, Absent)):
            answer(task, who)


def at_the_same_time(**steps):
    """Return an instance of a process that asks these steps at once."""
    gates = '<b:parallelGateway id="fork"/><b:parallelGateway id="join"/>'
    nodes = [step(name, assignment) for name, assignment in steps.items()]
    paths = "\n".join(f"fork {name} join" for name in steps)
    drawn = process("both", start(), gates, *nodes, end(), flow=f"start fork\n{paths}\njoin end")
    return started(deployed_source(file_of(drawn)).process, person("alice"))


@pytest.mark.parametrize("declares", ["one", "two"])
def test_steps_that_are_open_at_once_are_kept_apart_whichever_says_so(declares):
    office()
    apart = dict.fromkeys(("one", "two"), "")
    apart[declares] = f'separateFrom="{"two" if declares == "one" else "one"}"'
    instance = at_the_same_time(
        one=f'candidateUsers="bob, carol" {apart["one"]}',
        two=f'candidateUsers="bob, carol" {apart["two"]}',
    )
    second = asked(instance, "two")
    services.claim(task_id=second.pk, person=person("bob"), now=NOW)
    answer(asked(instance, "one"), "bob")
    second = asked(instance, "two")
    assert (second.owner, asks(second)) == (None, ["carol"])
    with pytest.raises((Forbidden, Absent)):
        answer(second, "bob")
    answer(second, "carol")


def test_who_decided_before_is_kept_out_by_deciders():
    office()
    instance = in_a_row(
        one='candidateUsers="bob"', two='candidateUsers="bob, leo" exclude="deciders"'
    )
    answer(asked(instance, "one"), "bob")
    assert asks(asked(instance, "two")) == ["leo"]


def test_handing_over_the_work_of_who_left_brings_no_excluded_manager_in():
    office()
    profile("leo", manager=person("alice"))
    task = task_for('candidateUsers="leo" exclude="initiator"')
    services.deactivate(user=person("leo"), by=person("dan"), now=NOW)
    # Alice is the manager, and asked for this herself: her own manager is asked.
    assert asks(asked(task.instance, "ask")) == ["bob"]
