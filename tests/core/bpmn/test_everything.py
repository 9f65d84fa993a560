"""One file holds every construct that is run; all of it is read, and nothing is left over."""

from pathlib import Path
from typing import get_args

from processes.core import graph as g
from processes.core.bpmn import extension, read

SOURCE = (Path(__file__).parent / "everything.bpmn").read_bytes()


def test_everything_is_read_without_a_finding_that_stops_it():
    reading = read(SOURCE)
    assert reading.ok, reading.findings
    assert [graph.id for graph in reading.graphs] == ["shop", "office"]
    assert {finding.code for finding in reading.findings} == {"no-diagram", "drawn-only"}


def test_every_kind_of_node_and_trigger_is_there():
    nodes = [node for graph in read(SOURCE).graphs for node in graph.nodes.values()]
    kinds = get_args(g.Event) + get_args(g.Task) + get_args(g.Gateway)
    assert {*kinds, g.CallActivity, g.SubProcess} == {type(node) for node in nodes}
    triggers = {type(t) for node in nodes for t in getattr(node, "triggers", ())}
    assert triggers == set(get_args(g.Trigger))
    assert {n.kind for n in nodes if isinstance(n, g.SubProcess)} == {
        *("embedded", "event", "transaction", "ad_hoc")
    }


def test_every_element_of_the_extension_for_machines_is_there():
    """Those for people stand in the templates."""
    people = {"startForm", "outcome", "deadline", "escalation", "evidence", "form", "instructions"}
    people |= {"quorum", "tier", "priority", "policy", "withdrawal"}
    missing = {kind for kind in extension.ELEMENTS if f"<placet:{kind}".encode() not in SOURCE}
    assert missing == people
