"""Starting a process on a page."""

import pytest

from processes.models import Instance
from tests.doors.pages import HTMX, tree, visitor, words
from tests.factories import cast, deployed, deployed_source, one_task, person

pytestmark = pytest.mark.django_db

FORM = "/start/purchase-approval/"
LAMP = {"title": "A lamp", "amount": "49.90", "currency": "EUR", "category": "other"}


@pytest.fixture(autouse=True)
def _everybody():
    cast()
    deployed()


def once(page):
    return tree(page).xpath("//input[@name='once']/@value")[0]


def test_the_gallery_shows_what_one_may_start():
    deployed_source(one_task())
    page = visitor(person("alice")).get("/start/")
    assert tree(page).xpath("//article//a/@href") == [FORM]


def test_an_empty_gallery_says_whom_to_ask():
    assert "There is nothing you may start yet" in words(visitor(person("mallory")).get("/start/"))


def test_the_form_asks_for_what_the_process_needs():
    page = visitor(person("alice")).get(FORM)
    fields = tree(page).xpath("//form[@id='start-form']//*[@name]/@name")
    assert {"title", "amount", "currency", "category", "justification"} <= set(fields)
    assert tree(page).xpath("//*[@name='currency']/option[@selected]/@value") == ["EUR"]
    assert "Up to 1,000" in words(page, "//*[@id='field-amount-help']")


def test_starting_leads_to_the_page_of_the_instance():
    alice = visitor(person("alice"))
    response = alice.post(FORM, LAMP)
    instance = Instance.objects.get()
    assert (response.status_code, response.url) == (303, f"/instances/{instance.pk}/")
    assert (instance.subject, instance.variables["amount"]) == ("Purchase of A lamp", 49.9)
    assert instance.initiator == person("alice")
    assert "It is on its way." in words(alice.get(response.url))


def test_by_htmx_it_leads_there_too():
    response = visitor(person("alice")).post(FORM, LAMP, headers=HTMX)
    assert response.status_code == 204
    assert response["HX-Redirect"] == f"/instances/{Instance.objects.get().pk}/"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_mistake_is_named_beside_its_field_and_the_rest_stays(headers):
    body = {**LAMP, "title": "", "amount": "twelve", "justification": "It is dark."}
    response = visitor(person("alice")).post(FORM, body, headers=headers)
    assert response.status_code == 422
    assert words(response, "//*[@id='field-title-error']") == "This is needed."
    assert "a number" in words(response, "//*[@id='field-amount-error']")
    assert tree(response).xpath("//*[@id='field-amount']/@value") == ["twelve"]
    assert words(response, "//*[@id='field-justification']") == "It is dark."
    assert (b"<html" in response.content) == (not headers)
    assert not Instance.objects.exists()


def test_the_same_form_sent_twice_starts_once():
    alice = visitor(person("alice"))
    body = {**LAMP, "once": once(alice.get(FORM))}
    first, second = alice.post(FORM, body), alice.post(FORM, body)
    assert first.url == second.url
    assert Instance.objects.count() == 1


def test_a_form_that_was_corrected_can_still_be_sent():
    alice = visitor(person("alice"))
    body = {**LAMP, "once": once(alice.get(FORM))}
    refused = alice.post(FORM, {**body, "amount": "-1"})
    assert refused.status_code == 422
    assert once(refused) == body["once"]
    assert alice.post(FORM, body).status_code == 303


def test_two_forms_start_two():
    alice = visitor(person("alice"))
    for _form in range(2):
        alice.post(FORM, {**LAMP, "once": once(alice.get(FORM))})
    assert Instance.objects.count() == 2


@pytest.mark.parametrize("verb", ["get", "post"])
def test_who_may_not_start_it_cannot_tell_it_from_none(verb):
    mallory = visitor(person("mallory"))
    assert getattr(mallory, verb)(FORM).status_code == 404
    assert getattr(mallory, verb)("/start/nothing/").status_code == 404
    assert not Instance.objects.exists()
