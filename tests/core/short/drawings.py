"""Compare two BPMN files by what they say, whatever their order and the ids of their flows."""

from lxml import etree

from processes.core.bpmn import words
from processes.core.bpmn.xml import BPMN, load


def steps_of(source: bytes) -> dict[str, tuple[str, str, str]]:
    """Return kind, scope and host of every step."""
    return {
        element.get("id", ""): (
            etree.QName(element).localname,
            around(element),
            element.get("attachedToRef", ""),
        )
        for element in load(source).iter(f"{{{BPMN}}}*")
        if etree.QName(element).localname in words.FLOW_NODES
    }


def around(element: etree._Element) -> str:
    parent = element.getparent()
    return "" if parent is None else parent.get("id", "")


def flows_of(source: bytes) -> dict[str, list[tuple[str, ...]]]:
    """Return the flows that leave each step, in the order in which they are tried.

    Each is whether it is the default, which is tried last, its target, name and condition.
    """
    root = load(source)
    defaults = {element.get("default") for element in root.iter(f"{{{BPMN}}}*")}
    found: dict[str, list[tuple[str, ...]]] = {}
    for flow in root.iter(f"{{{BPMN}}}sequenceFlow"):
        last = "default" if flow.get("id") in defaults else ""
        said = (last, flow.get("targetRef", ""), flow.get("name", ""), "".join(flow.itertext()))
        found.setdefault(flow.get("sourceRef", ""), []).append(tuple(map(str.strip, said)))
    return {id_: sorted(flows, key=lambda flow: flow[0]) for id_, flows in found.items()}
