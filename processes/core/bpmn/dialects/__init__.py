"""What other tools say in their own namespaces, taken over into ours."""

from collections.abc import Callable, Mapping

from lxml import etree

from processes.core.bpmn.dialects import camunda7, camunda8
from processes.core.bpmn.dialects.report import NotTranslated, Standing, Taken
from processes.core.bpmn.dialects.rewriting import with_our_prefix

__all__ = ["DIALECTS", "NotTranslated", "Standing", "Taken", "dialect_of", "with_our_prefix"]

Dialect = Callable[[etree._Element], tuple[Taken, ...]]
DIALECTS: Mapping[str, Dialect] = {
    "Camunda 8": camunda8.rewrite,
    "Camunda 7": camunda7.rewrite,
}


def dialect_of(root: etree._Element) -> str:
    """Return the tool whose words the file uses; empty when it uses none.

    A declared namespace that nothing is said in does not count. JUEL alone is Camunda 7.
    """
    used: set[str] = set()
    for element in root.iter(etree.Element):
        names = [element.tag, *(str(name) for name in element.attrib)]
        used.update(name[1:].partition("}")[0] for name in names if name.startswith("{"))
        if (element.text or "").lstrip().startswith(("${", "#{")):
            used.update(camunda7.NAMESPACES)
    if used & camunda8.NAMESPACES.keys():
        return "Camunda 8"
    return "Camunda 7" if used & camunda7.NAMESPACES.keys() else ""
