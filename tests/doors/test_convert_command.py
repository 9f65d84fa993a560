"""``manage.py convert`` prints a process in the other form."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from processes.core.bpmn import read

SHORT = "process: p\nsteps:\n  - user: a\n    ask: {users: bob}\n"


def convert(path: Path, **options: str) -> tuple[str, str]:
    printed, told = StringIO(), StringIO()
    call_command("convert", str(path), stdout=printed, stderr=told, **options)
    return printed.getvalue(), told.getvalue()


def kept(tmp_path: Path, content: str | bytes, name: str = "file") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_the_short_form_becomes_bpmn_and_comes_back(tmp_path):
    bpmn, _ = convert(kept(tmp_path, SHORT, "p.yaml"))
    assert read(bpmn.encode()).ok

    short, told = convert(kept(tmp_path, bpmn, "p.bpmn"))

    assert short == SHORT
    assert "laid out anew" in told


def test_a_mistake_is_told_and_nothing_is_printed(tmp_path):
    printed, told = StringIO(), StringIO()
    path = kept(tmp_path, SHORT.replace("user:", "usr:"))
    with pytest.raises(CommandError, match="Nothing was converted"):
        call_command("convert", str(path), stdout=printed, stderr=told)
    assert printed.getvalue() == ""
    assert "Line 3, column 5" in told.getvalue()
    assert "Did you mean “user”?" in told.getvalue()


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (b"\xff\xfe", {}, "not UTF-8"),
        (SHORT, {"to": "yaml"}, "Nothing was converted"),
        ("<definitions/>", {}, "Nothing was converted"),
    ],
)
def test_what_is_neither_is_refused(tmp_path, content, options, said):
    with pytest.raises(CommandError, match=said):
        convert(kept(tmp_path, content), **options)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        convert(tmp_path / "none")
