"""Processes die by kill -9 and the broker forgets everything: the work still ends, done once."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.faults import failpoints
from tests.faults.stage import START, START_TIMER, Stage, running, until

pytestmark = [pytest.mark.services, pytest.mark.slow]


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Iterator[Stage]:
    with running(tmp_path_factory.mktemp("crash")) as running_stage:
        yield running_stage


@pytest.fixture(autouse=True)
def everything_works_again(stage) -> Iterator[None]:
    yield
    stage.mend()


def test_whoever_starts_it_dies_between_the_commit_and_the_wake_up(stage):
    title = uuid4().hex
    armed = stage.arm(failpoints.AFTER_COMMIT)

    assert stage.run(START, title) == -9
    stage.flush_broker()

    assert not armed.exists()
    stage.assert_done_once(title)
    assert stage.placed(title) == [("first", 1), ("second", 1)]


def test_the_worker_dies_between_a_commit_and_the_next_wake_up(stage):
    stage.portal.kill("worker")
    title = stage.start_instance()
    armed = stage.arm(failpoints.AFTER_COMMIT)
    stage.portal.start("worker")

    stage.wait_for_death()
    assert not armed.exists()
    assert stage.placed(title) == [("first", 1)]
    stage.portal.start("worker")

    stage.assert_done_once(title)
    assert stage.placed(title) == [("first", 1), ("second", 1)]


def test_the_worker_dies_in_the_middle_of_a_call_that_has_no_effect_yet(stage):
    stage.orders.switch("hang")
    before = stage.orders.ledger.tries()
    title = stage.start_instance()
    until(lambda: stage.orders.ledger.tries() > before, 30)

    stage.kill_worker()
    assert stage.placed(title) == []
    stage.orders.switch("up")
    stage.portal.start("worker")

    stage.assert_done_once(title)
    assert stage.placed(title) == [("first", 2), ("second", 1)]


def test_the_worker_dies_in_the_middle_of_a_call_after_its_effect(stage):
    stage.orders.switch("slow")
    title = stage.start_instance()
    until(lambda: stage.placed(title), 30)

    stage.kill_worker()
    stage.orders.switch("up")
    stage.portal.start("worker")

    stage.assert_done_once(title)
    assert stage.placed(title) == [("first", 2), ("second", 1)]


def test_the_worker_dies_between_the_reply_and_its_commit(stage):
    armed = stage.arm(failpoints.AFTER_REPLY)
    title = stage.start_instance()

    stage.wait_for_death()
    assert not armed.exists()
    stage.portal.start("worker")

    stage.assert_done_once(title)
    assert stage.placed(title) == [("first", 2), ("second", 1)]


def test_worker_and_beat_die_together_and_the_broker_forgets(stage):
    stage.orders.switch("down")
    before = stage.orders.ledger.tries()
    title = stage.start_instance()
    until(lambda: stage.orders.ledger.tries() > before, 30)

    stage.portal.kill("beat")
    stage.kill_worker()
    stage.orders.switch("up")
    stage.portal.start("worker")
    stage.portal.start("beat")

    stage.assert_done_once(title)


def test_the_broker_forgets_everything_while_all_are_at_work(stage):
    stage.orders.switch("slow")
    titles = stage.start_instances(3)
    stage.flush_broker()
    stage.orders.switch("up")

    for title in titles:
        stage.assert_done_once(title)
    fresh = stage.start_instance()
    stage.assert_done_once(fresh)


def test_a_slow_system_does_not_hold_up_the_timers(stage):
    stage.orders.switch("slow")
    titles = stage.start_instances(20)
    assert stage.run(START_TIMER) == 0
    fired = "SELECT 1 FROM processes_historyevent WHERE kind = 'timer.fired'"

    until(lambda: stage.query(fired), 15)

    assert sum(len(stage.placed(title)) for title in titles) < 20
    stage.orders.switch("up")
    for title in titles:
        stage.assert_done_once(title)
