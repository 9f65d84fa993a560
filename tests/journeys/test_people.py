"""Who is asked, how many must agree, and until when: eight stories of one office."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from processes import services as engine
from tasks.models import Calendar, Profile
from tests.factories import asked, away
from tests.journeys.house import listening, told
from tests.journeys.office import Office, answer, decisions, noted, open_form, row
from tests.live_server import LiveServer, served

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

MONDAY = datetime(2027, 5, 3, 7, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with served() as running:
        yield running


@pytest.fixture
def office(chromium: Browser, server: LiveServer, time_machine, settings) -> Iterator[Office]:
    """A portal where it is Monday; nobody is signed out while days pass."""
    settings.SESSION_COOKIE_AGE = int(timedelta(days=90).total_seconds())
    found = Office(chromium, server, time_machine, MONDAY)
    yield found
    found.close()
    assert found.complaints == []


TRIP = """
process: trip
name: Business trip
subject: ="Trip to " + city
variables: {city: string}
start form: {required: [city], properties: {city: {type: string, title: Where to?}}}
steps:
  - user: review
    name: Review the trip
    ask: {users: bob}
    evidence: [city]
  - end: decided
    name: Decided
"""


def test_dave_decides_for_bob_whose_stand_in_is_away_and_bob_takes_a_task_back(office: Office):
    trip = office.publish(TRIP)
    for name, stand_in in (("bob", "carol"), ("carol", "dave")):
        page = office.page(name, "/absence/")
        page.get_by_label("Last day").fill("2027-05-14")
        page.get_by_label("Who stands in?").fill(stand_in)
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#alerts")).to_contain_text("stands in for you")
    dave = office.page("dave")
    first = office.start(trip, city="Lisbon")
    alice = office.page("alice", f"/instances/{first.pk}/")

    expect(row(dave, "Trip to Lisbon")).to_contain_text("For Bob")
    row(dave, "Trip to Lisbon").get_by_role("link").click()
    expect(dave.locator("#task-side")).to_contain_text("you stand in for Bob")
    expect(dave.get_by_role("region", name="The request")).to_contain_text("Lisbon")
    answer(dave, "Approve", "The fair is worth it.")

    told(alice, "Dave approved “Review the trip” for Bob.")
    told(alice, "The fair is worth it.")
    told(alice, "The process ended: Decided.")
    assert decisions(first) == [("review", "Dave", "Bob", "approved")]

    second = office.start(trip, city="Oslo")
    dave = office.at_task("dave", "Trip to Oslo")
    dave.get_by_role("button", name="Take it").click()
    told(dave, "Dave, for Bob, took “Review the trip”.")

    office.at(MONDAY + 14 * DAY)
    bob = office.page("bob", f"/tasks/{asked(second, 'review').pk}/")
    expect(bob.locator("#task-side")).to_contain_text("Dave")
    bob.get_by_role("button", name="Take it back").click()
    told(bob, "Bob took “Review the trip” back.")
    dave.goto("/inbox/?scope=mine")
    expect(dave.locator("#inbox")).to_be_visible()
    expect(row(dave, "Trip to Oslo")).to_have_count(0)
    answer(bob, "Approve")
    alice.goto(f"/instances/{second.pk}/")
    told(alice, "Bob approved “Review the trip”.")
    assert decisions(second) == [("review", "Bob", "", "approved")]


SUPPLIER = """
process: supplier
name: New supplier
subject: ="Supplier " + name
variables: {name: string}
steps:
  - user: vote
    name: Admit the supplier
    ask: {users: [bob, carol, leo]}
    quorum: {need: "2", veto: rejected}
  - choose: admitted
    when:
      - if: vote.outcome = "approved"
        name: yes
        steps:
          - end: in
            name: Admitted
    otherwise:
      name: no
      steps:
        - end: out
          name: Refused
