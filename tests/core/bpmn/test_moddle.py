"""Modelers learn our elements from the moddle descriptor, so it must say what the reader reads."""

import json
from pathlib import Path

import processes.core.bpmn.extension as extension
from processes.core.bpmn.xml import PLACET

DESCRIPTOR = json.loads(
    (Path(extension.__file__).parent / "placet.moddle.json").read_text(encoding="utf-8")
)


def lower(name: str) -> str:
    return name[0].lower() + name[1:]


def test_the_descriptor_names_our_namespace():
    assert (DESCRIPTOR["prefix"], DESCRIPTOR["uri"]) == ("placet", PLACET)


def test_the_descriptor_has_every_element_with_its_attributes_and_its_place():
    described = {
        lower(kind["name"]): (
            sorted(p["name"] for p in kind["properties"] if p.get("isAttr")),
            sorted(lower(owner.removeprefix("bpmn:")) for owner in kind["meta"]["allowedIn"]),
        )
        for kind in DESCRIPTOR["types"]
        if "extends" not in kind
    }
    read = {
        kind: (sorted(shape.attributes), sorted(shape.owners))
        for kind, shape in extension.ELEMENTS.items()
    }
    assert described == read


def test_the_descriptor_has_the_attributes_of_tasks():
    described = {
        (lower(owner.removeprefix("bpmn:")), attribute["name"])
        for kind in DESCRIPTOR["types"]
        for owner in kind.get("extends", [])
        for attribute in kind["properties"]
    }
    assert described == {
        (owner, name) for owner, names in extension.ATTRIBUTES.items() for name in names
    }
