"""Write data as YAML that a person would have written."""

import re
from collections.abc import Iterable
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Quotes only what would be read as something else: numbers, true, false and null of JSON."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists below their key."""
        super().increase_indent(flow, False)


_DIGITS = list("-0123456789")
for _kind, _pattern, _first in (
    ("bool", r"(?:true|false)$", ["t", "f"]),
    ("null", r"null$", ["n"]),
    ("int", r"-?[0-9]+$", _DIGITS),
    ("float", r"-?[0-9][0-9.eE+-]*$", _DIGITS),
):
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(_pattern), _first)


class LineMapping(dict[str, Any]):
    """A mapping written on one line."""


class LineList(list[Any]):
    """A list written on one line."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


def _flow(dumper: _Dumper, data: LineMapping) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True)


def _flow_list(dumper: _Dumper, data: LineList) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(LineMapping, _flow)
_Dumper.add_representer(LineList, _flow_list)

SHORT_LINE = 72


def bare(value: Any) -> Any:
    """Return the value with numbers and truths unquoted, for places where all words are text."""
    match value:
        case dict():
            return {bare(key): bare(entry) for key, entry in value.items()}
        case list():
            return [bare(entry) for entry in value]
        case str() if value.isascii() and value.isdecimal() and str(int(value[:18])) == value:
            return int(value)
        case "true" | "false":
            return value == "true"
    return value


def compact(value: Any) -> Any:
    """Return the value with what is small and flat put on one line."""
    match value:
        case dict():
            inner = {key: compact(entry) for key, entry in value.items()}
            length = sum(len(str(key)) + len(str(entry)) + 4 for key, entry in value.items())
            return LineMapping(inner) if length <= SHORT_LINE and _flat(value.values()) else inner
        case list():
            length = sum(len(str(entry)) + 2 for entry in value)
            flat = length <= SHORT_LINE and _flat(value)
            return LineList(value) if flat else [compact(entry) for entry in value]
    return value


def _flat(values: Iterable[Any]) -> bool:
    return all(not isinstance(value, dict | list) and "\n" not in str(value) for value in values)


def write(data: Any) -> str:
    """Return the text."""
    text: str = yaml.dump(
        data,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=False,
    )
    return text