"""


def test_two_of_three_decide_and_a_veto_decides_at_once(office: Office):
    supplier = office.publish(SUPPLIER)
    agreed = office.start(supplier, name="Acme")
    alice = office.page("alice", f"/instances/{agreed.pk}/")
    bob, carol, leo = (office.at_task(name, "Supplier Acme") for name in ("bob", "carol", "leo"))
    expect(carol.locator("#votes")).to_contain_text("2 more are needed.")
    answer(bob, "Approve")
    expect(bob.locator("#alerts")).to_contain_text("You approved “Supplier Acme”.")
    told(alice, "Bob voted “Approve” on “Admit the supplier”.")

    for page in (carol, leo):
        expect(page.locator("#votes")).to_contain_text("1 more is needed.")
        expect(page.locator("#votes")).to_contain_text("Whatever you answer decides this.")
    answer(carol, "Approve")
    expect(leo.locator("#task-notice")).to_contain_text("approved this.")
    expect(leo.locator("#task-buttons")).not_to_contain_text("Reject")
    told(alice, "The process ended: Admitted.")
    assert [outcome for *_, outcome in decisions(agreed)] == ["approved"]

    refused = office.start(supplier, name="Bodger")
    alice.goto(f"/instances/{refused.pk}/")
    listening(alice)
    bob, leo = (office.at_task(name, "Supplier Bodger") for name in ("bob", "leo"))
    carol = office.page("carol")
    expect(row(carol, "Supplier Bodger")).to_be_visible()
    answer(bob, "Approve")
    expect(leo.locator("#votes")).to_contain_text("1 more is needed.")
    answer(leo, "Reject", "They went bankrupt last year.")
    expect(row(carol, "Supplier Bodger")).to_have_count(0)
    told(alice, "They went bankrupt last year.")
    told(alice, "The process ended: Refused.")
    assert [outcome for *_, outcome in decisions(refused)] == ["rejected"]
    assert [vote["outcome"] for vote in noted(refused, "voted")] == ["approved", "rejected"]


FOUR_EYES = """
process: bonus
name: Bonus
subject: ="Bonus of " + string(amount)
variables: {amount: number}
steps:
  - user: review
    name: Approve the bonus
    ask: {users: [bob, carol], not: initiator}
"""


def test_who_asks_does_not_approve_as_a_stand_in_either(office: Office):
    bonus = office.publish(FOUR_EYES)
    away(office.people["bob"], office.people["alice"], now=MONDAY)
    instance = office.start(bonus, amount=500)
    task = asked(instance, "review")
    alice = office.page("alice")
    expect(alice.locator("#inbox")).to_be_visible()
    expect(row(alice, "Bonus of 500")).to_have_count(0)
    alice.goto(f"/tasks/{task.pk}/")
    expect(alice.locator("#task-side")).to_contain_text("so somebody else answers it")
    for button in ("Approve", "Reject", "Take it", "Delegate"):
        expect(alice.get_by_role("button", name=button, exact=True)).to_have_count(0)

    token = alice.locator("[name=csrfmiddlewaretoken]").first.input_value()
    for verb, form in (
        ("complete", {"outcome": "approved"}),
        ("move/claim", {}),
        ("do/delegate", {"to": "dave"}),
    ):
        forged = {"csrfmiddlewaretoken": token, **form}
        assert alice.request.post(f"/tasks/{task.pk}/{verb}/", form=forged).status == 403
    for verb, body in (("complete", {"outcome": "approved"}), ("claim", {})):
        status, said = office.by_rest("alice", "POST", f"tasks/{task.pk}/{verb}/", body)
        assert (status, said["code"]) == (403, "excluded")

    answer(office.at_task("carol", "Bonus of 500"), "Approve")
    told(alice, "Carol approved “Approve the bonus”.")
    assert decisions(instance) == [("review", "Carol", "", "approved")]


MATRIX = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="matrix" name="Matrix"
    namespace="urn:test:matrix">
  <inputData id="amount" name="amount"><variable name="amount" typeRef="number"/></inputData>
  <decision id="approvers" name="Approvers">
    <variable name="Approvers"/>
    <informationRequirement><requiredInput href="#amount"/></informationRequirement>
    <decisionTable hitPolicy="FIRST">
      <input label="Amount">
        <inputExpression typeRef="number"><text>amount</text></inputExpression>
      </input>
      <output/>
      <rule>
        <inputEntry><text>&lt; 1000</text></inputEntry>
        <outputEntry><text>"bob"</text></outputEntry>
      </rule>
      <rule>
        <inputEntry><text>-</text></inputEntry>
        <outputEntry><text>["bob", "fiona", {group: "legal", name: "Legal"}]</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""
SPENDING = """
process: spending
name: Spending
subject: =title
variables: {title: string, amount: number}
steps:
  - user: approve
    name: Approve the spending
    ask: {decision: Approvers, not: initiator}
    evidence: [title, amount]
