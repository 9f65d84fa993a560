"""`manage.py draw_state_machines`: write docs/state-machines.md and the table of operations."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import models
from django_fsm import FSMField

from processes.models import Incident, Instance, Job, Version
from tasks.models import Task
from tasks.rules.actions import (
    OPERATIONS,
    Action,
    Operation,
    Role,
    Situation,
    allowed_actions,
)
from tasks.rules.standing import Seat, Standing

PAGE = settings.BASE_DIR / "docs" / "state-machines.md"
LIFE = settings.BASE_DIR / "docs" / "working-on-tasks.md"
BEGIN, END = "<!-- operations: written by draw_state_machines -->", "<!-- end of operations -->"
INTRODUCTION = """# State machines

Drawn from the code by `manage.py draw_state_machines`; a test fails when this page is stale.
An arrow is a django-fsm transition, named after the method that does it. Only services call them.
"""
ASKED = (Seat(user=1),)
ROLES = {
    "candidate": Standing(person=1, seats=ASKED),
    "owner": Standing(person=1, seats=ASKED, owner=True),
    "initiator": Standing(person=2, stakeholder=True),
    "administrator": Standing(person=3, administrator=True),
    "stakeholder": Standing(person=4, stakeholder=True),
    "excluded administrator": Standing(
        person=3, excluded=True, stakeholder=True, administrator=True
    ),
}


class Command(BaseCommand):
    """Write the page, or with ``--check`` tell whether it is as the code says."""

    help = (
        "Write docs/state-machines.md and the operations of docs/working-on-tasks.md from the code."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare ``--check``."""
        parser.add_argument("--check", action="store_true", help="fail when the page is stale")

    def handle(self, *, check: bool, **_options: Any) -> None:
        """Write or compare."""
        pages = {PAGE: drawn(), LIFE: with_operations(LIFE.read_text())}
        for path, page in pages.items():
            if not check:
                path.write_text(page)
            elif not path.exists() or path.read_text() != page:
                raise CommandError(f"{path.name} is stale: run manage.py draw_state_machines.")


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
        (str(transition.source), target, transition.name)
        for transition in field.get_all_transitions(model)
        for target in targets(transition.target)
    }
    together: dict[tuple[str, str], list[str]] = {}
    for source, target, name in sorted(found):
        together.setdefault((source, target), []).append(name)
    for (source, target), names in together.items():
        yield f"{source} --> {target}: {', '.join(names)}"
    sources = {source for source, _, _ in found}
    for final in sorted({target for _, target, _ in found} - sources):
        yield f"{final} --> [*]"


def targets(target: Any) -> list[str]:
    """Return where a transition leads; some lead back to what was before."""
    return [str(state) for state in getattr(target, "allowed_states", (target,))]


def table() -> str:
    """Return which role may do what in which state, asked of the rule itself.

    The task allows all that a definition can allow; several must answer in the last row.
    """
    lines = [
        f"| state | {' | '.join(ROLES)} |",
        f"| --- | {' | '.join('---' for _ in ROLES)} |",
    ]
    lines += [row(status.value, situation(status.value)) for status in Task.Status]
    lines.append(row("ready, several must answer", situation("ready", collective=True)))
    return "\n".join([*lines, ""])


def situation(status: str, *, collective: bool = False) -> Situation:
    return Situation(
        status=status,
        collective=collective,
        held=True,
        skippable=True,
        sends_back=True,
        fails=True,
        withdrawable=True,
        initiator=2,
        decided_by=1,
        suspended_by=1,
    )


def row(name: str, found: Situation) -> str:
    cells = []
    for standing in ROLES.values():
        allowed = allowed_actions(found, standing)
        cells.append(", ".join(action for action in Action if action in allowed))
    return f"| {name} | {' | '.join(cells)} |"


# --- the operations, for docs/working-on-tasks.md -----------------------------------------------


def with_operations(page: str) -> str:
    """Return the page with its table of operations as the code has them."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = ["| operation | from → to | who | notes |", "| --- | --- | --- | --- |"]
    lines += [told(operation) for operation in OPERATIONS]
    return "\n".join([f"{before}{BEGIN}", "", *lines, "", f"{END}{after}"])


def told(operation: Operation) -> str:
    sources = states(operation.sources)
    to = f" → {operation.target}" if operation.target else ""
    who = ", ".join(role.value for role in Role if role in operation.roles)
    return f"| {operation.action.value} | {sources}{to} | {who} | {operation.note} |"


def states(sources: tuple[str, ...]) -> str:
    if set(sources) == {status.value for status in Task.Status}:
        return "any"
    if set(sources) == set(Task.OPEN):
        return "any open"
    return ", ".join(sources)
