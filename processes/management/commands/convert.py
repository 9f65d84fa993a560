"""``manage.py convert FILE``: from the short form to BPMN, or from BPMN to the short form."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from processes.core.findings import Finding
from processes.core.short import compile_short, to_short


class Command(BaseCommand):
    help = "Convert a process between BPMN and the short form; the result is printed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a BPMN file, or a process in the short form")
        parser.add_argument(
            "--to", choices=["bpmn", "yaml"], help="else the one that the file is not"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            source = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        wanted = options["to"] or ("yaml" if source.lstrip().startswith(b"<") else "bpmn")
        written, findings = to_short(source) if wanted == "yaml" else to_bpmn(source)
        for finding in findings:
            self.stderr.write(f"{finding.severity}: {finding.sentence} {finding.hint}".strip())
        if not written:
            raise CommandError("Nothing was converted.")
        self.stdout.write(written, ending="")


def to_bpmn(source: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Return the file and the findings. Raises CommandError for what is not text."""
    try:
        text = source.decode()
    except UnicodeDecodeError as error:
        raise CommandError("The file is not UTF-8 text. Save it as UTF-8.") from error
    compiled, findings = compile_short(text)
    return compiled.decode(), findings
