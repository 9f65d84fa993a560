"""What to do next: more of the same, so that nobody has to look for it in a list."""

from tasks.inbox import Inbox
from tasks.inbox.wanted import Wanted
from tasks.models import Task

FAR = 20
"""So far it is looked past what is laid aside."""


def next_like(box: Inbox, task: Task) -> Task | None:
    """Return what the person can answer next at the same step, the most urgent, if anything.

    A colleague's question has nothing like it.
    """
    if task.kind != Task.Kind.QUESTION:
        return None
    wanted = Wanted(process=task.instance.process.key, node=task.node)
    rows = box.page("todo", wanted, size=FAR)
    return next((row for row in rows if row.status in Task.WORKABLE and row != task), None)
