"""Who is asked when a task opens: the organization in the database, through the engine."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from processes.models import Incident
from tasks import inbox, services
from tasks.models import Position, Profile, Skill, Unit
from tests.factories import NOW, asked, away, deployed_source, one_task, person, started, team
from tests.processes.drawn import end, file_of, process, start

pytestmark = pytest.mark.django_db


def task_for(assignment, *, by="alice", fallback=None, **variables):
    """Return the open task of a process with one step that asks like this."""
    version = deployed_source(one_task(f"<placet:assignment {assignment}/>"))
    if fallback:
        version.process.fallback_group = team(fallback)
        version.process.save()
    return asked(started(version.process, person(by), **variables), "ask")


def step(name, assignment):
    return (
        f'<b:userTask id="{name}" name="{name}"><b:extensionElements>'
        f"<placet:assignment {assignment}/></b:extensionElements></b:userTask>"
    )


def in_a_row(**steps):
    """Return an instance of a process with these steps, one after another."""
    nodes = [step(name, assignment) for name, assignment in steps.items()]
    flow = " ".join(["start", *steps, "end"])
    drawn = process("row", start(), *nodes, end(), flow=flow)
    return started(deployed_source(file_of(drawn)).process, person("alice"))


def asks(task):
    return sorted(str(row) for row in task.candidates.all())


def answer(task, who, outcome="approved"):
    return services.complete(task_id=task.pk, person=person(who), outcome=outcome, now=NOW)


def unit(key, above=None, **roles):
    found = Unit.objects.create(key=key, name=key.capitalize(), parent=above)
    for role, who in roles.items():
        Position.objects.create(unit=found, role=role, user=person(who))
    return found


def profile(who, *, skills=(), **fields):
    found, _new = Profile.objects.update_or_create(user=person(who), defaults=fields)
    for key in skills:
        found.skills.add(Skill.objects.get_or_create(key=key, defaults={"name": key})[0])
    return found


def notices(task):
    return [incident.sentence for incident in Incident.objects.filter(instance=task.instance)]


def test_a_role_is_looked_for_in_the_unit_of_who_asks_and_above():
    house = unit("house", budget="dan")
    profile("alice", unit=unit("berlin", unit("germany", house, budget="bob")))
    task = task_for('candidateRoles="budget"')
    assert asks(task) == ["bob"]
    assert task.candidates.get().reason == {"rule": "role", "role": "budget", "unit": "germany"}
    assert asks(task_for('candidateRoles="budget" unit="house"')) == ["dan"]


def test_the_manager_two_levels_up_is_asked():
    profile("alice", manager=person("bob"))
    profile("bob", manager=person("carol"))
    assert asks(task_for('managerOf="initiator" levels="2"')) == ["carol"]


def test_managers_in_a_circle_reach_the_fallback_group_with_the_reason():
    profile("alice", manager=person("bob"))
    profile("bob", manager=person("alice"))
    team("operators").user_set.add(person("dan"))
    task = task_for('managerOf="initiator" exclude="bob"', fallback="operators")
    assert asks(task) == ["operators"]
    [sentence] = notices(task)
    assert "go round in a circle" in sentence
    assert "“operators” was asked instead" in sentence


def test_the_manager_of_who_decided_last_is_asked():
    profile("bob", manager=person("carol"))
    person("dan")
    instance = in_a_row(one='candidateUsers="bob, dan"', two='managerOf="lastDecider"')
    answer(asked(instance, "one"), "bob")
    assert asks(asked(instance, "two")) == ["carol"]


def test_who_did_an_earlier_step_is_asked_again():
    person("bob"), person("dan")
    instance = in_a_row(one='candidateUsers="bob, dan"', two='familiar="one"')
    answer(asked(instance, "one"), "bob")
    task = asked(instance, "two")
    assert asks(task) == ["bob"]
    assert task.candidates.get().reason == {"rule": "did", "step": "one"}


def test_a_group_is_asked_as_those_members_who_have_the_skill():
    profile("bob", skills=["french"])
    profile("carol", skills=["dutch"])
    team("desk").user_set.add(person("bob"), person("carol"))
    assert asks(task_for('candidateGroups="desk" skills="french"')) == ["bob"]


def test_nobody_is_asked_whose_group_is_excluded():
    team("interns").user_set.add(person("carol"))
    team("desk").user_set.add(person("bob"), person("carol"))
    task = task_for('candidateUsers="carol" candidateGroups="desk" excludeGroups="interns"')
    assert asks(task) == ["desk"]
    assert [str(row) for row in task.exclusions.all()] == ["interns"]


def test_an_excluded_group_that_nobody_knows_is_told():
    person("bob")
    task = task_for('candidateUsers="bob" excludeGroups="ghosts"')
    assert notices(task) == ["“ask” excludes “ghosts”, but nobody has this name."]


def test_a_process_that_names_only_a_person_costs_no_statement_more():
    person("bob")
    version = deployed_source(one_task('<placet:assignment candidateUsers="bob"/>'))
    person("alice")
    with CaptureQueriesContext(connection) as queries:
        started(version.process, person("alice"))
    reads = [q["sql"] for q in queries if q["sql"].startswith("SELECT") and "auth_user" in q["sql"]]
    # The test looks Alice up once; the desk looks Bob up once, with his absence.
    assert len(reads) == 2, "\n".join(reads)


# --- distribution --------------------------------------------------------------------------------


def test_turns_go_round_through_the_members_of_a_group():
    team("desk").user_set.add(*(person(name) for name in ("bob", "carol", "dan")))
    version = deployed_source(
        one_task('<placet:assignment candidateGroups="desk" allocate="roundRobin"/>')
    )
    owners = [str(asked(started(version.process, person("alice")), "ask").owner) for _ in range(4)]
    assert sorted(owners[:3]) == ["bob", "carol", "dan"]
    assert owners[3] == owners[0]


def test_the_shortest_queue_gets_it_and_a_limit_is_kept():
    team("desk").user_set.add(person("bob"), person("carol"))
    profile("carol", open_limit=1)
    owners = [
        str(task_for('candidateGroups="desk" allocate="shortestQueue"').owner) for _ in range(4)
    ]
    assert owners.count("carol") == 1
    assert owners.count("bob") == 3


def test_who_was_given_nothing_for_the_longest_time_gets_it():
    team("desk").user_set.add(person("bob"), person("carol"))
    one, two = (task_for('candidateGroups="desk" allocate="leastRecent"') for _ in range(2))
    assert {str(one.owner), str(two.owner)} == {"bob", "carol"}


def test_what_one_person_was_given_is_offered_to_all_when_they_give_it_back():
    team("desk").user_set.add(person("bob"))
    person("carol")
    task = task_for('candidateUsers="carol" candidateGroups="desk" allocate="random"')
    assert task.status == "reserved"
    assert task.candidates.count() == 1
    services.release(task_id=task.pk, person=task.owner, now=NOW)
    assert asks(task) == ["carol", "desk"] or asks(task) == ["bob", "carol", "desk"]


def test_the_next_step_comes_straight_to_who_answered():
    team("desk").user_set.add(person("bob"), person("carol"))
    instance = in_a_row(one='candidateGroups="desk"', two='candidateGroups="desk" chained="true"')
    answer(asked(instance, "one"), "carol")
    task = asked(instance, "two")
    assert (task.status, task.owner) == ("reserved", person("carol"))


def test_a_next_step_that_must_be_somebody_elses_does_not_come_to_who_answered():
    team("desk").user_set.add(person("bob"), person("carol"))
    instance = in_a_row(
        one='candidateGroups="desk"',
        two='candidateGroups="desk" chained="true" separateFrom="one"',
    )
    answer(asked(instance, "one"), "carol")
    task = asked(instance, "two")
    assert (task.status, task.owner) == ("ready", None)
    assert list(inbox.tasks(person("carol"), "todo", now=NOW)) == []


# --- absence -------------------------------------------------------------------------------------


def test_a_substitute_makes_the_seat_of_an_absent_person_count():
    profile("bob", manager=person("dan"))
    away(person("bob"), person("carol"))
    assert asks(task_for('candidateUsers="bob"')) == ["bob"]
