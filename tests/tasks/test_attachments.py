"""Files beside a task: what is taken in, where it lies, and who gets it back."""

import io
import stat
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from processes.core.errors import Absent, Forbidden, Invalid, WrongState
from tasks import files, services
from tasks.models import Attachment
from tests.factories import NOW, asked, person
from tests.tasks.worked import REVIEWERS, again, answer, notes, review, two_steps

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "attachments": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": tmp_path,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        },
    }


def lay(task, name="offer.pdf", content=PDF, who="bob", **more):
    return services.attach(
        task_id=task.pk,
        person=person(who),
        name=name,
        content=io.BytesIO(content),
        size=len(content),
        now=NOW,
        **more,
    )


def get(attachment, who):
    return services.attachment_for(attachment_id=attachment.pk, person=person(who), now=NOW)


def stored():
    return list(files.older_than(NOW + timedelta(days=36_500)))


def archive(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


def test_a_file_lies_under_a_random_name_that_only_the_server_reads():
    task = review()
    first, second = lay(task), lay(task)
    assert first.stored != second.stored
    assert "offer" not in first.stored
    path = Path(files.storage().path(first.stored))
    assert path.read_bytes() == PDF
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (first.media_type, first.size, first.name) == ("application/pdf", len(PDF), "offer.pdf")
    assert notes(task) == ["attached", "attached"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("page.html", b"<html></html>", "type_not_allowed"),
        ("drawing.svg", b"<svg/>", "type_not_allowed"),
        ("tool.exe", b"MZ", "type_not_allowed"),
        ("nothing", b"x", "type_not_allowed"),
        ("offer.pdf", PNG, "content_differs"),
        ("photo.png", b"<svg onload=alert(1)>", "content_differs"),
        ("notes.txt", b"<!DOCTYPE html><script>1</script>", "content_differs"),
        ("notes.txt", b"\x00\x01binary", "content_differs"),
        ("list.csv", b"a;b\n\xff\xfe", "content_differs"),
        ("letter.docx", b"PK\x03\x04 but no archive", "content_differs"),
        ("letter.docx", archive("xl/workbook.xml"), "content_differs"),
        ("letter.docx", archive("word/document.xml", "word/vbaProject.bin"), "macros"),
        ("empty.pdf", b"", "file_empty"),
    ],
)
def test_what_is_not_what_it_says_is_refused(name, content, code):
    with pytest.raises(Invalid) as refused:
        lay(review(), name, content)
    assert refused.value.code == code
    assert stored() == []


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("photo.PNG", PNG, "image/png"),
        ("notes.txt", "Grüße\tan alle\r\n".encode(), "text/plain"),
        ("list.csv", b"\xef\xbb\xbfa;b\n1;2\n", "text/csv"),
        (
            "letter.docx",
            archive("[Content_Types].xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_what_it_says_is_told_by_its_content(name, content, media_type):
    assert lay(review(), name, content).media_type == media_type


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\bob\\offer.pdf", "offer.pdf"),
        ('a"b\r\nX: 1.pdf', "a_bX_ 1.pdf"),
        ("inv\u202efdp.exe.pdf", "invfdp.exe.pdf"),
        ("…" * 300 + ".pdf", "…" * 146 + ".pdf"),
    ],
)
def test_a_name_cannot_mislead(typed, kept):
    content = PDF if kept.endswith("pdf") else b"x"
    assert lay(review(), typed, content).name == kept


def test_files_and_all_files_of_a_task_have_a_size(settings):
    task = review()
    settings.ATTACHMENT_BYTES = len(PDF)
    settings.ATTACHMENT_BYTES_OF_A_TASK = 2 * len(PDF)
    with pytest.raises(Invalid) as refused:
        lay(task, content=PDF + b" ")
    assert refused.value.code == "file_too_large"
    lay(task), lay(task)
    with pytest.raises(Invalid) as refused:
        lay(task)
    assert refused.value.code == "too_many_files"
    assert len(stored()) == 2


def test_strangers_leave_nothing_and_get_nothing():
    task = review()
    with pytest.raises(Absent):
        lay(task, who="mallory")
    assert stored() == []
    file = lay(task)
    for who in ("mallory", "leo"):
        with pytest.raises(Absent):
            get(file, who)
    assert get(file, "alice") == file


def test_visibility_holds_for_the_download_too():
    instance = two_steps('sendBack="draft"', between=REVIEWERS)
    answer(asked(instance, "draft"), "alice", now=NOW)
    between = asked(instance, "between")
    secret = lay(between, visibility="administrators")
    for_all = lay(between, visibility="process")
    assert get(secret, "dan") == get(secret, "bob") == secret
    with pytest.raises(Absent):
        get(secret, "carol")
    assert get(for_all, "carol") == for_all


def test_nothing_is_laid_beside_a_closed_task():
    task = review()
    answer(task, now=NOW)
    with pytest.raises(WrongState):
        lay(task)
    assert stored() == []


def test_a_file_whose_row_is_not_written_does_not_stay(monkeypatch):
    def crash(*_args, **_kwargs):
        raise RuntimeError("the database went away")

    monkeypatch.setattr("tasks.services.attaching.write", crash)
    with pytest.raises(RuntimeError):
        lay(review())
    assert stored() == []


def test_files_that_no_row_knows_are_swept_when_they_are_old():
    known = lay(review())
    orphan, _digest = files.keep(io.BytesIO(b"x"))
    later = known.created_at.now(known.created_at.tzinfo)
    assert services.remove_orphans(now=later) == 0
    assert services.remove_orphans(now=later + timedelta(days=1)) == 1
    assert stored() == [known.stored]
    assert orphan != known.stored


def clean(_path):
    return True


def harmful(path):
    return b"virus" not in Path(path).read_bytes()


def test_nobody_downloads_what_the_scanner_has_not_seen(settings):
    settings.SCANNER = f"{__name__}.clean"
    file = lay(review())
    with pytest.raises(WrongState) as refused:
        get(file, "bob")
    assert refused.value.code == "not_scanned"
    services.scan(attachment_id=file.pk, now=NOW)
    assert get(file, "bob").scan == "clean"


def test_what_is_harmful_is_removed_and_noted(settings):
    settings.SCANNER = f"{__name__}.harmful"
    task = review()
    file = lay(task, content=PDF + b"virus")
    services.scan(attachment_id=file.pk, now=NOW)
    assert stored() == []
    assert Attachment.objects.get().scan == "infected"
    assert notes(task)[-1] == "attachment_removed"
    with pytest.raises(WrongState) as refused:
        get(file, "bob")
    assert refused.value.code == "infected"


@pytest.mark.parametrize(("command", "scan"), [("true", "clean"), ("false", "infected")])
def test_a_command_may_be_the_scanner(settings, command, scan):
    settings.SCANNER = command
    file = lay(review())
    services.scan(attachment_id=file.pk, now=NOW)
    assert Attachment.objects.get().scan == scan


def test_a_scanner_that_fails_leaves_the_file_waiting(settings):
    settings.SCANNER = "ls --no-such-option"
    file = lay(review())
    with pytest.raises(RuntimeError):
        services.scan(attachment_id=file.pk, now=NOW)
    assert Attachment.objects.get().scan == "waiting"
    assert services.claim_unscanned(limit=10) == [file.pk]


def test_an_excluded_initiator_may_lay_evidence_beside_the_task():
    who = REVIEWERS.replace("/>", ' exclude="initiator"/>')
    task = review(assignment=who)
    assert lay(task, who="alice").author == person("alice")
    with pytest.raises(Forbidden):
        answer(again(task), "alice", now=NOW)
