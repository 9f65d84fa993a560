"""What is under way between instances, as operators see it: where it is stuck, and moving it on."""

import pytest
from django.contrib.admin.models import LogEntry

from processes import services
from processes.models import Dispatch, Instance
from tests.doors.administration import address, administrator, staff
from tests.doors.pages import visitor, words
from tests.factories import NOW, asked, deployed_source, person, started
from tests.processes.drawn import (
    ask,
    call,
    catch,
    end,
    every,
    file_of,
    message,
    process,
    signal,
    start,
    throw,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

LIST = "/admin/processes/dispatch/"
INNER = process("inner", start(), ask(), end(), flow="start ask end")
OUTER = process("outer", start(), call("inner", name="order"), end(), flow="start order end")
WAITER = process(
    "waiter",
    start(),
    catch("payment", message(correlationKey="=order")),
    catch("bell", signal()),
    end(),
    flow="start payment bell end",
    extension='<placet:variable name="order"/>',
)


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def run(*drawn: str, **variables: object) -> Instance:
    """Publish and start the last of them."""
    person("bob")
    for one in drawn:
        version = deployed_source(file_of(one))
    return started(version.process, **variables)


def deliver_all() -> None:
    while waiting := list(Dispatch.objects.exclude(run_at=None)):
        for dispatch in waiting:
            services.deliver(dispatch_id=dispatch.pk, now=NOW)


def said(response):
    return [str(message) for message in response.context["messages"]]


# --- the page of an instance ---------------------------------------------------------------------


def test_an_instance_shows_what_it_waits_for():
    instance = run(WAITER, order="PO-1")
    client = administrator()
    assert "The message “paid” for “PO-1”" in words(client.get(address(instance)))

    services.send_message(name="paid", key="PO-1", sender=None, now=NOW)
    deliver_all()
    page = words(client.get(address(instance)))
    assert "The signal “alarm”" in page
    assert "What “payment” waited for came." in page


def test_a_call_leads_to_the_called_instance_and_back():
    outer = run(INNER, OUTER)
    deliver_all()
    inner = outer.children.get()
    client = administrator()

    page = client.get(address(outer))
    table = words(page, "//*[@aria-labelledby='called-title']//tbody")
    assert table.startswith("Inner Inner Running order")
    assert address(inner) in page.content.decode()
    assert address(outer) in client.get(address(inner)).content.decode()


def test_an_instance_that_failed_says_by_what():
    failing = process("failing", start(), end(ERROR), flow="start end")
    instance = run(failing)
    page = words(administrator().get(address(instance)))
    assert "Failed" in page
    assert "The process failed with the error “broke”" in page


ERROR = '<b:errorEventDefinition errorRef="e-broke"/>'


def test_a_process_shows_what_starts_it_and_what_stood_in_the_way():
    daily = process("daily", start(every("R/PT10M")), ask(), end(), flow="start ask end")
    version = deployed_source(file_of(daily))
    entrance = version.entrances.get()
    services.postpone_entrance(entrance_id=entrance.pk, error="out of order", now=NOW)
    page = words(administrator().get(address(version.process)))
    assert "Starts by itself start Timer next 2 Mar" in page
    assert "out of order" in page


# --- the list ------------------------------------------------------------------------------------


def test_what_nobody_waits_for_is_listed_and_its_payload_is_not_shown():
    services.send_message(
        name="paid", key="PO-1", payload={"iban": "CH93"}, sender=person("erp"), now=NOW
    )
    services.deliver(dispatch_id=Dispatch.objects.get().pk, now=NOW)
    client = administrator()

    for page in (client.get(LIST), client.get(address(Dispatch.objects.get()))):
        assert "PO-1" in words(page)
        assert "Nobody waits for it yet" in words(page)
        assert "erp" in words(page)
        assert "CH93" not in page.content.decode()


def test_a_key_that_may_tell_what_is_sensitive_is_not_shown():
    secret = WAITER.replace('<placet:variable name="order"/>',
                            '<placet:variable name="order" sensitive="true"/>')  # fmt: skip
    paying = process(
        "paying",
        start(),
        throw("pay", message(correlationKey="=order")),
        end(),
        flow="start pay end",
        extension='<placet:variable name="order" sensitive="true"/>',
    )
    waiting = run(secret, order="CH93-1")
    sending = run(paying, order="CH93-2")
    client = administrator()
    pages = [address(waiting), address(sending), LIST, address(Dispatch.objects.get())]
    for page in pages:
        assert "CH93" not in client.get(page).content.decode(), page


def test_deliver_now_delivers_it():
    outer = run(INNER, OUTER)
    call = Dispatch.objects.get()
    client = administrator()
    assert "Deliver" in words(client.get(address(call, "deliver")))
    page = client.post(address(call, "deliver"), follow=True)

    assert said(page) == ["It is delivered."]
    assert outer.children.count() == 1


def test_deliver_now_says_when_nobody_can_take_it():
    services.send_message(name="paid", sender=None, now=NOW)
    page = administrator().post(address(Dispatch.objects.get(), "deliver"), follow=True)
    assert said(page) == ["Nobody can take it yet. It goes on waiting."]


def test_what_fails_is_told_and_tried_later(monkeypatch):
    run(INNER, OUTER)
    call = Dispatch.objects.get()
    monkeypatch.setattr(services.dispatch, "start_called", lambda *_: 1 / 0)
    page = administrator().post(address(call, "deliver"), follow=True)

    assert "It could not be delivered: division by zero" in said(page)[0]
    assert "Failed 1 times" in words(page)
    assert "division by zero" in words(administrator().get(address(call)))


def test_a_discarded_message_is_gone_and_the_reason_is_kept():
    services.send_message(name="paid", sender=None, now=NOW)
    dispatch = Dispatch.objects.get()
    client = administrator()
    assert client.post(address(dispatch, "discard"), {"reason": ""}).status_code == 422
    page = client.post(address(dispatch, "discard"), {"reason": "A test."}, follow=True)

    assert said(page) == ["“Message paid” is discarded."]
    assert not Dispatch.objects.exists()
    assert LogEntry.objects.get().change_message == "Discarded: A test."


def test_a_discarded_call_stops_its_caller_with_an_incident():
    outer = run(INNER, OUTER)
    client = administrator()
    client.post(address(Dispatch.objects.get(), "discard"), {"reason": "Not today."})
    sentence = outer.incidents.get().sentence
    assert sentence == "An operator discarded the call: Not today."


def test_who_has_no_right_on_it_finds_nothing(client):
    services.send_message(name="paid", sender=None, now=NOW)
    dispatch = Dispatch.objects.get()
    outsider = visitor(staff("mallory"))
    assert outsider.get(LIST).status_code == 403
    assert outsider.get(address(dispatch)).status_code == 404
    assert outsider.post(address(dispatch, "discard"), {"reason": "x"}).status_code == 404

    watcher = visitor(staff("bob", None, "processes.view_dispatch"))
    assert watcher.get(address(dispatch)).status_code == 200
    assert watcher.post(address(dispatch, "discard"), {"reason": "x"}).status_code == 403
    assert Dispatch.objects.exists()


# --- the portal's page ---------------------------------------------------------------------------


def test_who_started_it_reads_what_it_waits_for_and_what_came():
    instance = run(WAITER, order="PO-1")
    alice = visitor(person("alice"))
    assert "A message: paid" in words(alice.get(f"/instances/{instance.pk}/"))
    services.send_message(name="paid", key="PO-1", sender=None, now=NOW)
    deliver_all()
    page = words(alice.get(f"/instances/{instance.pk}/"))
    assert "What “payment” waited for came." in page
    assert "A signal: alarm" in page


def test_who_started_it_reads_of_the_called_process():
    outer = run(INNER, OUTER)
    alice = visitor(person("alice"))
    page = words(alice.get(f"/instances/{outer.pk}/"))
    assert "“order” started another process." in page
    assert "Another process" in page

    deliver_all()
    assert asked(outer.children.get(), "ask").status == "ready"
