"""Who will be asked next, if everybody says yes."""

from copy import deepcopy

from processes.core import graph as g
from processes.core.forecast import MOST, forecast
from tests.core.graphs import NOW, Play, feel, graph, service_task, timer, user_task


def ahead(play):
    return [step.node for step in forecast(play.graph, play.state, now=NOW)]


def test_the_steps_after_the_open_one_are_told_in_order():
    play = Play(
        graph(
            user_task("a"),
            service_task("call"),
            user_task("b"),
            user_task("c"),
            flows="start -> a\na -> call\ncall -> b\nb -> c\nc -> end",
        )
    )
    assert ahead(play) == ["b", "c"]


def test_the_way_is_chosen_by_the_variables():
    def steps(amount):
        play = Play(
            graph(
                user_task("a"),
                user_task("board"),
                user_task("clerk"),
                flows="start -> a\na -> xor\nxor -> board : amount > 1000\nxor => clerk\n"
                "board -> end\nclerk -> end2",
            ),
            amount=amount,
        )
        return ahead(play)

    assert steps(5000) == ["board"]
    assert steps(5) == ["clerk"]


def test_whom_a_step_will_ask_is_evaluated():
    play = Play(
        graph(
            user_task("a"),
            user_task("b", assignment=g.Assignment(users=(feel("boss"),))),
            flows="start -> a\na -> b\nb -> end",
        ),
        boss="carol",
    )
    (step,) = forecast(play.graph, play.state, now=NOW)
    assert step.asked["users"] == ["carol"]


def test_time_passes_when_nothing_else_can_happen():
    play = Play(
        graph(
            user_task("a"),
            timer("wait"),
            user_task("b"),
            flows="start -> a\na -> wait\nwait -> b\nb -> end",
        )
    )
    assert ahead(play) == ["b"]


def test_a_circle_ends():
    play = Play(
        graph(
            user_task("a"),
            user_task("b"),
            flows="start -> a\na -> b\nb -> xor\nxor -> end : done = true\nxor => a",
        ),
        done=False,
    )
    assert ahead(play) == ["b", "a"]


def test_the_forecast_is_bounded():
    names = [f"t{n}" for n in range(MOST + 10)]
    flows = "\n".join(
        f"{a} -> {b}" for a, b in zip(["start", *names], [*names, "end"], strict=True)
    )
    assert len(ahead(Play(graph(*map(user_task, names), flows=flows)))) == MOST


def test_what_cannot_be_foreseen_ends_it():
    play = Play(
        graph(
            user_task("a"),
            user_task("b"),
            flows="start -> a\na -> xor\nxor -> b : a.data.price > 5\nb -> end",
        )
    )
    assert ahead(play) == []


def test_looking_ahead_leaves_the_state_alone():
    play = Play(graph(user_task("a"), user_task("b"), flows="start -> a\na -> b\nb -> end"))
    before = deepcopy(play.state)
    ahead(play)
    assert play.state == before
