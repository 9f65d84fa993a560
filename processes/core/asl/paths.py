"""Paths of Amazon States Language (a part of JSONPath) in FEEL.

Reference paths mean exactly one place and are translated exactly. Of the others, wildcards and
simple filters have a counterpart. What a path does not find is null here; there it is an error.
"""

import re
from collections.abc import Mapping

from processes.core.bpmn.dialects.feel_pieces import TIGHT, Feel, number, path, quoted
from processes.core.bpmn.dialects.report import NotTranslated

STEP = re.compile(
    r"""\.(?P<name>[^\W\d][\w-]*|\d[\w-]*)
    | \[\s*'(?P<single>(?:[^'\\]|\\.)*)'\s*\]
    | \[\s*"(?P<double>(?:[^"\\]|\\.)*)"\s*\]
    | \[\s*(?P<index>-?\d{1,9})\s*\]
    | (?P<all>\[\s*\*\s*\]|\.\*)
    | \[\s*\?\s*\((?P<filter>[^\[\]]*)\)\s*\]
    """,
    re.VERBOSE,
)
TEST = re.compile(
    r"@(?P<path>(?:\.[^\W\d]\w*)+)"
    r"(?:\s*(?P<sign>==|!=|<=|>=|<|>)\s*(?P<value>'[^']*'|\"[^\"]*\"|-?\d+(?:\.\d+)?|true|false|null))?"
)
JOINED = re.compile(r"\s*(&&|\|\|)\s*")
SIGNS = {"==": "=", "&&": "and", "||": "or"}
MAX_STEPS = 40
# Where the context object of an execution is found, as far as there is one here.
CONTEXT: Mapping[str, str] = {
    "$$.Execution.Input": "execution_input",
    "$$.Execution.StartTime": "process.startedAt",
    "$$.Execution.Name": "process.businessKey",
    "$$.Map.Item.Value": "item",
    "$$.Map.Item.Index": "(loopCounter - 1)",
    "$$.State.EnteredTime": "string(now())",
}


def reference(text: str) -> list[str | int]:
    """Return the keys of a path that names exactly one place. Raises NotTranslated."""
    found: list[str | int] = []
    for step in steps(text, text.removeprefix("$")):
        if step["index"] is not None:
            found.append(int(step["index"]))
        elif (name := name_in(step)) is not None:
            found.append(name)
        else:
            raise NotTranslated(f"“{text[:80]}” names several places; it must name one.")
    return found


def translate(text: str, base: str) -> str:
    """Return FEEL for a path; ``base`` is the FEEL of ``$``. Raises NotTranslated."""
    if text.startswith("$$"):
        return of_context(text)
    if not text.startswith("$"):
        raise NotTranslated(f"“{text[:80]}” is no path: it does not begin with “$”.")
    return follow(text, text[1:], Feel(base)).text


def of_context(text: str) -> str:
    for known, feel in CONTEXT.items():
        if text == known or text.startswith((f"{known}.", f"{known}[")):
            return follow(text, text[len(known) :], Feel(feel)).text
    raise NotTranslated(
        f"“{text[:80]}” asks for something of the execution that is not known here."
    )


def follow(text: str, rest: str, found: Feel) -> Feel:
    for step in steps(text, rest):
        if step["index"] is not None:
            index = int(step["index"])
            found = Feel(f"{found.at(TIGHT)}[{index + 1 if index >= 0 else index}]")
        elif step["all"] is not None:
            continue
        elif step["filter"] is not None:
            found = Feel(f"{found.at(TIGHT)}[{condition(text, step['filter'])}]")
        else:
            found = path(found, name_in(step) or "")
    return found


def steps(text: str, rest: str) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    at = 0
    while at < len(rest):
        step = STEP.match(rest, at)
        if step is None:
            raise NotTranslated(
                f"“{text[:80]}” cannot be said in FEEL from “{rest[at : at + 20]}” on: only names, "
                "places, [*] and simple filters are translated."
            )
        found.append(step)
        at = step.end()
    if len(found) > MAX_STEPS:
        raise NotTranslated(f"“{text[:80]}…” has more than {MAX_STEPS} steps.")
    return found


def name_in(step: re.Match[str]) -> str | None:
    for group in ("name", "single", "double"):
        if step[group] is not None:
            return re.sub(r"\\(.)", r"\1", step[group]) if group != "name" else step[group]
    return None


def condition(text: str, tests: str) -> str:
    """Return the condition of a filter; ``@`` is the item."""
    pieces: list[str] = []
    for piece in JOINED.split(tests.strip()):
        if piece in SIGNS:
            pieces.append(SIGNS[piece])
            continue
        found = TEST.fullmatch(piece.strip())
        if found is None:
            raise NotTranslated(f"The filter of “{text[:80]}” cannot be said in FEEL.")
        item = "".join(
            path(Feel(""), name).text for name in found["path"].removeprefix(".").split(".")
        )
        sign, value = (
            SIGNS.get(found["sign"] or "", found["sign"] or "!="),
            found["value"] or "null",
        )
        if value[0] in "'\"":
            value = quoted(value[1:-1])
        pieces.append(f"item{item} {sign} {value}")
    return " ".join(pieces)


def literal(value: object, depth: int = 0) -> str:
    """Return a JSON value as FEEL writes it. Raises NotTranslated when it is too deep."""
    if depth > 40:
        raise NotTranslated("A value is nested more than 40 levels deep.")
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return quoted(value)
        case int() | float():
            return number(value)
        case list():
            return f"[{', '.join(literal(item, depth + 1) for item in value)}]"
        case dict():
            entries = (f"{quoted(str(k))}: {literal(v, depth + 1)}" for k, v in value.items())
            return f"{{{', '.join(entries)}}}"
        case _:
            raise TypeError(f"{value!r} is no JSON")
