"""The administration of people's work: tasks, substitutions, users and groups."""

from tasks.admin import people, questions, substitutions

__all__ = ["people", "questions", "substitutions"]
