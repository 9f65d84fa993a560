"""What a process needs of others before it can run: decisions, called processes, start times.

What is found is written down with the version that is published, so that a running instance keeps
what it began with.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from processes.core import graph as g
from processes.core.findings import Finding
from processes.decisions import Bundle
from processes.models import Version
from processes.services.decisions import bundle_of
from processes.services.entrances import check_entrances


@dataclass(frozen=True, slots=True)
class Needs:
    """``pins`` are the numbers of the versions that calls are pinned to."""

    pins: dict[str, int]
    decisions: Bundle
    findings: tuple[Finding, ...]


def needs_of(graph: g.Graph, *, together: Mapping[str, int], now: datetime) -> Needs:
    """Return what the process needs; ``together`` are the versions published at the same time."""
    calls = [node for node in graph.nodes.values() if isinstance(node, g.CallActivity)]
    keys = {call.process for call in calls}
    published = Version.objects.filter(process__key__in=keys, status=Version.Status.PUBLISHED)
    numbers = dict(published.values_list("process__key", "number")) if keys else {}
    live = {**numbers, **together}
    asking = [(node, ref) for node in graph.nodes.values() for ref in g.decisions_of(node)]
    decisions, absent = bundle_of({ref for _, ref in asking})
    return Needs(
        pins={c.process: live[c.process] for c in calls if pinned(c) and c.process in live},
        decisions=decisions,
        findings=(
            *(finding for call in calls for finding in check_call(call, live)),
            *(no_decision(node, ref, absent[ref]) for node, ref in asking if ref in absent),
            *check_entrances(graph, now=now),
        ),
    )


def pinned(call: g.CallActivity) -> bool:
    return call.binding == "pinned"


def check_call(call: g.CallActivity, live: Mapping[str, int]) -> Iterator[Finding]:
    """Yield what keeps a call from finding its process."""
    if call.binding == "version":
        versions = Version.objects.filter(process__key=call.process, number=call.version or 0)
        if not versions.exclude(status=Version.Status.DRAFT).exists():
            yield Finding(
                call.id,
                "error",
                "called-version",
                f"“{call.label}” calls version {call.version} of “{call.process}”, "
                "which was never published.",
                "Publish it first, or call another version.",
            )
    elif call.process not in live:
        yield Finding(
            call.id,
            "error" if pinned(call) else "warning",
            "called-process",
            f"“{call.label}” calls the process “{call.process}”, of which no version is published.",
            "Publish it first." if pinned(call) else "Publish it before an instance gets there.",
        )


def no_decision(node: g.Node, ref: str, why: str) -> Finding:
    return Finding(
        node.id,
        "error",
        "no-decision",
        f"“{node.label}” asks the decision “{ref}”, {why}.",
        "Upload the DMN file that holds it, or correct the name.",
    )
