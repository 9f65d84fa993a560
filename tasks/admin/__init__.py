"""The administration of people's work: tasks, substitutions, users and groups."""

from tasks.admin import calendars, organization, people, questions, substitutions, telling

__all__ = ["calendars", "organization", "people", "questions", "substitutions", "telling"]
