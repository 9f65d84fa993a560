"""Data objects, properties, inputs and outputs as typed variables (BPMN 2.0.2, 10.4.1)."""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from processes.core.bpmn.beside import Beside
from processes.core.bpmn.draft import Draft, Drawn, id_of, standard_children
from processes.core.bpmn.forms import MAX_NAME, RESERVED
from processes.core.bpmn.xml import BPMN
from processes.core.feel.names import is_plain
from processes.core.graph import Variable, VariableType

DATA = ("dataObject", "property", "dataInput", "dataOutput", "inputDataItem", "outputDataItem")
# What modelers write for a data association that only a picture needs.
PLACEHOLDER = "__targetRef_placeholder"
# Types of XML Schema, Java and JSON by their plain names.
TYPES: Mapping[str, VariableType] = {
    **dict.fromkeys(("string", "normalizedstring", "token", "text", "char", "anyuri"), "string"),
    **dict.fromkeys(("boolean", "bool"), "boolean"),
    **dict.fromkeys(
        (
            *("integer", "int", "long", "short", "byte", "double", "float", "decimal", "number"),
            *("bigdecimal", "biginteger", "nonnegativeinteger", "positiveinteger"),
        ),
        "number",
    ),
    **dict.fromkeys(("date", "localdate"), "date"),
    **dict.fromkeys(("datetime", "localdatetime", "zoneddatetime", "instant"), "dateTime"),
    **dict.fromkeys(("list", "array", "collection", "set"), "list"),
    **dict.fromkeys(("map", "context"), "context"),
}


def names_of(draft: Draft) -> dict[str, str]:
    """Return the variable that each piece of data stands for, by its id."""
    found: dict[str, str] = {}
    references: list[Drawn] = []
    for element in draft.element.iter(f"{{{BPMN}}}*"):
        kind = etree.QName(element).localname
        data = Drawn(id_of(element), kind, "", element)
        if kind == "dataObjectReference":
            references.append(data)
        elif kind in DATA and data.id and data.attribute("name") != PLACEHOLDER:
            found[data.id] = variable_name(data)
    shown: dict[str, set[str]] = {}
    for reference in references:
        shown.setdefault(reference.reference("dataObjectRef"), set()).add(reference.name)
    for object_, names in shown.items():
        data_object = found.get(object_)
        if data_object is not None and data_object == identifier(object_) and len(names) == 1:
            found[object_] = usable(*names) or data_object
    for reference in references:
        if (target := reference.reference("dataObjectRef")) in found:
            found[reference.id] = found[target]
    return found


def variable_name(data: Drawn) -> str:
    return usable(data.name) or identifier(data.id)


def usable(name: str) -> str:
    """Return the name when expressions can read it, else nothing. It may have several words."""
    fits = name and len(name) <= MAX_NAME and name not in RESERVED and is_plain(name)
    return name if fits else ""


def identifier(id_: str) -> str:
    """Return the id as a name that expressions can read."""
    name = re.sub(r"\W", "_", id_)[:MAX_NAME]
    return f"_{name}" if name in RESERVED or not name.isidentifier() else name


def declared_in(
    holder: etree._Element, names: Mapping[str, str], beside: Beside
) -> dict[str, Variable]:
    """Return the variables that a process or sub-process has by its data."""
    found: dict[str, Variable] = {}
    for data in data_of(holder):
        if data.id not in names:
            continue
        name, type_ = names[data.id], type_of(data, beside)
        if name in found and found[name].type != type_:
            type_ = "any"
        found[name] = Variable(name, type_)
    return found


def data_of(holder: etree._Element) -> Iterator[Drawn]:
    for kind, child in standard_children(holder):
        if kind in ("dataObject", "property"):
            yield Drawn(id_of(child), kind, "", child)
        elif kind == "ioSpecification":
            for inner, data in standard_children(child):
                if inner in ("dataInput", "dataOutput"):
                    yield Drawn(id_of(data), inner, "", data)


def type_of(data: Drawn, beside: Beside) -> VariableType:
    """Return the type, where the item definition names a plain one."""
    item = beside.find(data, "itemSubjectRef", "itemDefinition")
    if data.flag("isCollection") or (item is not None and item.flag("isCollection")):
        return "list"
    if item is None:
        return "any"
    structure = item.attribute("structureRef").rpartition(":")[2].rpartition(".")[2]
    return TYPES.get(structure.lower(), "any")
