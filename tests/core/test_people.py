"""What people do with a question besides answering it, as the engine sees it."""

from dataclasses import replace

import pytest

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core.errors import Invalid, WrongState
from tests.core.graphs import Play, boundary, graph, user_task

THERE_AND_BACK = "start -> draft\ndraft -> review\nreview -> end"


def reviewing(**policy):
    review = user_task("review", policy=g.Policy(**policy))
    play = Play(graph(user_task("draft"), review, flows=THERE_AND_BACK))
    play.answer("draft")
    return play


def kinds(events):
    return [event.kind for event in events]


def test_sending_back_has_the_earlier_step_done_again():
    play = reviewing(send_back=("draft",))
    play.do(c.SendBack(play.token("review"), "draft", "bob", comment="Which cost center?"))
    assert list(play.waiting()) == ["draft"]
    assert play.state.variables["review"]["outcome"] == "sent_back"
    assert play.state.variables["review"]["comment"] == "Which cost center?"


def test_what_was_sent_back_comes_again_after_the_earlier_step():
    play = reviewing(send_back=("draft",))
    play.do(c.SendBack(play.token("review"), "draft", "bob"))
    play.answer("draft")
    play.answer("review")
    assert play.state.status == "completed"


def test_a_step_is_only_sent_back_to_where_the_definition_says():
    play = reviewing(send_back=("draft",))
    with pytest.raises(Invalid) as refused:
        play.do(c.SendBack(play.token("review"), "review", "bob"))
    assert refused.value.code == "unknown_step"
    assert "draft" in str(refused.value)


def test_the_timer_on_the_edge_does_not_outlive_the_task_that_was_sent_back():
    review = user_task("review", policy=g.Policy(send_back=("draft",)))
    play = Play(
        graph(
            user_task("draft"),
            review,
            boundary("late", "review"),
            flows=THERE_AND_BACK + "\nlate -> end2",
        )
    )
    play.answer("draft")
    play.do(c.SendBack(play.token("review"), "draft", "bob"))
    assert not play.state.timers


def test_a_skipped_task_lets_the_process_go_on():
    play = reviewing()
    play.do(c.SkipTask(play.token("review"), "alice", "Not needed any more."))
    assert play.state.status == "completed"
    assert play.state.variables["review"]["outcome"] == "skipped"


def test_an_error_that_the_owner_raises_is_caught_on_the_edge():
    caught = g.BoundaryEvent(
        id="caught", attached_to="review", interrupting=True, triggers=(g.Error("no-papers"),)
    )
    play = Play(
        graph(
            user_task("draft"),
            user_task("review", policy=g.Policy(fails_with=("no-papers",))),
            caught,
            user_task("papers"),
            flows=THERE_AND_BACK + "\ncaught -> papers\npapers -> end2",
        )
    )
    play.answer("draft")
    play.do(c.FailTask(play.token("review"), "no-papers", "bob"))
    assert list(play.waiting()) == ["papers"]


def test_an_error_that_nothing_catches_is_an_incident_and_a_retry_asks_again():
    play = reviewing(fails_with=("no-papers",))
    token = play.token("review")
    play.do(c.FailTask(token, "no-papers", "bob"))
    (incident,) = play.state.incidents
    assert play.state.tokens[token].wait == "incident"
    events = play.do(c.Retry(incident))
    assert "task.opened" in kinds(events)
    assert play.state.tokens[token].wait == "task"


def test_an_error_that_is_not_declared_is_refused():
    play = reviewing(fails_with=("no-papers",))
    with pytest.raises(Invalid):
        play.do(c.FailTask(play.token("review"), "tired", "bob"))


def test_a_question_that_cannot_be_put_waits_for_an_operator():
    play = reviewing()
    events = play.do(c.FaultTask(play.token("review"), "Nobody leads the unit."))
    assert kinds(events)[:2] == ["task.faulted", "incident.raised"]


def test_an_escalation_from_a_task_reaches_the_event_on_its_edge_and_leaves_the_task_open():
    listens = g.BoundaryEvent(
        id="listens", attached_to="review", interrupting=False, triggers=(g.Escalation("late"),)
    )
    play = Play(
        graph(
            user_task("draft"),
            user_task("review"),
            listens,
            user_task("chase"),
            flows=THERE_AND_BACK + "\nlistens -> chase\nchase -> end2",
        )
    )
    play.answer("draft")
    events = play.do(c.EscalateTask(play.token("review"), "late"))
    assert "escalation.thrown" in kinds(events)
    assert sorted(play.waiting()) == ["chase", "review"]


def test_a_request_that_is_taken_back_goes_on_where_the_definition_says():
    play = Play(
        replace(
            graph(
                user_task("draft"),
                user_task("legal"),
                user_task("money"),
                flows="start -> draft\ndraft -> and1\nand1 -> legal\nand1 -> money\n"
                "legal -> and2\nmoney -> and2\nand2 -> end",
            ),
            withdrawal=g.Withdrawal(to="draft"),
        )
    )
    play.answer("draft")
    events = play.do(c.WithdrawRequest("draft", "alice", "A better offer came."))
    assert isinstance(events[0], ev.RequestWithdrawn)
    assert list(play.waiting()) == ["draft"]
    for node in ("draft", "legal", "money"):
        play.answer(node)
    assert play.state.status == "completed"


def test_nothing_happens_to_tasks_of_a_suspended_instance():
    play = reviewing(send_back=("draft",))
    token = play.token("review")
    play.do(c.Suspend())
    for command in (c.SendBack(token, "draft", "bob"), c.SkipTask(token, "bob")):
        with pytest.raises(WrongState):
            play.do(command)
