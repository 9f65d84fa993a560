"""Why me, and how it was decided who is asked: what the task page shows of the routing."""

from collections.abc import Sequence
from functools import cached_property

from django.contrib.auth.models import User

from processes.core import graph as g
from tasks.models import Candidate, Task
from tasks.routing.words import Names, Told, because, decided_how, names_for


class Reasons:
    """The routing of one task in words; ``rows`` are whom it asks."""

    def __init__(self, task: Task, graph: g.Graph, rows: Sequence[Candidate]) -> None:
        self.task = task
        self.graph = graph
        self.rows = rows

    @cached_property
    def names(self) -> Names:
        reasons = [{"rule": "", "group": row.group_id, **row.reason} for row in self.rows]
        return names_for(self.task, self.graph, reasons)

    def why(self, person: User) -> str:
        """Return how the person came to be asked: by name, or else as a member of a group."""
        groups = set(person.groups.values_list("pk", flat=True))
        named = next((row for row in self.rows if row.user_id == person.pk), None)
        row = named or next((row for row in self.rows if row.group_id in groups), None)
        return "" if row is None else because(row, self.names)

    def story(self) -> list[Told]:
        """Return the whole story, for ``routing.html``; empty when there is none."""
        return decided_how(self.task.routing, self.names)
