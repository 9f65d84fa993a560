"""Users, groups and substitutions in the administration."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.utils.timezone import localtime

from tasks import services as work
from tasks.models import Substitution
from tests.doors.administration import address, administrator, rows, staff
from tests.doors.pages import tree, visitor, words
from tests.factories import NOW, asked, away, cast, person, purchase, team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

ADD = "/admin/tasks/substitution/add/"


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def said(response):
    return [str(message) for message in response.context["messages"]]


def absence(start=NOW, days=7, **changed):
    answers = {"absentee": "bob", "substitute": "carol", "reason": "Vacation"} | changed
    for field, moment in (("starts_at", start), ("ends_at", start + timedelta(days=days))):
        answers[f"{field}_0"] = localtime(moment).strftime("%Y-%m-%d")
        answers[f"{field}_1"] = localtime(moment).strftime("%H:%M")
    return answers


def test_an_absence_is_entered_for_somebody():
    cast()
    page = administrator().post(ADD, absence(), follow=True)
    assert said(page) == ["Carol stands in for Bob."]
    found = Substitution.objects.get()
    assert (found.absentee, found.substitute, found.created_by) == (
        person("bob"),
        person("carol"),
        person("dan"),
    )


def test_an_absence_that_overlaps_is_refused_in_words():
    cast()
    client = administrator()
    client.post(ADD, absence(), follow=True)
    page = client.post(ADD, absence(NOW + timedelta(days=2), substitute="fiona"), follow=True)
    assert "Carol already stands in during this time. Nothing was changed." in said(page)[0]
    assert Substitution.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"substitute": "bob"}, "Choose somebody else."),
        ({"substitute": "nobody"}, "Nobody here is called “nobody”."),
        ({"days": -1}, "This must be later than the start."),
        ({"start": NOW - timedelta(days=30)}, "This has already passed."),
    ],
)
def test_a_mistake_stands_beside_its_field(changed, sentence):
    cast()
    page = administrator().post(ADD, absence(**changed))
    assert page.status_code == 422
    assert sentence in words(page)
    assert not Substitution.objects.exists()


def test_a_substitute_may_be_called_by_the_full_name():
    cast()
    User.objects.filter(username="carol").update(last_name="Castle")
    administrator().post(ADD, absence(substitute="carol  CASTLE"))
    assert Substitution.objects.get().substitute == person("carol")


def test_an_absence_is_ended_after_asking():
    cast()
    found = away(person("bob"), person("carol"))
    client = administrator()
    assert "Carol stops standing in for Bob." in words(client.get(address(found, "end")))
    client.post(address(found, "end"))
    assert Substitution.objects.get().ends_at == NOW
    page = client.post(address(found, "end"), follow=True)
    assert "This absence is over already." in said(page)[-1]


def test_a_substitution_cannot_be_edited_or_deleted():
    cast()
    found = away(person("bob"), person("carol"))
    client = administrator()
    assert "End it now?" in words(client.get(address(found)))
    assert client.post(address(found, "delete"), {"post": "yes"}).status_code == 403
    client.post(address(found), absence(substitute="fiona"))
    assert Substitution.objects.get().substitute == person("carol")


def user_form(client, user, **changed):
    """Send the form of a user as it is, but for what changed."""
    form = next(f for f in tree(client.get(address(user))).forms if f.get("id") == "user_form")
    answers = dict(form.form_values()) | changed
    answers["groups"] = [value for name, value in form.form_values() if name == "groups"]
    return client.post(
        address(user), {k: v for k, v in answers.items() if v is not None}, follow=True
    )


def test_deactivating_somebody_in_the_form_hands_over_their_work():
    task = asked(purchase())
    person("eve", "managers")
    work.reassign(task_id=task.pk, person=person("dan"), to=person("bob"), reason="-", now=NOW)
    bob = person("bob")
    page = user_form(administrator(), bob, is_active=None)
    assert not User.objects.get(pk=bob.pk).is_active
    assert "One open task goes on with others." in said(page)
    assert asked(task.instance).owner is None


def test_the_warning_leads_to_the_tasks_that_are_left():
    task = asked(purchase())
    work.reassign(task_id=task.pk, person=person("dan"), to=person("bob"), reason="-", now=NOW)
    purchase(title="Chairs")
    [row] = rows(administrator().get("/admin/tasks/task/", {"owner": "bob"}))
    assert "Purchase of Laptops" in row


def test_nobody_is_deleted():
    cast()
    assert administrator().post(address(person("bob"), "delete"), {"post": "y"}).status_code == 403
    assert User.objects.filter(username="bob").exists()


def test_a_group_that_is_asked_cannot_be_deleted():
    purchase()
    client = administrator()
    assert client.post(address(team("managers"), "delete"), {"post": "y"}).status_code == 403
    client.post(address(team("legal"), "delete"), {"post": "yes"})
    assert set(Group.objects.filter(name__in=["managers", "legal"])) == {team("managers")}


def test_only_a_superuser_makes_superusers():
    cast()
    helper = staff("carol")
    helper.user_permissions.set(
        team("x").permissions.model.objects.filter(codename__in=["view_user", "change_user"])
    )
    client = visitor(User.objects.get(pk=helper.pk))
    user_form(client, helper, first_name="Caro", is_superuser="on", user_permissions="1")
    helper = User.objects.get(pk=helper.pk)
    assert (helper.first_name, helper.is_superuser) == ("Caro", False)
    assert helper.user_permissions.count() == 2
    dan = person("dan")
    assert client.post(address(dan, "password"), {}).status_code == 403
    assert client.post(address(dan), {"username": "dan", "is_active": ""}).status_code == 403


def test_only_rights_that_mean_something_are_offered():
    cast()
    page = tree(administrator().get(address(team("managers"))))
    offered = " ".join(page.xpath("//select[@name='permissions']/option/text()"))
    assert "Can operate instances" in offered
    assert "history event" not in offered
    assert "Can delete user" not in offered
