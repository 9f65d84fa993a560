"""Lists of work: who sees which task, in which order, and that all ways of asking agree."""

import random
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from processes.models import Process
from tasks import inbox, services
from tasks.access import principals
from tasks.inbox import Inbox, Wanted, plan, reach
from tasks.models import Candidate, Exclusion, Profile, Task
from tasks.reading import asked_of_each
from tasks.rules.absence import Scope, Way
from tasks.rules.standing import Principals, Reach, standing
from tasks.views.people import name_of
from tests.factories import (
    NOW,
    asked,
    away,
    cast,
    deployed,
    deployed_source,
    person,
    process_source,
    purchase,
    started,
    team,
)

pytestmark = pytest.mark.django_db

NAMES = ["bob", "carol", "fiona", "leo", "mallory"]
TEAMS = ["managers", "deputies", "finance", "legal"]
SCOPES = ["todo", "mine", "offered"]
FILTERS = [
    Wanted(),
    Wanted(high=True),
    Wanted(due="overdue"),
    Wanted(due="today"),
    Wanted(due="week"),
    Wanted(due="none"),
    Wanted(process="purchase-approval"),
    Wanted(process="nothing"),
    Wanted(initiator="alice"),
    Wanted(initiator="ALICE"),
    Wanted(initiator="bob"),
    Wanted(search="manager 1"),
    Wanted(search="50% _"),
    Wanted(search="KÖLN", high=True),
]


@dataclass
class Office:
    """Many tasks of all kinds, asked and held and kept from all kinds of people, by chance."""

    seed: int

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311
        cast()
        self.people = [person(name) for name in NAMES]
        self.teams = [team(name) for name in TEAMS]
        process = deployed()
        instances = [
            started(process, self.dice.choice([*self.people[:1], person("alice")]), **self.thing(n))
            for n in range(3)
        ]
        Task.objects.all().delete()
        for number in range(60):
            self.task(self.dice.choice(instances), number)

    def thing(self, number: int) -> dict[str, object]:
        return {"title": f"50% _ {number}", "amount": 10}

    def task(self, instance, number: int) -> None:
        dice = self.dice
        due_at = dice.choice([None, NOW + timedelta(hours=dice.randrange(-48, 200))])
        status = dice.choice(["ready", "ready", "ready", "reserved", "in_progress", "suspended"])
        owner = held_for = None
        if status != "ready":
            owner = dice.choice(self.people)
            held_for = dice.choice([None, None, dice.choice(self.people)])
        task = Task.objects.create(
            instance=instance,
            token=f"r{number}",
            node="manager",
            name=f"Manager {number}",
            status=status,
            owner=owner,
            held_for=held_for if held_for != owner else None,
            due_at=due_at,
            priority=dice.choice([50, 80]),
            amount=dice.choice([None, Decimal(100), Decimal(5000)]),
            words=dice.choice(["", "köln"]),
            asked={},
            created_at=NOW,
        )
        for user in dice.sample(self.people, dice.randrange(3)):
            Candidate.objects.create(task=task, user=user, due_at=due_at)
        for group in dice.sample(self.teams, dice.randrange(3)):
            Candidate.objects.create(task=task, group=group, due_at=due_at)
        if dice.random() < 0.3:
            Exclusion.objects.create(task=task, user=dice.choice(self.people))
        if dice.random() < 0.2:
            Exclusion.objects.create(task=task, group=dice.choice(self.teams))

    def anybody(self) -> Principals:
        """Return somebody who stands in for somebody, by one way or two, for some things."""
        dice = self.dice
        me, *others = dice.sample(self.people, len(self.people))
        groups = {one.pk: frozenset(one.groups.values_list("pk", flat=True)) for one in self.people}
        absentees = {}
        away_now = others[: dice.randrange(4)]
        for at, absentee in enumerate(away_now):
            through = (absentee.pk, away_now[at - 1].pk) if at and dice.random() < 0.5 else None
            ways = [Way(through or (absentee.pk,), self.scope())]
            if dice.random() < 0.3:
                ways.append(Way((absentee.pk,), self.scope()))
            absentees[absentee.pk] = Reach(groups[absentee.pk], tuple(ways))
        return Principals(me.pk, groups[me.pk], absentees)

    def scope(self) -> Scope:
        process = Process.objects.values_list("pk", flat=True)[0]
        return Scope(
            self.dice.choice([None, None, frozenset({process}), frozenset({0})]),
            self.dice.choice([None, None, Decimal(1000)]),
        )


