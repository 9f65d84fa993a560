"""Service tasks: what is asked of machines, what their answer does, and failures."""

import pytest

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core.errors import WrongState
from tests.core.graphs import Play, boundary, feel, graph, service_task, user_task

FLOWS = "start -> order\norder -> a"


def test_a_service_task_asks_for_a_job_with_everything_evaluated():
    call = g.HttpCall(
        "orders", "POST", feel('"/orders/" + title'), feel("{what: title}"), feel('"PT5S"')
    )
    play = Play(
        graph(service_task("order", call=call), flows="start -> order\norder -> end"),
        title="Laptop",
    )
    requested = next(e for e in play.history if isinstance(e, ev.JobRequested))
    assert requested.request["path"] == "/orders/Laptop"
    assert requested.request["body"] == {"what": "Laptop"}
    assert requested.request["attempts"] == 3
    assert play.waiting() == {"order": "job"}


def test_the_answer_becomes_the_result_variable():
    order = service_task("order", result=feel("response.body.number"), result_variable="number")
    play = Play(graph(order, user_task("a"), flows=FLOWS))
    play.do(c.CompleteJob(play.token("order"), {"status": 201, "body": {"number": "PO-7"}}))
    assert play.state.variables["number"] == "PO-7"
    assert play.waiting() == {"a": "task"}


def test_a_job_answers_once():
    play = Play(graph(service_task("order"), user_task("a"), flows=FLOWS))
    token = play.token("order")
    play.do(c.CompleteJob(token, {"status": 200, "body": None}))
    with pytest.raises(WrongState) as refused:
        play.do(c.CompleteJob(token, {"status": 200, "body": None}))
    assert refused.value.code == "job_not_open"


def test_a_job_that_failed_for_good_is_an_incident_and_a_retry_asks_again():
    play = Play(graph(service_task("order"), user_task("a"), flows=FLOWS))
    token = play.token("order")
    play.do(c.FailJob(token, "The order service does not answer.", 3))
    assert play.waiting() == {"order": "incident"}
    play.do(c.Retry(play.incident().incident))
    assert play.waiting() == {"order": "job"}
    assert play.token("order") == token
    play.do(c.CompleteJob(token, {"status": 200, "body": None}))
    assert play.waiting() == {"a": "task"}


def test_a_retry_does_not_arm_the_activity_s_timers_again():
    flows = FLOWS + "\nlate -> end2"
    play = Play(
        graph(service_task("order"), boundary("late", "order"), user_task("a"), flows=flows)
    )
    play.do(c.FailJob(play.token("order"), "down", 3))
    play.do(c.Retry(play.incident().incident))
    assert len(play.state.timers) == 1


def test_a_result_that_cannot_be_read_is_an_incident_and_nothing_is_lost():
    order = service_task("order", result=feel("response.body.number + 1"))
    play = Play(graph(order, user_task("a"), flows=FLOWS))
    play.do(c.CompleteJob(play.token("order"), {"status": 200, "body": {"number": "x"}}))
    answered = next(e for e in play.history if isinstance(e, ev.JobSucceeded))
    assert answered.response["body"] == {"number": "x"}


def test_an_answer_while_suspended_is_kept_and_used_on_resume():
    play = Play(graph(service_task("order"), user_task("a"), flows=FLOWS))
    play.do(c.Suspend("audit"))
    play.do(c.CompleteJob(play.token("order"), {"status": 200, "body": 1}))
    assert play.waiting() == {"order": ""}
    play.do(c.Resume())
    assert play.waiting() == {"a": "task"}
    assert play.state.variables["order"] == {"status": 200, "body": 1}
