"""What sub-processes and loops see, set and leave behind."""

from processes.core import commands as c
from processes.core import graph as g
from processes.core.run import MAX_STEPS
from tests.core.graphs import Play, feel, service_task, user_task
from tests.core.random_processes import Builder


def sub_process(*inside: g.Node, flows: list[tuple[str, str]], **more) -> g.Graph:
    """Return start -> sub -> end with these nodes inside the sub-process."""
    builder = Builder()
    nodes = (g.StartEvent(id="start"), g.EndEvent(id="end"), g.SubProcess(id="sub", **more))
    for node in (*nodes, *inside):
        builder.keep(node)
    for source, target in [("start", "sub"), ("sub", "end"), *flows]:
        builder.link(source, target)
    return g.Graph(id="test", name="Test", nodes=builder.nodes, flows=builder.flows)


def assigning(name: str, target: str, source: str, **more) -> g.ScriptTask:
    return g.ScriptTask(id=name, assignments=(g.Assign(target, feel(source)),), **more)


def test_outputs_of_a_sub_process_read_its_variables_as_they_are_at_its_end():
    script = assigning("script", "x", "x + 1", parent="sub")
    graph = sub_process(
        script,
        flows=[],
        inputs=(g.Assign("x", feel("41")),),
        outputs=(g.Assign("y", feel("x")),),
    )
    play = Play(graph)
    assert play.state.status == "completed"
    assert play.state.variables == {"y": 42}


def test_a_name_declared_in_a_sub_process_is_not_set_outside():
    script = assigning("script", "x", '"inner"', parent="sub")
    graph = sub_process(script, flows=[], variables={"x": g.Variable("x")})
    play = Play(graph, x="outer")
    assert play.state.variables == {"x": "outer"}


def test_a_new_name_becomes_a_variable_of_the_process():
    play = Play(sub_process(assigning("script", "x", "1", parent="sub"), flows=[]))
    assert play.state.variables == {"x": 1}


def test_rounds_side_by_side_do_not_overwrite_one_another():
    rounds = g.MultiInstance(
        collection=feel("[1, 2]"), element="item", output="all", output_element=feel("double")
    )
    script = assigning("script", "double", "2 * item", loop=rounds)
    builder = Builder()
    builder.keep(script)
    play = Play(g.Graph(id="test", name="Test", nodes=builder.nodes, flows={}))
    assert play.state.variables == {"all": [2, 4]}


def test_a_round_that_cannot_be_gathered_is_an_incident_and_goes_on_when_retried():
    rounds = g.MultiInstance(cardinality=feel("2"), completion=feel("enough"), sequential=True)
    builder = Builder()
    builder.keep(user_task("ask", loop=rounds))
    play = Play(g.Graph(id="test", name="Test", nodes=builder.nodes, flows={}))
    play.answer_inner("ask")
    assert play.incident().code == "condition"
    play.state.variables["enough"] = True
    play.do(c.Retry(play.incident().incident))
    assert play.state.status == "completed"


def test_a_thousand_rounds_start_in_one_step():
    builder = Builder()
    builder.keep(user_task("ask", loop=g.MultiInstance(cardinality=feel("1000"))))
    play = Play(g.Graph(id="test", name="Test", nodes=builder.nodes, flows={}))
    assert sum(token.wait == "task" for token in play.state.tokens.values()) == 1000


def test_a_loop_that_never_waits_is_stopped_within_its_bound():
    builder = Builder()
    builder.keep(g.PlainTask(id="spin", loop=g.StandardLoop(condition=feel("true"))))
    play = Play(g.Graph(id="test", name="Test", nodes=builder.nodes, flows={}))
    assert play.incident().code == "too_many_steps"
    assert len(play.history) < 5 * MAX_STEPS


def test_a_sub_process_that_cannot_begin_leaves_nothing_behind_and_begins_afresh():
    start = g.StartEvent(id="late", parent="guard", triggers=(g.Timer("duration", feel("limit")),))
    graph = sub_process(
        user_task("ask", parent="sub"),
        g.SubProcess(id="guard", kind="event", parent="sub"),
        start,
        flows=[],
    )
    play = Play(graph)
    assert play.incident().node == "sub"
    assert list(play.state.scopes) == ["s0"]
    play.state.variables["limit"] = "PT1H"
    play.do(c.Retry(play.incident().incident))
    assert play.waiting() == {"sub": "scope", "ask": "task"}
    assert play.timer("late").owner in play.state.scopes


def test_what_is_undone_runs_backwards_and_each_once():
    builder = Builder()
    order = ["book", "pay", "ship"]
    for name in order:
        builder.keep(service_task(name))
        builder.keep(service_task(f"undo_{name}", for_compensation=True))
        builder.keep(
            g.BoundaryEvent(
                id=f"edge_{name}",
                attached_to=name,
                triggers=(g.Compensation(),),
                handler=f"undo_{name}",
            )
        )
    builder.keep(g.EndEvent(id="undo", triggers=(g.Compensation(),)))
    for source, target in zip(order, [*order[1:], "undo"], strict=True):
        builder.link(source, target)
    play = Play(g.Graph(id="test", name="Test", nodes=builder.nodes, flows=builder.flows))
    done = []
    while play.state.tokens:
        token = next(t for t in play.state.tokens.values() if t.wait == "job")
        done.append(token.node)
        play.do(c.CompleteJob(token.id, {"status": 200}))
    assert done == ["book", "pay", "ship", "undo_ship", "undo_pay", "undo_book"]
    assert play.state.status == "completed"
    assert not play.state.compensables


def test_a_handler_that_fails_holds_the_undoing_until_it_is_retried():
    builder = Builder()
    builder.keep(service_task("pay"))
    builder.keep(service_task("refund", for_compensation=True))
    builder.keep(
        g.BoundaryEvent(
            id="edge", attached_to="pay", triggers=(g.Compensation(),), handler="refund"
        )
    )
    builder.keep(g.EndEvent(id="undo", triggers=(g.Compensation(),)))
    builder.link("pay", "undo")
    play = Play(g.Graph(id="test", name="Test", nodes=builder.nodes, flows=builder.flows))
    play.do(c.CompleteJob(play.token("pay"), {"status": 200}))
    play.do(c.FailJob(play.token("refund"), "down", 3))
    assert play.incident().node == "refund"
    assert play.state.status == "running"
    play.do(c.Retry(play.incident().incident))
    play.do(c.CompleteJob(play.token("refund"), {"status": 200}))
    assert play.state.status == "completed"
