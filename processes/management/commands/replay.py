"""``manage.py replay``: what finished instances would have done on another version."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from processes.core import events as ev
from processes.core.replay import Comparison, Happened, compare
from processes.models import Instance, Version
from processes.services import graph_of

ENDED = (Instance.Status.COMPLETED, Instance.Status.FAILED, Instance.Status.CANCELLED)


class Command(BaseCommand):
    help = "Replay the decisions of finished instances on another version; say where they part."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("process", help="the id of the process")
        parser.add_argument("--to", type=int, required=True, metavar="VERSION")
        parser.add_argument("--limit", type=int, default=1_000, help="the latest so many")
        parser.add_argument("--json", action="store_true", help="print the result for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        versions = {v.number: v for v in Version.objects.filter(process__key=options["process"])}
        target = versions.pop(options["to"], None)
        if target is None:
            raise CommandError(f"{options['process']} has no version {options['to']}.")
        found = {
            version.number: self.replayed(version, target, options["limit"])
            for version in versions.values()
            if version.instances.exists()
        }
        if options["json"]:
            document = {str(number): asdict(one) for number, one in sorted(found.items())}
            self.stdout.write(json.dumps(document, indent=2, ensure_ascii=False))
            return
        for number, one in sorted(found.items()):
            self.stdout.write(f"version {number}: {one.same:,} of {one.replayed:,} go the same way")
            for group in one.partings:
                told = group.parting
                self.stdout.write(
                    f"  {group.count:>6,}  {told.node or 'start'}, {told.decided}: {told.sentence}"
                )

    def replayed(self, version: Version, target: Version, limit: int) -> Comparison:
        instances = Instance.objects.filter(version=version, status__in=ENDED)
        newest = instances.order_by("-started_at")[:limit]
        return compare(graph_of(version.pk), graph_of(target.pk), histories(newest))


def histories(instances: Any) -> Iterator[tuple[str, list[Happened]]]:
    """Yield each instance's history, read one at a time."""
    for instance in instances:
        rows = instance.history.order_by("sequence").values_list("kind", "data", "at")
        yield str(instance.pk), [(at, ev.from_data(kind, data)) for kind, data, at in rows]
