"""Finished instances on another version: the decisions are the same, do they lead elsewhere?"""

from datetime import datetime, timedelta

from processes.core import commands as c
from processes.core import events as ev
from processes.core import graph as g
from processes.core.replay import Happened, Parting, compare, replay
from processes.core.state import State
from tests.core.graphs import NOW, Play, boundary, feel, graph, service_task, timer, user_task

LIMIT = """
    start -> a
    a -> xor
    xor -> b : amount > {limit}
    xor => end1
    b -> end2
"""


LIMIT_OF_AN_ORDER = """
    begin -> xor
    xor -> a : begin.amount > 10
    xor => end
    a -> end
"""


class Recorded(Play):
    """Keeps the moment of every event too."""

    def __init__(self, graph: g.Graph, **variables: object) -> None:
        self.happened: list[Happened] = []
        super().__init__(graph, **variables)

    def do(self, command: c.Command, *, now: datetime | None = None) -> list[ev.Event]:
        events = super().do(command, now=now)
        self.happened += [(self.now, event) for event in events]
        return events


def limit(amount: int) -> g.Graph:
    return graph(user_task("a"), user_task("b"), flows=LIMIT.format(limit=amount))


def parting(play: Recorded, after: g.Graph) -> Parting | None:
    return replay(play.graph, after, play.happened)


def decided(before: g.Graph, amount: int) -> Recorded:
    play = Recorded(before, amount=amount)
    play.answer("a")
    if not play.state.ended:
        play.answer("b")
    return play


def test_the_same_version_never_parts():
    assert parting(decided(limit(100), 500), limit(100)) is None
    assert parting(decided(limit(100), 50), limit(100)) is None


def test_a_changed_limit_parts_where_it_decides_otherwise():
    found = parting(decided(limit(100), 500), limit(1_000))
    assert found == Parting(
        "a", "answered “approved”", ("b",), ("end1",), "It went to b, and now goes to end1."
    )
    assert parting(decided(limit(100), 5_000), limit(1_000)) is None


def test_partings_of_one_kind_are_counted_together():
    plays = {f"n{amount}": decided(limit(100), amount) for amount in (50, 200, 300, 5_000)}
    histories = [(name, play.happened) for name, play in plays.items()]
    found = compare(limit(100), limit(1_000), histories)
    assert (found.replayed, found.same) == (4, 2)
    assert [(group.count, group.examples) for group in found.partings] == [(2, ("n200", "n300"))]


def test_a_step_that_does_itself_is_no_parting():
    script = g.ScriptTask(id="s", assignments=(g.Assign("x", feel("1")),))
    after = graph(
        user_task("a"),
        user_task("b"),
        script,
        flows=LIMIT.format(limit=100).replace("start -> a", "start -> s \n s -> a"),
    )
    assert parting(decided(limit(100), 500), after) is None


def test_a_new_question_parts_at_once():
    after = graph(user_task("z"), user_task("a"), flows="start -> z \n z -> a \n a -> end1")
    found = parting(decided(limit(100), 50), after)
    assert found is not None
    assert (found.node, found.decided, found.before, found.after) == ("", "started", ("a",), ("z",))


def test_an_answer_that_is_no_longer_given_parts():
    after = graph(
        user_task("a", outcomes=(g.Outcome("yes", "Yes"),)),
        user_task("b"),
        flows=LIMIT.format(limit=100),
    )
    found = parting(decided(limit(100), 50), after)
    assert found is not None
    assert "no outcome 'approved'" in found.sentence


def test_a_version_that_ends_sooner_parts():
    before = graph(user_task("a"), user_task("b"), flows="start -> a \n a -> b \n b -> end")
    play = Recorded(before)
    play.answer("a")
    play.answer("b")
    found = parting(play, graph(user_task("a"), flows="start -> a \n a -> end"))
    assert found is not None
    assert (found.node, found.before, found.after) == ("a", ("b",), ("end",))


def test_answers_in_another_order_are_replayed_in_theirs():
    both = graph(
        user_task("a"),
        user_task("b"),
        flows="start -> and1 \n and1 -> a \n and1 -> b \n a -> and2 \n b -> and2 \n and2 -> end",
    )
    play = Recorded(both)
    play.answer("b")
    play.answer("a")
    assert parting(play, both) is None
    turns = graph(user_task("a"), user_task("b"), flows="start -> a \n a -> b \n b -> end")
    found = parting(play, turns)
    assert found is not None
    assert (found.before, found.after) == (("a", "b"), ("a",))