def by_orm(who: Principals, scope: str, wanted: Wanted) -> list[UUID]:
    found = Task.objects.filter(wanted.as_q(NOW), pk__in=reach.todo(who, scope))
    return list(found.order_by(*inbox.BY_DUE).values_list("pk", flat=True))


def by_statement(who, scope, wanted, *, after=None, size=1000) -> list[UUID]:
    text, values = plan.page(who, scope, wanted.as_sql(NOW), after=after, size=size)
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.postgres
@pytest.mark.parametrize("seed", range(6))
def test_the_statement_and_the_orm_give_the_same_tasks_in_the_same_order(seed):
    office = Office(seed)
    seen = 0
    for _ in range(5):
        who = office.anybody()
        for scope in SCOPES:
            for wanted in FILTERS:
                found = by_orm(who, scope, wanted)
                assert by_statement(who, scope, wanted) == found, (who, scope, wanted)
                seen += len(found)
        text, values = plan.counts(who, Wanted().as_sql(NOW), size=1000, first=5)
        with connection.cursor() as cursor:
            cursor.execute(text, values)
            counted = cursor.fetchone()
        whole = [by_orm(who, scope, Wanted()) for scope in ("mine", "offered")]
        assert counted[:2] == tuple(map(len, whole))
        assert list(counted[2:]) == [ids[:5] for ids in whole]
    assert seen > 100, "there was something to find"


@pytest.mark.postgres
@pytest.mark.parametrize("seed", range(3))
def test_pages_of_the_statement_put_together_are_the_list(seed):
    office = Office(seed)
    due = dict(Task.objects.values_list("pk", "due_at"))
    for _ in range(4):
        who = office.anybody()
        for scope in SCOPES:
            found: list[UUID] = []
            after = None
            while page := by_statement(who, scope, Wanted(), after=after, size=4):
                found += page
                after = (due[page[-1]], page[-1])
            assert found == by_orm(who, scope, Wanted())


@pytest.mark.parametrize("seed", range(6))
def test_a_list_holds_what_the_rules_of_standing_give(seed):
    office = Office(seed)
    tasks = list(Task.objects.select_related("instance"))
    told = asked_of_each(tasks)
    for _ in range(5):
        who = office.anybody()
        roles = {task.pk: standing(who, told[task.pk]) for task in tasks}
        held = {t.pk for t in tasks if t.status != "ready" and roles[t.pk].owner}
        offered = {t.pk for t in tasks if t.status == "ready" and roles[t.pk].candidate}
        assert set(by_orm(who, "mine", Wanted())) == held
        assert set(by_orm(who, "offered", Wanted())) == offered


@pytest.mark.parametrize("scope", [*SCOPES, "done", "team"])
def test_pages_follow_one_another_without_gap(scope):
    Office(1)
    bob = person("bob")
    box = Inbox(bob, now=NOW)
    field = "closed_at" if scope == "done" else "due_at"
    found: list[Task] = []
    after = None
    while page := box.page(scope, after=after, size=3):
        found += page
        after = (getattr(page[-1], field), page[-1].pk)
    assert found == list(box.tasks(scope))


@pytest.mark.parametrize("counted", [True, False])
def test_the_lines_of_a_page_show_its_tasks(counted):
    Office(1)
    box = Inbox(person("bob"), now=NOW)
    if counted:
        # Counting finds the first page on the way.
        box.counts()
    for scope in (*SCOPES, "team"):
        rows, lines = box.page(scope, size=4), box.lines(scope, size=4)
        assert [(line.pk, line.status, line.due_at, line.subject) for line in lines] == [
            (row.pk, row.status, row.due_at, row.instance.subject) for row in rows
        ]
        assert [line.owner_name for line in lines] == [
            name_of(row.owner) if row.owner else "" for row in rows
        ]
        assert [row.pk for row in rows] == [row.pk for row in box.tasks(scope)[:4]]


def test_lists_are_counted_no_further_than_anybody_reads(monkeypatch):
    monkeypatch.setattr(inbox, "CAP", 2)
    for _ in range(4):
        purchase()
    assert Inbox(person("bob"), now=NOW).counts() == {"mine": 0, "offered": 3, "todo": 3}


