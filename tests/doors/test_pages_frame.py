"""What all pages have in common: the frame, signing in, what went wrong, and the policy."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from portal.problems import Problem
from tests.doors.pages import tree, visitor, words
from tests.factories import NOW, asked, cast, person, purchase

pytestmark = pytest.mark.django_db

PASSWORD = "placet-demo"
# A mail carries its styles in itself, since mail programs fetch none.
TEMPLATES = sorted(
    path for path in (settings.BASE_DIR / "templates").rglob("*.html") if path.name != "mail.html"
)
SCRIPTS = sorted((settings.BASE_DIR / "portal/static/placet").glob("*.js"))


def test_signing_in_leads_to_the_page_that_was_asked_for(client: Client):
    cast()
    login = client.get("/started/", follow=True)
    assert "Sign in to see that page." in words(login)
    response = client.post(
        "/accounts/login/?next=/started/",
        {"username": "alice", "password": PASSWORD, "next": "/started/"},
    )
    assert response.url == "/started/"


def test_a_wrong_password_is_said_without_telling_which_was_wrong(client: Client):
    cast()
    body = {"username": "alice", "password": "wrong"}
    known = client.post("/accounts/login/", body)
    unknown = client.post("/accounts/login/", {**body, "username": "nobody"})
    assert "That name and password do not match." in words(known)
    assert words(known) == words(unknown)
    assert tree(known).xpath("//input[@id='username']/@value") == ["alice"]
    assert tree(known).xpath("//input[@id='password']/@value") == []


def test_only_the_demo_names_its_people(client: Client, settings):
    assert "placet-demo" not in words(client.get("/accounts/login/"))
    settings.PLACET_DEMO = True
    assert "placet-demo" in words(client.get("/accounts/login/"))


def test_signing_out_says_so():
    response = visitor(person("alice")).post("/accounts/logout/")
    assert "You are signed out" in words(response)


@pytest.mark.parametrize(("name", "shown"), [("dan", True), ("bob", False)])
def test_only_staff_finds_the_way_to_the_administration(name, shown):
    page = visitor(cast()[name]).get("/inbox/")
    assert bool(tree(page).xpath("//nav//a[@href='/admin/']")) == shown


def test_a_lost_way_leads_back():
    response = visitor(person("alice")).get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing here for you to see." in words(response)
    assert tree(response).xpath("//main//a/@href")[-1] == "/"


def test_the_page_after_a_bug_needs_nothing_but_itself(django_assert_num_queries):
    problem = Problem("internal_error", 500, "Something went wrong on our side.")
    with django_assert_num_queries(0):
        page = render_to_string("500.html", {"problem": problem})
    assert "Something went wrong on our side." in page


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_needs_a_looser_policy(template: Path):
    markup = template.read_text()
    assert not re.search(r"\sstyle\s*=", markup)
    assert not re.search(r"\son\w+\s*=", markup)
    assert "<style" not in markup
    assert not re.search(r"<script(?![^>]*\bsrc=)", markup)
    assert "|safe" not in markup
    assert "autoescape off" not in markup


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_writes_markup(script: Path):
    text = script.read_text()
    for danger in ("innerHTML", "insertAdjacentHTML", "outerHTML =", "document.write", "eval("):
        assert danger not in text


def test_every_template_is_used_by_a_page_or_by_another():
    code = "".join(
        path.read_text()
        for folder in ("portal", "processes", "tasks")
        for path in (settings.BASE_DIR / folder).rglob("*.py")
    )
    markup = "".join(path.read_text() for path in TEMPLATES)
    by_django = {"registration/login.html", "registration/logged_out.html"}
    root = settings.BASE_DIR / "templates"
    names = {str(path.relative_to(root)) for path in TEMPLATES} - by_django
    unused = {
        name
        for name in names
        if not name.startswith(("admin/", "unfold/"))
        and name not in code
        and f'"{name}' not in markup
    }
    assert unused == set()


def test_a_moment_and_a_deadline_carry_words_and_a_machine_readable_time(time_machine):
    time_machine.move_to(NOW, tick=False)
    task = asked(purchase())
    page = tree(visitor(person("bob")).get(f"/tasks/{task.pk}/"))
    (due, *_others) = page.xpath("//*[@data-tick='due']")
    assert due.text_content() == "in 24 h"
    assert due.get("datetime") == "2026-03-03T09:00:00+00:00"
    assert due.getparent().get("data-state") == "later"
