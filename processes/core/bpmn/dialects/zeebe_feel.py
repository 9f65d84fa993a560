"""Camunda 8 writes FEEL, with a few functions of its own; here they are said in the standard's."""

import re
from collections.abc import Mapping

from processes.core.bpmn.dialects.juel import Translation
from processes.core.bpmn.dialects.report import NotTranslated
from processes.core.feel import Expression, FeelError, compile_expression

# Functions that are not part of DMN 1.5.
OWN_FUNCTIONS = frozenset(
    {
        *("assert", "duplicate values", "extract", "from json", "fromAi", "get or else"),
        *("is blank", "is defined", "is empty", "last day of month", "partition"),
        *("random number", "to base64", "to json", "trim", "uuid"),
    }
)
PATH = r"([^\W\d]\w*(?:\.[^\W\d]\w*)*)"
# What they mean, as long as they are asked about a variable and nothing else.
SAID_OTHERWISE = (
    (re.compile(rf"\bis defined\(\s*{PATH}\s*\)"), r"(\1 != null)"),
    (re.compile(rf"\bis empty\(\s*{PATH}\s*\)"), r"(count(\1) = 0)"),
    (
        re.compile(rf"\bget or else\(\s*{PATH}\s*,\s*([\w.]+|\"[^\"\\]*\")\s*\)"),
        r"(if \1 != null then \1 else \2)",
    ),
    (re.compile(rf"\btrim\(\s*{PATH}\s*\)"), r'replace(\1, "^\\s+|\\s+$", "")'),
)
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
# The entry under which a mapped value is found in the context around it.
MAPPED = "mapped_value"


def translate(text: str, names: Mapping[str, str]) -> Translation:
    """Return what a text of Camunda 8 says: FEEL after a ``=``, else the text itself.

    ``names`` gives the FEEL of variables that are found elsewhere here. Raises NotTranslated.
    """
    body = text.strip()
    if not body.startswith("="):
        return Translation(text.strip(), plain=True)
    return Translation(feel(body[1:].strip(), names))


def feel(body: str, names: Mapping[str, str]) -> str:
    """Return FEEL without a leading ``=``. Raises NotTranslated."""
    for pattern, replacement in SAID_OTHERWISE:
        body = outside_of_texts(body, pattern, replacement)
    expression = compiled(body)
    if unknown := sorted(expression.names & OWN_FUNCTIONS):
        raise NotTranslated(
            f"It calls “{unknown[0]}”, a function of Camunda that FEEL does not have."
        )
    first, dot, rest = body.partition(".")
    if re.fullmatch(PATH, body) and re.fullmatch(PATH, names.get(first, "")):
        return f"{names[first]}{dot}{rest}"
    if read := [name for name in names if name in expression.names]:
        known = ", ".join(f"{name}: {names[name]}" for name in read)
        body = f"{{{known}, {MAPPED}: {body}}}.{MAPPED}"
        compiled(body)
    return body


def outside_of_texts(body: str, pattern: re.Pattern[str], replacement: str) -> str:
    """Replace the pattern unless the whole of it stands in a quoted text."""
    texts = [found.span() for found in QUOTED.finditer(body)]

    def put(found: re.Match[str]) -> str:
        if any(start < found.start() < end for start, end in texts):
            return found.group()
        return found.expand(replacement)

    return pattern.sub(put, body)


def compiled(body: str) -> Expression:
    try:
        return compile_expression(body)
    except FeelError as error:
        raise NotTranslated(str(error)) from error
