"""Payload templates and intrinsic functions of Amazon States Language in FEEL."""

import re
from collections.abc import Callable, Mapping

from processes.core.asl import paths
from processes.core.bpmn.dialects.feel_pieces import quoted
from processes.core.bpmn.dialects.report import NotTranslated

CALL = re.compile(r"(States\.[A-Za-z0-9]+)\s*\(")
NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
MAX_DEPTH = 20

Function = Callable[[list[str]], str]


def template(value: object, base: str, depth: int = 0) -> str:
    """Return FEEL for a template: keys that end in ``.$`` hold paths or functions.

    ``base`` is the FEEL of ``$``. Raises NotTranslated.
    """
    if depth > MAX_DEPTH:
        raise NotTranslated(f"It is nested more than {MAX_DEPTH} levels deep.")
    match value:
        case dict():
            return f"{{{', '.join(entry(k, v, base, depth) for k, v in value.items())}}}"
        case list():
            return f"[{', '.join(template(item, base, depth + 1) for item in value)}]"
        case _:
            return paths.literal(value)


def entry(key: str, value: object, base: str, depth: int) -> str:
    if not key.endswith(".$"):
        return f"{quoted(key)}: {template(value, base, depth + 1)}"
    if not isinstance(value, str):
        raise NotTranslated(f"“{key[:60]}” must hold a path or a function as a text.")
    return f"{quoted(key[:-2])}: {dynamic(value, base)}"


def dynamic(text: str, base: str) -> str:
    """Return FEEL for a path or an intrinsic function. Raises NotTranslated."""
    if not text.startswith("States."):
        return paths.translate(text, base)
    found, end = call(text, 0, base, 0)
    if text[end:].strip():
        raise NotTranslated(f"“{text[end : end + 40]}” follows a function where nothing should.")
    return found


# --- intrinsic functions -------------------------------------------------------------------------


def call(text: str, at: int, base: str, depth: int) -> tuple[str, int]:
    """Return FEEL for the function that begins at ``at``, and where it ends."""
    opened = CALL.match(text, at)
    if opened is None or depth > MAX_DEPTH:
        raise NotTranslated(f"“{text[at : at + 60]}” is no function that can be read.")
    arguments: list[str] = []
    at = blank(text, opened.end())
    while not text.startswith(")", at):
        argument, at = read(text, at, base, depth)
        arguments.append(argument)
        at = blank(text, at)
        if text.startswith(",", at):
            at = blank(text, at + 1)
        elif not text.startswith(")", at):
            raise NotTranslated(f"“{text[:60]}” does not end its arguments.")
    name = opened[1]
    known = FUNCTIONS.get((name, len(arguments))) or FUNCTIONS.get((name, -1))
    if known is None:
        raise NotTranslated(f"“{name}” with {len(arguments)} arguments is no function of FEEL.")
    return known(arguments), at + 1


def read(text: str, at: int, base: str, depth: int) -> tuple[str, int]:
    """Return FEEL for the argument that begins at ``at``, and where it ends."""
    if text.startswith("'", at):
        end = end_of_text(text, at)
        return quoted(re.sub(r"\\(.)", r"\1", text[at + 1 : end - 1])), end
    if text.startswith("States.", at):
        return call(text, at, base, depth + 1)
    if text.startswith("$", at):
        end = end_of_path(text, at)
        return paths.translate(text[at:end].strip(), base), end
    for word in ("null", "true", "false"):
        if text.startswith(word, at):
            return word, at + len(word)
    if number := NUMBER.match(text, at):
        return number.group(), number.end()
    raise NotTranslated(f"“{text[at : at + 40]}” is no argument that can be read.")


def end_of_text(text: str, at: int) -> int:
    end = at + 1
    while end < len(text):
        if text[end] == "\\":
            end += 1
        elif text[end] == "'":
            return end + 1
        end += 1
    raise NotTranslated(f"“{text[at : at + 40]}” leaves a text open.")


def end_of_path(text: str, at: int) -> int:
    """Return where a path ends: at a comma or bracket that does not belong to it."""
    depth = 0
    for end in range(at, len(text)):
        if text[end] in "[(":
            depth += 1
        elif text[end] in "])":
            if depth == 0:
                return end
            depth -= 1
        elif text[end] == "," and depth == 0:
            return end
    return len(text)


def blank(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def formatted(arguments: list[str]) -> str:
    """Return the text with each ``{}`` replaced in turn."""
    if not arguments or not arguments[0].startswith('"'):
        raise NotTranslated("States.Format needs a written text as its first argument.")
    pieces = re.split(r"(?<!\\)\{\}", arguments[0][1:-1])
    if len(pieces) != len(arguments):
        raise NotTranslated("States.Format has not as many places {} as values.")
    found = [f'"{pieces[0]}"'] if pieces[0] else []
    for value, piece in zip(arguments[1:], pieces[1:], strict=True):
        found.append(f"string({value})")
        if piece:
            found.append(f'"{piece}"')
    return f"string join([{', '.join(found)}])"


def item(arguments: list[str]) -> str:
    which = arguments[1]
    place = str(int(which) + 1) if which.isdigit() else f"{which} + 1"
    return f"sublist({arguments[0]}, {place}, 1)[1]"


def merged(arguments: list[str]) -> str:
    if arguments[2] != "false":
        raise NotTranslated("A deep merge cannot be said in FEEL.")
    return f"context merge([{arguments[0]}, {arguments[1]}])"


def ranged(arguments: list[str]) -> str:
    first, last, step = arguments
    if step == "1":
        return f"(for i in {first}..{last} return i)"
    if not step.isdigit() or step == "0":
        raise NotTranslated("States.ArrayRange is translated for steps that are a whole number.")
    return f"(for i in 0..floor(({last} - ({first})) / {step}) return {first} + i * {step})"


FUNCTIONS: Mapping[tuple[str, int], Function] = {
    ("States.Format", -1): formatted,
    ("States.Array", -1): lambda values: f"[{', '.join(values)}]",
    ("States.ArrayContains", 2): lambda values: f"list contains({values[0]}, {values[1]})",
    ("States.ArrayLength", 1): lambda values: f"count({values[0]})",
    ("States.ArrayGetItem", 2): item,
    ("States.ArrayUnique", 1): lambda values: f"distinct values({values[0]})",
    ("States.ArrayRange", 3): ranged,
    ("States.JsonMerge", 3): merged,
    ("States.MathAdd", 2): lambda values: f"({values[0]} + {values[1]})",
}
