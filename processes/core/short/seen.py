"""An element of a BPMN file of which everything must be taken, so that nothing is lost unsaid."""

from collections.abc import Callable, Iterable

from lxml import etree

from processes.core.bpmn.draft import standard_children, text_of
from processes.core.bpmn.xml import BPMN, PLACET, XSI, shorten

# Said by the flows and the diagram, or by nothing that a process does.
ASIDE = frozenset({"incoming", "outgoing", "extensionElements"})
# What modelers write although it is what holds anyway.
DEFAULTS = frozenset(
    {
        *(("cancelActivity", "true"), ("isForCompensation", "false"), ("startQuantity", "1")),
        *(("completionQuantity", "1"), ("triggeredByEvent", "false"), ("instantiate", "false")),
        *(("isInterrupting", "true"), ("isSequential", "false"), ("isClosed", "false")),
        *(("processType", "None"), ("implementation", "##unspecified")),
        *(("waitForCompletion", "true"), ("testBefore", "false"), ("behavior", "All")),
        *(("ordering", "Parallel"), ("cancelRemainingInstances", "true")),
        *(("textFormat", "text/plain"), ("parallelMultiple", "false")),
    }
)  # fmt: skip
UNSAID_ATTRIBUTES = frozenset({"id", "gatewayDirection", f"{{{XSI}}}type"})


class Seen:
    """What an element says, until it is taken. ``lacks`` gathers what the short form cannot say."""

    def __init__(
        self, element: etree._Element, lacks: list[str], aside: Iterable[str] = ()
    ) -> None:
        self.element = element
        self._lacks = lacks
        self._inner: list[Seen] = []
        ours = etree.QName(element).namespace == PLACET
        self._attributes = {
            _called(str(name)): str(value)
            for name, value in element.attrib.items()
            if ours or (name not in UNSAID_ATTRIBUTES and (name, value) not in DEFAULTS)
        }
        skipped = ASIDE.union(aside)
        self._children = [
            child
            for child in element.iterchildren(etree.Element)
            if etree.QName(child).namespace != BPMN or etree.QName(child).localname not in skipped
        ]
        self._parts = [
            child
            for holder in element.findall(f"{{{BPMN}}}extensionElements")
            for child in holder.iterchildren(etree.Element)
        ]

    @property
    def text(self) -> str:
        return text_of(self.element)

    def lack(self, what: str) -> None:
        self._lacks.append(what)

    def take_attribute(self, name: str) -> str:
        return self._attributes.pop(name, "").strip()

    def take_parts(self, kind: str) -> list["Seen"]:
        found = [part for part in self._parts if part.tag == f"{{{PLACET}}}{kind}"]
        self._parts = [part for part in self._parts if part not in found]
        return [self._within(part) for part in found]

    def take_part(self, kind: str) -> "Seen | None":
        found = self.take_parts(kind)
        if len(found) > 1:
            self.lack(f"placet:{kind} twice")
        return found[0] if found else None

    def take_child(self, kind: str) -> "Seen | None":
        found = self._take_children(lambda name: name == kind)
        if len(found) > 1:
            self.lack(f"<{kind}> twice")
        return found[0] if found else None

    def take_definitions(self) -> list["Seen"]:
        """Return the event definitions in it."""
        return self._take_children(lambda name: name.endswith("EventDefinition"))

    def take_documentation(self) -> str:
        return "\n\n".join(
            child.text for child in self._take_children(lambda name: name == "documentation")
        )

    def close(self) -> None:
        """Write down everything that was not taken."""
        for inner in self._inner:
            inner.close()
        for name in self._attributes:
            self.lack(f"the attribute {shorten(name.rpartition('}')[2], 60)}")
        for child in self._children:
            self.lack(f"<{shorten(etree.QName(child).localname, 60)}>")
        for part in self._parts:
            self.lack(f"{part.prefix or 'foreign'}:{shorten(etree.QName(part).localname, 60)}")

    def _take_children(self, wanted: Callable[[str], bool]) -> list["Seen"]:
        found = [
            child
            for kind, child in standard_children(self.element)
            if child in self._children and wanted(kind)
        ]
        self._children = [child for child in self._children if child not in found]
        return [self._within(child) for child in found]

    def _within(self, element: etree._Element) -> "Seen":
        self._inner.append(Seen(element, self._lacks))
        return self._inner[-1]


def _called(name: str) -> str:
    qualified = etree.QName(name)
    return f"placet:{qualified.localname}" if qualified.namespace == PLACET else name
