"""``manage.py import_process FILE``: see what becomes of a file that another tool wrote."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from processes.core.imports import Imported, import_file

WORDS = {"taken": "taken", "translated": "translated", "kept": "kept", "left": "NOT TAKEN"}


class Command(BaseCommand):
    help = "Translate a file of Camunda 7, Camunda 8 or Amazon States Language to BPMN."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a BPMN file, or a state machine as JSON")
        parser.add_argument("--out", type=Path, help="where to write the BPMN")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            imported = import_file(path.read_bytes(), path.name)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        if options["json"]:
            self.stdout.write(json.dumps(as_json(imported), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(lines(imported)))
        if not imported.source:
            raise CommandError("Nothing could be made of the file.")
        if options["out"]:
            options["out"].write_bytes(imported.source)


def counts(imported: Imported) -> dict[str, int]:
    found = dict.fromkeys(WORDS, 0)
    for taken in imported.report:
        found[taken.standing] += 1
    return found


def as_json(imported: Imported) -> dict[str, Any]:
    return {
        "language": imported.language or "BPMN",
        **counts(imported),
        "report": [asdict(taken) for taken in imported.report],
        "findings": [asdict(finding) for finding in imported.findings],
    }


def lines(imported: Imported) -> list[str]:
    """Return the report for a terminal: a line for each thing, with what to know below it."""
    found = [f"Written for {imported.language}." if imported.language else "Plain BPMN."]
    for taken in imported.report:
        change = f": {taken.old}" if taken.old else ""
        if taken.new and taken.new != taken.old:
            change += f" → {taken.new}"
        found.append(f"{WORDS[taken.standing]:<10} {taken.element or '-'}  {taken.what}{change}")
        found += [f"{'':<10}   {text}" for text in (taken.sentence, taken.hint) if text]
    for finding in imported.findings:
        found.append(f"{finding.severity:<11} {finding.element or '-'}  {finding.sentence}")
        if finding.hint:
            found.append(f"{'':<10}   {finding.hint}")
    if imported.report:
        told = ", ".join(f"{n} {WORDS[key].lower()}" for key, n in counts(imported).items())
        found.append(f"{told}.")
    return found
