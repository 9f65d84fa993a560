"""Rules about the file as a whole."""

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from processes.core.bpmn import words
from processes.core.bpmn.draft import id_of
from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.xml import BPMN, BPMN_DI, DC, DI, shorten
from processes.core.findings import Finding

STANDARD = {BPMN, BPMN_DI, DC, DI}


def ids_are_unique(root: etree._Element) -> Iterator[Finding]:
    """BPMN 2.0.2, 8.2.1; ids of foreign elements are none of ours."""
    count = Counter(
        id_of(element)
        for element in root.iter(etree.Element)
        if etree.QName(element).namespace in STANDARD and id_of(element)
    )
    for id_, times in count.items():
        if times > 1:
            yield broken(
                id_,
                "duplicate-id",
                f"The id “{shorten(id_, 60)}” is used {times} times; an id names one element.",
                "Give each element an id of its own.",
            )


def pools_show_processes_that_exist(root: etree._Element) -> Iterator[Finding]:
    """BPMN 2.0.2, 9.3."""
    processes = {id_of(process) for process in root.findall(f"{{{BPMN}}}process")}
    for pool in root.iterfind(f"{{{BPMN}}}collaboration/{{{BPMN}}}participant"):
        shown = local(pool, "processRef")
        if shown and shown not in processes:
            yield broken(
                id_of(pool),
                "dangling-reference",
                f"The pool “{shorten(pool.get('name') or id_of(pool), 60)}” shows the process "
                f"“{shorten(shown, 60)}”, which is not in the file.",
            )


def message_flows_connect_two_pools(root: etree._Element) -> Iterator[Finding]:
    """BPMN 2.0.2, 7.6.2 and 9.4: between pools or steps of different pools, never within one."""
    flows = root.findall(f"{{{BPMN}}}collaboration/{{{BPMN}}}messageFlow")
    known = {id_of(element): element for element in root.iter(f"{{{BPMN}}}*") if id_of(element)}
    shown = {
        local(pool, "processRef"): id_of(pool)
        for pool in root.iterfind(f"{{{BPMN}}}collaboration/{{{BPMN}}}participant")
    }
    for flow in flows:
        label = shorten(flow.get("name") or id_of(flow), 60)
        source = known.get(local(flow, "sourceRef"))
        target = known.get(local(flow, "targetRef"))
        if source is None or target is None:
            yield broken(
                id_of(flow),
                "dangling-message-flow",
                f"The message flow “{label}” {'starts' if source is None else 'ends'} at nothing.",
                "Connect both ends or remove it.",
            )
        elif pool_of(source, shown) == pool_of(target, shown):
            yield broken(
                id_of(flow),
                "message-flow-within-pool",
                f"The message flow “{label}” stays within one pool; messages go between pools.",
                "Use a sequence flow inside of a pool.",
            )
        elif not sends(source) or not receives(target):
            yield broken(
                id_of(flow),
                "message-flow-end",
                f"The message flow “{label}” connects elements that send or receive nothing.",
                "Connect pools, tasks and message events.",
            )


def pool_of(element: etree._Element, shown: dict[str, str]) -> str:
    """Return the id of the pool that the element is or lies in."""
    for around in (element, *element.iterancestors(f"{{{BPMN}}}process")):
        if pool := shown.get(id_of(around)):
            return pool
    return id_of(element)


def sends(element: etree._Element) -> bool:
    kind = etree.QName(element).localname
    return kind not in words.GATEWAYS and kind not in ("startEvent", "intermediateCatchEvent")


def receives(element: etree._Element) -> bool:
    kind = etree.QName(element).localname
    if kind == "startEvent":
        return (
            len(element.findall(f"{{{BPMN}}}messageEventDefinition"))
            + len(element.findall(f"{{{BPMN}}}eventDefinitionRef"))
            > 0
        )
    return kind not in words.GATEWAYS and kind not in ("endEvent", "intermediateThrowEvent")


def local(element: etree._Element, attribute: str) -> str:
    """Return the id that a QName attribute points to."""
    return (element.get(attribute) or "").strip().rpartition(":")[2]
