"""What people may see of a definition: the drawing, and nothing of how it works inside."""

from lxml import etree

from processes.core.bpmn.xml import BPMN, load

INNER = ("extensionElements", "documentation", "ioSpecification", "property")
# They stay, because they change how a shape is drawn, but say nothing.
SILENT = (
    "conditionExpression", "condition", "completionCondition", "loopCardinality", "script",
    "timeDate", "timeDuration", "timeCycle", "from", "to",
)  # fmt: skip


def picture(source: bytes) -> bytes:
    """Return the file without expressions, assignments, addresses and forms."""
    root = load(source)
    for name in INNER:
        for element in list(root.iter(f"{{{BPMN}}}{name}")):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
    for name in SILENT:
        for element in root.iter(f"{{{BPMN}}}{name}"):
            element.text = ""
    for element in root.iter(f"{{{BPMN}}}*"):
        foreign = [key for key in element.attrib if etree.QName(key).namespace is not None]
        for key in foreign:
            if etree.QName(key).localname != "type":
                del element.attrib[key]
    for comment in list(root.iter(etree.Comment)):
        parent = comment.getparent()
        if parent is not None:
            parent.remove(comment)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)
