"""The namespaces of BPMN, and the outermost element of a file."""

from lxml import etree

from processes.core.xml import MAX_BYTES, Unreadable, root_of, shorten

__all__ = [
    "BPMN",
    "BPMN_DI",
    "DC",
    "DI",
    "MAX_BYTES",
    "PLACET",
    "XSI",
    "Unreadable",
    "load",
    "shorten",
]

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMN_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DI = "http://www.omg.org/spec/DD/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PLACET = "urn:placet:bpmn:1"


def load(source: bytes) -> etree._Element:
    """Return the ``definitions`` element of a BPMN 2.0 file. Raises Unreadable."""
    root = root_of(source, "BPMN 2.0")
    if root.tag != f"{{{BPMN}}}definitions":
        name = etree.QName(root)
        raise Unreadable(
            "not-bpmn",
            f"The file holds a <{shorten(name.localname)}> document, not BPMN 2.0.",
            f"The outermost element must be <definitions> in the namespace {BPMN}.",
        )
    return root
