"""Compile the short form to BPMN."""

from dataclasses import replace

from processes.core.bpmn.reader import read
from processes.core.findings import Finding, gravest_first
from processes.core.short.plan import plan
from processes.core.short.sketch import Sketch, Told
from processes.core.short.source import Fault, parse

MAX_STEPS = 1_000


def compile_short(text: str) -> tuple[bytes, tuple[Finding, ...]]:
    """Return the BPMN file with a laid-out diagram, and what was found.

    The file is empty when the text cannot be understood. Findings of the reader are told with the
    line of the step that they are about, so that nobody has to look into the file.
    """
    told = Told()
    try:
        sketch = plan(parse(text), told)
    except Fault as fault:
        told.fault(fault)
    else:
        if len(sketch.steps) > MAX_STEPS:
            place = next(iter(sketch.steps.values())).place
            told.wrong(place, f"The process has {len(sketch.steps):,} steps; at most "
                              f"{MAX_STEPS:,} are compiled.", "Split the process.")  # fmt: skip
        if not told.findings:
            source = sketch.to_bpmn()
            return source, _with_lines(sketch, read(source).findings)
    return b"", tuple(gravest_first(told.findings))


def _with_lines(sketch: Sketch, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings with the place in the text where their element is described."""
    places = {step.id: step.place for step in sketch.steps.values()}
    return tuple(
        replace(finding, sentence=f"{places[finding.element]}: {finding.sentence}")
        if finding.element in places
        else finding
        for finding in findings
    )
