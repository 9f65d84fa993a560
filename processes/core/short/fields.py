"""The small words of the short form, each known in both directions.

A field writes its part of the text onto a step, and reads it back from the element of a BPMN file.
"""

import json
import re
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from processes.core.bpmn.parts import did_you_mean, split
from processes.core.bpmn.writer import placet, standard
from processes.core.bpmn.xml import shorten
from processes.core.short.seen import Seen
from processes.core.short.sketch import Step, Told
from processes.core.short.source import Fault, Items, Mapping, Scalar, Tree

Value = Any
JSON_WORD = re.compile(r"true|false|null|-?(0|[1-9][0-9]{0,300})(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")


class Field(Protocol):
    """``write`` raises Fault where the text is wrong; ``read`` gives None where nothing is said."""

    @property
    def key(self) -> str: ...
    def write(self, tree: Tree, step: Step, told: Told) -> None: ...
    def read(self, seen: Seen) -> Value | None: ...


# --- single values -------------------------------------------------------------------------------


def scalar(tree: Tree) -> str:
    """Return what is written there. Raises Fault when it is a list or a mapping, or empty."""
    if not isinstance(tree, Scalar):
        raise Fault(tree.place, "Here stands a list or a mapping; it must be a single value.")
    if not tree.text.strip():
        raise Fault(tree.place, "Nothing is written here.")
    if any(ord(sign) < 32 and sign not in "\t\n\r" for sign in tree.text):
        raise Fault(tree.place, "The text holds a control character.", "Remove it.")
    return tree.text.strip()


class Text:
    """A value that is kept as it is written."""

    def write(self, tree: Tree) -> str:
        return scalar(tree)

    def read(self, text: str) -> Value:
        return text.strip()


class Expression(Text):
    """Always an expression, so the leading ``=`` may be left out."""

    def write(self, tree: Tree) -> str:
        body = scalar(tree).removeprefix("=").strip()
        if not body:
            raise Fault(tree.place, "The expression is empty.", "Write for example amount > 1000.")
        return f"={body}"

    def read(self, text: str) -> Value:
        return text.strip().removeprefix("=").strip()


class Names(Text):
    """A name or a list of names, with commas between them in the file."""

    def write(self, tree: Tree) -> str:
        entries = tree.items if isinstance(tree, Items) else [tree]
        return ", ".join(scalar(entry) for entry in entries)

    def read(self, text: str) -> Value:
        names = list(split(text))
        return names[0] if len(names) == 1 else names


class Words(Names):
    """As names, with spaces between them in the file."""

    def write(self, tree: Tree) -> str:
        return super().write(tree).replace(", ", " ")

    def read(self, text: str) -> Value:
        names = text.split()
        return names[0] if len(names) == 1 else names


class Ids(Words):
    """As words; a file may have commas between them too."""

    def read(self, text: str) -> Value:
        return super().read(text.replace(",", " "))


class Flag(Text):
    def write(self, tree: Tree) -> str:
        word = scalar(tree)
        if word not in ("true", "false", "yes", "no"):
            raise Fault(tree.place, f"“{shorten(word, 40)}” is neither true nor false.")
        return "true" if word in ("true", "yes") else "false"

    def read(self, text: str) -> Value:
        return text.strip() in ("true", "1")


TEXT, EXPRESSION, NAMES, WORDS = Text(), Expression(), Names(), Words()
IDS, FLAG = Ids(), Flag()


def mapping(tree: Tree, known: Sequence[str]) -> Mapping:
    """Return the mapping, of which every key must be known. Raises Fault."""
    if not isinstance(tree, Mapping):
        raise Fault(tree.place, f"Here must stand a mapping with: {', '.join(known)}.")
    for key, place in tree.keys.items():
        if key not in known:
            raise Fault(
                place, f"“{shorten(key, 60)}” is not known here.", did_you_mean(key, list(known))
            )
    return tree


# --- fields --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the element itself, such as ``placet:resultVariable``."""

    key: str
    attribute: str
    type: Text = TEXT

    def write(self, tree: Tree, step: Step, told: Told) -> None:
        step.attributes[self.attribute] = self.type.write(tree)

    def read(self, seen: Seen) -> Value | None:
        text = seen.take_attribute(self.attribute)
        return self.type.read(text) if text else None


@dataclass(frozen=True, slots=True)
class Body:
    """The text of one of our elements."""

    key: str
    part: str
    type: Text = TEXT

    def write(self, tree: Tree, step: Step, told: Told) -> None:
        step.parts.append(placet(self.part, self.type.write(tree)))

    def read(self, seen: Seen) -> Value | None:
        found = seen.take_part(self.part)
        return self.type.read(found.text) if found is not None and found.text else None


@dataclass(frozen=True, slots=True)
class Json:
    """One of our elements that holds JSON, such as a form; in the short form it is YAML."""

    key: str
    part: str

    def write(self, tree: Tree, step: Step, told: Told) -> None:
        text = json.dumps(plain(tree), ensure_ascii=False, indent=2)
        step.parts.append(placet(self.part, text))

    def read(self, seen: Seen) -> Value | None:
        found = seen.take_part(self.part)
        if found is None:
            return None
        try:
            return json.loads(found.text)
        except (ValueError, RecursionError):
            seen.lack(f"placet:{self.part}, which is not JSON")
            return None


