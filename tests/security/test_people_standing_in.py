"""Standing in gives what the absent person has, as long as they are away, and nothing more."""

from datetime import timedelta

import pytest

from processes.core.errors import Refusal
from tasks import access, inbox, services
from tasks.models import Candidate, Exclusion, Vote
from tests.factories import NOW, asked, away, cast, deployed_source, one_task, person, started, team

pytestmark = pytest.mark.django_db

AFTER = NOW + timedelta(days=8)


def put(who='candidateUsers="bob"', more=""):
    cast()
    source = one_task(f"<placet:assignment {who}/>{more}")
    return asked(started(deployed_source(source).process), "ask")


def refused(act, *arguments, **named):
    with pytest.raises(Refusal) as found:
        act(*arguments, **{"now": NOW, **named})
    return found.value.code


def plan(absentee, substitute, by=None, **changed):
    times = {"starts_at": NOW, "ends_at": NOW + timedelta(days=7)}
    return services.set_absence(
        absentee=person(absentee),
        substitute=person(substitute) if substitute else None,
        by=person(by or absentee),
        now=NOW,
        **{**times, **changed},
    )


def deactivated(name):
    gone = person(name)
    gone.is_active = False
    gone.save()
    return gone


# --- 9: to oneself, in a loop, after expiry -------------------------------------------------------


def test_nobody_delegates_to_themselves_through_who_they_stand_in_for():
    task = put()
    away(person("bob"), person("carol"))
    code = refused(services.delegate, task_id=task.pk, person=person("carol"), to=person("carol"))
    assert code == "target_is_owner"


def test_no_loop_of_absences_can_be_planned():
    put()
    plan("bob", "carol")
    plan("carol", "leo")
    assert refused(plan_at, "leo", "bob") == "absence_in_a_circle"
    assert refused(plan_at, "bob", "bob") == "invalid_absence"


def plan_at(absentee, substitute, now):
    return plan(absentee, substitute)


def test_after_the_absence_nothing_is_left_of_what_was_taken_in_somebody_s_place():
    task = put()
    away(person("bob"), person("carol"), days=7)
    services.claim(task_id=task.pk, person=person("carol"), now=NOW)
    assert list(inbox.tasks(person("carol"), "mine", now=NOW)) == [task]
    assert list(inbox.tasks(person("carol"), "todo", now=AFTER)) == []
    for act in (services.start, services.release):
        refused(act, task_id=task.pk, person=person("carol"), now=AFTER)
    refused(
        services.complete, task_id=task.pk, person=person("carol"), outcome="approved", now=AFTER
    )
    refused(services.delegate, task_id=task.pk, person=person("carol"), to=person("leo"), now=AFTER)
    services.take_back(task_id=task.pk, person=person("bob"), now=AFTER)
    services.complete(task_id=task.pk, person=person("bob"), outcome="approved", now=AFTER)


# --- 10: a delegate hands on wider rights ---------------------------------------------------------


def test_whoever_gets_a_task_from_a_stand_in_gets_that_task_only():
    first, second = put(), put()
    away(person("bob"), person("carol"))
    services.delegate(task_id=first.pk, person=person("carol"), to=person("leo"), now=NOW)
    assert list(inbox.tasks(person("leo"), "todo", now=NOW)) == [first]
    refused(services.claim, task_id=second.pk, person=person("leo"))


def test_a_chain_is_no_wider_than_its_narrowest_part():
    source = one_task(
        '<placet:assignment candidateUsers="bob" amount="=amount"/>',
        process_extension='<placet:variable name="amount" type="number"/>',
    )
    cast()
    process = deployed_source(source).process
    small, large = (asked(started(process, amount=amount), "ask") for amount in (50, 500))
    plan("bob", "carol", amount_limit=100)
    plan("carol", "leo")
    assert list(inbox.tasks(person("leo"), "todo", now=NOW)) == [small]
    refused(services.claim, task_id=large.pk, person=person("leo"))
    services.complete(task_id=small.pk, person=person("leo"), outcome="approved", now=NOW)


def test_a_stand_in_does_not_plan_who_is_away_nor_end_it():
    put()
    found = plan("bob", "carol")
    refused(services.end_absence, substitution_id=found.pk, by=person("carol"))
    assert refused(plan_by_carol) == "not_your_absence"


def plan_by_carol(now):
    return plan("bob", "leo", by="carol")


# --- 13: one person as two of two -----------------------------------------------------------------

BOTH = '<placet:quorum need="2"/>'


def votes(task):
    return Vote.objects.filter(task=task).count()


@pytest.mark.parametrize("chain", [["carol"], ["leo", "carol"]])
def test_one_person_is_never_two_of_two(chain):
    task = put('candidateUsers="bob, carol"', BOTH)
    for absentee, substitute in zip(["bob", *chain], chain, strict=False):
        away(person(absentee), person(substitute))
    services.complete(task_id=task.pk, person=person("carol"), outcome="approved", now=NOW)
    refused(services.complete, task_id=task.pk, person=person("carol"), outcome="approved")
    assert votes(task) == 1
    task.refresh_from_db()
    assert task.is_open


def test_the_absent_person_and_the_stand_in_are_not_two_for_one_place():
    task = put('candidateUsers="bob, fiona"', BOTH)
    away(person("bob"), person("carol"))
    services.complete(task_id=task.pk, person=person("carol"), outcome="approved", now=NOW)
    refused(services.complete, task_id=task.pk, person=person("bob"), outcome="approved")
    assert votes(task) == 1


# --- 12: kept out as a group, whatever way --------------------------------------------------------


@pytest.mark.parametrize("kept_out", ["bob", "carol", "leo"])
def test_no_link_of_a_chain_may_be_kept_out(kept_out):
    task = put()
    away(person("bob"), person("carol"))
    away(person("carol"), person("leo"))
    leo = person("leo")
    assert access.standing_of(leo, task, now=NOW).candidate
    person(kept_out).groups.add(team("insiders"))
    Exclusion.objects.create(task=task, group=team("insiders"))
    assert not access.standing_of(leo, task, now=NOW).candidate
    assert list(inbox.tasks(leo, "todo", now=NOW)) == []
    refused(services.complete, task_id=task.pk, person=leo, outcome="approved")


def test_an_excluded_group_beats_one_s_own_name():
    task = put()
    Exclusion.objects.create(task=task, group=team("managers"))
    assert Candidate.objects.filter(task=task, user=person("bob")).exists()
    assert (
        refused(services.complete, task_id=task.pk, person=person("bob"), outcome="approved")
        == "excluded"
    )


# --- 52: who was deactivated ----------------------------------------------------------------------


@pytest.mark.parametrize("gone", ["bob", "carol", "leo"])
def test_nothing_goes_from_through_or_to_who_was_deactivated(gone):
    task = put()
    away(person("bob"), person("carol"))
    away(person("carol"), person("leo"))
    services.claim(task_id=task.pk, person=person("leo"), now=NOW)
    deactivated(gone)
    assert not access.standing_of(person("leo"), task, now=NOW).owner
    refused(services.complete, task_id=task.pk, person=person("leo"), outcome="approved")


def test_where_the_stand_in_was_deactivated_nobody_stands_in():
    put()
    bob = person("bob")
    away(bob, deactivated("carol"))
    assert access.absent_now([bob.pk], process=None, amount=None, now=NOW) == {bob.pk: None}
