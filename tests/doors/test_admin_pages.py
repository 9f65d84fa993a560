"""Every page of the administration opens, says what it should, and asks the database little."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from processes.models import Connection, HistoryEvent, Instance, Process, Version
from tasks.models import Substitution, Task
from tests.doors.administration import address, administrator, marks, rows, stuck
from tests.doors.pages import tree, words
from tests.factories import NOW, asked, away, deployed_source, one_task, person, purchase

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def everything():
    """One row of whatever the administration shows."""
    incident = stuck()
    away(person("bob"), person("carol"))
    purchase(title="Chairs")
    every = IntervalSchedule.objects.create(every=2, period="seconds")
    PeriodicTask.objects.create(name="Sweep", task="processes.sweep", interval=every)
    return incident


EVERY_MODEL = [pytest.param(model, id=model._meta.label_lower) for model in admin.site._registry]


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_every_list_opens(model, everything):
    meta = model._meta
    response = administrator().get(
        reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"), {"q": "x"}
    )
    assert response.status_code == 200


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_every_form_to_add_opens_or_is_forbidden(model, everything, rf):
    client = administrator()
    request = rf.get("/")
    request.user = person("dan")
    meta = model._meta
    allowed = admin.site._registry[model].has_add_permission(request)
    response = client.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_add"))
    assert response.status_code == (200 if allowed else 403)


@pytest.mark.parametrize(
    "model",
    [
        Process,
        Version,
        Instance,
        HistoryEvent,
        Task,
        Substitution,
        Connection,
        User,
        Group,
        PeriodicTask,
    ],
)
def test_the_page_of_a_row_opens(model, everything):
    row = model.objects.first()
    response = administrator().get(address(row), follow=True)
    assert response.status_code == 200


def test_the_first_page_says_what_needs_somebody(everything):
    page = administrator().get("/admin/")
    cards = [
        " ".join(card.text_content().split())
        for card in tree(page).xpath("//li[contains(@class, 'pl-card')]")
    ]
    assert cards[0].startswith("errorOpen incidents 1 1 hold a process")
    assert cards[1].startswith("account_treeRunning instances 2")
    assert "The order service is down." in words(page)


def test_the_first_page_warns_when_a_sweep_is_switched_off(everything):
    PeriodicTask.objects.update(enabled=False)
    assert "“Sweep” is switched off." in words(administrator().get("/admin/"))


def test_an_overdue_task_is_on_the_first_page(time_machine):
    purchase()
    time_machine.move_to(NOW.replace(day=9))
    section = words(administrator().get("/admin/"), "//section[@aria-labelledby='overdue-title']")
    assert "Purchase of Laptops" in section
    assert "6 days late" in section


def test_an_instance_page_tells_the_story_in_sentences(everything):
    page = administrator().get(address(everything.instance))
    story = words(page, "//ol")
    assert "Started the process. Alice" in story
    assert "Answered “Manager review” with “Approve”. Bob" in story
    assert "Stopped at “Place order”: The order service is down." in story
    assert "Place order" in words(page, "//section[@aria-labelledby='jobs-title']")
    assert "Bob" in words(page, "//section[@aria-labelledby='tasks-title']")


def test_the_picture_marks_where_the_instance_is_stuck(everything):
    page = administrator().get(address(everything.instance))
    assert marks(page)["stuck"] == {"place_order"}
    assert {"requested", "to_manager", "manager", "up_to_limit"} <= marks(page)["done"]


def test_the_picture_marks_where_the_token_stands():
    page = administrator().get(address(purchase()))
    assert marks(page)["here"] == {"manager"}


def test_a_task_page_says_who_is_asked_and_who_never_is():
    page = tree(administrator().get(address(asked(purchase()))))
    asked_ = [
        [" ".join(cell.text_content().split()) for cell in row.xpath("td")]
        for row in page.xpath("//section[@aria-labelledby='asked-title']//tbody/tr")
    ]
    assert asked_ == [
        ["group managers", "named by the process"],
        [
            "block Alice",
            "started the process. Never decides this task, whatever other role they have.",
        ],
    ]


def test_an_instance_is_found_by_its_id_and_by_its_business_key():
    wanted = purchase()
    purchase(title="Chairs")
    Instance.objects.filter(pk=wanted.pk).update(business_key="PO-7")
    for query in (str(wanted.pk), "PO-7", "laptops"):
        page = administrator().get("/admin/processes/instance/", {"q": query})
        assert len(rows(page)) == 1, query


def test_no_list_ever_shows_the_stored_state():
    purchase()
    page = administrator().get("/admin/processes/instance/").content.decode()
    assert "The old ones are slow." not in page


def test_the_history_list_leaves_out_engine_steps_until_asked():
    purchase()
    client = administrator()
    story = words(client.get("/admin/processes/historyevent/"))
    assert "Came to" not in story
    assert "Came to" in words(client.get("/admin/processes/historyevent/", {"kind": "all"}))


def test_closed_tasks_and_resolved_incidents_are_listed_on_demand(everything):
    client = administrator()
    assert len(rows(client.get("/admin/tasks/task/"))) == 1
    assert len(rows(client.get("/admin/tasks/task/", {"state": "all"}))) == 2
    assert len(rows(client.get("/admin/processes/incident/"))) == 1
    assert not rows(client.get("/admin/processes/incident/", {"status": "resolved"}))


def test_an_event_page_says_whether_it_fits_the_chain():
    row = purchase().history.get(sequence=2)
    assert "Fits the event before it" in words(administrator().get(address(row)))


LISTS = (
    "/admin/processes/process/",
    "/admin/processes/version/",
    "/admin/processes/instance/",
    "/admin/processes/incident/",
    "/admin/processes/historyevent/",
    "/admin/tasks/task/",
    "/admin/tasks/substitution/",
    "/admin/auth/user/",
)


def queries_for(client, page):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    return len(queries)


@pytest.mark.parametrize("page", ["/admin/", *LISTS])
def test_a_longer_list_asks_no_more(page):
    stuck()
    purchase()
    away(person("bob"), person("carol"))
    client = administrator()
    client.get(page)
    few = queries_for(client, page)
    for number in range(6):
        stuck(title=f"Desk {number}")
        purchase(title=f"Lamp {number}")
        away(person("fiona"), person("carol"), days=30 + number)
        deployed_source(one_task(name=f"Ask {number}").replace('id="test"', f'id="p{number}"'))
        person(f"new-{number}")
    assert queries_for(client, page) <= few
    assert few <= (20 if page == "/admin/" else 12)


def test_an_instance_page_asks_a_fixed_number_of_questions():
    instance = stuck().instance
    client = administrator()
    client.get(address(instance))
    few = queries_for(client, address(instance))
    task = asked(purchase(amount=5_000))
    assert few <= 30
    assert queries_for(client, address(task.instance)) <= few + 1


def test_a_process_without_versions_has_a_page():
    empty = Process.objects.create(key="empty", name="Empty")
    assert "No version was uploaded yet." in words(administrator().get(address(empty)))


def test_the_sidebar_knows_every_part():
    page = tree(administrator().get("/admin/"))
    links = set(page.xpath("//*[@id='nav-sidebar-apps']//a/@href"))
    assert {*LISTS, "/admin/django_celery_beat/periodictask/", "/admin/auth/group/"} <= links
