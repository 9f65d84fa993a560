"""Several must agree, through the services: who votes, whose turn it is, and what it comes to."""

import pytest
from django.contrib.auth.models import User

from processes import services as engine
from processes.core.errors import Absent, Forbidden, Invalid, Refusal, WrongState
from processes.models import Incident
from tasks import inbox, services
from tasks.models import Candidate, Exclusion, Vote
from tests.factories import (
    NOW,
    asked,
    away,
    cast,
    deployed_source,
    one_task,
    person,
    started,
    team,
)

pytestmark = pytest.mark.django_db

THREE = '<placet:assignment candidateUsers="bob, carol, leo"/>'


def put(extension: str):
    """Return the open task of a process with this single question."""
    cast()
    return asked(started(deployed_source(one_task(extension)).process), "ask")


def vote(task, name, outcome="approved", comment="Because."):
    return services.complete(
        task_id=task.pk, person=person(name), outcome=outcome, comment=comment, now=NOW
    )


def offered(name):
    return list(inbox.tasks(person(name), "offered", now=NOW))


def noted(task):
    return [
        event.data["action"]
        for event in task.instance.history.filter(kind="task.noted").order_by("sequence")
    ]


def test_two_of_three_decide_and_the_first_vote_leaves_the_task_open():
    task = put(THREE + '<placet:quorum need="2"/>')
    assert vote(task, "bob").status == "ready"
    done = vote(task, "carol")
    assert (done.status, done.outcome) == ("completed", "approved")
    assert done.completed_by_name == "Carol and 1 other"
    assert not done.automatic
    done.instance.refresh_from_db()
    assert done.instance.status == "completed"
    assert not Candidate.objects.filter(task=task).exists()
    assert engine.verify(done.instance) is None


def test_who_has_voted_is_asked_no_more_and_cannot_vote_again():
    task = put(THREE + '<placet:quorum need="2"/>')
    vote(task, "bob")
    assert offered("bob") == []
    assert offered("carol") == [task]
    with pytest.raises(Forbidden):
        vote(task, "bob")
    assert Vote.objects.filter(task=task).count() == 1


def test_the_variables_hold_every_vote():
    task = put(THREE + '<placet:quorum need="2"/>')
    vote(task, "bob", comment="Fine.")
    vote(task, "carol")
    task.instance.refresh_from_db()
    votes = task.instance.variables["ask"]["data"]["votes"]
    assert [(each["by"], each["outcome"]) for each in votes] == [
        ("bob", "approved"),
        ("carol", "approved"),
    ]
    assert votes[0]["comment"] == "Fine."


def test_it_is_rejected_as_soon_as_too_few_can_still_agree():
    task = put(THREE + '<placet:quorum need="2"/>')
    assert vote(task, "bob", "rejected").status == "ready"
    done = vote(task, "carol", "rejected")
    assert (done.status, done.outcome) == ("completed", "rejected")


def test_a_veto_decides_at_once():
    task = put(THREE + '<placet:quorum need="2" veto="rejected"/>')
    vote(task, "bob")
    done = vote(task, "carol", "rejected")
    assert (done.outcome, done.completed_by_name) == ("rejected", "Carol")


def test_without_early_decision_everybody_is_heard():
    task = put(THREE + '<placet:quorum need="2" early="false"/>')
    vote(task, "bob")
    assert vote(task, "carol").status == "ready"
    done = vote(task, "leo", "rejected")
    assert (done.outcome, done.completed_by_name) == ("approved", "Carol and 1 other")


def test_a_stand_in_uses_the_place_of_the_absent_person_and_both_are_done():
    task = put('<placet:assignment candidateUsers="bob, leo"/><placet:quorum need="all"/>')
    away(person("bob"), person("carol"))
    vote(task, "carol")
    cast_vote = Vote.objects.get(task=task)
    assert (cast_vote.voter.username, cast_vote.seat.username) == ("carol", "bob")
    assert cast_vote.on_behalf_of_name == "Bob"
    for name in ("carol", "bob"):
        with pytest.raises(Refusal):
            vote(task, name)
        assert offered(name) == []
    assert vote(task, "leo").status == "completed"