def plain(tree: Tree) -> Value:
    """Return the tree as data; unquoted words may be numbers, true, false or null (as in JSON)."""
    match tree:
        case Mapping():
            return {key: plain(value) for key, value in tree.entries.items()}
        case Items():
            return [plain(item) for item in tree.items]
        case Scalar(text=text) if tree.plain:
            if not JSON_WORD.fullmatch(text):
                return text
            return json.loads(text)
    return tree.text


@dataclass(frozen=True, slots=True)
class Group:
    """One of our elements with attributes; ``short`` is the key that may stand alone."""

    key: str
    part: str
    attributes: Table[str, tuple[str, Text]]
    short: str = ""

    def write(self, tree: Tree, step: Step, told: Told) -> None:
        step.parts.append(placet(self.part, **group(tree, self.attributes, self.short)))

    def read(self, seen: Seen) -> Value | None:
        found = seen.take_part(self.part)
        return None if found is None else ungroup(found, self.attributes, self.short)


def group(tree: Tree, attributes: Table[str, tuple[str, Text]], short: str = "") -> dict[str, str]:
    """Return the attributes that a mapping, or for ``short`` a single value, stands for."""
    if short and not isinstance(tree, Mapping):
        name, type_ = attributes[short]
        return {name: type_.write(tree)}
    found = mapping(tree, tuple(attributes))
    return {
        name: type_.write(found.entries[key])
        for key, (name, type_) in attributes.items()
        if key in found.entries
    }


def ungroup(seen: Seen, attributes: Table[str, tuple[str, Text]], short: str = "") -> Value:
    """Return the mapping for the attributes, or the single value where that is all."""
    found = {
        key: type_.read(text)
        for key, (name, type_) in attributes.items()
        if (text := seen.take_attribute(name))
    }
    return found[short] if short and set(found) == {short} else found


@dataclass(frozen=True, slots=True)
class Rows:
    """Several of our elements as a list of mappings."""

    key: str
    part: str
    attributes: Table[str, tuple[str, Text]]

    def write(self, tree: Tree, step: Step, told: Told) -> None:
        if not isinstance(tree, Items):
            raise Fault(tree.place, f"“{self.key}” is a list; begin each entry with “- ”.")
        for item in tree.items:
            step.parts.append(placet(self.part, **group(item, self.attributes)))

    def read(self, seen: Seen) -> Value | None:
        return [ungroup(part, self.attributes) for part in seen.take_parts(self.part)] or None


@dataclass(frozen=True, slots=True)
class Named:
    """Several of our elements as a mapping from the attribute ``name`` to the rest of each."""

    key: str
    part: str
    name: str
    attributes: Table[str, tuple[str, Text]]
    short: str
    any: str = ""

    def write(self, tree: Tree, step: Step, told: Told) -> None:
        if not isinstance(tree, Mapping):
            raise Fault(tree.place, f"“{self.key}” is a mapping from names to what they are.")
        for name, entry in tree.entries.items():
            said = {} if name == self.any else {self.name: name}
            step.parts.append(
                placet(self.part, **said, **group(entry, self.attributes, self.short))
            )

    def read(self, seen: Seen) -> Value | None:
        found: dict[str, Value] = {}
        for part in seen.take_parts(self.part):
            name = part.take_attribute(self.name) or self.any
            if name in found or not name:
                seen.lack(f"placet:{self.part} with “{shorten(name, 40)}” twice or without a name")
            found[name] = ungroup(part, self.attributes, self.short)
        return found or None


@dataclass(frozen=True, slots=True)
class Script:
    """A script in FEEL, whose value is the result."""

    key: str = "expression"

    def write(self, tree: Tree, step: Step, told: Told) -> None:
        step.attributes["scriptFormat"] = "feel"
        step.inside.append(standard("script", text=EXPRESSION.write(tree)))

    def read(self, seen: Seen) -> Value | None:
        found = seen.take_child("script")
        if found is None:
            return None
        if seen.take_attribute("scriptFormat") != "feel":
            seen.lack("a script that is not FEEL")
        return EXPRESSION.read(found.text)


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of another process is called: ``latest``, ``pinned`` or its number.

    ``{number: 3, share all: true}`` also gives and takes all variables.
    """

    key: str = "version"

    def write(self, tree: Tree, step: Step, told: Told) -> None:
        said: dict[str, str] = {}
        if isinstance(tree, Mapping):
            found = mapping(tree, ("of", "share all")).entries
            if "share all" in found:
                said["propagateAll"] = FLAG.write(found["share all"])
        else:
            found = {"of": tree}
        if "of" in found:
            said |= self._binding(found["of"])
        step.parts.append(placet("call", **said))

    def _binding(self, tree: Tree) -> dict[str, str]:
        word = scalar(tree)
        if word in ("latest", "pinned"):
            return {"binding": word}
        if word.isdecimal():
            return {"binding": "version", "version": word}
        sentence = f"“{shorten(word, 40)}” is no version."
        raise Fault(tree.place, sentence, "Write latest, pinned or a number.")

    def read(self, seen: Seen) -> Value | None:
        part = seen.take_part("call")
        if part is None:
            return None
        binding, number = part.take_attribute("binding"), part.take_attribute("version")
        everything = part.take_attribute("propagateAll")
        of = number or binding
        if not everything:
            return of or None
        return {**({"of": of} if of else {}), "share all": FLAG.read(everything)}
