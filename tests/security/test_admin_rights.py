"""The administration shows and does only what a right on the process allows.

An address that names a row answers a stranger to its process as if the row did not exist. Addresses
are found by themselves, so that a new one is tried as well.
"""

import uuid

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, reverse
from guardian.shortcuts import assign_perm

from processes.models import HistoryEvent, Incident, Instance, Process, Timer, Version
from processes.services import upload
from tasks.models import Task
from tests.doors.administration import address, reread, rows, staff, stuck
from tests.doors.pages import visitor, words
from tests.factories import (
    NOW,
    PASSWORD,
    cast,
    deployed,
    deployed_source,
    one_task,
    person,
    purchase,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

BOUND = (Process, Version, Instance, Incident, HistoryEvent, Task)
RIGHTS = ("view_process", "operate_process", "design_process", "start_process", "report_process")


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def foreign():
    """Something of everything, in a process on which Mallory has no right."""
    incident = stuck()
    purchase(title="Chairs")
    return incident


@pytest.fixture
def mallory(foreign):
    """A member of staff with every right, but on another process."""
    own = deployed_source(one_task()).process
    return visitor(staff("mallory", own, *RIGHTS))


def addresses(model):
    """Yield the names of the pages of one row; each takes one id."""
    for pattern in admin.site._registry[model].get_urls():
        if pattern.name and len(pattern.pattern.converters) == 1:
            yield pattern.name


ROW_PAGES = [(model, name) for model in BOUND for name in dict.fromkeys(addresses(model))]


def test_the_list_of_pages_is_not_empty():
    names = {name for _model, name in ROW_PAGES}
    assert {
        "processes_instance_change",
        "processes_instance_history",
        "processes_instance_cancel",
        "processes_instance_verify",
        "processes_version_bpmn",
        "processes_version_publish",
        "processes_process_rights",
        "processes_incident_retry",
        "tasks_task_reassign",
    } <= names


@pytest.mark.parametrize(("model", "name"), ROW_PAGES, ids=[name for _model, name in ROW_PAGES])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_guessed_id_is_as_absent_as_one_that_nobody_has(method, model, name, mallory):
    row = model.objects.exclude(pk__in=visible_to_mallory(model)).first()
    absent = uuid.uuid4() if isinstance(row.pk, uuid.UUID) else 10**9
    answers = [
        getattr(mallory, method)(reverse(f"admin:{name}", args=[pk]), {"reason": "x", "to": "bob"})
        for pk in (row.pk, absent)
    ]
    expected = 403 if name.endswith("_delete") else 404
    assert [answer.status_code for answer in answers] == [expected, expected]
    assert answers[0].content == answers[1].content


def visible_to_mallory(model):
    path = {
        Process: "pk",
        Version: "process",
        Instance: "process",
        Incident: "instance__process",
        HistoryEvent: "instance__process",
        Task: "instance__process",
    }[model]
    return model.objects.filter(**{path: Process.objects.get(key="test").pk}).values("pk")


@pytest.mark.parametrize("model", BOUND)
def test_a_list_holds_only_what_one_has_a_right_to(model, mallory):
    meta = model._meta
    page = mallory.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
    assert page.status_code == 200
    assert "Purchase" not in words(page)
    assert "purchase-approval" not in page.content.decode()


def test_the_first_page_counts_only_what_one_has_a_right_to(mallory):
    page = mallory.get("/admin/")
    assert "Purchase" not in words(page)
    assert [card["count"] for card in page.context["cards"]] == [0, 0, 0, 0]


@pytest.mark.parametrize("model", BOUND)
def test_staff_without_any_right_gets_no_list(model, foreign):
    meta = model._meta
    page = visitor(staff("mallory")).get(
        reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    )
    assert page.status_code == 403


def test_people_who_are_not_staff_learn_nothing(foreign):
    alice = visitor(person("alice"))
    for pk in (foreign.instance_id, uuid.uuid4()):
        page = alice.get(reverse("admin:processes_instance_change", args=[pk]), follow=True)
        assert page.status_code == 403
        assert "This is not yours to do." in words(page)


def test_who_is_not_signed_in_signs_in_where_everybody_does(client, foreign):
    page = client.get(address(foreign.instance), follow=True)
    assert page.redirect_chain[-1][0] == f"/accounts/login/?next={address(foreign.instance)}"


@pytest.mark.parametrize("target", ["//evil.example", "\\\\evil.example", "https://evil.example"])
def test_nobody_is_led_elsewhere_after_signing_in(client, target):
    person("dan", is_staff=True)
    page = client.get("/admin/login/", {"next": target}, follow=True)
    [(url, _status)] = page.redirect_chain
    answer = client.post(url, {"username": "dan", "password": PASSWORD})
    assert answer.status_code == 302
    assert "evil" not in answer.url


@pytest.mark.parametrize(
    "query",
    [
        {"state__scopes__s0__variables__justification__startswith": "The"},
        {"version__source__contains": "bpmn"},
        {"initiator__password__startswith": "md5"},
        {"head__startswith": "0"},
    ],
)
def test_no_address_filters_by_what_the_page_does_not_offer(query):
    process = purchase().process
    viewer = visitor(staff("mallory", process, "view_process"))
    assert viewer.get("/admin/processes/instance/", query).status_code == 400


def test_filters_of_the_page_itself_work():
    process = purchase().process
    viewer = visitor(staff("mallory", process, "view_process"))
    for query in (
        {"status__exact": "running"},
        {"process": process.key},
        {"started_at__gte": "2026-03-01 00:00:00+00:00"},
        {"trouble": "open"},
        {"o": "1", "q": "laptops"},
    ):
        page = viewer.get("/admin/processes/instance/", query)
        assert page.status_code == 200, query
    assert len(rows(viewer.get("/admin/processes/instance/", {"process": process.key}))) == 1


def test_a_filter_by_a_foreign_process_or_instance_finds_nothing(mallory, foreign):
    for page in ("instance", "incident", "historyevent"):
        query = {"process": "purchase-approval", "status": "all"}
        assert not rows(mallory.get(f"/admin/processes/{page}/", query))
    query = {"instance": str(foreign.instance_id), "kind": "all"}
    assert not rows(mallory.get("/admin/processes/historyevent/", query))
    page = mallory.get("/admin/processes/historyevent/", {"instance": "nonsense"})
    assert not rows(page)


def test_a_foreign_id_in_a_bulk_action_is_passed_over(mallory, foreign):
    chosen = {ACTION_CHECKBOX_NAME: [str(foreign.pk)], "action": "retry_many", "confirmed": "yes"}
    mallory.post("/admin/processes/incident/", chosen)
    assert Incident.objects.get(pk=foreign.pk).status == "open"
    task = Task.objects.filter(status="ready").exclude(pk__in=visible_to_mallory(Task)).get()
    chosen = {ACTION_CHECKBOX_NAME: [str(task.pk)], "action": "reassign_many", "confirmed": "yes"}
    mallory.post("/admin/tasks/task/", {**chosen, "to": "mallory", "reason": "Mine."})
    assert Task.objects.get(pk=task.pk).owner is None


def test_autocompletion_offers_nothing_foreign(mallory):
    for app, model, field in (
        ("auth", "user_groups", "user"),
        ("processes", "incident", "instance"),
        ("processes", "version", "process"),
        ("tasks", "task", "instance"),
    ):
        query = {"app_label": app, "model_name": model, "field_name": field, "term": ""}
        page = mallory.get("/admin/autocomplete/", query)
        assert page.status_code == 403 or "Purchase" not in page.content.decode()
    assert mallory.get("/admin/autocomplete/", query).status_code == 200


READ_ONLY_ACTS = {
    "processes_instance_cancel": {"reason": "x"},
    "processes_instance_suspend": {},
    "processes_instance_resume": {},
    "processes_incident_retry": {},
    "tasks_task_reassign": {"to": "bob", "reason": "x"},
    "tasks_task_release": {},
    "processes_version_publish": {},
    "processes_process_details": {"name": "Mine"},
    "processes_process_rights": {"user": "mallory", "new": ["operate_process"]},
}


@pytest.mark.parametrize("name", READ_ONLY_ACTS)
def test_who_may_only_watch_sees_it_and_does_nothing(name, foreign):
    watcher = visitor(staff("mallory", foreign.instance.process, "view_process"))
    draft = upload(source=one_task().replace('"test"', '"purchase-approval"').encode(), now=NOW)
    row = {
        "instance": foreign.instance,
        "incident": foreign,
        "task": Task.objects.get(status="ready"),
        "version": draft,
        "process": foreign.instance.process,
    }[name.split("_")[1]]
    assert watcher.get(address(row)).status_code == 200
    url = reverse(f"admin:{name}", args=[row.pk])
    assert watcher.get(url).status_code == 403
    assert watcher.post(url, READ_ONLY_ACTS[name]).status_code == 403
    assert reread(foreign.instance).status == "running"
    assert Incident.objects.get(pk=foreign.pk).status == "open"
    assert Version.objects.get(pk=draft.pk).status == "draft"
    assert Process.objects.get(pk=draft.process_id).name == "Purchase approval"
    assert not person("mallory").has_perm("processes.operate_process", draft.process)


def test_who_may_only_watch_is_offered_no_action(foreign):
    watcher = visitor(staff("mallory", foreign.instance.process, "view_process"))
    page = watcher.get(address(foreign.instance))
    assert not page.context["operates"]
    assert "Retry" not in words(page, "//*[@id='content']")
    chosen = {ACTION_CHECKBOX_NAME: [str(foreign.pk)], "action": "retry_many", "confirmed": "yes"}
    watcher.post("/admin/processes/incident/", chosen)
    assert Incident.objects.get(pk=foreign.pk).status == "open"


def test_an_operator_of_one_process_gets_a_refusal_for_the_other_in_the_same_bulk(foreign):
    own = deployed_source(one_task()).process
    operator = staff("mallory", own, "operate_process")
    assign_perm("view_process", operator, foreign.instance.process)
    chosen = {ACTION_CHECKBOX_NAME: [str(foreign.pk)], "action": "retry_many", "confirmed": "yes"}
    page = visitor(operator).post("/admin/processes/incident/", chosen)
    assert "You may see this instance, but not operate it." in words(page)
    assert Incident.objects.get(pk=foreign.pk).status == "open"


def test_who_designs_sees_definitions_and_no_instances(foreign):
    process = foreign.instance.process
    designer = visitor(staff("mallory", process, "design_process"))
    assert designer.get(address(process)).status_code == 200
    assert designer.get(address(process.versions.get())).status_code == 200
    assert designer.get(address(foreign.instance)).status_code == 404
    assert designer.get("/admin/processes/instance/").status_code == 403
    assert "Running" not in words(designer.get(address(process)), "//aside")


def test_the_right_to_start_opens_nothing_here(foreign):
    starter = visitor(staff("mallory", foreign.instance.process, "start_process"))
    assert starter.get(address(foreign.instance.process)).status_code == 404
    assert starter.get("/admin/processes/process/").status_code == 403


def test_a_right_on_all_processes_counts_in_the_administration(foreign):
    viewer = staff("mallory")
    viewer.user_permissions.add(Permission.objects.get(codename="view_process"))
    client = visitor(User.objects.get(pk=viewer.pk))
    assert client.get(address(foreign.instance)).status_code == 200
    assert client.get(address(foreign, "retry")).status_code == 403


def test_a_right_that_is_taken_away_is_gone_at_once(foreign):
    viewer = staff("mallory", foreign.instance.process, "view_process")
    client = visitor(viewer)
    assert client.get(address(foreign.instance)).status_code == 200
    foreign.instance.process.processuserpermission_set.all().delete()
    assert client.get(address(foreign.instance)).status_code == 404


def send(client, source):
    file = SimpleUploadedFile("p.bpmn", source.encode())
    return client.post("/admin/processes/version/upload/", {"file": file}, follow=True)


def test_nobody_uploads_into_a_process_that_is_not_theirs(mallory):
    takeover = one_task().replace('id="test"', 'id="purchase-approval"')
    page = send(mallory, takeover)
    assert page.status_code == 403
    assert Version.objects.filter(process__key="purchase-approval").count() == 1


def test_nobody_brings_a_new_process_without_the_right(mallory):
    page = send(mallory, one_task().replace('id="test"', 'id="brand-new"'))
    assert page.status_code == 403
    assert not Process.objects.filter(key="brand-new").exists()


def test_who_brings_a_new_process_may_design_it_and_no_more():
    cast()
    bringer = staff("mallory")
    bringer.user_permissions.add(Permission.objects.get(codename="add_process"))
    page = send(visitor(User.objects.get(pk=bringer.pk)), one_task())
    assert page.status_code == 200
    process = Process.objects.get(key="test")
    mallory = User.objects.get(pk=bringer.pk)
    given = [right for right in RIGHTS if mallory.has_perm(f"processes.{right}", process)]
    assert given == ["view_process", "design_process"]


def test_nobody_without_a_process_reaches_the_upload():
    cast()
    assert visitor(staff("mallory")).get("/admin/processes/version/upload/").status_code == 403


def test_a_designer_does_not_widen_their_own_rights():
    process = deployed()
    designer = visitor(staff("mallory", process, "design_process"))
    answers = {"user": "mallory", "new": ["operate_process"]}
    assert designer.post(address(process, "rights"), answers).status_code == 403
    assert not person("mallory").has_perm("processes.operate_process", process)


READ_ONLY = (Version, Instance, Incident, HistoryEvent, Task, Process)


@pytest.mark.parametrize("model", READ_ONLY)
def test_not_even_a_superuser_edits_state_by_hand(model, foreign):
    cast()
    row = model.objects.first()
    before = model.objects.filter(pk=row.pk).values().get()
    client = visitor(person("dan"))
    meta = model._meta
    answers = {"status": "completed", "name": "x", "actor_name": "x", "source": "x", "key": "x"}
    assert client.post(address(row), answers).status_code == 403
    assert client.get(address(row, "delete")).status_code == 403
    assert client.post(address(row, "delete"), {"post": "yes"}).status_code == 403
    add = reverse(f"admin:{meta.app_label}_{meta.model_name}_add")
    assert client.post(add, answers).status_code == 403
    chosen = {ACTION_CHECKBOX_NAME: [str(row.pk)], "action": "delete_selected", "post": "yes"}
    client.post(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"), chosen)
    assert model.objects.filter(pk=row.pk).values().get() == before


def test_rows_that_are_not_listed_have_no_pages():
    for model in (Timer, *(m for m in Task._meta.apps.get_models() if m.__name__ == "Candidate")):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def test_a_get_changes_nothing(foreign):
    cast()
    client = visitor(person("dan"))
    before = HistoryEvent.objects.count()
    for model, name in ROW_PAGES:
        row = foreign if model is Incident else model.objects.first()
        client.get(reverse(f"admin:{name}", args=[row.pk]))
    assert HistoryEvent.objects.count() == before
    assert reread(foreign.instance).status == "running"


def test_a_post_without_the_form_s_secret_is_refused(foreign):
    cast()
    client = visitor(person("dan"), enforce_csrf_checks=True)
    assert client.post(address(foreign, "retry")).status_code == 403
    assert Incident.objects.get(pk=foreign.pk).status == "open"
