"""`manage.py seed_demo`: people and purchases to look at."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from portal.demo.seed import seed


class Command(BaseCommand):
    """Fill an empty portal with the demo; run again, it leaves everything as it is."""

    help = "Fill an empty portal with demo people and purchases."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where the order service of the demo listens."""
        parser.add_argument("--orders", default="http://127.0.0.1:8001", help="order service")

    def handle(self, *, orders: str, **_options: Any) -> None:
        """Seed all or nothing, so that an interrupted seed leaves no half demo."""
        with transaction.atomic():
            done = seed(orders=orders, now=timezone.now())
        self.stdout.write("The demo is ready." if done else "The demo was there already.")
