"""Rules about which elements exist at all."""

from collections.abc import Iterator

from lxml import etree

from processes.core.bpmn import words
from processes.core.bpmn.draft import Draft, id_of, standard_children
from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.xml import shorten
from processes.core.findings import Finding

OWN_PARTS: dict[str, set[str]] = {
    "scriptTask": {"script"},
    "complexGateway": {"activationCondition"},
    "adHocSubProcess": {"completionCondition"},
}


def elements_belong_to_the_standard(draft: Draft) -> Iterator[Finding]:
    """BPMN 2.0.2, annex B: no element of the standard's namespace outside of its schema."""
    known = (
        set(words.FLOW_NODES) | set(words.DEFINITIONS) | set(words.PARTS) | set(words.DRAWN_ONLY)
    )
    for holder in (draft.element, *(node.element for node in draft.nodes.values())):
        for kind, child in standard_children(holder):
            if kind not in known | OWN_PARTS.get(etree.QName(holder).localname, set()):
                yield broken(
                    id_of(child) or id_of(holder) or None,
                    "unknown-element",
                    f"<{shorten(kind, 60)}> is not an element of BPMN 2.0 at this place.",
                    "Check the spelling, or remove it.",
                )
