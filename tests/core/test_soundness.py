"""Where a process gets stuck or goes on twice is found with an example; nothing else is blamed."""

from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.core import graph as g
from processes.core.findings import Finding
from processes.core.soundness import check_soundness
from tests.core.graphs import boundary, feel, graph, timer, user_task


def found(checked: g.Graph) -> list[Finding]:
    return list(check_soundness(checked))


def told(checked: g.Graph, code: str, element: str, severity: str) -> Finding:
    """Return the one finding, after looking at what it is and where."""
    (finding,) = found(checked)
    assert (finding.code, finding.element, finding.severity) == (code, element, severity)
    return finding


def or_gateway(name: str) -> g.InclusiveGateway:
    return g.InclusiveGateway(id=name)


TASKS = (user_task("a"), user_task("b"), user_task("c"))

# --- joins that wait forever ---------------------------------------------------------------------


def test_what_an_exclusive_gateway_split_a_parallel_one_never_joins():
    checked = graph(
        *TASKS,
        flows="start -> xor\nxor -> a : x\nxor => b\na -> and\nb -> and\nand -> end",
    )
    finding = told(checked, "join-never-complete", "and", "error")
    assert "“xor” takes “xor-a”" in finding.sentence
    assert "no token from “b”" in finding.sentence


def test_an_inclusive_split_may_starve_a_parallel_join():
    checked = graph(
        *TASKS,
        or_gateway("or"),
        flows="start -> or\nor -> a : x\nor => b\na -> and\nb -> and\nand -> end",
    )
    told(checked, "join-never-complete", "and", "error")


def test_an_inclusive_split_without_a_default_may_send_all_or_one():
    checked = graph(
        *TASKS,
        or_gateway("or"),
        flows="start -> or\nor -> a : x\nor -> b : y\na -> and\nb -> and\nand -> end",
    )
    finding = told(checked, "join-may-starve", "and", "warning")
    assert "“or” takes “or-a”" in finding.sentence


def test_an_inclusive_join_waits_for_those_that_come_and_no_others():
    checked = graph(
        *TASKS,
        or_gateway("or1"),
        or_gateway("or2"),
        flows="start -> or1\nor1 -> a : x\nor1 -> b : y\nor1 => c\na -> or2\nb -> or2\nc -> or2\n"
        "or2 -> end",
    )
    assert not found(checked)


def test_an_inclusive_join_in_a_loop_is_fine():
    checked = graph(
        *TASKS,
        or_gateway("or1"),
        or_gateway("or2"),
        flows="start -> xor1\nxor1 -> or1\nor1 -> a : x\nor1 -> b : y\nor1 => c\na -> or2\n"
        "b -> or2\nc -> or2\nor2 -> xor2\nxor2 -> xor1 : again\nxor2 => end",
    )
    assert not found(checked)


def test_a_loop_back_into_a_parallel_join_never_starts():
    checked = graph(
        *TASKS,
        flows="start -> and\nand -> a\na -> xor\nxor -> and : again\nxor => end",
    )
    told(checked, "join-never-complete", "and", "error")


def test_an_event_sub_process_that_interrupts_may_save_what_is_stuck():
    stuck = graph(
        *TASKS,
        flows="start -> xor\nxor -> a : x\nxor => b\na -> and\nb -> and\nand -> end",
    )
    late = g.SubProcess(id="late", kind="event")
    alarm = replace(
        g.StartEvent(id="alarm", parent="late"), triggers=timer("t").triggers, interrupting=True
    )
    checked = replace(stuck, nodes={**stuck.nodes, "late": late, "alarm": alarm})
    told(checked, "join-may-starve", "and", "warning")


def test_a_join_within_a_sub_process_is_found_there():
    inside = graph(
        *TASKS,
        flows="start -> xor\nxor -> a : x\nxor => b\na -> and\nb -> and\nand -> end",
    )
    checked = replace(
        inside,
        nodes={
            "begin": g.StartEvent(id="begin"),
            "sub": g.SubProcess(id="sub"),
            **{id_: replace(node, parent="sub") for id_, node in inside.nodes.items()},
        },
        flows={"f": g.Flow("f", "begin", "sub"), **inside.flows},
    )
    told(checked, "join-never-complete", "and", "error")


# --- merges without synchronization --------------------------------------------------------------


def test_what_a_parallel_gateway_split_an_exclusive_one_does_not_join():
    checked = graph(
        *TASKS,
        flows="start -> and\nand -> a\nand -> b\na -> xor\nb -> xor\nxor -> c\nc -> end",
    )
    finding = told(checked, "lack-of-synchronization", "xor", "warning")
    assert "“a” and “b”" in finding.sentence


def test_a_task_with_two_ways_in_is_a_merge_as_well():
    checked = graph(*TASKS, flows="start -> and\nand -> a\nand -> b\na -> c\nb -> c\nc -> end")
    told(checked, "lack-of-synchronization", "c", "warning")


def test_parallel_ways_may_lead_to_one_end():
    checked = graph(*TASKS, flows="start -> and\nand -> a\nand -> b\na -> end\nb -> end")
    assert not found(checked)


def test_a_timer_beside_its_task_that_comes_back_to_the_way_doubles_it():
    checked = graph(
        *TASKS,
        boundary("late", "a", interrupting=False),
        flows="start -> a\na -> xor\nlate -> b\nb -> xor\nxor -> c\nc -> end",
    )
    finding = told(checked, "lack-of-synchronization", "xor", "warning")
    assert "“late” fires" in finding.sentence