def test_a_candidate_who_stands_in_for_another_votes_once():
    task = put('<placet:assignment candidateUsers="bob, carol, leo"/><placet:quorum need="2"/>')
    away(person("bob"), person("carol"))
    vote(task, "carol")
    with pytest.raises(Forbidden):
        vote(task, "carol")
    assert Vote.objects.get(task=task).seat.username == "carol"


def test_the_next_tier_is_asked_when_the_one_before_has_agreed():
    task = put(
        '<placet:quorum order="sequential"/>'
        '<placet:tier key="line" need="any" groups="managers"/>'
        '<placet:tier key="money" need="any" groups="finance"/>'
    )
    assert (offered("bob"), offered("fiona")) == ([task], [])
    vote(task, "bob")
    task.refresh_from_db()
    assert (offered("bob"), offered("fiona")) == ([], [task])
    assert task.tier == "money"
    assert vote(task, "fiona").outcome == "approved"


def test_a_tier_that_says_no_ends_the_sequence():
    task = put(
        '<placet:quorum order="sequential"/>'
        '<placet:tier key="line" need="any" groups="managers"/>'
        '<placet:tier key="money" need="any" groups="finance"/>'
    )
    assert vote(task, "bob", "rejected").outcome == "rejected"


def test_people_agree_one_after_the_other_without_tiers():
    task = put(
        '<placet:assignment candidateUsers="bob, carol"/><placet:quorum order="sequential"/>'
    )
    assert offered("carol") == []
    vote(task, "bob")
    assert offered("carol") == [task]


SAME_PERSON_LATER = (
    '<placet:quorum order="sequential" carry="{carry}"/>'
    '<placet:tier key="line" need="any" users="bob"/>'
    '<placet:tier key="budget" need="any" users="bob, carol"/>'
    '<placet:tier key="money" need="any" users="leo"/>'
)


def test_who_agreed_before_has_agreed_in_a_later_tier_where_that_is_declared():
    task = put(SAME_PERSON_LATER.format(carry="true"))
    vote(task, "bob")
    assert (offered("carol"), offered("leo")) == ([], [task])
    kept = Vote.objects.get(task=task, kept=True)
    assert (kept.tier, kept.seat.username) == ("budget", "bob")
    assert vote(task, "leo").completed_by_name == "Leo and 1 other"


def test_otherwise_somebody_else_agrees_in_the_later_tier():
    task = put(SAME_PERSON_LATER.format(carry="false"))
    vote(task, "bob")
    assert (offered("bob"), offered("carol")) == ([], [task])


def test_a_tier_that_is_done_asks_its_others_no_more_while_another_is_open():
    person("eve", "finance")
    task = put(
        '<placet:tier key="money" need="any" groups="finance"/>'
        '<placet:tier key="law" need="any" groups="legal"/>'
    )
    vote(task, "fiona")
    assert (offered("eve"), offered("leo")) == ([], [task])


def test_members_who_join_are_counted_from_then_on():
    task = put('<placet:assignment candidateGroups="finance"/><placet:quorum need="all"/>')
    person("eve", "finance")
    assert vote(task, "fiona").status == "ready"
    assert vote(task, "eve").status == "completed"


def test_a_loss_decides_when_those_who_are_left_have_agreed():
    task = put('<placet:assignment candidateGroups="finance"/><placet:quorum need="all"/>')
    eve = person("eve", "finance")
    vote(task, "fiona")
    eve.groups.remove(team("finance"))
    assert services.recount_changed(now=NOW) == 1
    task.refresh_from_db()
    assert (task.status, task.outcome, task.automatic) == ("completed", "approved", False)
    assert (task.completed_by, task.completed_by_name) == (None, "Fiona")
    assert engine.verify(task.instance) is None
    assert noted(task) == ["voted", "recounted"]


