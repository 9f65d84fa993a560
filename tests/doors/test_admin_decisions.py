"""DMN files in the administration: uploaded, looked at, kept for who may."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from processes.models import Decision
from processes.services import upload_decision
from tests.doors.administration import address, administrator, staff
from tests.doors.pages import visitor, words
from tests.factories import NOW
from tests.processes.test_decisions import APPROVALS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

LIST = "/admin/processes/decision/"
UPLOAD = f"{LIST}upload/"


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def send(source: bytes, client=None):
    file = SimpleUploadedFile("approvals.dmn", source)
    client = client or administrator()
    return client.post(UPLOAD, {"file": file, "note": "The first"}, follow=True)


def messages(page):
    return [str(message) for message in page.context["messages"]]


def test_a_file_is_kept_and_shows_what_it_decides():
    page = send(APPROVALS)
    kept = Decision.objects.get()
    assert page.redirect_chain == [(address(kept), 302)]
    assert messages(page) == [
        "“Approvals v1” is kept. Processes that are published from now on ask it."
    ]
    assert "Approval level" in words(page)
    assert kept.created_by.username == "dan"
    assert "Approvals v1" in words(administrator().get(LIST))


def test_the_same_file_again_changes_nothing():
    send(APPROVALS)
    page = send(APPROVALS)
    assert messages(page)[-1] == "This file is “Approvals v1” already. Nothing was changed."
    assert Decision.objects.count() == 1


def test_a_broken_file_is_refused_with_its_findings():
    page = send(APPROVALS.replace(b"&lt; 1000", b"&lt;&lt;"))
    assert page.status_code == 422
    assert "The file cannot be kept." in words(page)
    assert not Decision.objects.exists()


def test_the_file_can_be_downloaded_as_it_was_uploaded():
    send(APPROVALS)
    response = administrator().get(address(Decision.objects.get(), "dmn"))
    assert response.content == APPROVALS
    assert response["Content-Disposition"] == 'attachment; filename="approvals-v1.dmn"'


def test_only_who_may_sees_and_uploads():
    kept = upload_decision(source=APPROVALS, now=NOW)
    outsider = visitor(staff("mallory"))
    assert outsider.get(LIST).status_code == 403
    assert outsider.get(address(kept)).status_code == 404
    assert outsider.get(address(kept, "dmn")).status_code == 404
    assert send(APPROVALS, outsider).status_code == 403

    reader = visitor(staff("bob", None, "processes.view_decision"))
    assert reader.get(address(kept)).status_code == 200
    assert send(APPROVALS.replace(b"Approvals", b"Mine"), reader).status_code == 403
    assert Decision.objects.get() == kept
