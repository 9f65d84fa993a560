"""`manage.py draw_state_machines`: write docs/state-machines.md from the code."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import models
from django_fsm import FSMField

from processes.models import Incident, Instance, Job, Version
from tasks.models import Task
from tasks.rules.actions import Action, allowed_actions
from tasks.rules.standing import Standing

PAGE = settings.BASE_DIR / "docs" / "state-machines.md"
INTRODUCTION = """# State machines

Drawn from the code by `manage.py draw_state_machines`; a test fails when this page is stale.
An arrow is a django-fsm transition, named after the method that does it. Only services call them.
"""
ROLES = {
    "candidate": Standing(candidate=True),
    "owner": Standing(candidate=True, owner=True),
    "administrator": Standing(administrator=True),
    "stakeholder": Standing(stakeholder=True),
    "excluded administrator": Standing(excluded=True, stakeholder=True, administrator=True),
}


class Command(BaseCommand):
    """Write the page, or with ``--check`` tell whether it is as the code says."""

    help = "Write docs/state-machines.md from the code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare ``--check``."""
        parser.add_argument("--check", action="store_true", help="fail when the page is stale")

    def handle(self, *, check: bool, **_options: Any) -> None:
        """Write or compare."""
        page = drawn()
        if check:
            if not PAGE.exists() or PAGE.read_text() != page:
                raise CommandError(f"{PAGE.name} is stale: run manage.py draw_state_machines.")
            return
        PAGE.write_text(page)


def drawn() -> str:
    """Return the whole page."""
    parts = [INTRODUCTION]
    for model in (Task, Instance, Version, Job, Incident):
        parts.append(f"## {model.__name__}\n\n{first_line(model)}\n\n{diagram(model)}")
        if model is Task:
            parts.append(f"### Who may do what with a task\n\n{table()}")
    return "\n".join(parts)


def first_line(model: type[models.Model]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


def diagram(model: type[models.Model]) -> str:
    """Return a mermaid diagram of the model's transitions."""
    lines = [f"    {arrow}" for arrow in arrows(model)]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```", ""])


def arrows(model: type[models.Model]) -> Iterator[str]:
    field = next(field for field in model._meta.fields if isinstance(field, FSMField))
    yield f"[*] --> {field.default}"
    found = {
        (str(transition.source), str(transition.target), transition.name)
        for transition in field.get_all_transitions(model)
    }
    together: dict[tuple[str, str], list[str]] = {}
    for source, target, name in sorted(found):
        together.setdefault((source, target), []).append(name)
    for (source, target), names in together.items():
        yield f"{source} --> {target}: {', '.join(names)}"
    sources = {source for source, _, _ in found}
    for final in sorted({target for _, target, _ in found} - sources):
        yield f"{final} --> [*]"


def table() -> str:
    """Return which role may do what in which state, asked of the rule itself."""
    lines = [
        f"| state | {' | '.join(ROLES)} |",
        f"| --- | {' | '.join('---' for _ in ROLES)} |",
    ]
    for status in Task.Status:
        cells = []
        for standing in ROLES.values():
            allowed = allowed_actions(status, standing)
            cells.append(", ".join(action for action in Action if action in allowed))
        lines.append(f"| {status.value} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])
