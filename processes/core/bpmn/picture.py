"""What people may see of a definition: the drawing, and nothing of how it works inside."""

from lxml import etree

from processes.core.bpmn.diagram import leaves_steps_out
from processes.core.bpmn.layout import draw
from processes.core.bpmn.xml import BPMN, load

INNER = ("extensionElements", "documentation", "ioSpecification", "property")
# They stay, because they change how a shape is drawn, but say nothing.
SILENT = (
    "conditionExpression", "condition", "completionCondition", "activationCondition",
    "loopCondition", "loopCardinality", "script", "timeDate", "timeDuration", "timeCycle",
    "from", "to", "transformation", "messagePath", "dataPath", "formalExpression", "expression",
)  # fmt: skip


def with_diagram(source: bytes) -> bytes:
    """Return the file itself, or if its diagram leaves steps out, with one that shows them all."""
    root = load(source)
    if not leaves_steps_out(root):
        return source
    draw(root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def picture(source: bytes) -> bytes:
    """Return the file without expressions, assignments, addresses and forms, with a diagram."""
    root = load(source)
    if leaves_steps_out(root):
        draw(root)
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
