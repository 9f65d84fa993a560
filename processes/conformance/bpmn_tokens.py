"""What the script tasks of the outside cases hold: tokens instead of code, and work that is done.

The files are rewritten before they are read: a script becomes work for an external worker whose
topic is the token, a global script task a process of one such task, and conditions become FEEL.
"""

import re
from collections.abc import Iterable
from copy import deepcopy

from lxml import etree

from processes.core.bpmn.dialects.juel import translate
from processes.core.bpmn.dialects.report import NotTranslated

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
PLACET = "urn:placet:bpmn:1"
# Any other script is what the file says, and judged as that.
TOKEN = re.compile(r"[A-Z]+(_\w+)+")
EXPRESSIONS = (
    "conditionExpression",
    "condition",
    "loopCondition",
    "loopCardinality",
    "completionCondition",
    "activationCondition",
)


def rewritten(source: bytes, variables: Iterable[str] = ()) -> bytes:
    """Return the file with work in place of scripts, and FEEL in place of other conditions.

    ``variables`` are those that its processes are started with; they are declared.
    """
    root = etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True))
    for task in list(root.iter(_name("scriptTask"))):
        _to_work(task)
    for task in list(root.iter(_name("globalScriptTask"))):
        _to_process(task)
    for kind in EXPRESSIONS:
        for expression in root.iter(_name(kind)):
            expression.text = _feel(expression.text or "")
    for process in root.iter(_name("process")):
        for name in variables:
            etree.SubElement(_extensions(process), f"{{{PLACET}}}variable", {"name": name})
    return etree.tostring(root)


def _to_work(task: etree._Element) -> None:
    """Make a script task a service task that is tried once."""
    token = (task.findtext(_name("script")) or "").strip()
    if not TOKEN.fullmatch(token):
        return
    task.tag = _name("serviceTask")
    if "scriptFormat" in task.attrib:
        del task.attrib["scriptFormat"]
    for script in task.findall(_name("script")):
        task.remove(script)
    extensions = _extensions(task)
    etree.SubElement(extensions, f"{{{PLACET}}}topic", {"name": token})
    etree.SubElement(extensions, f"{{{PLACET}}}retry", {"attempts": "1"})
    if variable := variable_set_by(token):
        etree.SubElement(extensions, f"{{{PLACET}}}result").text = "=response.value"
        task.set(f"{{{PLACET}}}resultVariable", variable)


def _extensions(element: etree._Element) -> etree._Element:
    """Return the place for extensions, made where the schema has it."""
    found = element.find(_name("extensionElements"))
    if found is None:
        found = etree.Element(_name("extensionElements"))
        element.insert(len(element.findall(_name("documentation"))), found)
    return found


def variable_set_by(token: str) -> str:
    """Return the variable that a token's work sets, if any."""
    if token.startswith("INCREMENT_INTEGER_VARIABLE"):
        return "integerVariable"
    return "data" if token.startswith("SET_STRING_DATA") else ""


def _to_process(task: etree._Element) -> None:
    inner = deepcopy(task)
    inner.set("id", f"{task.get('id')}_task")
    _to_work(inner)
    if inner.tag == task.tag:
        return
    task[:] = [inner]
    task.tag = _name("process")
    task.set("isExecutable", "true")


def _feel(text: str) -> str:
    """Return a condition of the cases, which is JUEL with or without its brackets, as FEEL."""
    text = text.strip()
    try:
        return translate(text if "${" in text else f"${{{text}}}").text
    except NotTranslated:
        return text


def _name(kind: str) -> str:
    return f"{{{BPMN}}}{kind}"