def test_forwarding_a_place_counts_again():
    task = put('<placet:assignment candidateUsers="bob, carol"/><placet:quorum need="all"/>')
    vote(task, "carol")
    services.forward(task_id=task.pk, person=person("bob"), users=[person("leo")], now=NOW)
    task.refresh_from_db()
    assert task.status == "ready"
    # Carol has voted already, so nobody is left to be heard.
    task = put('<placet:assignment candidateGroups="finance"/><placet:quorum need="all"/>')
    eve = person("eve", "finance")
    vote(task, "fiona")
    eve.groups.remove(team("finance"))
    Candidate.objects.create(task=task, user=person("bob"), via="added")
    services.forward(task_id=task.pk, person=person("bob"), groups=[team("finance")], now=NOW)
    task.refresh_from_db()
    assert (task.status, task.outcome, task.completed_by) == ("completed", "approved", None)
    assert engine.verify(task.instance) is None


def test_a_suspended_question_counts_again_when_it_goes_on():
    task = put('<placet:assignment candidateGroups="finance"/><placet:quorum need="all"/>')
    eve = person("eve", "finance")
    vote(task, "fiona")
    services.suspend(task_id=task.pk, person=person("dan"), now=NOW)
    eve.groups.remove(team("finance"))
    assert services.recount_changed(now=NOW) == 0
    done = services.resume(task_id=task.pk, person=person("dan"), now=NOW)
    assert (done.status, done.outcome) == ("completed", "approved")
    done.instance.refresh_from_db()
    assert done.instance.status == "completed"
    assert engine.verify(done.instance) is None


def test_whoever_voted_finds_it_among_what_they_did_once():
    task = put(THREE + '<placet:quorum need="2"/>')
    vote(task, "bob")
    assert list(inbox.tasks(person("bob"), "done", now=NOW)) == []
    vote(task, "carol")
    for name, found in (("bob", [task]), ("carol", [task]), ("leo", [])):
        assert list(inbox.tasks(person(name), "done", now=NOW)) == found


def test_counting_again_changes_nothing_while_nobody_joined_or_left():
    task = put(THREE + '<placet:quorum need="2"/>')
    vote(task, "bob")
    events = task.instance.history.count()
    assert services.recount_changed(now=NOW) == 0
    assert task.instance.history.count() == events


def test_too_few_people_never_reject_by_themselves_but_an_operator_is_told():
    task = put('<placet:assignment candidateUsers="bob, carol"/><placet:quorum need="2"/>')
    User.objects.filter(username="carol").update(is_active=False)
    assert vote(task, "bob").status == "ready"
    assert Incident.objects.get(code="quorum_short").instance == task.instance


def test_a_secret_vote_leaves_no_trace_of_what_was_said_before_the_end():
    task = put(THREE + '<placet:quorum need="2" secret="true"/>')
    vote(task, "bob", "rejected", comment="Too dear.")
    told = str([event.data for event in task.instance.history.filter(kind="task.noted")])
    assert "rejected" not in told
    assert "Too dear." not in told
    vote(task, "carol", "rejected")
    closing = task.instance.history.get(kind="task.completed")
    assert [each["by"] for each in closing.data["data"]["votes"]] == ["bob", "carol"]


def test_who_was_kept_out_has_no_vote_whatever_brings_them_in():
    person("eve", "finance")
    task = put(
        '<placet:assignment candidateGroups="finance" exclude="fiona"/><placet:quorum need="all"/>'
    )
    with pytest.raises(Forbidden):
        vote(task, "fiona")
    away(person("eve"), person("fiona"))
    with pytest.raises(Forbidden):
        vote(task, "fiona")


def test_a_decided_question_tells_who_comes_late_how_it_ended():
    task = put(THREE + '<placet:quorum need="any"/>')
    vote(task, "bob")
    with pytest.raises(WrongState) as refused:
        vote(task, "carol")
    assert refused.value.code == "task_decided"


def test_everybody_who_voted_is_barred_by_name():
    task = put(THREE + '<placet:quorum need="all"/>')
    vote(task, "bob")
    row = Exclusion.objects.get(task=task)
    assert (row.user.username, row.why) == ("bob", "voted")


# --- one more who must agree ---------------------------------------------------------------------

