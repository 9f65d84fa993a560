"""What the viewer marks in the picture of a process."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from processes.core import events as ev
from processes.core import state as st
from processes.core.bpmn import Reading
from processes.core.findings import Finding
from processes.models import Instance


def of_findings(reading: Reading, findings: Sequence[Finding], **source: str) -> dict[str, Any]:
    """Return the picture of a file with the elements that something was found about.

    ``source`` is the ``xml_url`` to fetch the file from, or its ``xml``.
    """
    warned = {finding.element for finding in findings if not finding.stops_publishing}
    return {
        "drawn": drawable(reading),
        "stuck": sorted(element for element in stopping(findings) if element),
        "warned": sorted(element for element in warned - stopping(findings) if element),
        "summary": _("The picture of the process; the findings name its elements."),
        **source,
    }


def drawable(reading: Reading) -> bool:
    """Tell whether there is something to show; steps that nobody drew are laid out."""
    return reading.has_diagram or bool(reading.undrawn)


def stopping(findings: Iterable[Finding]) -> set[str | None]:
    return {finding.element for finding in findings if finding.stops_publishing}


def of_instance(instance: Instance, xml_url: str) -> dict[str, Any]:
    """Return the picture of the version with where the instance stands and went through."""
    state = st.load(instance.state)
    stuck = {incident.node for incident in state.incidents.values()}
    here = {token.node for token in state.tokens.values()} - stuck
    kinds = [ev.NodeCompleted.kind, ev.TokenEntered.kind]
    rows = instance.history.filter(kind__in=kinds).values_list("kind", "node", "data__flow")
    passed = {flow for _kind, _node, flow in rows if flow}
    finished = {node for kind, node, _flow in rows if kind == ev.NodeCompleted.kind}
    return {
        "drawn": True,
        "here": sorted(here),
        "stuck": sorted(stuck),
        "done": sorted((finished | passed) - here - stuck),
        "summary": _("The picture of the process, with the steps it went through marked."),
        "xml_url": xml_url,
    }
