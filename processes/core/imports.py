"""Files that other tools wrote, on their way to BPMN that runs here.

What comes in is told by the file itself: XML with the words of Camunda 7 or 8, or the JSON of
Amazon States Language. Only the short form is told by its name, which ends in ``.yaml`` or
``.yml``. A BPMN file without foreign words stays as it is, byte by byte.
"""

from dataclasses import dataclass

from lxml import etree

from processes.core.asl import import_machine
from processes.core.bpmn import read
from processes.core.bpmn.dialects import DIALECTS, Taken, dialect_of, with_our_prefix
from processes.core.bpmn.draft import survey
from processes.core.bpmn.reader import oversize
from processes.core.bpmn.xml import MAX_BYTES, Unreadable, load
from processes.core.findings import Finding
from processes.core.short import compile_short

STATES_LANGUAGE = "Amazon States Language"
SHORT_FORM = "the short form"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file.

    ``source`` is BPMN, empty when nothing could be made of the file. ``language`` is the tool that
    the file was written for, empty for plain BPMN. ``report`` says what was taken, translated and
    left, in the order of the file. ``findings`` are those of the new file.
    """

    source: bytes
    language: str = ""
    report: tuple[Taken, ...] = ()
    findings: tuple[Finding, ...] = ()


def import_file(source: bytes, filename: str = "") -> Imported:
    """Return the file as BPMN with a report. Never raises; what is wrong becomes a finding.

    ``filename`` names the process of a state machine, which has no name of its own.
    """
    if filename.lower().endswith((".yaml", ".yml")):
        return from_short(source)
    if source.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return from_states(source, filename)
    return from_bpmn(source)


def from_short(source: bytes) -> Imported:
    try:
        text = utf8(source)
    except Unreadable as refusal:
        return Imported(b"", SHORT_FORM, findings=(refusal.finding,))
    compiled, findings = compile_short(text)
    return Imported(compiled, SHORT_FORM, findings=findings)


def utf8(source: bytes) -> str:
    """Return the text. Raises Unreadable."""
    if len(source) > MAX_BYTES:
        raise Unreadable(
            "file-too-large",
            f"The file has {len(source):,} bytes; at most {MAX_BYTES:,} are read.",
            "Split the process.",
        )
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            "encoding", f"The file is not UTF-8: byte {error.start + 1:,} fits no character."
        ) from error


def from_states(source: bytes, filename: str) -> Imported:
    machine = import_machine(source, filename)
    found = (*machine.findings, *read(machine.source).findings) if machine.source else ()
    return Imported(machine.source, STATES_LANGUAGE, machine.report, found or machine.findings)


def from_bpmn(source: bytes) -> Imported:
    try:
        root = load(source)
    except Unreadable as refusal:
        return Imported(b"", findings=(refusal.finding,))
    language = dialect_of(root)
    if not language:
        return Imported(source, findings=read(source).findings)
    if too_large := oversize(survey(root)):
        return Imported(b"", language, findings=(too_large,))
    root = with_our_prefix(root)
    report = DIALECTS[language](root)
    new = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    # The report says more about foreign words than the reader's general warning.
    findings = tuple(found for found in read(new).findings if found.code != "dialect")
    return Imported(new, language, report, findings)
