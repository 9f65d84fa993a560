"""Decisions: uploaded as DMN files, pinned by the version that asks, evaluated by the engine."""

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from processes import services
from processes.core.errors import Invalid
from processes.models import Decision, Instance, Version
from tests.factories import NOW, deployed_source, started
from tests.processes.drawn import end, file_of, process, start

pytestmark = pytest.mark.django_db

APPROVALS = (Path(__file__).parents[1] / "core" / "dmn" / "approval-level.dmn").read_bytes()
PURCHASE = '<placet:variable name="Purchase"/>'


def upload(source: bytes = APPROVALS) -> Decision:
    return services.upload_decision(source=source, now=NOW)


def asking(ref: str = "Approval level") -> str:
    task = (
        '<b:businessRuleTask id="decide" placet:resultVariable="level"><b:extensionElements>'
        f'<placet:decision ref="{ref}"/></b:extensionElements></b:businessRuleTask>'
    )
    return file_of(
        process("asks", start(), task, end(), flow="start decide end", extension=PURCHASE)
    )


def decided(version: Version, amount: object = 1500, category: str = "other") -> Instance:
    purchase = {"amount": amount, "category": category}
    return started(version.process, Purchase=purchase)


@pytest.mark.parametrize("ref", ["Approval level", "level"], ids=["by name", "by id"])
def test_a_business_rule_task_keeps_what_the_decision_says(ref):
    upload()
    instance = decided(deployed_source(asking(ref)))
    assert (instance.status, instance.variables["level"]) == ("completed", "board")


def test_a_published_version_keeps_the_decision_that_it_was_published_with():
    upload()
    version = deployed_source(asking())
    upload(APPROVALS.replace(b'"board"</text></outputEntry></rule>\n    </dec',
                             b'"manager"</text></outputEntry></rule>\n    </dec'))  # fmt: skip
    assert Decision.objects.count() == 2

    assert decided(version).variables["level"] == "board"
    newer = deployed_source(asking().replace('"Asks"', '"Newer"'))
    assert decided(newer).variables["level"] == "manager"


def test_a_decision_that_nobody_uploaded_keeps_the_process_from_being_published():
    with pytest.raises(Invalid) as refused:
        deployed_source(asking())
    assert refused.value.what == (
        "Asks v1 cannot run: “decide” asks the decision “Approval level”, "
        "which no uploaded DMN file holds."
    )


def test_a_decision_that_two_files_hold_is_not_guessed():
    upload()
    upload(APPROVALS.replace(b"urn:test:approvals", b"urn:test:others"))
    with pytest.raises(Invalid, match="which “Approvals” and “Approvals” both hold"):
        deployed_source(asking())


def test_a_decision_that_finds_a_fault_is_an_incident():
    upload()
    instance = decided(deployed_source(asking()), amount="much")
    assert instance.status == "running"
    assert instance.incidents.get().code == "decision"


def test_a_file_may_ask_another_and_both_are_kept():
    upload()
    importing = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="Signing"
      namespace="urn:test:signing">
      <import name="a" namespace="urn:test:approvals"
        importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>
      <decision id="signs" name="Who signs"><variable name="Who signs"/>
        <informationRequirement><requiredDecision href="urn:test:approvals#level"/>
        </informationRequirement>
        <literalExpression><text>a.Approval level</text></literalExpression></decision>
    </definitions>"""
    upload(importing)
    version = deployed_source(asking("Who signs"))
    assert set(version.decisions["sources"]) == {"urn:test:approvals", "urn:test:signing"}


def test_what_a_published_version_was_published_with_never_changes():
    upload()
    version = deployed_source(asking())
    for column in ("decisions", "pins"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Version.objects.filter(pk=version.pk).update(**{column: {"other": 1}})


@pytest.mark.parametrize(
    "source", [b"", b"<html/>", b"<definitions/>", APPROVALS.replace(b"&lt; 1000", b"&lt;&lt;")]
)
def test_what_is_no_decision_is_refused_with_a_sentence(source):
    with pytest.raises(Invalid) as refused:
        upload(source)
    assert refused.value.what
    assert not Decision.objects.exists()


def test_the_same_file_again_is_the_same_version():
    assert upload() == upload()
    assert {"level", "Approval level", "approval", "Approval"} <= set(upload().offers)
