"""Functions and methods that a JUEL expression calls, as far as FEEL can say exactly the same.

Methods of Java's texts, lists and maps, getters, the dates of Camunda's ``dateTime()`` and the
JSON of its Spin library. What a bean of the application would compute is not translated.
"""

import re
from collections.abc import Callable, Mapping

from processes.core.bpmn.dialects.feel_pieces import (
    COMPARED,
    LOOSE,
    SUM,
    TIGHT,
    Feel,
    Kind,
    path,
    quoted,
)
from processes.core.bpmn.dialects.juel_syntax import Call, Constant
from processes.core.bpmn.dialects.report import NotTranslated
from processes.core.bpmn.forms import unusable_name

Method = Callable[[Feel, tuple[Feel, ...]], Feel]

ABSENT = "A variable that is null counts as absent here."
GETTER = re.compile(r"(?:get|is)([A-Z]\w*)")
SPANS = {
    "Seconds": "PT{}S",
    "Minutes": "PT{}M",
    "Hours": "PT{}H",
    "Days": "P{}D",
    "Months": "P{}M",
    "Years": "P{}Y",
}
SHIFT = re.compile(rf"(plus|minus)({'|'.join((*SPANS, 'Weeks'))})")


def function(call: Call, arguments: tuple[Feel, ...]) -> Feel:
    """Return what a function gives that Camunda adds to the language."""
    match call.name, arguments:
        case (("now" | "dateTime"), ()):
            return Feel("now()", kind="moment")
        case (("S" | "JSON"), (data,)):
            return data
    raise NotTranslated(
        f"At position {call.at + 1} it calls the function “{call.name}”, which FEEL does not have."
    )


def of_engine(call: Call, remarks: list[str]) -> Feel:
    """Return what the engine's own object would give: the variables that it keeps."""
    match call.name, call.arguments:
        case (("getVariable" | "getVariableLocal"), (Constant(str(name), "text"),)):
            return variable(name, call)
        case (("hasVariable" | "hasVariableLocal"), (Constant(str(name), "text"),)):
            remarks.append(ABSENT)
            return Feel(f"{variable(name, call).text} != null", COMPARED, "boolean")
        case (("getProcessBusinessKey" | "getBusinessKey"), ()):
            return Feel("process.businessKey")
    raise NotTranslated(
        f"At position {call.at + 1} it asks the engine for “{call.name}()”, "
        "which there is not here."
    )


def variable(name: str, call: Call) -> Feel:
    if reason := unusable_name(name):
        raise NotTranslated(f"At position {call.at + 1}: “{name[:60]}” {reason}")
    return Feel(name)


def method(call: Call, base: Feel, arguments: tuple[Feel, ...], remarks: list[str]) -> Feel:
    """Return what a method gives. Raises NotTranslated for one that FEEL cannot do exactly."""
    if base.kind == "moment" or call.name == "toDate":
        return shifted(call, base)
    if known := METHODS.get((call.name, len(arguments))):
        return known(base, arguments)
    match call.name, call.arguments:
        case (("containsKey" | "hasProp"), (Constant(str(key), "text"),)):
            remarks.append(ABSENT)
            return Feel(f"{path(base, key).text} != null", COMPARED, "boolean")
        case (("get" | "prop"), (Constant(str(key), "text"),)):
            return path(base, key)
        case "get", (Constant(str(place), "number"),) if place.isdigit():
            return Feel(f"{base.at(TIGHT)}[{int(place) + 1}]")
        case "substring", (Constant(str(start), "number"),) if start.isdigit():
            return text_of(f"substring({base.text}, {int(start) + 1})")
        case "substring", (Constant(str(start), "number"), Constant(str(end), "number")) if (
            start.isdigit() and end.isdigit() and int(start) < int(end)
        ):
            length = int(end) - int(start)
            return text_of(f"substring({base.text}, {int(start) + 1}, {length})")
        case getter, () if found := GETTER.fullmatch(getter):
            return path(base, found[1][0].lower() + found[1][1:])
    raise NotTranslated(
        f"At position {call.at + 1} it calls the method “{call.name}”, which is code of Java "
        "that does not run here."
    )


