"""Judge small processes, and look at one finding."""

from dataclasses import replace
from datetime import UTC, datetime

from processes.core import graph as g
from processes.core.checks import check
from processes.core.findings import Finding
from tests.core.graphs import feel, graph, user_task

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CALL = g.HttpCall("orders", "POST", "/orders", None, feel('duration("PT10S")'))


def found(checked: g.Graph, code: str) -> list[Finding]:
    return [finding for finding in check(checked, now=NOW) if finding.code == code]


def told(checked: g.Graph, code: str, element: str, severity: str) -> Finding:
    """Return the one finding with this code, after looking at where and how grave it is."""
    (finding,) = found(checked, code)
    assert (finding.element, finding.severity) == (element, severity)
    assert finding.sentence.endswith((".", "?"))
    return finding


def approval(**more: object) -> g.Graph:
    """Return start → task → end with this task."""
    return graph(user_task("task", **more), flows="start -> task\ntask -> end")


def choice(first: str, second: str = "", *, default: bool = False) -> g.Graph:
    """Return a gateway with two ways that read ``amount`` and the answer of ``task``."""
    arrow = "=>" if default else "->"
    checked = graph(
        user_task("task"),
        flows=(
            f"start -> task\ntask -> xor\nxor -> end1 : {first}\n"
            f"xor {arrow} end2{f' : {second}' if second else ''}"
        ),
    )
    return replace(checked, variables={"amount": g.Variable("amount", "number")})


def caught(name: str, *triggers: g.Trigger) -> g.CatchEvent:
    return g.CatchEvent(id=name, triggers=triggers)
