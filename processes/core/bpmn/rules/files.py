"""Rules about ids."""

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from processes.core.bpmn.draft import id_of
from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.model import Model
from processes.core.bpmn.xml import BPMN, BPMN_DI, DC, DI, shorten
from processes.core.findings import Finding

STANDARD = {BPMN, BPMN_DI, DC, DI}
NC_NAME = re.compile(r"[^\W\d][\w.\-·]*")


def ids_are_unique(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 8.2.1; ids of foreign elements are none of ours."""
    count = Counter(
        id_of(element)
        for element in model.root.element.iter(etree.Element)
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


def ids_are_names(model: Model) -> Iterator[Finding]:
    """XML Schema, type ID: a letter or underscore first, then letters, digits, “.”, “-”, “_”."""
    for part in model.parts:
        if part.id and not NC_NAME.fullmatch(part.id):
            yield broken(
                part.id,
                "bad-id",
                f"“{shorten(part.id, 60)}” cannot be an id.",
                "Begin with a letter or “_”; go on with letters, digits, “.”, “-” and “_”.",
            )
