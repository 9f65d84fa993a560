"""Rows about people: questions put to them, who may answer, and who stands in for whom.

`docs/state-machines.md` draws the life of a task from the transitions in `task`. A transition only
changes fields; `services` checks the right, saves, writes history and tells the pages.
"""

from tasks.models.absence import Substitution, SubstitutionQuerySet
from tasks.models.alarms import Alarm
from tasks.models.attachments import Attachment
from tasks.models.calendars import Calendar, CalendarDay, CalendarUse
from tasks.models.candidates import Candidate, Exclusion
from tasks.models.feeds import CalendarFeed
from tasks.models.organization import Position, Profile, Rotation, Skill, Unit
from tasks.models.push import PushSubscription
from tasks.models.saved import SavedFilter
from tasks.models.talk import Comment, Draft, Visibility
from tasks.models.task import Task, TaskQuerySet
from tasks.models.telling import (
    Announcement,
    ChatHook,
    Delivery,
    KindOfNews,
    MessageTemplate,
    Notification,
    Preference,
)
from tasks.models.votes import Vote

__all__ = [
    "Alarm",
    "Announcement",
    "Attachment",
    "Calendar",
    "CalendarDay",
    "CalendarFeed",
    "CalendarUse",
    "Candidate",
    "ChatHook",
    "Comment",
    "Delivery",
    "Draft",
    "Exclusion",
    "KindOfNews",
    "MessageTemplate",
    "Notification",
    "Position",
    "Preference",
    "Profile",
    "PushSubscription",
    "Rotation",
    "SavedFilter",
    "Skill",
    "Substitution",
    "SubstitutionQuerySet",
    "Task",
    "TaskQuerySet",
    "Unit",
    "Visibility",
    "Vote",
]
