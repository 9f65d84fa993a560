"""What cannot run, or is surely a mistake, in a definition that reads well.

The reader judges the file; these checks judge the meaning: the ways through the process,
conditions, people, agreement, calls, events, times and variables.
"""

from datetime import datetime

from processes.core import graph as g
from processes.core.checks.agreement import check_agreement
from processes.core.checks.calls import check_calls
from processes.core.checks.conditions import check_conditions
from processes.core.checks.events import check_events
from processes.core.checks.handling import check_handling
from processes.core.checks.people import check_people
from processes.core.checks.times import check_times
from processes.core.findings import Finding, gravest_first
from processes.core.paths import check_paths
from processes.core.soundness import check_soundness
from processes.core.variables import check_variables


def check(graph: g.Graph, *, now: datetime | None = None) -> tuple[Finding, ...]:
    """Return what was found, the gravest first.

    A graph that was understood in part only is judged by what is in it, not by its ways.
    Moments that lie in the past are only looked for when ``now`` is given.
    """
    return tuple(
        gravest_first(
            (
                *check_paths(graph),
                *(check_soundness(graph) if is_whole(graph) else ()),
                *check_conditions(graph),
                *check_people(graph),
                *check_agreement(graph),
                *check_handling(graph),
                *check_calls(graph),
                *check_events(graph),
                *check_times(graph, now),
                *check_variables(graph),
            )
        )
    )


def is_whole(graph: g.Graph) -> bool:
    """Tell whether every flow has both its ends."""
    return all(f.source in graph.nodes and f.target in graph.nodes for f in graph.flows.values())