def test_a_longer_list_does_not_ask_more_often():
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            box = Inbox(person("bob"), now=NOW)
            box.page("offered", size=50)
            box.counts()
        return len(found)

    purchase()
    few = queries()
    for _ in range(5):
        purchase()
    assert queries() == few


def test_no_filter_shows_what_is_not_mine():
    purchase(title="Secret plans")
    for wanted in [*FILTERS, Wanted(search="secret"), Wanted(process="purchase-approval")]:
        for scope in (*SCOPES, "done", "team"):
            box = Inbox(person("mallory"), now=NOW)
            assert box.page(scope, wanted, size=50) == []
            assert box.count(scope, wanted) == 0
        assert box.counts(wanted) == {"mine": 0, "offered": 0, "todo": 0}
    assert box.processes() == []


def test_whoever_is_excluded_by_a_group_finds_nothing():
    task = asked(purchase())
    assert list(inbox.tasks(person("bob"), "offered", now=NOW)) == [task]
    Exclusion.objects.create(task=task, group=team("employees"))
    assert list(inbox.tasks(person("bob"), "offered", now=NOW)) == []


def test_the_stamp_changes_when_work_comes_and_goes():
    def stamp() -> str:
        return Inbox(person("bob"), now=NOW).stamp

    cast()
    before = stamp()
    task = asked(purchase())
    after = stamp()
    assert after != before
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    assert stamp() != after
    assert stamp() == stamp()


SEARCHABLE = (
    '<placet:variable name="city" type="string" searchable="true"/>'
    '<placet:variable name="pin" type="string" sensitive="true"/>'
    '<placet:variable name="note" type="string"/>'
)


def test_search_finds_searchable_variables_and_no_others():
    source = process_source(
        '<b:startEvent id="start"/><b:userTask id="ask" name="Ask"><b:extensionElements>'
        '<placet:assignment candidateUsers="bob"/></b:extensionElements></b:userTask>'
        '<b:endEvent id="end"/><b:sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>'
        '<b:sequenceFlow id="f2" sourceRef="ask" targetRef="end"/>',
        extension=SEARCHABLE,
    )
    cast()
    version = deployed_source(source)
    started(version.process, city="Köln", pin="4711", note="Urgent")
    box = Inbox(person("bob"), now=NOW)
    assert len(box.page("offered", Wanted(search="KÖLN"), size=5)) == 1
    assert box.page("offered", Wanted(search="4711"), size=5) == []
    assert box.page("offered", Wanted(search="urgent"), size=5) == []


def lead(person: User, manager: User) -> None:
    Profile.objects.update_or_create(user=person, defaults={"manager": manager})


def test_the_team_list_shows_what_those_below_hold_at_any_depth():
    task = asked(purchase())
    lead(person("bob"), person("carol"))
    lead(person("carol"), person("leo"))
    leo = Inbox(person("leo"), now=NOW)
    assert leo.page("team", size=5) == [], "a group is not a person"
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    assert leo.page("team", size=5) == [task]
    assert leo.leads
    assert not Inbox(person("bob"), now=NOW).leads
    assert Inbox(person("fiona"), now=NOW).page("team", size=5) == []


def test_people_who_manage_each_other_do_not_go_in_circles():
    task = asked(purchase())
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    lead(person("bob"), person("carol"))
    lead(person("carol"), person("bob"))
    assert Inbox(person("carol"), now=NOW).page("team", size=5) == [task]


def test_what_keeps_the_manager_out_is_not_in_the_team_list():
    task = asked(purchase())
    services.claim(task_id=task.pk, person=person("bob"), now=NOW)
    lead(person("bob"), person("carol"))
    Exclusion.objects.create(task=task, user=person("carol"))
    assert Inbox(person("carol"), now=NOW).page("team", size=5) == []


def test_a_stand_in_holds_no_longer_than_the_absence():
    task = asked(purchase())
    away(person("bob"), person("carol"), days=1)
    services.claim(task_id=task.pk, person=person("carol"), now=NOW)
    assert list(inbox.tasks(person("carol"), "mine", now=NOW)) == [task]
    assert list(inbox.tasks(person("carol"), "mine", now=NOW + timedelta(days=2))) == []
    assert principals(person("carol"), now=NOW).absentees
