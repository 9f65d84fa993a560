"""A decision table names who must agree, one after another: pinned with the version."""

import pytest
from django.contrib.auth.models import User

from processes import services as engine
from processes.core.errors import Absent, Invalid
from tasks import inbox
from tests.factories import NOW, asked, cast, deployed_source, one_task, started
from tests.tasks.worked import answer

pytestmark = pytest.mark.django_db

DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="approvers"
  name="Approvers" namespace="urn:test:approvers">
  <inputData id="a" name="amount"><variable name="amount" typeRef="number"/></inputData>
  <inputData id="c" name="category"><variable name="category" typeRef="string"/></inputData>
  <decision id="who" name="Who approves"><variable name="Who approves"/>
    <informationRequirement><requiredInput href="#a"/></informationRequirement>
    <informationRequirement><requiredInput href="#c"/></informationRequirement>
    <decisionTable hitPolicy="FIRST">
      <input><inputExpression><text>amount</text></inputExpression></input>
      <input><inputExpression><text>category</text></inputExpression></input>
      <output name="approvers"/>
      <rule><inputEntry><text>&gt; 1000</text></inputEntry>
        <inputEntry><text>"hardware"</text></inputEntry>
        <outputEntry><text>["bob", {group: "finance", name: "Finance"}]</text></outputEntry></rule>
      <rule><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
        <outputEntry><text>["carol"]</text></outputEntry></rule>
    </decisionTable></decision></definitions>"""
VARIABLES = (
    '<placet:variable name="amount" type="number"/><placet:variable name="category" type="string"/>'
)


def upload(source: str = DMN):
    return engine.upload_decision(source=source.encode(), now=NOW)


def published(extension: str = '<placet:assignment decision="Who approves"/>'):
    cast()
    return deployed_source(one_task(extension, process_extension=VARIABLES))


def put(version, amount: int, category: str = "hardware"):
    return asked(started(version.process, amount=amount, category=category), "ask")


def asks() -> list[str]:
    """Return the names of all whom an open task asks now."""
    people = User.objects.order_by("username")
    return [who.username for who in people if inbox.asking(who, now=NOW).exists()]


def test_the_approvers_of_the_table_are_asked_one_after_another():
    upload()
    task = put(published(), 5000)
    assert asks() == ["bob"]
    assert answer(task, "bob", now=NOW).status == "ready"
    assert asks() == ["fiona"]
    done = answer(task, "fiona", now=NOW)
    assert (done.status, done.outcome) == ("completed", "approved")
    done.instance.refresh_from_db()
    assert done.instance.status == "completed"
    votes = done.instance.variables["ask"]["data"]["votes"]
    assert [vote["by"] for vote in votes] == ["bob", "fiona"]
    assert engine.verify(done.instance) is None


@pytest.mark.parametrize(("amount", "category"), [(1000, "hardware"), (5000, "travel")])
def test_another_amount_or_category_asks_others(amount, category):
    upload()
    task = put(published(), amount, category)
    assert asks() == ["carol"]
    assert answer(task, "carol", now=NOW).status == "completed"


def test_a_no_on_the_way_ends_it_and_the_next_is_never_asked():
    upload()
    task = put(published(), 5000)
    done = answer(task, "bob", "rejected", comment="No.", now=NOW)
    assert (done.status, done.outcome) == ("completed", "rejected")
    assert asks() == []


def test_what_is_uploaded_later_changes_nothing_for_a_published_version():
    upload()
    version = published()
    upload(DMN.replace('"bob", ', '"leo", '))
    task = put(version, 5000)
    assert asks() == ["bob"]
    with pytest.raises(Absent):
        answer(task, "leo", now=NOW)


def test_a_tier_may_be_named_by_a_decision_too():
    upload(DMN.replace('["bob", {group: "finance", name: "Finance"}]', '["fiona"]'))
    tiers = (
        '<placet:quorum order="sequential"/><placet:tier key="first" users="leo"/>'
        '<placet:tier key="table" decision="Who approves"/>'
    )
    task = put(published(tiers), 5000)
    assert asks() == ["leo"]
    answer(task, "leo", now=NOW)
    assert "fiona" in asks()
    assert answer(task, "fiona", now=NOW).status == "completed"


@pytest.mark.parametrize(
    "extension",
    [
        '<placet:assignment decision="Who approves"/>',
        '<placet:quorum/><placet:tier key="table" decision="Who approves"/>',
    ],
)
def test_a_decision_that_nobody_uploaded_keeps_the_process_from_being_published(extension):
    with pytest.raises(Invalid) as refused:
        published(extension)
    assert "asks the decision “Who approves”" in str(refused.value)