"""


def test_the_matrix_asks_one_for_a_small_amount_and_three_in_a_row_for_a_large_one(office: Office):
    engine.upload_decision(source=MATRIX.encode(), now=MONDAY)
    spending = office.publish(SPENDING)
    small = office.start(spending, title="Markers", amount=80)
    bob = office.at_task("bob", "Markers")
    expect(bob.locator("#votes")).to_be_empty()
    answer(bob, "Approve")
    expect(bob.locator("#alerts")).to_contain_text("You approved “Markers”.")
    assert decisions(small) == [("approve", "Bob", "", "approved")]

    large = office.start(spending, title="A printing press", amount=80_000)
    alice = office.page("alice", f"/instances/{large.pk}/")
    row_of = {name: row(office.page(name), "A printing press") for name in ("bob", "fiona", "leo")}
    expect(row_of["bob"]).to_be_visible()
    row_of["bob"].get_by_role("link").click()
    bob = row_of["bob"].page
    expect(bob.locator("#votes")).to_contain_text("Then asks Fiona.")
    expect(bob.locator("#votes")).to_contain_text("Then asks legal.")
    for name in ("fiona", "leo"):
        expect(row_of[name]).to_have_count(0)
    answer(bob, "Approve", "The old one is beyond repair.")

    for name, others in (("fiona", "leo"), ("leo", "bob")):
        expect(row_of[name]).to_be_visible()
        expect(row_of[others]).to_have_count(0)
        row_of[name].get_by_role("link").click()
        page = row_of[name].page
        expect(page.locator("#votes")).to_contain_text("The old one is beyond repair.")
        answer(page, "Approve")
    told(alice, "The process ended.")
    told(alice, "Fiona voted “Approve” on “Approve the spending”.")
    assert [outcome for *_, outcome in decisions(large)] == ["approved"]
    assert len(noted(large, "voted")) == 3


ARTICLE = """
process: article
name: Article
subject: ="Article " + title
variables: {title: string}
steps:
  - user: draft
    name: Write the article
    ask: {users: =process.initiator, allocate: single}
    outcomes: {submitted: {name: Submit, kind: positive}}
    form: {type: object, required: [text], properties: {text: {type: string, title: Text}}}
  - user: review
    name: Review the article
    ask: {users: [bob, carol]}
    quorum: {need: all}
    policy: {send back: draft, votes: %s}
  - end: printed
    name: Printed