def shifted(call: Call, base: Feel) -> Feel:
    """Return a moment of Camunda's ``dateTime()`` moved by a constant span."""
    if call.name in ("toDate", "toDateTime", "toString") and not call.arguments:
        return base
    found = SHIFT.fullmatch(call.name)
    match call.arguments:
        case (Constant(str(count), "number"),) if found and count.isdigit() and len(count) < 7:
            whole = int(count) * 7 if found[2] == "Weeks" else int(count)
            span = SPANS.get(found[2], SPANS["Days"]).format(whole)
            sign = "+" if found[1] == "plus" else "-"
            return Feel(f'{base.at(SUM)} {sign} duration("{span}")', SUM, "moment")
    raise NotTranslated(
        f"At position {call.at + 1} it calls “{call.name}” on a date; only steps by a constant "
        "number of seconds, minutes, hours, days, weeks, months or years are translated."
    )


def text_of(text: str) -> Feel:
    return Feel(text, kind="text")


def same(base: Feel, arguments: tuple[Feel, ...]) -> Feel:
    return base


def equals(base: Feel, arguments: tuple[Feel, ...]) -> Feel:
    right = arguments[0].at(SUM)
    return Feel(f"{base.at(SUM)} = {right}", COMPARED, "boolean")


def alike(base: Feel, arguments: tuple[Feel, ...]) -> Feel:
    left, right = f"lower case({base.text})", f"lower case({arguments[0].text})"
    return Feel(f"{left} = {right}", COMPARED, "boolean")


def contains(base: Feel, arguments: tuple[Feel, ...]) -> Feel:
    """Java's texts and lists both have it; which one it is shows when it runs."""
    within = f"contains({base.text}, {arguments[0].text})"
    if base.kind == "text":
        return Feel(within, kind="boolean")
    among = f"list contains({base.text}, {arguments[0].text})"
    text = f"if {base.at(SUM)} instance of string then {within} else {among}"
    return Feel(text, LOOSE, "boolean")


def empty(base: Feel, arguments: tuple[Feel, ...]) -> Feel:
    return Feel(f'list contains(["", [], {{}}], {base.text})', kind="boolean")


def trimmed(base: Feel, arguments: tuple[Feel, ...]) -> Feel:
    pattern = quoted(r"^\s+|\s+$")
    return text_of(f'replace({base.text}, {pattern}, "")')


def whole(base: Feel, arguments: tuple[Feel, ...]) -> Feel:
    return Feel(f"round down({base.text}, 0)", kind="number")


def with_name(name: str, kind: Kind = "boolean") -> Method:
    """Return the method that is the FEEL function ``name`` on the value and its arguments."""

    def call(base: Feel, arguments: tuple[Feel, ...]) -> Feel:
        return Feel(f"{name}({', '.join(f.text for f in (base, *arguments))})", kind=kind)

    return call


METHODS: Mapping[tuple[str, int], Method] = {
    ("equals", 1): equals,
    ("equalsIgnoreCase", 1): alike,
    ("contains", 1): contains,
    ("startsWith", 1): with_name("starts with"),
    ("endsWith", 1): with_name("ends with"),
    ("isEmpty", 0): empty,
    ("size", 0): with_name("count", "number"),
    ("length", 0): with_name("string length", "number"),
    ("toLowerCase", 0): with_name("lower case", "text"),
    ("toUpperCase", 0): with_name("upper case", "text"),
    ("trim", 0): trimmed,
    ("toString", 0): with_name("string", "text"),
    ("intValue", 0): whole,
    ("longValue", 0): whole,
    **{
        (name, 0): same
        for name in (
            *("booleanValue", "doubleValue", "value", "stringValue", "numberValue"),
            *("boolValue", "elements"),
        )
    },
}
