"""The portal's pages about people's work."""

from tasks.views.absences import absence, end_absence
from tasks.views.acting import act
from tasks.views.desk import diagram, task
from tasks.views.filters import delete_filter, save_filter
from tasks.views.inboxes import inbox
from tasks.views.instances import instance, started
from tasks.views.verbs import attach, attachment, comment, complete, draft, move
from tasks.views.withdrawing import withdraw

__all__ = [
    "absence",
    "act",
    "attach",
    "attachment",
    "comment",
    "complete",
    "delete_filter",
    "diagram",
    "draft",
    "end_absence",
    "inbox",
    "instance",
    "move",
    "save_filter",
    "started",
    "task",
    "withdraw",
]
