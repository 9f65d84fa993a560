"""``manage.py verify_history``: prove that no history was changed behind Placet's back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from processes.services import verify_all


class Command(BaseCommand):
    help = "Check the hash chain of every instance and that its history leads to its state."

    def handle(self, *args: Any, **options: Any) -> None:
        flaws = list(verify_all())
        for flaw in flaws:
            self.stdout.write(f"{flaw.instance} event {flaw.sequence}: {flaw.sentence}")
        if flaws:
            raise CommandError(f"{len(flaws)} histories are not as they were written.")
        self.stdout.write("Every history is as it was written.")
