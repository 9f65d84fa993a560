"""Rules of a Choice state as conditions of FEEL that are always true or false."""

import re
from collections.abc import Callable, Mapping

from processes.core.asl import paths
from processes.core.bpmn.dialects.feel_pieces import Feel, path, quoted
from processes.core.bpmn.dialects.report import NotTranslated

SIGNS = {
    "Equals": "=",
    "LessThan": "<",
    "GreaterThan": ">",
    "LessThanEquals": "<=",
    "GreaterThanEquals": ">=",
}
TYPES = {"String": "string", "Numeric": "number", "Boolean": "boolean"}
COMPARISON = re.compile(
    r"(?P<type>String|Numeric|Boolean|Timestamp)(?P<sign>(?:LessThan|GreaterThan)?(?:Equals)?)"
    r"(?P<path>Path)?"
)
MAX_DEPTH = 20
# Fields of a rule that say nothing about its condition.
BESIDE = frozenset({"Next", "Comment", "Variable", "Assign", "Output"})
ALWAYS = "true"
MOMENT = r"^\d{4}-\d{2}-\d{2}[Tt].*([Zz]|[+-]\d{2}:\d{2})$"


def condition(rule: object, base: str, depth: int = 0) -> str:
    """Return the condition of one rule. Raises NotTranslated with what is wrong with it."""
    if depth > MAX_DEPTH:
        raise NotTranslated(f"The rules are nested more than {MAX_DEPTH} levels deep.")
    if not isinstance(rule, dict):
        raise NotTranslated("A rule must be an object.")
    tests = [name for name in rule if name not in BESIDE]
    if len(tests) != 1:
        raise NotTranslated(
            f"A rule needs exactly one comparison; this one has {len(tests)}: "
            f"{', '.join(map(str, tests))[:100]}."
        )
    test, wanted = tests[0], rule[tests[0]]
    match test:
        case "And" | "Or":
            return joined(test.lower(), wanted, base, depth)
        case "Not":
            return f"not({condition(wanted, base, depth + 1)})"
    variable = rule.get("Variable")
    if not isinstance(variable, str):
        raise NotTranslated("A rule needs “Variable”, a path.")
    return compared(test, wanted, variable, base)


def joined(word: str, rules: object, base: str, depth: int) -> str:
    if not isinstance(rules, list) or not rules:
        raise NotTranslated(f"“{word.capitalize()}” needs a list of rules.")
    found = [condition(rule, base, depth + 1) for rule in rules]
    return f" {word} ".join(f"({one})" for one in found) if len(found) > 1 else found[0]


def compared(test: str, wanted: object, variable: str, base: str) -> str:
    value = paths.translate(variable, base)
    if known := KINDS.get(test):
        if not isinstance(wanted, bool):
            raise NotTranslated(f"“{test}” is true or false.")
        found = known(value, variable, base)
        return found if wanted else f"not({found})"
    if test == "StringMatches":
        return matched(value, wanted)
    parts = COMPARISON.fullmatch(test)
    if parts is None or parts["sign"] not in SIGNS:
        raise NotTranslated(f"“{test[:60]}” is no comparison.")
    if parts["path"]:
        other = paths.translate(str(wanted), base)
    else:
        other = constant(test, parts["type"], wanted)
    sign = SIGNS[parts["sign"]]
    if parts["type"] == "Timestamp":
        # A text that is no moment gives null; that is a no.
        return f"(date and time({value}) {sign} date and time({other})) = true"
    kind = TYPES[parts["type"]]
    both = f"{other} instance of {kind} and " if parts["path"] else ""
    return f"{value} instance of {kind} and {both}{value} {sign} {other}"


def constant(test: str, kind: str, wanted: object) -> str:
    fits = {
        "String": isinstance(wanted, str),
        "Timestamp": isinstance(wanted, str),
        "Boolean": isinstance(wanted, bool),
        "Numeric": isinstance(wanted, int | float) and not isinstance(wanted, bool),
    }
    if not fits[kind]:
        raise NotTranslated(
            f"“{test}” is compared with {str(wanted)[:40]}, which is of another kind."
        )
    return paths.literal(wanted)


def matched(value: str, wanted: object) -> str:
    """Return the test of a pattern in which a star stands for anything unless it is escaped."""
    if not isinstance(wanted, str) or len(wanted) > 500:
        raise NotTranslated("“StringMatches” needs a text of at most 500 characters.")
    pattern = "".join(
        piece if piece == ".*" else re.sub(r"([\\^$.|?*+(){}\[\]-])", r"\\\1", piece)
        for piece in wildcards(wanted)
    )
    return f'{value} instance of string and matches({value}, {quoted(f"^{pattern}$")}, "s")'


def wildcards(wanted: str) -> list[str]:
    """Return the plain pieces of a pattern, with ``.*`` for each star."""
    found, at = [""], 0
    while at < len(wanted):
        if wanted[at] == "\\" and wanted[at + 1 : at + 2] in ("*", "\\"):
            found[-1] += wanted[at + 1]
            at += 2
        elif wanted[at] == "*":
            found += [".*", ""]
            at += 1
        else:
            found[-1] += wanted[at]
            at += 1
    return found


def present(value: str, variable: str, base: str) -> str:
    """Return whether the path leads to something, be it null."""
    keys = paths.reference(variable) if not variable.startswith("$$") else []
    if not keys:
        return ALWAYS
    around = Feel(base)
    for key in keys[:-1]:
        around = path(around, key) if isinstance(key, str) else Feel(f"{around.text}[{key + 1}]")
    last = keys[-1]
    if isinstance(last, int):
        return f"(count({around.text}) > {last}) = true"
    return f"(list contains(get entries({around.text}).key, {quoted(last)})) = true"


def timestamp(value: str, variable: str, base: str) -> str:
    form = f"matches({value}, {quoted(MOMENT)})"
    return f"{value} instance of string and {form} and date and time({value}) != null"


def kind_test(kind: str) -> Callable[[str, str, str], str]:
    return lambda value, variable, base: f"{value} instance of {kind}"


KINDS: Mapping[str, Callable[[str, str, str], str]] = {
    "IsPresent": present,
    "IsNull": lambda value, variable, base: f"{value} = null",
    "IsString": kind_test("string"),
    "IsNumeric": kind_test("number"),
    "IsBoolean": kind_test("boolean"),
    "IsTimestamp": timestamp,
}
