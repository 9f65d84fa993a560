"""History: append-only, chained, and enough to rebuild the state."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from processes import services as engine
from processes.core import events as ev
from processes.core.advance import fold
from processes.models import HistoryEvent, Instance, Version
from tasks import services
from tests.append_only import without_triggers
from tests.factories import NOW, asked, deployed_source, one_task, person, purchase, started

pytestmark = pytest.mark.django_db


def decided(amount=5000):
    instance = purchase(amount=amount)
    services.complete(task_id=asked(instance).pk, person=person("bob"), outcome="approved", now=NOW)
    instance.refresh_from_db()
    return instance


def test_the_sequence_has_no_gap_and_the_history_leads_to_the_state():
    instance = decided()
    rows = list(instance.history.order_by("sequence"))
    assert [row.sequence for row in rows] == list(range(1, instance.sequence + 1))
    assert fold([ev.from_data(row.kind, row.data) for row in rows]).dump() == instance.state


def test_every_decision_names_who_made_it():
    row = decided().history.get(kind="task.completed")
    assert (row.actor, row.actor_name, row.at) == (person("bob"), "Bob", NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda: HistoryEvent.objects.update(actor_name="Mallory"),
        lambda: HistoryEvent.objects.all().delete(),
        lambda: HistoryEvent.objects.first().delete(),
    ],
)
def test_history_cannot_be_changed_or_deleted(change):
    decided()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()


@pytest.mark.postgres
def test_history_cannot_be_truncated():
    decided()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"):
            cursor.execute("TRUNCATE processes_historyevent")
        transaction.set_rollback(True)


def test_an_instance_with_history_cannot_be_deleted():
    instance = decided()
    with transaction.atomic():
        instance.delete()
        with pytest.raises(DatabaseError):
            connection.check_constraints()
        transaction.set_rollback(True)


def test_a_published_source_never_changes():
    version = decided().version
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Version.objects.filter(pk=version.pk).update(source="<other/>")


def test_the_verifier_is_content_with_what_nobody_touched():
    instance = decided()
    assert engine.verify(instance) is None
    call_command("verify_history")


def edit(instance):
    HistoryEvent.objects.filter(instance=instance, sequence=3).update(actor_name="Mallory")


def remove_one(instance):
    HistoryEvent.objects.filter(instance=instance, sequence=3).delete()


def cut_the_tail(instance):
    HistoryEvent.objects.filter(instance=instance, sequence__gt=4).delete()


def reorder(instance):
    rows = HistoryEvent.objects.filter(instance=instance)
    rows.filter(sequence=3).update(sequence=1000)
    rows.filter(sequence=4).update(sequence=3)
    rows.filter(sequence=1000).update(sequence=4)


@pytest.mark.parametrize(
    ("attack", "at"), [(edit, 3), (remove_one, 3), (cut_the_tail, 5), (reorder, 3)]
)
def test_a_change_behind_our_back_is_located(attack, at):
    instance = decided()
    with without_triggers(connection):
        attack(instance)
    flaw = engine.verify(instance)
    assert flaw is not None
    assert flaw.sequence == at
    with pytest.raises(CommandError, match="1 histories"):
        call_command("verify_history")


def test_a_state_that_was_edited_is_found():
    instance = decided()
    state = instance.state
    state["scopes"]["s0"]["variables"]["amount"] = 1
    Instance.objects.filter(pk=instance.pk).update(state=state)
    instance.refresh_from_db()
    assert "stored state" in engine.verify(instance).sentence


def test_a_history_that_is_gone_altogether_is_found():
    instance = decided()
    with without_triggers(connection):
        HistoryEvent.objects.filter(instance=instance).delete()
    assert [flaw.instance for flaw in engine.verify_all()] == [instance.pk]


@pytest.mark.parametrize("amount", [1e20, 0.1, 1.5e-7, 12345678901234567890, 900.0, 99.99])
def test_numbers_of_every_size_survive_the_database(amount):
    person("bob")
    amounts = one_task(process_extension='<placet:variable name="amount" type="number"/>')
    instance = started(deployed_source(amounts).process, amount=amount)
    instance.refresh_from_db()
    assert engine.verify(instance) is None
