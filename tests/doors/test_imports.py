"""Files of other tools are uploaded in the administration, or looked at on the command line."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from processes.core.bpmn import read
from processes.models import Version
from tests.doors.administration import address, administrator
from tests.doors.pages import words
from tests.factories import NOW

CORE = Path(__file__).parents[1] / "core"
INVOICE = CORE / "dialects" / "files" / "invoice.c7.bpmn"
PARCEL = CORE / "asl" / "machines" / "parcel.asl.json"
UPLOAD = "/admin/processes/version/upload/"


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def send(source, name):
    return administrator().post(UPLOAD, {"file": SimpleUploadedFile(name, source)}, follow=True)


@pytest.mark.django_db
@pytest.mark.usefixtures("frozen")
class TestUpload:
    def test_a_file_of_camunda_is_kept_translated_and_told_about(self):
        page = send(INVOICE.read_bytes(), "invoice.bpmn")
        version = Version.objects.get()
        assert version.status == "draft"
        assert "placet:topic" in version.source
        assert "camunda:topic" in version.source
        told = words(page)
        assert "Written for Camunda 7" in told
        assert "${approved && amount >= 5000} → =approved and amount >= 5000" in told
        assert "Code of the application does not run here." in told
        assert address(version) in page.content.decode()

    def test_what_was_left_comes_first(self):
        page = send(INVOICE.read_bytes(), "invoice.bpmn")
        assert [group["standing"] for group in page.context["groups"]] == [
            "left",
            "translated",
            "taken",
            "kept",
        ]

    def test_a_state_machine_is_kept_as_bpmn(self):
        page = send(PARCEL.read_bytes(), "parcel.asl.json")
        version = Version.objects.get()
        assert version.process.key == "parcel"
        assert read(version.source.encode()).ok
        assert "Written for Amazon States Language" in words(page)

    def test_a_file_that_is_no_process_is_refused_with_its_place(self):
        page = send(b'{"StartAt": ', "broken.json")
        assert page.status_code == 422
        assert "line 1, column 13" in words(page)
        assert not Version.objects.exists()


class TestCommand:
    def test_the_report_is_printed_and_the_file_written(self, tmp_path, capsys):
        out = tmp_path / "invoice.bpmn"
        call_command("import_process", str(INVOICE), "--out", str(out))
        told = capsys.readouterr().out
        assert "Written for Camunda 7." in told
        assert "translated to_second  condition: ${approved" in told
        assert "NOT TAKEN  archive  camunda:class: org.example.Archive" in told
        assert b"placet:topic" in out.read_bytes()

    def test_the_report_may_be_json(self, capsys):
        call_command("import_process", str(PARCEL), "--json")
        told = json.loads(capsys.readouterr().out)
        assert told["language"] == "Amazon States Language"
        assert told["translated"] == sum(
            taken["standing"] == "translated" for taken in told["report"]
        )
        assert told["findings"] == []

    def test_a_file_that_is_nothing_ends_with_an_error(self, tmp_path, capsys):
        nothing = tmp_path / "nothing.bpmn"
        nothing.write_text("hello")
        with pytest.raises(CommandError, match="Nothing could be made"):
            call_command("import_process", str(nothing))
        assert "does not start with “<”" in capsys.readouterr().out

    def test_a_file_that_is_not_there_is_said(self, tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("import_process", str(tmp_path / "absent.bpmn"))
