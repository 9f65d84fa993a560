"""However a file is damaged, reading and checking it end in findings, never in an exception."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from processes.core.bpmn import read
from processes.core.checks import check
from tests.core.bpmn.build import TEMPLATES

EVERYTHING = Path(__file__).parent / "everything.bpmn"
SOURCES = [path.read_bytes() for path in (*sorted(TEMPLATES.glob("*.bpmn")), EVERYTHING)]
MARKS = re.compile(rb'"[^"<>]*"|<[^<>]*>|>[^<>]+<')
SPICE = st.sampled_from(
    [b"", b"&", b"<", b"\x00", b"\xff", b"=", b"}", b"=(", b"${x}", b"<a>", b"</a>", b"P1W"]
) | st.binary(max_size=6)


def look_at(source: bytes) -> None:
    reading = read(source)
    assert reading.ok == all(finding.severity == "warning" for finding in reading.findings)
    for finding in reading.findings:
        assert finding.sentence
        assert len(finding.sentence) < 1_000
    if not reading.ok:
        assert reading.findings
    for graph in reading.graphs:
        check(graph)


@given(st.sampled_from(SOURCES), st.data())
def test_a_file_that_was_cut_off_is_told(source, data):
    look_at(source[: data.draw(st.integers(0, len(source) - 20))])


@given(st.sampled_from(SOURCES), st.data())
def test_bytes_written_over_are_told(source, data):
    damaged = bytearray(source)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged)))
        damaged[at : at + data.draw(st.integers(0, 40))] = data.draw(SPICE)
    look_at(bytes(damaged))


@given(st.sampled_from(SOURCES), st.data())
def test_texts_swapped_with_each_other_are_told(source, data):
    """The file stays well-formed more often, so that the damage reaches the rules."""
    marks = [found.span() for found in MARKS.finditer(source)]
    damaged = source
    for _ in range(data.draw(st.integers(1, 3))):
        begin, end = data.draw(st.sampled_from(marks))
        other = data.draw(st.sampled_from(marks))
        damaged = damaged[:begin] + source[slice(*other)] + damaged[end:]
    look_at(damaged)


@given(st.sampled_from(SOURCES), st.data())
def test_elements_left_out_are_told(source, data):
    lines = source.split(b"\n")
    for _ in range(data.draw(st.integers(1, 5))):
        del lines[data.draw(st.integers(0, len(lines) - 1))]
    look_at(b"\n".join(lines))


@given(st.sampled_from(SOURCES), st.data())
def test_values_of_any_kind_are_told(source, data):
    """Every attribute and text can hold anything that XML can hold."""
    values = [found.span() for found in re.finditer(rb'(?<=")[^"<>]*(?=")', source)]
    begin, end = data.draw(st.sampled_from(values))
    text = data.draw(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
    written = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    look_at(source[:begin] + written.encode() + source[end:])


@given(st.binary(max_size=200))
def test_any_bytes_are_told(source):
    look_at(source)
