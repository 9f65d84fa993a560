"""The viewer of the pages takes what was laid out, and complains about nothing."""

import pytest
from django.conf import settings

from processes.core.short import compile_short
from tests.core.bpmn.build import TEMPLATES, file, flow
from tests.core.layout.pictures import drawn
from tests.core.layout.test_pictures import LANES, POOLS

pytestmark = pytest.mark.browser

VIEWER = settings.NODE_MODULES / "bpmn-js" / "dist" / "bpmn-navigated-viewer.production.min.js"
IMPORT = """async (xml) => {
  const viewer = new BpmnJS({container: document.body});
  const {warnings} = await viewer.importXML(xml);
  const count = viewer.get('elementRegistry').filter((shape) => shape.type !== 'label').length;
  return {warnings: warnings.map((warning) => warning.message), count};
}"""
SHORT = """process: p
steps:
  - task: a
    for each: {times: 3}
    on:
      - after: P1D
        interrupting: false
      - undo: {task: b}
  - sub: c
    steps: [{task: d}]
    events:
      - sub: e
        steps: [{start: f, message: m}, {throw: g, signal: s}]
"""


def samples() -> dict[str, bytes]:
    template = (TEMPLATES / "access-request.bpmn").read_bytes()
    lanes = file(*LANES, flow("s", "order"), flow("order", "tell"), beside=POOLS)
    return {
        "template": drawn(template),
        "pools and lanes": drawn(lanes),
        "short form": compile_short(SHORT)[0],
    }


@pytest.mark.parametrize("name", samples())
def test_the_viewer_shows_everything(chromium, name):
    source = samples()[name]
    page = chromium.new_page()
    page.set_content("<body></body>")
    page.add_script_tag(path=VIEWER)
    shown = page.evaluate(IMPORT, source.decode())
    page.close()
    laid_out = source.count(b"BPMNShape id=") + source.count(b"BPMNEdge id=")
    assert laid_out > 10
    assert shown == {"warnings": [], "count": laid_out + 1}
