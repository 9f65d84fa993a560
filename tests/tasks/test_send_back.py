"""A step that came before is done again, by who did it."""

import pytest

from processes.core.errors import Forbidden, Invalid, WrongState
from tasks import access, inbox, services
from tests.factories import NOW, asked, person
from tests.tasks.worked import answer, review, two_steps

SEVERAL = '<placet:assignment candidateUsers="bob, carol, leo"/><placet:quorum need="2"/>'
IN_A_ROW = (
    '<placet:quorum order="sequential"/><placet:tier key="line" users="bob"/>'
    '<placet:tier key="money" users="carol"/>'
)

pytestmark = pytest.mark.django_db


def reviewed():
    instance = two_steps('sendBack="draft"')
    answer(asked(instance, "draft"), "alice", now=NOW)
    return instance


def send_back(task, who="bob", to="draft", comment="The offer is missing."):
    return services.send_back(task_id=task.pk, person=person(who), to=to, comment=comment, now=NOW)


def test_who_did_the_earlier_step_holds_it_again():
    instance = reviewed()
    done = send_back(asked(instance, "review"))
    assert (done.status, done.outcome) == ("completed", "sent_back")
    draft = asked(instance, "draft")
    assert (draft.status, draft.owner) == ("reserved", person("alice"))
    assert inbox.tasks(person("bob"), "todo", now=NOW).count() == 0


def test_the_step_that_sent_it_back_is_asked_anew_afterwards():
    instance = reviewed()
    first = asked(instance, "review")
    send_back(first)
    answer(asked(instance, "draft"), "alice", now=NOW)
    second = asked(instance, "review")
    assert second != first
    answer(second, now=NOW)
    instance.refresh_from_db()
    assert instance.status == "completed"


def test_it_goes_back_only_where_the_definition_says_and_with_a_reason():
    instance = reviewed()
    for to, comment in (("review", "No"), ("nowhere", "No"), ("draft", " ")):
        with pytest.raises(Invalid):
            send_back(asked(instance, "review"), to=to, comment=comment)
    assert asked(instance, "review").status == "ready"


def test_a_step_that_does_not_foresee_it_sends_nothing_back():
    with pytest.raises(WrongState) as refused:
        send_back(review())
    assert refused.value.code == "not_foreseen"


def test_who_only_watches_sends_nothing_back():
    with pytest.raises(Forbidden):
        send_back(asked(reviewed(), "review"), who="alice")


def second_round(votes, several=SEVERAL):
    """Return the review that is asked again after Bob agreed and Carol sent it back."""
    instance = two_steps(f'sendBack="draft" votes="{votes}"', reviewers=several)
    answer(asked(instance, "draft"), "alice", now=NOW)
    answer(asked(instance, "review"), "bob", now=NOW)
    send_back(asked(instance, "review"), who="carol")
    return instance


def resubmitted(instance):
    answer(asked(instance, "draft"), "alice", now=NOW)
    return asked(instance, "review")


def may_vote(task, name):
    found, standing = access.task_for(person(name), task.pk, now=NOW)
    return "complete" in found.allows(standing)


def test_votes_given_before_are_void_and_everybody_is_asked_again():
    task = resubmitted(second_round("void"))
    assert not task.votes.exists()
    assert may_vote(task, "bob")
    assert answer(task, "carol", now=NOW).status == "ready"


def test_votes_that_are_kept_count_in_the_next_round():
    task = resubmitted(second_round("kept"))
    assert [(vote.voter_name, vote.kept) for vote in task.votes.all()] == [("Bob", True)]
    assert may_vote(task, "carol")
    with pytest.raises(Forbidden):
        answer(task, "bob", now=NOW)
    done = answer(task, "carol", now=NOW)
    assert (done.status, done.completed_by_name) == ("completed", "Carol and 1 other")


def test_with_kept_votes_it_goes_on_at_the_tier_that_sent_it_back():
    task = resubmitted(second_round("kept", IN_A_ROW))
    assert task.tier == "money"
    assert answer(task, "carol", now=NOW).status == "completed"


def test_the_vote_of_somebody_who_has_left_is_not_kept():
    instance = second_round("kept")
    bob = person("bob")
    bob.is_active = False
    bob.save()
    assert not resubmitted(instance).votes.exists()


def test_kept_votes_are_kept_through_a_third_round():
    instance = second_round("kept")
    send_back(resubmitted(instance), who="leo")
    task = resubmitted(instance)
    assert [vote.voter_name for vote in task.votes.all()] == ["Bob"]
    assert answer(task, "carol", now=NOW).status == "completed"
