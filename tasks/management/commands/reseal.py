"""Encrypt kept secrets with today's SECRET_KEY, so that an earlier one can be dropped."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tasks import services


class Command(BaseCommand):
    help = "Encrypts kept secrets anew with today's SECRET_KEY. Safe to run twice."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; those that no key opens are named, and stay as they are."""
        count, unreadable = services.reseal_chat_hooks()
        self.stdout.write(f"{count} addresses of chats are encrypted with today's key.")
        if unreadable:
            names = ", ".join(f"“{name}”" for name in unreadable)
            raise CommandError(
                f"No key opens the address of {names}. Nothing was changed there; enter it again."
            )
