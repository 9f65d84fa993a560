"""From YAML text to a small tree that knows where everything stands, or faults with their place.

Only mappings, lists and plain words are read: no anchors, no tags, nothing that could be built or
grow. Every scalar stays the text that was written; what it means is decided by where it stands, so
that ``no`` and ``on`` are words (YAML 1.2.2, chapter 10).
"""

from dataclasses import dataclass, field
from typing import Any

import yaml

from processes.core.bpmn.xml import shorten

MAX_CHARACTERS = 300_000
MAX_NODES = 30_000
MAX_DEPTH = 60
# The parser in C where it is built: the other takes a second for each 50,000 characters.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column, counted from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"Line {self.line:,}, column {self.column:,}"


class Fault(Exception):
    """Something in the text is not right; the message says what, ``hint`` what to write."""

    def __init__(self, place: Place, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.place, self.sentence, self.hint = place, sentence, hint


@dataclass(frozen=True, slots=True)
class Scalar:
    """``plain`` when it was written without quotes, so that it may be a number or true."""

    place: Place
    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Mapping:
    place: Place
    entries: dict[str, "Tree"] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Items:
    place: Place
    items: list["Tree"] = field(default_factory=list)


Tree = Scalar | Mapping | Items


def parse(text: str) -> Mapping:
    """Return the outermost mapping. Raises Fault."""
    start = Place(1, 1)
    if len(text) > MAX_CHARACTERS:
        raise Fault(
            start,
            f"The text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read.",
            "Split the process.",
        )
    try:
        tree = _build(text)
    except yaml.MarkedYAMLError as error:
        raise Fault(
            _place(error.problem_mark or error.context_mark),
            f"This is not YAML: {shorten(error.problem or 'it cannot be read', 120)}.",
            "Put text that holds “: ”, “ #” or begins with a sign such as “{” or “*” in quotes.",
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        sentence = f"This is not YAML: {shorten(str(error), 120)}."
        raise Fault(start, sentence, "Save the file as UTF-8 text.") from error
    if not isinstance(tree, Mapping):
        raise Fault(
            tree.place if tree else start,
            "A process in the short form begins with “process: ” and its id.",
            "See the process language in the documentation.",
        )
    return tree


def _build(text: str) -> Tree | None:
    """Return the tree, built step by step so that depth costs no stack."""
    root: Tree | None = None
    open_: list[Mapping | Items] = []
    key: list[Scalar | None] = []
    count = 0
    for event in yaml.parse(text, Loader=LOADER):
        place = _place(event.start_mark)
        if isinstance(event, yaml.CollectionEndEvent):
            open_.pop()
            key.pop()
        elif isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise Fault(place, "The file holds more than one document.", "Keep one process.")
        elif isinstance(event, yaml.NodeEvent):
            node = _node(event, place)
            count += 1
            if count > MAX_NODES or len(open_) > MAX_DEPTH:
                raise Fault(
                    place,
                    f"The text has more than {MAX_NODES:,} parts, or they lie more than "
                    f"{MAX_DEPTH} levels deep in each other.",
                    "Split the process.",
                )
            if open_:
                _add(open_[-1], key, node)
            else:
                root = node
            if not isinstance(node, Scalar):
                open_.append(node)
                key.append(None)
    return root


def _place(mark: Any) -> Place:
    """Return the place of a mark; the two parsers have classes of their own for it."""
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _node(event: yaml.NodeEvent, place: Place) -> Tree:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise Fault(place, "Anchors and aliases (“&”, “*”) are not read.", "Write it out.")
    tag = getattr(event, "tag", None)
    if tag is not None:
        raise Fault(place, f"The tag {shorten(tag, 40)} is not read.", "Remove it.")
    match event:
        case yaml.ScalarEvent():
            return Scalar(place, event.value, not event.style)
        case yaml.MappingStartEvent():
            return Mapping(place)
    return Items(place)


def _add(parent: Mapping | Items, key: list[Scalar | None], node: Tree) -> None:
    if isinstance(parent, Items):
        parent.items.append(node)
        return
    name = key[-1]
    if name is None:
        if not isinstance(node, Scalar):
            raise Fault(node.place, "A name before “:” must be a word.")
        if node.text in parent.entries:
            raise Fault(node.place, f"“{shorten(node.text, 60)}” is written twice here.")
        # Filled as soon as its value is read.
        key[-1] = node
        parent.keys[node.text] = node.place
        parent.entries[node.text] = node
        return
    parent.entries[name.text] = node
    key[-1] = None
