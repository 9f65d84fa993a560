"""Versions are uploaded, looked at and published; what is published is never edited."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile

from processes.core.bpmn.diagram import leaves_steps_out
from processes.core.bpmn.picture import picture as drawing_of
from processes.core.bpmn.xml import MAX_BYTES, load
from processes.models import Process, Version
from processes.services import upload
from tests.doors.administration import address, administrator, marks
from tests.doors.pages import tree, words
from tests.factories import NOW, TEMPLATES, deployed, deployed_source, one_task, person, started

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def bare(source):
    start, end = source.index(b"<bpmndi:BPMNDiagram"), source.index(b"</bpmn:definitions>")
    return source[:start] + source[end:]


UPLOAD = "/admin/processes/version/upload/"
PURCHASE = (TEMPLATES / "purchase-approval.bpmn").read_bytes()


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def send(source, *, client=None, note=""):
    file = SimpleUploadedFile("process.bpmn", source, content_type="application/xml")
    client = client or administrator()
    return client.post(UPLOAD, {"file": file, "note": note}, follow=True)


def messages(response):
    return [str(message) for message in response.context["messages"]]


def test_a_good_file_is_kept_as_a_draft_with_its_picture():
    page = send(PURCHASE, note="The first")
    version = Version.objects.get()
    assert (version.status, version.note) == ("draft", "The first")
    assert page.redirect_chain == [(address(version), 302)]
    assert messages(page) == ["“Purchase approval v1” is kept as a draft."]
    assert "Nothing was found. This can run." in words(page)
    [picture] = tree(page).xpath("//*[@data-diagram]")
    drawn = page.client.get(picture.get("data-xml"))
    assert drawn.content == drawing_of(PURCHASE)


def test_a_file_without_a_picture_is_shown_laid_out():
    page = send(bare(PURCHASE))
    assert "laid out by rule" in words(page)
    [picture] = tree(page).xpath("//*[@data-diagram]")
    drawn = page.client.get(picture.get("data-xml")).content
    assert not leaves_steps_out(load(drawn))
    assert Version.objects.get().source == bare(PURCHASE).decode()


def test_the_same_file_again_changes_nothing():
    send(PURCHASE)
    page = send(PURCHASE)
    assert Version.objects.count() == 1
    assert messages(page) == ["This file is “Purchase approval v1” already. Nothing was changed."]


DANGLING = PURCHASE.replace(b'targetRef="manager" />', b'targetRef="nowhere" />', 1)
UNDECIDED = PURCHASE.replace(b'isExecutable="true"', b"")


def test_findings_name_their_element_and_what_to_do():
    page = send(DANGLING)
    finding = words(page, "//ul[@class='pl-findings']/li[1]")
    assert finding.startswith("Error The flow “to_manager” ends at “nowhere”")
    assert "Connect both of its ends" in finding
    assert finding.endswith("to_manager")
    assert {"to_manager", "manager"} <= marks(page)["stuck"]


def test_a_draft_with_mistakes_is_kept_and_cannot_be_published():
    page = send(DANGLING)
    assert "This version cannot be published." in words(page)
    assert not page.context["may_publish"]
    version = Version.objects.get()
    refused = administrator().post(address(version, "publish"), follow=True)
    assert messages(refused)[0].startswith("Purchase approval v1 cannot run: The flow")
    assert len(messages(refused)) > 1
    assert Version.objects.get().status == "draft"


def test_a_name_that_is_too_long_is_a_finding_and_no_failure():
    page = send(PURCHASE.replace(b'name="Purchase approval"', b'name="' + b"p" * 500 + b'"'))
    assert page.status_code == 200
    assert len(Process.objects.get().name) <= 200
    assert "The name of “ppp" in words(page)


def test_a_file_that_cannot_be_kept_is_drawn_all_the_same():
    page = send(UNDECIDED)
    assert page.status_code == 422
    assert "The file cannot be kept. Nothing was changed." in words(page)
    assert not Process.objects.exists()
    [source] = tree(page).xpath("//template[@data-source]")
    assert source.text_content().strip() == UNDECIDED.decode().strip()


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"PK\x03\x04 no text at all \xff",
        b"<html><body>hello</body></html>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b"<a>" * 5_000 + b"</a>" * 5_000,
        PURCHASE.decode().encode("utf-16"),
        PURCHASE[: len(PURCHASE) // 2],
        PURCHASE.replace(b'id="purchase-approval"', b'id="' + b"p" * 300 + b'"'),
    ],
    ids=["empty", "zip", "html", "doctype", "deep", "utf-16", "cut", "long key"],
)
def test_a_hostile_file_is_refused_in_sentences(hostile):
    page = send(hostile)
    assert page.status_code == 422
    assert not Process.objects.exists()
    said = words(page, "//ul[@class='pl-findings'] | //div[contains(@class, 'errors')]")
    assert said
    assert "Traceback" not in page.content.decode()


def test_a_file_that_is_too_large_is_refused_unread():
    page = send(b"<" + b" " * MAX_BYTES)
    assert page.status_code == 422
    assert "Nothing was kept." in words(page)


def test_markup_in_a_file_is_never_markup_on_the_page():
    attack = "&lt;/template>&lt;script>alert(1)&lt;/script>"
    for broken in ('isExecutable="false"', 'isExecutable="true"'):
        source = one_task(name=attack).replace('isExecutable="true"', broken)
        page = send(source.replace('targetRef="ask"', 'targetRef="nowhere"').encode())
        assert b"<script>alert" not in page.content
        assert b"alert(1)" in page.content


def test_a_version_is_published_after_asking():
    deployed_source(one_task(name="First"))
    started(Process.objects.get())
    draft = upload(source=one_task(name="Second").encode(), now=NOW)
    client = administrator()
    question = client.get(address(draft, "publish"))
    assert "One instance runs on v1 and stays there." in words(question)
    assert Version.objects.get(pk=draft.pk).status == "draft"
    page = client.post(address(draft, "publish"), follow=True)
    published = Version.objects.get(pk=draft.pk)
    assert (published.status, published.published_by) == ("published", person("dan"))
    assert messages(page) == ["“Test v2” is published. New instances start on it."]
    assert list(LogEntry.objects.values_list("change_message", flat=True)) == ["Published."]


def test_publishing_twice_says_that_it_was_done():
    version = deployed_source(one_task())
    page = administrator().post(address(version, "publish"), follow=True)
    assert messages(page)[0].startswith("Test v1 is published already. Nothing was changed.")


def test_a_file_is_downloaded_as_it_was_uploaded():
    version = deployed().versions.get()
    response = administrator().get(address(version, "bpmn"))
    assert response.content == PURCHASE
    assert response["Content-Disposition"] == 'attachment; filename="purchase-approval-v1.bpmn"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_version_has_no_form_that_could_change_it():
    version = deployed().versions.get()
    client = administrator()
    page = tree(client.get(address(version)))
    assert not page.xpath("//main//form | //*[@id='content']//form")
    assert client.post(address(version), {"source": "changed"}).status_code == 403
    assert Version.objects.get(pk=version.pk).source.encode() == PURCHASE


def test_name_and_fallback_of_a_process_can_be_changed_and_the_key_cannot():
    process = deployed()
    managers = person("bob").groups.get(name="managers")
    answers = {"name": "Buying", "description": "", "fallback_group": managers.pk, "key": "other"}
    administrator().post(address(process, "details"), answers)
    changed = Process.objects.get()
    assert (changed.name, changed.fallback_group) == ("Buying", managers)
    assert changed.key == "purchase-approval"


def test_rights_are_given_and_taken_on_one_page():
    process = deployed()
    bob, client = person("bob"), administrator()
    employees = bob.groups.get(name="employees")
    given = {f"group-{employees.pk}": ["start_process"], "user": "bob", "new": ["view_process"]}
    client.post(address(process, "rights"), given)
    bob = type(bob).objects.get(pk=bob.pk)
    assert bob.has_perm("processes.view_process", process)
    assert bob.has_perm("processes.start_process", process)
    client.post(address(process, "rights"), {f"user-{bob.pk}": ["operate_process"]})
    bob = type(bob).objects.get(pk=bob.pk)
    assert not bob.has_perm("processes.start_process", process)
    assert not bob.has_perm("processes.view_process", process)
    assert bob.has_perm("processes.operate_process", process)
    assert {entry.change_message for entry in LogEntry.objects.all()} == {
        "Bob +view_process",
        "employees -start_process, Bob -view_process, Bob +operate_process",
    }


def test_only_the_five_rights_can_be_given():
    process = deployed()
    administrator().post(
        address(process, "rights"), {"user": "bob", "new": ["delete_process", "add_user"]}
    )
    assert not process.processuserpermission_set.exists()


def test_the_process_page_says_who_may_what():
    process = deployed()
    page = words(
        administrator().get(address(process)), "//section[@aria-labelledby='rights-title']"
    )
    assert "Start employees" in page
    assert "Operate Nobody by name" in page
