"""Every rule of the process language that has a scenario: one file, one script, one trace."""

import pytest

from tests.scenarios.playing import FOLDER, Scenario, scripts


@pytest.mark.parametrize(
    "script", [pytest.param(s, id=str(s.relative_to(FOLDER).with_suffix(""))) for s in scripts()]
)
def test_a_scenario_goes_as_written(script):
    Scenario(script).play()
