"""Amazon States Language: state machines as processes (states-language.net).

The data that goes from state to state is the variable ``state``. An instance is started with the
input of the execution in it.
"""

import re
from dataclasses import dataclass
from pathlib import PurePath

from processes.core.asl.board import Scope
from processes.core.asl.dataflow import STATE
from processes.core.asl.document import Notes, Unreadable, load
from processes.core.asl.states import NO_JSONATA, Drawer
from processes.core.bpmn.dialects.report import Taken
from processes.core.bpmn.writer import Drawing, placet
from processes.core.findings import Finding

__all__ = ["Machine", "import_machine"]


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as BPMN with its diagram; ``source`` is empty where nothing could be drawn.

    ``findings`` are mistakes of the machine itself, told by their place in the JSON.
    """

    source: bytes = b""
    report: tuple[Taken, ...] = ()
    findings: tuple[Finding, ...] = ()


def import_machine(source: bytes, filename: str = "") -> Machine:
    """Return the process that does what the machine does. Never raises."""
    try:
        machine = load(source)
    except Unreadable as problem:
        return Machine(findings=(problem.finding,))
    notes = Notes()
    comment = machine.get("Comment")
    key = re.sub(r"[^A-Za-z0-9_-]+", "-", PurePath(filename).name.partition(".")[0]).strip("-")[
        :100
    ]
    key = key if re.match(r"[A-Za-z_]", key) else f"machine-{key}".strip("-")[:100]
    drawing = Drawing(
        key,
        key.replace("-", " ").replace("_", " ").capitalize(),
        documentation=comment if isinstance(comment, str) else "",
        parts=[placet("variable", name=STATE, type="any", label="Data of the machine")],
    )
    drawer = Drawer(drawing, notes, keeps_input=b"$$.Execution.Input" in source)
    if machine.get("QueryLanguage") == "JSONata":
        hint = "Write its expressions in FEEL."
        drawer.report.append(
            Taken(None, key, "QueryLanguage", "left", "JSONata", "", NO_JSONATA, hint)
        )
    drawer.machine(machine, "", Scope(""))
    if any(finding.code in ("too-deep", "too-many-states", "start") for finding in notes.findings):
        return Machine(report=tuple(drawer.report), findings=tuple(notes.findings))
    return Machine(drawing.to_xml(), tuple(drawer.report), tuple(notes.findings))
