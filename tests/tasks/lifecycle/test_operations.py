"""All operations by everybody, at random, against the plain model of a task's life."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from guardian.shortcuts import assign_perm
from hypothesis import HealthCheck, settings
from hypothesis import strategies as hs
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from processes import services as engine
from processes.core.errors import Absent, Refusal
from tasks import services
from tasks.models import Alarm, Candidate, Task
from tests.factories import NOW, away, cast, deployed_source, person, process_source, started
from tests.tasks.lifecycle.model import (
    ABSENT,
    EVERYBODY,
    EXCLUDED,
    INITIATOR,
    OK,
    OPEN,
    REFUSED,
    Life,
)

UNDO = timedelta(minutes=5)
REVIEW = """<placet:assignment candidateUsers="bob, carol, leo" exclude="leo"/>
<placet:deadline completeBy="P1D" remindBefore="PT1H"/>
<placet:escalation after="PT1H" addUsers="gina"/>
<placet:policy sendBack="draft" skippable="=true" failsWith="broken"{undo}/>"""
FLOWS = (("start", "draft"), ("draft", "review"), ("review", "end"))


def source(*, undo: bool) -> str:
    """Return a draft by Alice and a review, which may be sent back, skipped and failed."""
    review = REVIEW.format(undo=' undo="PT5M"' if undo else "")
    flows = "".join(
        f'<b:sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in FLOWS
    )
    return process_source(
        '<b:startEvent id="start"/><b:userTask id="draft" name="Draft"><b:extensionElements>'
        '<placet:assignment candidateUsers="=process.initiator"/></b:extensionElements>'
        "</b:userTask>"
        f'<b:userTask id="review" name="Review"><b:extensionElements>{review}</b:extensionElements>'
        f'</b:userTask><b:endEvent id="end"/>{flows}',
        key="life",
        extension='<placet:withdrawal until="end"/>',
    )


PEOPLE = hs.sampled_from(EVERYBODY)
# Each with what it needs besides the task, who does it, and when.
OPERATIONS: dict[str, Callable[[str], dict[str, object]]] = {
    "claim": lambda to: {},
    "start": lambda to: {},
    "stop": lambda to: {},
    "release": lambda to: {},
    "take_back": lambda to: {},
    "delegate": lambda to: {"to": person(to)},
    "delegate_and_return": lambda to: {"to": person(to)},
    "forward": lambda to: {"users": [person(to)]},
    "reassign": lambda to: {"to": person(to), "reason": "She knows it."},
    "nominate": lambda to: {"users": [person(to)]},
    "suspend": lambda to: {},
    "resume": lambda to: {},
    "ask_information": lambda to: {"to": person(to), "question": "Why?"},
    "send_back": lambda to: {"to": "draft", "comment": "Once more."},
    "complete": lambda to: {"outcome": "rejected", "comment": "No."},
    "undo": lambda to: {},
    "skip": lambda to: {"reason": "Not needed."},
    "fail": lambda to: {"code": "broken"},
    "prioritize": lambda to: {"priority": 80},
    "reschedule": lambda to: {"due_at": NOW + timedelta(days=3)},
    "follow_up": lambda to: {"at": NOW + timedelta(days=1)},
    "comment": lambda to: {"text": "Hm."},
}
ENDING = frozenset({"complete", "send_back", "skip", "fail"})
# Before so many moves nothing ends the task, or it would mostly be over at once.
EARLIEST_END = 6
HANDING = ("delegate", "delegate_and_return", "forward", "reassign")


class Operating(RuleBasedStateMachine):
    """One task of one instance. Subclasses say how the database is left behind."""

    undo = False

    def __init__(self) -> None:
        super().__init__()
        cast()
        bob, erin = person("bob"), person("erin", "employees")
        person("gina", "employees")
        if not erin.stands_in.exists():
            away(bob, erin)
        process = deployed_source(source(undo=self.undo)).process
        assign_perm("view_process", person(EXCLUDED), process)
        self.instance = started(process, person(INITIATOR))
        draft = self.instance.tasks.get(node="draft")
        services.complete(task_id=draft.pk, person=person(INITIATOR), outcome="approved", now=NOW)
        self.task = self.instance.tasks.get(node="review")
        self.life = Life(grace=self.undo)
        self.moves = 0

    @rule(who=PEOPLE, operation=hs.sampled_from(sorted(OPERATIONS)), to=PEOPLE)
    def try_anything(self, who: str, operation: str, to: str) -> None:
        """Let anybody try anything, so that what must be refused is tried as well."""
        if self.moves > EARLIEST_END or self.expected(who, operation, to) != OK:
            self.operate(who, operation, to)

    def operate(self, who: str, operation: str, to: str) -> None:
        expected = self.expected(who, operation, to)
        verb = getattr(services, operation)
        try:
            with transaction.atomic():
                verb(task_id=self.task.pk, person=person(who), now=NOW, **OPERATIONS[operation](to))
        except Absent:
            told = ABSENT
        except Refusal:
            told = REFUSED
        else:
            told = OK
        assert told == expected, f"{who} {operation} {to}: {told}, expected {expected}; {self.life}"
        if told == OK:
            self.moves += 1
            self.life.do(who, operation, to)

    @rule(data=hs.data(), to=PEOPLE)
    def go_on(self, data: hs.DataObject, to: str) -> None:
        """Most of what people could do is refused, or ends the task; this keeps it moving."""
        self.one_of(data, sorted(OPERATIONS.keys() - ENDING), to)

    @precondition(lambda self: self.moves > EARLIEST_END)
    @rule(data=hs.data(), to=PEOPLE)
    def end_it(self, data: hs.DataObject, to: str) -> None:
        self.one_of(data, sorted(ENDING), to)

    def one_of(self, data: hs.DataObject, operations: list[str], to: str) -> None:
        """Have somebody do one of the operations that they may do now, if there is any."""
        possible = [
            (who, operation)
            for operation in operations
            for who in EVERYBODY
            if self.life.answer(who, operation) == OK
        ]
        if possible:
            who, operation = data.draw(hs.sampled_from(possible))
            self.operate(who, operation, to)

    def expected(self, who: str, operation: str, to: str) -> str:
        told = self.life.answer(who, operation)
        if told != OK:
            return told
        if operation in HANDING and self.life.refuses_target(who, to):
            return REFUSED
        back = self.life.returns_to
        if operation == "delegate_and_return" and back not in (None, who):
            return REFUSED
        if operation == "ask_information" and to == who:
            return REFUSED
        return OK

    @precondition(lambda self: self.moves > EARLIEST_END)
    @rule()
    def withdraw(self) -> None:
        """Alice takes her request back, as long as it has not ended."""
        running = self.instance_status() == "running"
        try:
            with transaction.atomic():
                services.withdraw(instance_id=self.instance.pk, person=person(INITIATOR), now=NOW)
        except Refusal:
            assert not running
            return
        assert running
        if self.life.status in OPEN or (self.life.status == "completed" and not self.life.settled):
            self.life.status = "exited"

    @rule()
    def time_passes(self) -> None:
        """The time in which an answer can be taken back is over."""
        for alarm in Alarm.objects.filter(task=self.task, kind="settle"):
            services.ring(alarm_id=alarm.pk, now=NOW + UNDO)
        if self.life.status == "completed":
            self.life.settled = True

    @invariant()
    def the_task_is_where_the_model_says(self) -> None:
        task = Task.objects.select_related("owner", "held_for", "returns_to").get(pk=self.task.pk)
        life = self.life
        assert task.status == life.status
        if life.status in OPEN:
            assert (task.owner and task.owner.username) == life.owner
            assert (task.held_for and task.held_for.username) == life.held_for
            assert (task.returns_to and task.returns_to.username) == life.returns_to
            asked = Candidate.objects.filter(task=task).values_list("user__username", flat=True)
            assert set(asked) == life.asked

    @invariant()
    def nothing_is_left_of_a_closed_task(self) -> None:
        if self.life.status in OPEN or not (self.life.settled or self.life.status != "completed"):
            return
        assert not Candidate.objects.filter(task=self.task).exists()
        assert not Alarm.objects.filter(task=self.task).exists()
        assert not Task.objects.open().filter(parent=self.task).exists()

    @invariant()
    def the_process_waits_as_long_as_the_task_is_open(self) -> None:
        if self.life.status in OPEN:
            assert self.instance_status() == "running"

    def instance_status(self) -> str:
        self.instance.refresh_from_db()
        return self.instance.status

    def teardown(self) -> None:
        self.instance.refresh_from_db()
        assert engine.verify(self.instance) is None


class RolledBack(Operating):
    """Leaves nothing behind; every step takes the lock."""

    def __init__(self) -> None:
        self.all = transaction.atomic()
        self.all.__enter__()
        super().__init__()

    def teardown(self) -> None:
        super().teardown()
        transaction.set_rollback(True)
        self.all.__exit__(None, None, None)


class RolledBackWithUndo(RolledBack):
    undo = True


BOUNDS = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
@pytest.mark.parametrize("machine", [RolledBack, RolledBackWithUndo])
def test_every_operation_by_everybody_does_what_the_model_says(machine):
    run_state_machine_as_test(machine, settings=BOUNDS)


# Who does what, to whom; together they are all that the model ever allows.
STORY = (
    ("carol", "comment", ""),
    ("erin", "claim", ""),
    ("bob", "take_back", ""),
    ("bob", "start", ""),
    ("bob", "stop", ""),
    ("bob", "ask_information", "mallory"),
    ("bob", "follow_up", ""),
    ("bob", "suspend", ""),
    ("bob", "resume", ""),
    ("dan", "prioritize", ""),
    ("dan", "reschedule", ""),
    ("bob", "delegate", "carol"),
    ("carol", "release", ""),
    ("carol", "delegate_and_return", "gina"),
    ("gina", "complete", ""),
    ("dan", "reassign", "bob"),
    ("bob", "forward", "gina"),
    ("gina", "complete", ""),
    ("gina", "undo", ""),
)
ENDS = (
    (("carol", "send_back", ""),),
    (("alice", "skip", ""),),
    (("carol", "start", ""), ("carol", "fail", "")),
)


@pytest.mark.django_db
@pytest.mark.parametrize("end", ENDS)
def test_everything_that_the_model_allows_can_happen(end):
    machine = RolledBackWithUndo()
    for step in (*STORY, *end):
        assert machine.expected(*step) == OK, step
        machine.operate(*step)
        machine.the_task_is_where_the_model_says()
        machine.nothing_is_left_of_a_closed_task()
    machine.teardown()


def test_the_story_has_every_operation():
    told = {operation for step in (STORY, *ENDS) for _who, operation, _to in step}
    assert told == OPERATIONS.keys() - {"nominate"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_holds_where_steps_are_taken_without_a_lock():
    """Outside of a transaction a step on PostgreSQL is one guarded statement."""
    run_state_machine_as_test(Unlocked, settings=settings(BOUNDS, max_examples=15))


class Unlocked(Operating):
    """Commits; every task is one of its own."""
