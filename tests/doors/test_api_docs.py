"""The commands in docs/integrators.md do what the page says, one after the other."""

import json
import re
import shlex
from base64 import b64encode
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests import factories as f

PAGE = Path(__file__).parent.parent.parent / "docs" / "integrators.md"
PARTS = re.compile(
    r"^```sh\n(?P<command>.*?)^```$"
    r"|^```json\n(?P<shown>.*?)^```$"
    r"|^<!-- (?P<name>\w+) = (?P<path>\S+) -->$",
    re.DOTALL | re.MULTILINE,
)


class Reader:
    """Types the commands, looks at what is shown, and notes what is needed later."""

    def __init__(self) -> None:
        self.known = {"PLACET": "http://testserver/api/v1"}
        self.answer: Any = None
        self.looked = 0

    def type(self, command: str) -> None:
        words = shlex.split(Template(command.replace("\\\n", " ")).substitute(self.known))
        assert words.pop(0) == "curl"
        method, headers, body, address = "GET", {}, "", ""
        while words:
            match words.pop(0):
                case "-X":
                    method = words.pop(0)
                case "-H":
                    name, value = words.pop(0).split(": ", 1)
                    headers[name] = value
                case "-u":
                    headers["Authorization"] = f"Basic {basic(words.pop(0))}"
                case "--json":
                    method, body = "POST", words.pop(0)
                case other:
                    assert not address, f"what is {other}?"
                    address = other
        parts = urlsplit(address)
        response = Client().generic(
            method, f"{parts.path}?{parts.query}", body, "application/json", headers=headers
        )
        self.answer = response.json()

    def look(self, shown: str) -> None:
        expected = json.loads(Template(shown).substitute(self.known))
        assert_shown(expected, self.answer)
        self.looked += 1

    def note(self, name: str, path: str) -> None:
        value = self.answer
        for step in path.split("."):
            value = value[int(step) if step.isdigit() else step]
        self.known[name] = value


def basic(pair: str) -> str:
    return b64encode(pair.encode()).decode()


def assert_shown(expected: Any, actual: Any, where: str = "answer") -> None:
    """The page may leave fields out and write … for any text; what it shows must be so."""
    match expected:
        case dict():
            for name, inner in expected.items():
                assert name in actual, f"{where} has no {name}"
                assert_shown(inner, actual[name], f"{where}.{name}")
        case [{}, *_] if isinstance(expected[0], dict):
            assert len(actual) == len(expected), where
            for place, inner in enumerate(expected):
                assert_shown(inner, actual[place], f"{where}[{place}]")
        case "…":
            assert isinstance(actual, str), where
            assert actual, where
        case _:
            assert actual == expected, where


@pytest.mark.django_db
def test_every_command_gives_what_the_page_shows():
    f.cast()
    f.deployed()
    reader = Reader()
    for part in PARTS.finditer(PAGE.read_text()):
        if part["command"]:
            reader.type(part["command"])
        elif part["shown"]:
            reader.look(part["shown"])
        else:
            reader.note(part["name"], part["path"])

    assert reader.looked >= 10


def test_every_code_that_the_page_names_is_one_of_ours():
    sources = [
        path.read_text()
        for app in ("portal", "processes", "tasks")
        for path in (PAGE.parent.parent / app).rglob("*.py")
    ]
    named = set(re.findall(r"`(\w+_\w+)`", PAGE.read_text()))

    assert named
    for word in named:
        assert any(word in source for source in sources), word
