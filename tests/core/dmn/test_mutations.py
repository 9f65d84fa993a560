"""However a model is damaged, reading and evaluating it end in findings or in a sentence."""

import re
from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from processes.core.dmn import evaluate, read
from processes.core.feel import FeelError

SOURCE = (Path(__file__).parent / "approval-level.dmn").read_bytes()
MARKS = [found.span() for found in re.finditer(rb'"[^"<>]*"|<[^<>]*>|>[^<>]+<', SOURCE)]
TEXTS = [found.span() for found in re.finditer(rb'(?<=[">])[^"<>]+(?=["<])', SOURCE)]
INPUTS = {"Purchase": {"amount": 8000, "category": "other"}}


def look_at(source: bytes) -> None:
    reading = read(source)
    for finding in reading.findings:
        assert finding.sentence
        assert len(finding.sentence) < 1_000
    if reading.model is None:
        assert not reading.ok
        return
    for element in reading.model.invocable():
        with suppress(FeelError):
            outcome = evaluate(reading.model, element.id, INPUTS)
            assert all(problem.sentence for problem in outcome.problems)


@given(st.data())
def test_texts_swapped_with_each_other_are_told(data):
    damaged = SOURCE
    for _ in range(data.draw(st.integers(1, 3))):
        begin, end = data.draw(st.sampled_from(MARKS))
        other = data.draw(st.sampled_from(MARKS))
        damaged = damaged[:begin] + SOURCE[slice(*other)] + damaged[end:]
    look_at(damaged)


@given(st.data())
def test_elements_left_out_are_told(data):
    lines = SOURCE.split(b"\n")
    for _ in range(data.draw(st.integers(1, 5))):
        del lines[data.draw(st.integers(0, len(lines) - 1))]
    look_at(b"\n".join(lines))


@given(st.data())
def test_values_of_any_kind_are_told(data):
    begin, end = data.draw(st.sampled_from(TEXTS))
    text = data.draw(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
    written = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    look_at(SOURCE[:begin] + written.encode() + SOURCE[end:])
