"""A JSON text with expressions in it, as connectors send it, as one expression of FEEL."""

import json
from collections.abc import Mapping

from processes.core.bpmn.dialects.feel_pieces import number, quoted
from processes.core.bpmn.dialects.juel import COUNTERS, Writer
from processes.core.bpmn.dialects.juel_syntax import Template, Tree, parse
from processes.core.bpmn.dialects.report import NotTranslated
from processes.core.feel import FeelError, compile_expression

# Marks the place of an expression; Unicode gives these signs no meaning, so no text holds them.
OPEN, CLOSE = "\ue000", "\ue001"
MAX_NESTING = 30


def json_payload(text: str, names: Mapping[str, str]) -> str:
    """Return FEEL that gives the JSON of the text. Raises NotTranslated."""
    if OPEN in text or CLOSE in text:
        raise NotTranslated("It holds signs that have no meaning in Unicode.")
    writer = Writer({**COUNTERS, **names})
    parts = parse(text.strip())
    if len(parts) == 1 and not isinstance(parts[0], str):
        return writer.write(parts[0]).text
    trees = [part for part in parts if not isinstance(part, str)]
    try:
        value = json.loads(with_places(parts))
    except (ValueError, RecursionError) as error:
        raise NotTranslated("It is not JSON with expressions in the places of values.") from error
    found = feel_of(value, trees, writer)
    try:
        compile_expression(found)
    except FeelError as error:
        raise NotTranslated(f"In FEEL it cannot be read: {error}") from error
    return found


def with_places(parts: Template) -> str:
    """Return the JSON text with a mark for each expression; within a text or as a whole value."""
    found, quotes, place = "", False, 0
    for part in parts:
        if isinstance(part, str):
            found += part
            quotes = in_text(part, quotes)
        else:
            mark = f"{OPEN}{place}{CLOSE}"
            found += mark if quotes else f'"{mark}"'
            place += 1
    return found


def in_text(part: str, quotes: bool) -> bool:
    """Return whether a quoted text of JSON is open behind this part."""
    escaped = False
    for sign in part:
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = quotes
        elif sign == '"':
            quotes = not quotes
    return quotes


def feel_of(value: object, trees: list[Tree], writer: Writer, depth: int = 0) -> str:
    if depth > MAX_NESTING:
        raise NotTranslated(f"It is nested more than {MAX_NESTING} levels deep.")
    match value:
        case dict():
            entries = (
                f"{quoted(str(key))}: {feel_of(item, trees, writer, depth + 1)}"
                for key, item in value.items()
            )
            return f"{{{', '.join(entries)}}}"
        case list():
            return f"[{', '.join(feel_of(item, trees, writer, depth + 1) for item in value)}]"
        case str():
            return text_of(value, trees, writer)
        case bool() | None:
            return json.dumps(value)
        case int() | float():
            return number(value)
        case _:
            raise TypeError(f"{value!r} is no JSON")


def text_of(value: str, trees: list[Tree], writer: Writer) -> str:
    pieces: list[str | Tree] = []
    for at, piece in enumerate(value.split(OPEN)):
        place, closed, rest = piece.partition(CLOSE)
        if at and closed:
            pieces.append(trees[int(place)])
        if text := rest if at else piece:
            pieces.append(text)
    if len(pieces) == 1 and not isinstance(pieces[0], str):
        return writer.write(pieces[0]).text
    if all(isinstance(piece, str) for piece in pieces):
        return quoted("".join(str(piece) for piece in pieces))
    return f"string join([{', '.join(map(writer.piece, pieces))}])"
