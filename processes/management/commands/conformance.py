"""``manage.py conformance DIR``: run outside cases, and say which of them pass."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from processes.conformance import bpmn, bpmn_stored, dmn
from processes.conformance.report import Report, lines


class Command(BaseCommand):
    help = "Run the conformance cases in a folder; what they are is seen by what it holds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--database",
            action="store_true",
            help="play BPMN cases through store and services, in a scratch database",
        )
        parser.add_argument("--json", action="store_true", help="print the result for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        report = run_cases(options["folder"], in_database=options["database"])
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(lines(report)))
        if report.failures:
            raise SystemExit(1)


def run_cases(folder: Path, *, in_database: bool) -> Report:
    """Return what the cases in the folder gave. Raises CommandError where there are none."""
    if not folder.is_dir():
        raise CommandError(f"{folder} is not a folder.")
    if dmn.holds_cases(folder):
        return dmn.run(folder)
    if bpmn.holds_cases(folder):
        if not in_database:
            return bpmn.run(folder)
        with bpmn_stored.scratch_database():
            return bpmn.run(folder, bpmn_stored.play)
    raise CommandError(
        f"{folder} holds no cases: no manifest.json, no testCases.xsd and no *-test-*.xml."
    )
