"""What the page for modelers says of the language is what the language does."""

import json
import re
from pathlib import Path

import pytest

from processes.core.feel.functions import BUILTINS
from tests.core.feel import value

PAGE = (Path(__file__).parents[3] / "docs" / "expressions-and-decisions.md").read_text("utf-8")
EXAMPLES = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_an_example_gives_what_the_page_says(text, expected):
    assert value(text) == json.loads(expected)


def test_the_page_names_every_function():
    section = PAGE.partition("### Functions")[2].partition("Arguments may be named")[0]
    assert set(re.findall(r"`([^`]+)`", section)) == set(BUILTINS)
