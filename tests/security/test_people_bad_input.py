"""Nonsense in what people do with tasks is refused with a sentence, and in definitions as well."""

import pytest

from processes.core.errors import Refusal
from processes.models import Incident
from tests.doors.api import Caller
from tests.doors.pages import visitor
from tests.factories import NOW, asked, cast, deployed_source, one_task, person, purchase, started

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

FIELDS = {
    "delegate": "to reason", "forward": "users groups reason", "reassign": "to reason",
    "nominate": "users groups", "suspend": "until reason", "ask": "to question",
    "send-back": "to comment", "draft": "outcome comment data", "withdraw": "reason",
    "skip": "reason", "fail": "code comment", "prioritize": "priority",
    "reschedule": "due_at reason", "follow-up": "at", "approvers": "who where reason tier",
    "comments": "text visibility",
}  # fmt: skip
NONSENSE = {
    "a NUL": "a\x00b",
    "the last moment": "9999-12-31T23:59:59-14:00",
    "the first moment": "0001-01-01T00:00:00+14:00",
    "no day": "2026-02-30T00:00:00Z",
    "a huge number": 10**33,
    "minus one": -1,
    "a thousand names": ["bob"] * 1000,
    "a thousand mentions": "@bob " * 999,
    "five megabytes": "x" * 5_000_000,
    "a NUL within": {"a": {"b": "\x00"}},
}


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.mark.parametrize("value", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_never_breaks_what_people_do(value):
    task = asked(purchase())
    caller, browser = Caller(person("dan")), visitor(person("dan"))
    caller.raise_request_exception = browser.raise_request_exception = False
    for verb, names in FIELDS.items():
        body = dict.fromkeys(names.split(), value)
        answer = caller.send(f"tasks/{task.pk}/{verb}/", body)
        assert answer.status_code < 500, verb
        if isinstance(value, str):
            answer = browser.post(f"/tasks/{task.pk}/do/{verb}/", body)
            assert answer.status_code < 500, verb
    task.refresh_from_db()
    assert task.status == "ready"


THREE = '<placet:assignment candidateUsers="bob, carol, leo"/>'
BOMB = "count(for a in 1..1000, b in 1..1000, c in 1..1000 return a)"
BOMBS = {
    "a need of 400 digits": THREE + '<placet:quorum need="=10**400"/>',
    "a need that loops": THREE + f'<placet:quorum need="={BOMB}"/>',
    "a need below nothing": THREE + '<placet:quorum need="=0-5"/>',
    "weights that loop": THREE + f'<placet:quorum need="1" weights="={{bob: {BOMB}}}"/>',
    "a huge weight": THREE + '<placet:quorum need="1" weights="={bob: 10**300}"/>',
    "a negative weight": THREE + '<placet:quorum need="1" weights="={bob: -5}"/>',
    "a function as people": '<placet:assignment candidateUsers="=function(x) x"/>',
    "a huge amount": '<placet:assignment candidateUsers="bob" amount="=10**400"/>',
    "a loop to skip": THREE + f'<placet:policy skippable="={BOMB} > 1"/>',
}


@pytest.mark.parametrize("extension", BOMBS.values(), ids=BOMBS.keys())
def test_an_expression_gone_wild_is_an_incident_and_no_crash(extension):
    cast()
    instance = started(deployed_source(one_task(extension)).process)
    assert not instance.tasks.exists()
    assert Incident.objects.get(instance=instance).sentence


REFUSED = {
    "more than there are": THREE + '<placet:quorum need="999999"/>',
    "more than all": THREE + '<placet:quorum need="200%"/>',
    "tiers in a circle": '<placet:quorum/><placet:tier key="a" within="b"/>'
    '<placet:tier key="b" within="a"/>',
    "3,000 tiers in each other": '<placet:quorum/><placet:tier key="t0" users="bob" within="t1"/>'
    + "".join(f'<placet:tier key="t{i}" within="t{i + 1}"/>' for i in range(1, 3000))
    + '<placet:tier key="t3000"/>',
    "a grace period without end": THREE + '<placet:policy undo="P9999Y"/>',
    "a grace period in the past": THREE + '<placet:policy undo="-P1D"/>',
}


@pytest.mark.parametrize("extension", REFUSED.values(), ids=REFUSED.keys())
def test_an_absurd_agreement_is_refused_before_it_runs(extension):
    with pytest.raises(Refusal):
        deployed_source(one_task(extension))
