"""Functions on texts (DMN 1.5, 10.3.4.3). A character is a Unicode code point."""

from __future__ import annotations

from decimal import Decimal

from processes.core.feel.budget import Run
from processes.core.feel.patterns import Pattern, find, find_all, pattern_of
from processes.core.feel.values import Value

from .registry import builtin


@builtin("substring", "string: string, start position: number, length?: number")
def substring(run: Run, text: str, position: Decimal, length: Decimal | None = None) -> Value:
    """Return a part; the position counts from 1, or from -1 at the end."""
    start = int(position) if abs(position) <= len(text) else 0
    if start == 0 or (length is not None and length < 1):
        return None
    run.charge(len(text) >> 6)
    first = start - 1 if start > 0 else len(text) + start
    return text[first:] if length is None else text[first : first + min(int(length), len(text))]


@builtin("string length", "string: string")
def string_length(run: Run, text: str) -> Value:
    return Decimal(len(text))


@builtin("upper case", "string: string")
def upper_case(run: Run, text: str) -> Value:
    run.check_string(len(text))
    return text.upper()


@builtin("lower case", "string: string")
def lower_case(run: Run, text: str) -> Value:
    run.check_string(len(text))
    return text.lower()


@builtin("substring before", "string: string, match: string")
def substring_before(run: Run, text: str, match: str) -> Value:
    run.charge(len(text) >> 6)
    at = text.find(match)
    return text[:at] if at > 0 else ""


@builtin("substring after", "string: string, match: string")
def substring_after(run: Run, text: str, match: str) -> Value:
    run.charge(len(text) >> 6)
    at = text.find(match)
    return text[at + len(match) :] if at >= 0 else ""


@builtin("contains", "string: string, match: string", "boolean")
def contains(run: Run, text: str, match: str) -> Value:
    run.charge(len(text) >> 6)
    return match in text


@builtin("starts with", "string: string, match: string", "boolean")
def starts_with(run: Run, text: str, match: str) -> Value:
    return text.startswith(match)


@builtin("ends with", "string: string, match: string", "boolean")
def ends_with(run: Run, text: str, match: str) -> Value:
    return text.endswith(match)


@builtin("string join", "list: list, delimiter?: string?, prefix?: string?, suffix?: string?")
def string_join(
    run: Run,
    items: list[Value],
    delimiter: str | None = None,
    prefix: str | None = None,
    suffix: str | None = None,
) -> Value:
    """Return the texts joined; null items are left out, any other item makes it null."""
    run.charge(len(items))
    texts = [item for item in items if isinstance(item, str)]
    if len(texts) + items.count(None) < len(items):
        return None
    separator = delimiter or ""
    length = sum(map(len, texts)) + len(separator) * len(texts)
    run.check_string(length + len(prefix or "") + len(suffix or ""))
    return (prefix or "") + separator.join(texts) + (suffix or "")


@builtin("matches", "input: string, pattern: string, flags?: string?", "boolean")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> Value:
    """Return whether some part of the text matches the pattern."""
    compiled = _pattern(run, pattern, flags)
    return None if compiled is None else find(run, compiled, text) is not None


@builtin("replace", "input: string, pattern: string, replacement: string, flags?: string?")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    """Return the text with every match replaced; ``$1`` stands for what the first group held."""
    compiled = _pattern(run, pattern, flags)
    pieces: list[str | int] | None = [replacement]
    if compiled is not None and "q" not in (flags or ""):
        pieces = _replacement(replacement, compiled)
    if compiled is None or pieces is None or find(run, compiled, "") is not None:
        return None
    result: list[str] = []
    at = length = 0
    for found in find_all(run, compiled, text):
        result.append(text[at : found.start])
        result.extend(
            piece if isinstance(piece, str) else found.group(text, piece) for piece in pieces
        )
        at = found.end
        length += len(result[-1]) + len(replacement)
        run.check_string(length)
    result.append(text[at:])
    run.check_string(sum(map(len, result)))
    return "".join(result)


def _replacement(text: str, pattern: Pattern) -> list[str | int] | None:
    """Return the parts of a replacement: texts and numbers of groups; null if it is wrong."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        sign, following = text[at], text[at + 1 : at + 2]
        if sign == "\\":
            if following not in ("\\", "$") or not following:
                return None
            parts.append(following)
            at += 2
        elif sign == "$":
            if not following.isascii() or not following.isdigit():
                return None
            at += 1
            end = at + 1
            while end < len(text) and text[at : end + 1].isascii() and text[at : end + 1].isdigit():
                if int(text[at : end + 1]) > pattern.groups:
                    break
                end += 1
            parts.append(int(text[at:end]))
            at = end
        else:
            parts.append(sign)
            at += 1
    return parts


@builtin("split", "string: string, delimiter: string")
def split(run: Run, text: str, delimiter: str) -> Value:
    """Return the parts between the matches of the delimiter, which is a pattern."""
    compiled = _pattern(run, delimiter, None)
    if compiled is None or find(run, compiled, "") is not None:
        return None
    parts: list[Value] = []
    at = 0
    for found in find_all(run, compiled, text):
        parts.append(text[at : found.start])
        at = found.end
        run.check_items(1)
    parts.append(text[at:])
    return parts


def _pattern(run: Run, text: str, flags: str | None) -> Pattern | None:
    run.charge(len(text))
    return pattern_of(text, flags or "")
