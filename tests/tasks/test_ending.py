"""Ways in which a task ends without an answer: skipped, failed, withdrawn."""

import pytest

from processes.core.errors import Absent, Forbidden, Invalid, WrongState
from tasks import access, services
from tests.factories import NOW, asked, person
from tests.tasks.worked import REVIEWERS, again, answer, review, two_steps

pytestmark = pytest.mark.django_db


def skip(task, who="alice", reason="It is settled."):
    return services.skip(task_id=task.pk, person=person(who), reason=reason, now=NOW)


def withdraw(task, who="alice"):
    return services.withdraw(instance_id=task.instance_id, person=person(who), now=NOW)


@pytest.mark.parametrize("who", ["alice", "dan"])
def test_initiator_and_administrator_skip_what_may_be_skipped(who):
    done = skip(review('skippable="true"'), who)
    assert done.status == "obsolete"
    done.instance.refresh_from_db()
    assert done.instance.status == "completed"


def test_nothing_else_is_skipped():
    with pytest.raises(WrongState):
        skip(review())
    task = review('skippable="true"')
    with pytest.raises((Forbidden, WrongState)):
        skip(task, "bob")
    with pytest.raises(Invalid):
        skip(task, reason=" ")
    with pytest.raises(Absent):
        skip(task, "mallory")


def test_who_is_kept_out_of_a_decision_does_not_skip_it_either():
    who = REVIEWERS.replace("/>", ' exclude="initiator"/>')
    with pytest.raises(Forbidden) as refused:
        skip(review('skippable="true"', assignment=who))
    assert refused.value.code == "excluded"


def test_a_task_fails_with_an_error_that_the_process_names():
    task = review('failsWith="no-stock"')
    services.start(task_id=task.pk, person=person("bob"), now=NOW)
    with pytest.raises(Invalid):
        services.fail(task_id=task.pk, person=person("bob"), code="other", now=NOW)
    services.fail(
        task_id=task.pk, person=person("bob"), code="no-stock", comment="None left", now=NOW
    )
    assert again(task).status == "failed"
    assert again(task).instance.incidents.get().sentence == "None left"


def test_only_who_works_on_it_lets_it_fail():
    task = review('failsWith="no-stock"')
    with pytest.raises(WrongState):
        services.fail(task_id=task.pk, person=person("bob"), code="no-stock", now=NOW)


def test_the_initiator_takes_the_request_back_before_the_first_decision():
    task = review()
    assert withdraw(task).status == "cancelled"
    assert again(task).status == "exited"


def test_nobody_else_takes_it_back():
    task = review()
    with pytest.raises(Forbidden):
        withdraw(task, "bob")
    with pytest.raises(Absent):
        withdraw(task, "mallory")


def test_after_a_decision_it_is_too_late():
    instance = two_steps('sendBack="draft"', between=REVIEWERS)
    answer(asked(instance, "draft"), "alice", now=NOW)
    between = asked(instance, "between")
    assert "withdraw" in allowed(between, "alice")
    answer(between, "bob", now=NOW)
    late = asked(instance, "review")
    assert "withdraw" not in allowed(late, "alice")
    with pytest.raises(WrongState) as refused:
        withdraw(late)
    assert refused.value.code == "too_late_to_withdraw"


def test_being_sent_back_is_no_decision():
    instance = two_steps('sendBack="draft"')
    answer(asked(instance, "draft"), "alice", now=NOW)
    services.send_back(
        task_id=asked(instance, "review").pk,
        person=person("bob"),
        to="draft",
        comment="More, please",
        now=NOW,
    )
    assert withdraw(asked(instance, "draft")).status == "cancelled"


def test_a_process_may_never_give_a_request_back():
    task = review(withdrawal='<placet:withdrawal until="never"/>')
    with pytest.raises(WrongState):
        withdraw(task)


def allowed(task, who):
    found, standing = access.task_for(person(who), task.pk, now=NOW)
    return found.allows(standing)
