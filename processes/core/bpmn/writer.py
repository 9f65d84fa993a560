"""Write a BPMN 2.0 file with its diagram, for everything that is not drawn by a person.

Elements appear in the order of the standard's schemas, ids are the same for the same calls, and
what is written is read by modelers and by the reader beside this file.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from lxml import etree

from processes.core.bpmn import words
from processes.core.bpmn.layout import draw
from processes.core.bpmn.xml import BPMN, BPMN_DI, DC, DI, PLACET, XSI

NAMESPACES = {"bpmn": BPMN, "bpmndi": BPMN_DI, "dc": DC, "di": DI, "placet": PLACET, "xsi": XSI}
# What XML cannot hold at all (XML 1.0, 2.2).
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The standard's elements that carry an expression and want a type for it.
EXPRESSIONS = frozenset(
    {
        *("conditionExpression", "condition", "completionCondition", "activationCondition"),
        *("loopCondition", "loopCardinality", "timeDate", "timeDuration", "timeCycle"),
    }
)
# What the schemas want behind the steps of a process or sub-process.
LAST = ("association", "completionCondition")
ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# How a root element is told from others of its kind: by what is said in events about it.
ROOTS = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}


def placet(kind: str, text: str = "", /, **attributes: str) -> etree._Element:
    """Return an element of our extension. Empty attributes are left out."""
    return _element(PLACET, kind, text, attributes)


def standard(
    kind: str, /, *inside: etree._Element, text: str = "", **attributes: str
) -> etree._Element:
    """Return an element of BPMN, such as an event definition. Empty attributes are left out."""
    element = _element(BPMN, kind, text, attributes)
    if kind in EXPRESSIONS:
        element.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
    element.extend(inside)
    return element


def timer(kind: str, text: str) -> etree._Element:
    """Return a timer definition; ``kind`` is ``date``, ``duration`` or ``cycle``."""
    return standard("timerEventDefinition", standard(f"time{kind.capitalize()}", text=text))


def _element(namespace: str, kind: str, text: str, attributes: Mapping[str, str]) -> etree._Element:
    element = etree.Element(f"{{{namespace}}}{kind}", nsmap=NAMESPACES)
    for name, value in attributes.items():
        if value:
            element.set(qualified(name), writable(value))
    if text:
        element.text = writable(text)
    return element


def qualified(name: str) -> str:
    """Return the name of an attribute for lxml; ``placet:x`` lies in our namespace."""
    prefix, colon, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}" if colon else name


def writable(text: str) -> str:
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


class Drawing:
    """One process on its way to a file.

    ``node`` and ``flow`` return the id of what they add, so that calls can be chained. A wrong or
    repeated id is a mistake of the caller; ``free_id`` makes a right one out of any words.
    """

    def __init__(
        self,
        process: str,
        name: str = "",
        *,
        documentation: str = "",
        parts: Iterable[etree._Element] = (),
        executable: bool = True,
    ) -> None:
        self._ids: set[str] = set()
        self._roots: dict[tuple[str, str], etree._Element] = {}
        self._process = _element(
            BPMN,
            "process",
            "",
            {"id": self._take(process), "name": name, "isExecutable": str(executable).lower()},
        )
        _describe(self._process, documentation, parts)
        self._scopes: dict[str, etree._Element] = {"": self._process}
        self._nodes: dict[str, etree._Element] = {}

    def free_id(self, words_of_it: str) -> str:
        """Return an id made of these words that is not taken, and is a name for FEEL too."""
        plain = unicodedata.normalize("NFKD", words_of_it).encode("ascii", "ignore").decode()
        stem = re.sub(r"\W+", "_", plain).strip("_")[:60] or "step"
        if not stem.isidentifier():
            stem = f"n_{stem}"
        wanted, turn = stem, 1
        while wanted in self._ids:
            turn += 1
            wanted = f"{stem}_{turn}"
        return wanted

    def node(
        self,
        kind: str,
        id: str,  # noqa: A002
        name: str = "",
        *,
        parent: str = "",
        attributes: Mapping[str, str] | None = None,
        documentation: str = "",
        parts: Iterable[etree._Element] = (),
        definitions: Iterable[etree._Element] = (),
    ) -> str:
        """Add a step to the process or to the sub-process ``parent``.

        ``attributes`` are those of the standard (``attachedToRef``, ``triggeredByEvent``) and ours
        (``placet:resultVariable``). ``parts`` go into the extension elements. ``definitions`` are
        the standard's own elements at the end: event definitions, loop markers, a script.
        """
        if kind not in words.FLOW_NODES:
            raise ValueError(f"{kind} is no kind of step.")
        said = {"id": self._take(id), "name": name, **(attributes or {})}
        element = _element(BPMN, kind, "", said)
        _describe(element, documentation, parts)
        element.extend(definitions)
        self._scopes[parent].append(element)
        self._nodes[id] = element
        if kind in words.SUB_PROCESSES:
            self._scopes[id] = element
        return id

    def flow(
        self,
        source: str,
        target: str,
        name: str = "",
        *,
        condition: str = "",
        default: bool = False,
        id: str = "",  # noqa: A002
    ) -> str:
        """Add a sequence flow within one scope; ``default`` marks it on its source."""
        id_ = self._take(id or self.free_id(f"{source}_to_{target}"))
        said = {"id": id_, "name": name, "sourceRef": source, "targetRef": target}
        element = _element(BPMN, "sequenceFlow", "", said)
        if condition:
            element.append(standard("conditionExpression", text=condition))
        self._scope_of(source).append(element)
        _connect(self._nodes[source], "outgoing", id_)
        _connect(self._nodes[target], "incoming", id_)
        if default:
            self._nodes[source].set("default", id_)
        return id_

    def association(self, source: str, target: str) -> str:
        """Lead from a compensation event to the activity that undoes."""
        id_ = self._take(self.free_id(f"{source}_by_{target}"))
        self._scope_of(source).append(
            standard(
                "association",
                id=id_,
                associationDirection="One",
                sourceRef=source,
                targetRef=target,
            )
        )
        return id_

    def root(self, kind: str, name: str, **attributes: str) -> str:
        """Return the id of the message, signal, error or escalation called so, added once.

        An error and an escalation are told by their codes; ``attributes`` may give another name.
        """
        if (kind, name) not in self._roots:
            id_ = self._take(self.free_id(f"{kind}_{name}"))
            said = {"id": id_, "name": name, ROOTS[kind]: name, **attributes}
            self._roots[kind, name] = _element(BPMN, kind, "", said)
        return self._roots[kind, name].get("id", "")

    def event(self, kind: str, name: str = "") -> etree._Element:
        """Return a definition that refers to the message, signal, error or escalation ``name``.

        Without a name an error or an escalation is any. Message details go into the ``parts`` of
        the node.
        """
        reference = {f"{kind}Ref": self.root(kind, name)} if name else {}
        return standard(f"{kind}EventDefinition", **reference)

    def to_xml(self) -> bytes:
        """Return the file, laid out."""
        said = {"id": self.free_id("file"), "targetNamespace": "urn:placet:definitions"}
        file = _element(BPMN, "definitions", "", said)
        file.extend(self._roots.values())
        file.append(self._process)
        for scope in self._scopes.values():
            for kind in LAST:
                scope.extend(scope.findall(f"{{{BPMN}}}{kind}"))
        draw(file)
        etree.indent(file)
        return etree.tostring(file, encoding="UTF-8", xml_declaration=True)

    def _take(self, id_: str) -> str:
        if id_ in self._ids or not ID.fullmatch(id_):
            raise ValueError(f"“{id_}” is taken, or no id.")
        self._ids.add(id_)
        return id_

    def _scope_of(self, node: str) -> etree._Element:
        around = self._nodes[node].getparent()
        return self._process if around is None else around


def _describe(element: etree._Element, documentation: str, parts: Iterable[etree._Element]) -> None:
    if documentation:
        element.append(standard("documentation", text=documentation))
    extension = standard("extensionElements")
    extension.extend(parts)
    if len(extension):
        element.append(extension)


def _connect(node: etree._Element, end: str, flow: str) -> None:
    """Name the flow on the node, where the schema wants it: incoming, outgoing, then the rest."""
    before = {"documentation", "extensionElements", "incoming", end}
    place = next(
        (at for at, child in enumerate(node) if etree.QName(child).localname not in before),
        len(node),
    )
    node.insert(place, standard(end, text=flow))
