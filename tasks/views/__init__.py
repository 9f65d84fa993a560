"""The portal's pages about people's work."""

from tasks.views.absences import absence, end_absence
from tasks.views.desk import diagram, task
from tasks.views.inboxes import inbox
from tasks.views.instances import instance, started
from tasks.views.verbs import comment, complete, hand_over, move

__all__ = [
    "absence",
    "comment",
    "complete",
    "diagram",
    "end_absence",
    "hand_over",
    "inbox",
    "instance",
    "move",
    "started",
    "task",
]