def reminded(span: str) -> g.Graph:
    return graph(
        user_task("a"),
        boundary("late", "a", f'"{span}"'),
        flows="start -> a \n a -> end \n late -> end2",
    )


def test_a_timer_that_is_due_later_or_sooner_parts():
    play = Recorded(reminded("PT2H"))
    play.fire("late")
    assert parting(play, reminded("PT2H")) is None
    assert parting(play, reminded("PT1H")) is None
    late = parting(play, reminded("PT3H"))
    assert late is not None
    assert late.sentence == "It is due only later."
    answered = Recorded(reminded("PT2H"))
    answered.now += timedelta(hours=1, minutes=30)
    answered.answer("a")
    soon = parting(answered, reminded("PT1H"))
    assert soon is not None
    assert (soon.node, soon.decided) == ("late", "time passed")


def test_jobs_errors_and_retries_are_replayed():
    edge = g.BoundaryEvent(id="no", attached_to="j", triggers=(g.Error("declined"),))
    before = graph(service_task("j"), edge, flows="start -> j \n j -> end \n no -> end2")
    play = Recorded(before)
    play.do(c.FailJob(play.token("j"), "503", 3))
    play.do(c.Retry(next(iter(play.state.incidents))))
    play.do(c.FailJob(play.token("j"), "402", 1, "declined"))
    assert play.state.status == "completed"
    assert parting(play, before) is None
    without = graph(service_task("j"), flows="start -> j \n j -> end")
    found = parting(play, without)
    assert found is not None
    assert (found.decided, found.after) == ("the work failed", ("j",))


def test_messages_and_signals_are_replayed_with_what_they_carried():
    wait = g.CatchEvent(id="m", triggers=(g.Message("paid"),))
    before = graph(wait, flows="start -> m \n m -> xor \n xor -> end1 : m.paid \n xor => end2")
    play = Recorded(before)
    play.do(c.DeliverMessage(next(iter(play.state.subscriptions)), {"paid": True}))
    assert play.completed()[-1] == "end1"
    assert parting(play, before) is None


def test_what_came_with_the_event_that_started_it_comes_again():
    begin = g.StartEvent(id="begin", triggers=(g.Message("order"),))
    before = graph(begin, user_task("a"), flows=LIMIT_OF_AN_ORDER)
    play = Recorded.__new__(Recorded)
    play.happened, play.history, play.graph, play.now = [], [], before, NOW
    play.state = State()
    play.do(c.Start("test", {}, entrance="begin", trigger="order", payload={"amount": 5}))
    assert play.completed()[-1] == "end"
    assert parting(play, before) is None


def test_a_signal_that_the_process_gives_itself_counts_once():
    throw = g.ThrowEvent(id="say", triggers=(g.Signal("go"),))
    catch = g.CatchEvent(id="hear", triggers=(g.Signal("go"),))
    both = graph(
        user_task("a"),
        throw,
        catch,
        flows="""
            start -> and1
            and1 -> hear
            and1 -> a
            a -> say
            say -> end1
            hear -> end2
        """,
    )
    play = Recorded(both)
    play.answer("a")
    assert play.state.status == "completed"
    assert parting(play, both) is None


def test_that_somebody_cancelled_or_paused_it_is_no_parting():
    play = Recorded(limit(100), amount=500)
    play.do(c.Suspend("later"))
    play.do(c.Resume())
    play.answer("a")
    play.do(c.Cancel("no longer wanted"))
    assert parting(play, limit(100)) is None


def test_the_history_itself_is_left_as_it_was():
    play = decided(limit(100), 500)
    before = list(play.happened)
    parting(play, limit(1_000))
    assert play.happened == before


def test_a_waiting_timer_in_the_flow_is_named_where_it_is_new():
    before = graph(user_task("a"), flows="start -> a \n a -> end")
    play = Recorded(before)
    play.answer("a")
    after = graph(user_task("a"), timer("rest"), flows="start -> a \n a -> rest \n rest -> end")
    found = parting(play, after)
    assert found is not None
    assert found.sentence == "It went to end, and now goes to rest."


def test_only_what_the_last_decision_led_to_is_told():
    flows = """
        start -> and1
        and1 -> a
        and1 -> b
        a -> end1
        b -> {}
    """
    before = graph(user_task("a"), user_task("b"), flows=flows.format("end2"))
    play = Recorded(before)
    play.answer("a")
    play.answer("b")
    found = parting(play, graph(user_task("a"), user_task("b"), flows=flows.format("end3")))
    assert found is not None
    assert (found.before, found.after) == (("end2",), ("end3",))
