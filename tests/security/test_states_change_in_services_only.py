"""No door writes a state by hand: a query that sets ``status`` goes around every rule."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("portal", "processes", "tasks")
WRITERS = {"update", "bulk_update", "update_or_create", "create", "bulk_create"}
SOURCES = sorted(
    path
    for app in APPS
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts and "services" not in path.parts
)


def writes_a_state(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return name in WRITERS and any(keyword.arg == "status" for keyword in call.keywords)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_outside_the_services_sets_a_status(path):
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    assert [f"line {call.lineno}" for call in calls if writes_a_state(call)] == []
