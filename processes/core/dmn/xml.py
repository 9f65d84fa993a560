"""The namespaces of DMN, and the outermost element of a file."""

from collections.abc import Iterator

from lxml import etree

from processes.core.xml import Unreadable, root_of, shorten

VERSIONS = {
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}


def load(source: bytes) -> etree._Element:
    """Return the ``definitions`` element of a DMN file of version 1.2 to 1.5. Raises Unreadable."""
    root = root_of(source, "DMN")
    name = etree.QName(root)
    if name.localname != "definitions" or (name.namespace or "") not in VERSIONS:
        raise Unreadable(
            "not-dmn",
            f"The file holds a <{shorten(name.localname)}> document of the namespace "
            f"{shorten(name.namespace or 'none')}, not DMN 1.2, 1.3, 1.4 or 1.5.",
            "Save it from the modeler as DMN 1.3 or later.",
        )
    return root


def kind(element: etree._Element) -> str:
    """Return the local name of an element of DMN itself, or nothing for a foreign one."""
    name = etree.QName(element)
    return name.localname if (name.namespace or "") in VERSIONS else ""


def children(parent: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the children of DMN itself with these names, or all of them."""
    for child in parent:
        found = kind(child)
        if found and (not names or found in names):
            yield child


def child(parent: etree._Element, name: str) -> etree._Element | None:
    return next(children(parent, name), None)


def text_of(parent: etree._Element | None, name: str = "text") -> str:
    """Return what the child element of that name says, without space around it."""
    found = None if parent is None else child(parent, name)
    return "" if found is None else "".join(str(part) for part in found.itertext()).strip()


def attribute(element: etree._Element | None, name: str) -> str:
    """Return the attribute on one line."""
    return "" if element is None else " ".join((element.get(name) or "").split())


def type_of(element: etree._Element | None) -> str:
    """Return the name of a type: an attribute of most elements, a child of item definitions."""
    return attribute(element, "typeRef") or " ".join(text_of(element, "typeRef").split())
