"""Where the outside cases lie: models that others wrote, with what they must give.

They are no part of this repository. They lie in the folder that PLACET_CONFORMANCE names, or else
in ``shared/conformance`` next to it. Without them tests are skipped; with CI=true they fail.
"""

import os
from pathlib import Path

import pytest
from django.conf import settings

GIVEN = os.environ.get("PLACET_CONFORMANCE")
FOLDER = Path(GIVEN) if GIVEN else Path(settings.BASE_DIR).parent / "shared" / "conformance"


def outside_cases(kind: str) -> Path:
    """Return the folder of the cases of one kind, such as ``dmn``, or end the test."""
    folder = FOLDER / kind
    if not folder.is_dir():
        message = f"The outside cases are not in {folder}."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return folder