TWO = '<placet:assignment candidateUsers="bob, carol"/><placet:quorum need="any"/>'


def add(task, who, where, by="bob", **more):
    more.setdefault("reason", "She knows the supplier.")
    return services.add_approver(
        task_id=task.pk, person=person(by), who=person(who), where=where, now=NOW, **more
    )


def test_whoever_is_added_before_agrees_first():
    task = put(TWO)
    add(task, "fiona", "before")
    assert (offered("bob"), offered("fiona")) == ([], [task])
    assert vote(task, "fiona").status == "ready"
    assert (offered("bob"), offered("fiona")) == ([task], [])
    done = vote(task, "bob")
    assert (done.outcome, done.completed_by_name) == ("approved", "Bob and 1 other")


def test_whoever_is_added_before_may_end_it():
    task = put(TWO)
    add(task, "fiona", "before")
    assert vote(task, "fiona", "rejected").outcome == "rejected"


def test_whoever_is_added_after_has_the_last_word():
    task = put(TWO)
    add(task, "fiona", "after")
    assert (offered("carol"), offered("fiona")) == ([task], [])
    assert vote(task, "bob").status == "ready"
    assert (offered("carol"), offered("fiona")) == ([], [task])
    assert vote(task, "fiona").outcome == "approved"


def test_whoever_is_added_beside_is_one_more_in_the_same_part():
    task = put('<placet:assignment candidateUsers="bob, carol"/><placet:quorum need="all"/>')
    add(task, "fiona", "beside")
    vote(task, "bob")
    assert vote(task, "carol").status == "ready"
    assert vote(task, "fiona").status == "completed"


def test_an_approver_added_to_one_tier_leaves_the_other_as_it_was():
    task = put(
        '<placet:quorum need="1"/><placet:tier key="line" users="bob"/>'
        '<placet:tier key="law" users="leo"/>'
    )
    add(task, "fiona", "before")
    assert (offered("bob"), offered("fiona"), offered("leo")) == ([], [task], [task])
    assert vote(task, "fiona").status == "ready"
    assert vote(task, "leo").status == "completed"


def test_votes_given_before_somebody_is_put_in_front_still_count():
    task = put('<placet:assignment candidateUsers="bob, carol, leo"/><placet:quorum need="2"/>')
    vote(task, "bob")
    add(task, "fiona", "before", by="carol")
    vote(task, "fiona")
    assert vote(task, "leo").status == "completed"


@pytest.mark.parametrize(
    ("who", "refusal"), [("alice", "target_excluded"), ("carol", "asked_already")]
)
def test_nobody_is_added_who_is_kept_out_or_asked_already(who, refusal):
    task = put(
        '<placet:assignment candidateUsers="bob, carol" exclude="initiator"/><placet:quorum/>'
    )
    with pytest.raises(Refusal) as refused:
        add(task, who, "beside")
    assert refused.value.code == refusal


def test_who_has_voted_is_not_added_again():
    task = put(THREE + '<placet:quorum need="2"/>')
    vote(task, "bob")
    with pytest.raises(Forbidden):
        add(task, "bob", "beside", by="carol")


def test_a_reason_is_needed():
    with pytest.raises(Invalid):
        add(put(TWO), "fiona", "after", reason=" ")


def test_an_administrator_adds_somebody_and_a_stranger_does_not():
    task = put(TWO)
    with pytest.raises(Absent):
        add(task, "mallory", "beside", by="mallory")
    add(task, "fiona", "beside", by="dan")
    assert offered("fiona") == [task]
    assert noted(task) == ["added"]


def test_an_answer_that_may_be_undone_is_a_vote_that_may_be_cast_again():
    task = put(THREE + '<placet:quorum need="2"/><placet:policy undo="PT5M"/>')
    vote(task, "bob")
    held = vote(task, "carol")
    assert held.held
    services.undo(task_id=task.pk, person=person("carol"), now=NOW)
    assert offered("carol") == [task]
    assert vote(task, "carol", "rejected").status == "ready"
    assert vote(task, "leo", "rejected").outcome == "rejected"