"""


@pytest.mark.parametrize(("votes", "asked_again"), [("void", "bob carol"), ("kept", "carol")])
def test_an_article_is_sent_back_with_a_comment_resubmitted_and_approved(
    office: Office, votes: str, asked_again: str
):
    instance = office.start(office.publish(ARTICLE % votes), title="On bees")
    alice = office.page("alice", f"/tasks/{asked(instance, 'draft').pk}/")
    alice.get_by_label("Text").fill("Bees are small.")
    answer(alice, "Submit")
    expect(alice.locator("#alerts")).to_contain_text("“Article On bees”")

    answer(office.at_task("bob", "Article On bees"), "Approve")
    carol = office.at_task("carol", "Article On bees")
    form = open_form(carol, "Send back")
    form.get_by_label("To the step").select_option(label="Write the article")
    form.get_by_label("What is missing?").fill("How small?")
    form.get_by_role("button", name="Send back").click()
    expect(carol.locator("#alerts")).to_contain_text("“Article On bees” was sent back.")

    alice.goto("/inbox/?scope=mine")
    row(alice, "Article On bees").get_by_role("link").click()
    told(alice, "Carol sent “Review the article” back to “Write the article”.")
    told(alice, "How small?")
    alice.get_by_label("Text").fill("Bees are 15 mm small.")
    answer(alice, "Submit")

    for name in asked_again.split():
        page = office.at_task(name, "Article On bees")
        if votes == "kept":
            expect(page.locator("#votes")).to_contain_text("given before")
        answer(page, "Approve")
        expect(page.locator("#alerts")).to_contain_text("You approved “Article On bees”.")
    alice.goto(f"/instances/{instance.pk}/")
    told(alice, "The process ended: Printed.")
    assert [(node, outcome) for node, *_, outcome in decisions(instance)] == [
        ("draft", "submitted"),
        ("draft", "submitted"),
        ("review", "approved"),
    ]
    [sent] = instance.history.filter(kind="task.sent_back")
    assert (sent.actor_name, sent.data["comment"]) == ("Carol", "How small?")
    assert len(noted(instance, "voted")) == 1 + len(asked_again.split())


BUDGET = """
process: budget
name: Budget
subject: ="Budget of " + unit
variables: {unit: string}
steps:
  - user: review
    name: Review the budget
    ask: {users: bob}
    deadline: {within: PT8H}
"""


def test_the_clock_stands_still_while_a_colleague_is_asked(office: Office):
    instance = office.start(office.publish(BUDGET), unit="sales")
    bob = office.at_task("bob", "Budget of sales")
    expect(bob.locator("#task-side")).to_contain_text("3 May, 17:00")
    bob.get_by_role("button", name="Take it").click()
    form = open_form(bob, "Ask a colleague")
    form.get_by_label("Whom").fill("fiona")
    form.get_by_label("Question").fill("Is the new office in it?")
    office.at(MONDAY + HOUR)
    form.get_by_role("button", name="Ask", exact=True).click()
    expect(bob.locator("#task-side")).to_contain_text("Stands still since")
    expect(bob.locator("#task-side")).to_contain_text("when the colleague has answered")
    expect(bob.locator("#questions")).to_contain_text("Fiona has not answered yet.")

    office.at(MONDAY + 24 * HOUR)
    expect(bob.locator("#questions")).to_contain_text("Fiona has not answered yet.")
    fiona = office.page("fiona", "/inbox/?scope=mine")
    row(fiona, "Budget of sales").get_by_role("link").click()
    expect(fiona.get_by_role("region", name="The request")).to_contain_text(
        "Bob asks you: Is the new office in it?"
    )
    expect(fiona.get_by_role("button", name="Approve")).to_have_count(0)
    answer(fiona, "Answer", "Yes, on page 4.")

    expect(bob.locator("#questions")).to_contain_text("Yes, on page 4.")
    expect(bob.locator("#task-side")).not_to_contain_text("Stands still")
    # Twenty-three hours passed, none of which counts.
    expect(bob.locator("#task-side")).to_contain_text("4 May, 16:00")
    told(bob, "Bob asked Fiona about “Review the budget”.")
    told(bob, "Fiona answered Bob.")
    assert noted(instance, "overdue") == []
    answer(bob, "Approve")
    expect(bob.locator("#alerts")).to_contain_text("You approved “Budget of sales”.")
    assert decisions(instance) == [("review", "Bob", "", "approved")]


CLAIM = """
process: claim
name: Claim
subject: ="Claim of " + who
variables: {who: string}
steps:
  - user: review
    name: Review the claim
    ask: {users: bob}
    deadline: {within: PT4H, remind before: PT1H, calendar: office}
    escalate:
      - {after: PT0S, do: prioritize, priority: 90}
      - {after: PT0S, groups: deputies}
      - {after: PT2H, do: reassign, users: fiona}
      - {after: PT4H, do: answer}
