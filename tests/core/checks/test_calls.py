"""Calls of other systems."""

from dataclasses import replace

import pytest

from tests.core.checks.judging import CALL, found, told
from tests.core.graphs import feel, graph, service_task


def test_a_service_task_needs_a_connection():
    checked = graph(
        service_task("call", call=replace(CALL, connection="")), flows="start -> call\ncall -> end"
    )
    told(checked, "no-connection", "call", "error")


@pytest.mark.parametrize(("timeout", "cut"), [("PT2M", False), ("PT2M1S", True)])
def test_a_call_waits_no_longer_than_it_may(timeout, cut):
    call = replace(CALL, timeout=feel(f'duration("{timeout}")'))
    checked = graph(service_task("call", call=call), flows="start -> call\ncall -> end")
    assert bool(found(checked, "timeout-cut")) is cut