def test_a_timer_that_interrupts_may_come_back_to_the_way():
    checked = graph(
        *TASKS,
        boundary("late", "a"),
        flows="start -> a\na -> xor\nlate -> b\nb -> xor\nxor -> c\nc -> end",
    )
    assert not found(checked)


def test_a_loop_alone_doubles_nothing():
    checked = graph(
        *TASKS, flows="start -> xor1\nxor1 -> a\na -> xor2\nxor2 -> xor1 : again\nxor2 => end"
    )
    assert not found(checked)


# --- where nothing is said -----------------------------------------------------------------------


@pytest.mark.parametrize("quantity", ["start_quantity", "completion_quantity"])
def test_tokens_that_are_counted_are_not_judged(quantity):
    checked = graph(
        replace(user_task("a"), **{quantity: 2}),
        user_task("b"),
        flows="start -> xor\nxor -> a : x\nxor => b\na -> and\nb -> and\nand -> end",
    )
    assert not found(checked)


def test_a_complex_join_is_not_judged():
    checked = graph(
        *TASKS,
        g.ComplexGateway(id="join", activation=feel("activationCount >= 1")),
        flows="start -> and\nand -> a\nand -> b\na -> join\nb -> join\njoin -> end",
    )
    assert not found(checked)


def test_a_process_that_begins_in_several_ways_is_not_judged():
    hello, bye = (
        g.StartEvent(id=f"start-{name}", triggers=(g.Message(name),)) for name in ("hello", "bye")
    )
    checked = graph(hello, bye, flows="start-hello -> and\nstart-bye -> and\nand -> end")
    assert not found(checked)


def test_more_orders_than_can_be_played_say_nothing():
    branches = [user_task(f"t{n}") for n in range(20)]
    rows = [f"and1 -> t{n}\nt{n} -> xor{n}\nxor{n} -> and2 : x\nxor{n} => and2" for n in range(20)]
    source = "\n".join(rows).replace("=> and2", "=> end")
    checked = graph(*branches, flows=f"start -> and1\n{source}\nand2 -> end")
    assert {finding.severity for finding in found(checked)} <= {"warning"}


# --- the law: what is built of whole blocks is sound ---------------------------------------------


@dataclass
class Builder:
    """Draws blocks that have one way in and one way out."""

    nodes: list[g.Node] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)

    def node(self, made: g.Node) -> str:
        self.nodes.append(made)
        return made.id

    def name(self, kind: str) -> str:
        return f"{kind}{len(self.nodes)}"

    def block(self, shape: "Shape") -> tuple[str, str]:
        """Draw a block and return its first and its last node."""
        kind, inner = shape
        match kind:
            case "task":
                task = self.node(user_task(self.name("task")))
                return task, task
            case "sequence":
                parts = [self.block(part) for part in inner]
                for (_, last), (first, _) in pairwise(parts):
                    self.flows.append(f"{last} -> {first}")
                return parts[0][0], parts[-1][1]
            case "loop":
                head = self.node(g.ExclusiveGateway(id=self.name("xor")))
                first, last = self.block(inner[0])
                tail = self.node(g.ExclusiveGateway(id=self.name("xor")))
                self.flows += [f"{head} -> {first}", f"{last} -> {tail}", f"{tail} -> {head} : x"]
                return head, tail
            case _:
                gateway = GATEWAYS[kind]
                split = self.node(gateway(id=self.name(kind)))
                join = self.node(gateway(id=self.name(kind)))
                for part in inner:
                    first, last = self.block(part)
                    condition = "" if kind == "and" else " : x"
                    self.flows += [f"{split} -> {first}{condition}", f"{last} -> {join}"]
                return split, join


Shape = tuple[str, list["Shape"]]
GATEWAYS = {
    "and": g.ParallelGateway,
    "xor": g.ExclusiveGateway,
    "or": g.InclusiveGateway,
}


def shapes(leaves: int = 10) -> st.SearchStrategy[Shape]:
    task = st.just(("task", []))
    return st.recursive(
        task,
        lambda inner: st.one_of(
            st.tuples(st.just("sequence"), st.lists(inner, min_size=1, max_size=3)),
            st.tuples(st.just("loop"), st.lists(inner, min_size=1, max_size=1)),
            st.tuples(
                st.sampled_from(["and", "xor", "or"]), st.lists(inner, min_size=2, max_size=3)
            ),
        ),
        max_leaves=leaves,
    )


def drawn(shape: Shape) -> g.Graph:
    builder = Builder()
    first, last = builder.block(shape)
    rows = [*builder.flows, f"start -> {first}", f"{last} -> end"]
    return graph(*builder.nodes, flows="\n".join(rows))


@given(shapes())
def test_a_process_of_whole_blocks_is_sound(shape):
    assert not found(drawn(shape))


@given(st.lists(shapes(3), min_size=2, max_size=3), st.sampled_from(["xor", "and"]))
def test_blocks_that_close_with_the_wrong_gateway_are_found(parts, opening):
    closing = "and" if opening == "xor" else "xor"
    builder = Builder()
    rows = [f"start -> {opening}-open", f"{closing}-close -> last", "last -> end"]
    for part in parts:
        first, last = builder.block(part)
        condition = " : x" if opening == "xor" else ""
        rows += [f"{opening}-open -> {first}{condition}", f"{last} -> {closing}-close"]
    checked = graph(*builder.nodes, user_task("last"), flows="\n".join([*builder.flows, *rows]))
    codes = {(f.code, f.element) for f in found(checked)}
    if opening == "xor":
        assert ("join-never-complete", "and-close") in codes
    else:
        assert codes == {("lack-of-synchronization", "xor-close")}