"""


def test_a_deadline_of_friday_ends_after_the_holiday_and_the_ladder_ends_in_a_rejection(
    office: Office,
):
    Calendar.objects.create(
        key="office", name="Office", time_zone="Europe/Berlin", country="DE", subdivision="BE"
    )
    claim = office.publish(CLAIM)
    # The Friday before Whit Monday, at four in the afternoon in Berlin.
    friday = datetime(2027, 5, 14, 14, 0, tzinfo=UTC)
    tuesday = datetime(2027, 5, 18, 0, 0, tzinfo=UTC)
    office.at(friday)
    instance = office.start(claim, who="Zoe")
    bob = office.at_task("bob", "Claim of Zoe")
    alice = office.page("alice", f"/instances/{instance.pk}/")
    expect(bob.locator("#task-side")).to_contain_text("18 May, 11:00")
    expect(bob.locator("#task-side")).to_contain_text("Working time of Office")

    for day in (1, 2, 3):
        office.at(friday + day * DAY)
    assert noted(instance, "reminded") == []
    office.at(tuesday + 8 * HOUR)
    told(alice, "A reminder: “Review the claim” is due soon.")
    carol = office.page("carol")
    expect(row(carol, "Claim of Zoe")).to_have_count(0)

    office.at(tuesday + 9 * HOUR)
    expect(row(carol, "Claim of Zoe")).to_contain_text("Escalated")
    expect(bob.locator("#task-head")).to_contain_text("High priority")
    told(alice, "deputies can decide as well now")

    office.at(tuesday + 12 * HOUR)
    expect(row(carol, "Claim of Zoe")).to_have_count(0)
    expect(row(office.page("fiona"), "Claim of Zoe")).to_be_visible()
    told(alice, "Fiona decides it now.")

    office.at(tuesday + 14 * HOUR)
    told(alice, "Placet (deadline) rejected “Review the claim”.")
    told(alice, "The process ended.")
    assert decisions(instance) == [("review", "", "", "rejected")]
    assert asked(instance, "review").automatic


PAPERS = """
process: papers
name: Papers
subject: ="Papers of " + who
variables: {who: string}
steps:
  - user: check
    name: Check the papers
    ask: {users: bob}
"""


def test_the_work_of_a_deactivated_approver_moves_on_and_operators_hear_of_what_nobody_can_do(
    office: Office,
):
    Profile.objects.create(user=office.people["bob"], manager=office.people["fiona"])
    papers = office.publish(PAPERS, fallback="operators")
    instance = office.start(papers, who="Zoe")
    alice = office.page("alice", f"/instances/{instance.pk}/")
    fiona = office.page("fiona")
    leave(office, "bob", "goes to the manager: Fiona")
    expect(row(fiona, "Papers of Zoe")).to_be_visible()
    told(alice, "Bob can no longer answer “Check the papers”. It is with Fiona now.")

    leave(office, "fiona", "goes to the fallback group: operators; operators are told")
    told(alice, "Fiona can no longer answer “Check the papers”. It is with operators now.")
    dan = office.signed_in("dan")
    dan.goto("/admin/processes/incident/")
    expect(dan.get_by_role("row").filter(has_text="Papers of Zoe")).to_be_visible()
    answer(office.at_task("dan", "Papers of Zoe"), "Approve")
    told(alice, "Dan approved “Check the papers”.")
    assert decisions(instance) == [("check", "Dan", "", "approved")]
    assert [entry["from"] for entry in noted(instance, "rerouted")] == ["Bob", "Fiona"]


def leave(office: Office, name: str, becomes: str) -> None:
    """Have Dan look at what becomes of the work of somebody, and deactivate the account."""
    dan = office.signed_in("dan")
    dan.goto(f"/admin/auth/user/{office.people[name].pk}/change/")
    dan.get_by_role("link", name="Deactivate and hand over the work").click()
    expect(dan.locator("#main")).to_contain_text(becomes)
    dan.get_by_role("button", name="Deactivate and hand over").click()
    expect(dan.get_by_text(f"{name.capitalize()} is deactivated.")).to_be_visible()
