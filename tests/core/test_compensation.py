"""Two events that undo the same scope at once."""

from dataclasses import replace

from processes.core import commands as c
from processes.core import graph as g
from tests.core.graphs import Play, graph, service_task

FLOWS = """start -> book
book -> and1
and1 -> undo1
and1 -> undo2
undo1 -> and2
undo2 -> and2
and2 -> end"""


def undoing(name):
    return g.ThrowEvent(id=name, triggers=(g.Compensation(),))


def test_what_two_events_undo_at_once_is_undone_once():
    drawn = graph(
        service_task("book"),
        service_task("cancel", for_compensation=True),
        undoing("undo1"),
        undoing("undo2"),
        flows=FLOWS,
    )
    edge = g.BoundaryEvent(
        id="edge", attached_to="book", triggers=(g.Compensation(),), handler="cancel"
    )
    play = Play(replace(drawn, nodes={**drawn.nodes, "edge": edge}))
    for node in ("book", "cancel"):
        play.do(c.CompleteJob(play.token(node), {"status": 200, "body": None}))
    assert play.state.status == "completed"
    assert play.completed().count("cancel") == 1
