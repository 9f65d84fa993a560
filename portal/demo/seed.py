"""The demo: people, purchases and newcomers in every state, made through the real services.

The past is told by passing past moments as ``now``; no row is written by hand. What the order
service has to do is left ready, and the worker does it when it starts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Q
from guardian.shortcuts import assign_perm

from portal.demo.contracts import REQUESTS, Act, Request
from portal.demo.newcomers import NEWCOMERS, Did, Newcomer
from portal.demo.organization import organize
from processes import services as engine
from processes.models import Connection, Dispatch, Instance, Process, Timer
from tasks import services
from tasks.models import Alarm, Announcement, Calendar, CalendarUse, Task

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "processes" / "templates_bpmn"
AGREED = ("contract-signature", "expense-matrix")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Everybody may know it: it opens a demo on this machine.
PASSWORD = "placet-demo"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody in the demo; ``does`` is shown beside the name where people sign in."""

    username: str
    name: str
    does: str
    groups: tuple[str, ...] = ()
    operates: bool = False


PEOPLE = (
    Character("alice", "Alice Martin", "asks for purchases", ("employees",)),
    Character("bob", "Bob Keller", "is a manager, on vacation", ("employees", "managers")),
    Character("carol", "Carol Diaz", "stands in for others", ("employees", "deputies")),
    Character("fiona", "Fiona Walsh", "decides for finance", ("employees", "finance")),
    Character("leo", "Leo Tanaka", "decides for legal", ("employees", "legal")),
    Character(
        "dan", "Dan Okafor", "operates the portal and its admin", ("employees", "operators"), True
    ),
    Character("mallory", "Mallory Quinn", "has no rights here"),
)
NOTES = {
    "ok": "Within the budget of the team.",
    "dear": "Please look for a cheaper offer first.",
    "legal": "The terms are fine; the liability cap matches our standard.",
}


def seed(*, orders: str, now: datetime) -> bool:
    """Fill an empty portal; one that has the demo already is left alone. Return what was done.

    ``orders`` is where the order service listens now, which may be elsewhere than the last time.
    """
    Connection.objects.update_or_create(
        key="orders", defaults={"name": "Order service", "base_url": orders}
    )
    if User.objects.filter(username=PEOPLE[0].username).exists():
        return False
    people = {character.username: add_person(character) for character in PEOPLE}
    organize(people)
    purchase = publish("purchase-approval", by=people["dan"], now=now - 30 * DAY)
    access = publish("access-request", by=people["dan"], now=now - 30 * DAY)
    onboarding = publish("onboarding", by=people["dan"], now=now - 30 * DAY)
    services.set_absence(
        absentee=people["leo"],
        substitute=people["carol"],
        starts_at=now - 2 * DAY,
        ends_at=now + 5 * DAY,
        reason="Conference",
        by=people["leo"],
        now=now,
    )
    agreed = {key: publish(key, by=people["dan"], now=now - 30 * DAY) for key in AGREED}
    office = Calendar.objects.get(key="office")
    CalendarUse.objects.create(calendar=office, process=agreed["contract-signature"])
    Story(people, purchase, access, onboarding, agreed, now).tell()
    forget_old_news(now)
    return True


def forget_old_news(now: datetime) -> None:
    """Count what is older than a day as told, or everybody would hear of all of it at once."""
    untold = Announcement.objects.filter(told_at=None, created_at__lt=now - DAY)
    untold.update(told_at=now)


def add_person(character: Character) -> User:
    first, _, last = character.name.partition(" ")
    user = User.objects.create_user(
        character.username,
        f"{character.username}@example.com",
        PASSWORD,
        first_name=first,
        last_name=last,
        is_staff=character.operates,
        is_superuser=character.operates,
    )
    user.groups.set(Group.objects.get_or_create(name=name)[0] for name in character.groups)
    return user


def publish(template: str, *, by: User, now: datetime) -> Process:
    """Publish a shipped process that every employee may start and operators operate."""
    source = (TEMPLATES / f"{template}.bpmn").read_bytes()
    process = engine.deploy(source=source, by=by, note="First version", now=now).process
    operators = Group.objects.get(name="operators")
    process.fallback_group = operators
    process.save(update_fields=["fallback_group"])
    assign_perm("start_process", Group.objects.get(name="employees"), process)
    for right in ("view_process", "operate_process", "report_process"):
        assign_perm(right, operators, process)
    return process


@dataclass
class Story:
    """What happened in the demo's past, told in the order in which it happened."""

    people: dict[str, User]
    purchase: Process
    access: Process
    onboarding: Process
    agreed: dict[str, Process]
    now: datetime
    acts: list[tuple[datetime, Callable[[datetime], None]]] = field(default_factory=list)

    def tell(self) -> None:
        self.plan()
        for moment, act in sorted(self.acts, key=lambda planned: planned[0]):
            self.let_time_pass(moment)
            act(moment)
        self.let_time_pass(self.now)

    def let_time_pass(self, until: datetime) -> None:
        """Deliver, ring and fire everything that was due by then, each at its own moment."""
        while True:
            sent = Dispatch.objects.filter(run_at__lte=until).order_by("run_at", "id").first()
            if sent and sent.run_at:
                engine.deliver(dispatch_id=sent.pk, now=sent.run_at)
                continue
            alarm = Alarm.objects.filter(due_at__lte=until).order_by("due_at", "id").first()
            timer = Timer.objects.filter(due_at__lte=until).order_by("due_at").first()
            if alarm and (timer is None or alarm.due_at <= timer.due_at):
                services.ring(alarm_id=alarm.pk, now=alarm.due_at)
            elif timer:
                engine.fire_timer(timer_id=timer.pk, now=timer.due_at)
            else:
                return

    def plan(self) -> None:
        """Lay out the past; hours count back from now."""
        self.ask(11 * 24, "alice", "Height-adjustable desks", 4200, "other", self.all_agree)
        self.ask(10 * 24, "carol", "Team offsite in Lisbon", 6800, "travel", self.all_agree)
        self.ask(
            9 * 24, "alice", "Noise-cancelling headphones", 340, "hardware", self.manager_agrees
        )
        self.ask(8 * 24, "leo", "Contract database license", 2400, "software", self.finance_refuses)
        self.ask(7 * 24, "alice", "Espresso machine", 2900, "other", self.manager_refuses)
        self.ask(7 * 24 - 2, "fiona", "Spreadsheet add-in", 90, "software", self.manager_agrees)
        self.ask(6 * 24, "alice", "Laptops for the new team", 12400, "hardware", self.carol_for_bob)
        self.ask(5 * 24, "carol", "Penetration test", 18500, "services", self.legal_by_stand_in)
        self.ask(4 * 24, "alice", "Monitor arms", 480, "hardware", self.manager_agrees)
        self.ask(4 * 24 - 3, "alice", "Standing order of paper", 120, "other", self.withdrawn)
        self.ask(75, "fiona", "Backup storage", 950, "hardware", self.order_service_down)
        self.ask(50, "alice", "Translation of the handbook", 3100, "services", self.manager_only)
        self.ask(46, "leo", "Court fees archive", 1500, "services", self.manager_only)
        self.ask(40, "alice", "Docking stations", 2200, "hardware", self.finance_claims)
        self.ask(30, "carol", "Workshop on negotiation", 1900, "services", self.nobody_answers)
        self.ask(27, "alice", "Conference tickets", 760, "travel", self.nobody_answers)
        self.ask(22, "alice", "New office chairs", 5400, "other", self.bob_claims)
        self.ask(21, "fiona", "Tax law subscription", 640, "software", self.nobody_answers)
        self.ask(14, "alice", "Cloud budget increase", 25000, "services", self.manager_only)
        self.ask(9, "alice", LONG_TITLE, 8800, "hardware", self.nobody_answers, LONG_REASON)
        self.ask(6, "leo", "Notary software", 1150, "software", self.nobody_answers)
        self.ask(5, "alice", "Whiteboards", 310, "other", self.held_by_audit)
        self.ask(3, "carol", "Train tickets to Vienna", 420, "travel", self.nobody_answers)
        self.ask(2, "alice", "USB-C adapters", 75, "hardware", self.nobody_answers)
        self.ask(1, "fiona", "Second screens for accounting", 1280, "hardware", self.nobody_answers)
        self.want(6 * 24, "alice", "Payroll", "read", "Checking last year's figures.")
        self.want(30, "carol", "CRM", "change", "Taking over the partner accounts.")
        self.want(4, "leo", "Source code archive", "read", "Answering an open-source inquiry.")
        for newcomer in NEWCOMERS:
            self.welcome(newcomer)
        self.at(self.now - 4 * DAY, lambda moment: self.withdraw("jonas@exmaple.com", moment))
        for request in REQUESTS:
            self.request(request)

    # --- what people ask for ---------------------------------------------------------------------

    def ask(
        self,
        hours_ago: float,
        who: str,
        title: str,
        amount: float,
        category: str,
        then: Callable[[Instance, datetime], None],
        reason: str = "",
    ) -> None:
        def start(moment: datetime) -> None:
            variables = {
                "title": title,
                "amount": amount,
                "currency": "EUR",
                "category": category,
                "justification": reason or f"{title}: agreed with the team for this quarter.",
            }
            then(self.start(self.purchase, who, variables, moment), moment)

        self.at(self.now - hours_ago * HOUR, start)

    def want(self, hours_ago: float, who: str, system: str, level: str, reason: str) -> None:
        variables = {"system": system, "level": level, "reason": reason}
        self.at(
            self.now - hours_ago * HOUR,
            lambda moment: self.start(self.access, who, variables, moment),
        )

    def welcome(self, newcomer: Newcomer) -> None:
        """Plan what was done for somebody who was hired; ``newcomer.done`` says how much."""
        hired = self.now - newcomer.hired_days_ago * DAY
        first_day = hired + newcomer.notice_days * DAY
        variables = newcomer.variables | {"starts_on": first_day.date().isoformat()}
        self.at(hired, lambda moment: self.start(self.onboarding, "carol", variables, moment))
        for did in newcomer.done:
            act = partial(self.prepare, newcomer.subject, did)
            self.at(hired + did.hours * HOUR, act)
        if newcomer.withdrew_after:
            act = partial(self.withdraw, variables["email"])
            self.at(hired + newcomer.withdrew_after * HOUR, act)

    def prepare(self, subject: str, did: Did, moment: datetime) -> None:
        """Answer the oldest task of that step, in the onboarding or in what it called."""
        there = Q(instance__subject=subject) | Q(instance__parent__subject=subject)
        task = Task.objects.open().filter(there, node=did.node).earliest("created_at", "id")
        services.complete(
            task_id=task.pk,
            person=self.people[did.who],
            outcome=did.outcome,
            comment=did.comment,
            data=dict(did.data),
            now=moment,
        )

    def withdraw(self, email: str, moment: datetime) -> None:
        """Send what the careers site sends when somebody does not come after all."""
        note = {"reason": "Another offer"}
        sent = engine.send_message(
            name="candidate-withdrew", key=email, payload=note, sender=None, now=moment
        )
        engine.deliver(dispatch_id=sent.pk, now=moment)

    def request(self, request: Request) -> None:
        """Plan a request and everything that people did about it."""
        asked_at, subjects = self.now - request.days_ago * DAY, []

        def start(moment: datetime) -> None:
            process = self.agreed[request.process]
            subjects.append(self.start(process, request.who, dict(request.variables), moment))

        self.at(asked_at, start)
        for act in request.acts:
            self.at(
                asked_at + act.hours * HOUR,
                lambda moment, act=act: self.act(subjects[0], act, moment),  # type: ignore[misc]
            )

    def act(self, instance: Instance, act: Act, moment: datetime) -> None:
        if act.to:
            task, who = self.task(instance, act.node), self.people[act.who]
            services.send_back(
                task_id=task.pk, person=who, to=act.to, comment=act.comment, now=moment
            )
        else:
            self.decide(instance, act.node, act.who, moment, act.outcome, act.comment)

    def start(
        self, process: Process, who: str, variables: dict[str, Any], moment: datetime
    ) -> Instance:
        return engine.start(
            process=process, variables=variables, initiator=self.people[who], now=moment
        )

    def at(self, moment: datetime, act: Callable[[datetime], Any]) -> None:
        """Plan an act; what is planned while telling must lie ahead."""
        self.acts.append((moment, act))

    def decide(
        self, instance: Instance, node: str, who: str, moment: datetime, outcome: str, why: str = ""
    ) -> None:
        services.complete(
            task_id=self.task(instance, node).pk,
            person=self.people[who],
            outcome=outcome,
            comment=why,
            data={"cost_center": "4711"} if node == "finance" and outcome == "approved" else {},
            now=moment,
        )

    def task(self, instance: Instance, node: str) -> Task:
        return instance.tasks.filter(node=node).latest("created_at")

    # --- how it went -----------------------------------------------------------------------------

    def nobody_answers(self, instance: Instance, moment: datetime) -> None:
        """Leave it open; old ones have been reminded and escalated by now."""

    def manager_only(self, instance: Instance, moment: datetime) -> None:
        self.decide(instance, "manager", "bob", moment + HOUR, "approved", NOTES["ok"])

    manager_agrees = manager_only

    def manager_refuses(self, instance: Instance, moment: datetime) -> None:
        self.decide(instance, "manager", "bob", moment + 3 * HOUR, "rejected", NOTES["dear"])

    def all_agree(self, instance: Instance, moment: datetime) -> None:
        self.manager_only(instance, moment)
        self.decide(instance, "finance", "fiona", moment + 4 * HOUR, "approved", NOTES["ok"])
        self.decide(instance, "legal", "leo", moment + 6 * HOUR, "approved", NOTES["legal"])

    def finance_refuses(self, instance: Instance, moment: datetime) -> None:
        self.manager_only(instance, moment)
        self.decide(instance, "finance", "fiona", moment + 5 * HOUR, "rejected", NOTES["dear"])

    def finance_claims(self, instance: Instance, moment: datetime) -> None:
        self.manager_only(instance, moment)
        finance = self.task(instance, "finance")
        services.start(task_id=finance.pk, person=self.people["fiona"], now=moment + 2 * HOUR)
        services.comment(
            task_id=finance.pk,
            person=self.people["fiona"],
            text="Waiting for the second offer, it should come tomorrow.",
            now=moment + 3 * HOUR,
        )

    def bob_claims(self, instance: Instance, moment: datetime) -> None:
        task = self.task(instance, "manager")
        services.claim(task_id=task.pk, person=self.people["bob"], now=moment + HOUR)

    def carol_for_bob(self, instance: Instance, moment: datetime) -> None:
        """Bob is away, the deadline passes, and Carol is asked instead."""

        def escalated(later: datetime) -> None:
            task = self.task(instance, "manager")
            services.claim(task_id=task.pk, person=self.people["carol"], now=later)
            why = "Bob is on vacation; the price is the framework price."
            self.decide(instance, "manager", "carol", later + HOUR / 4, "approved", why)
            self.decide(instance, "finance", "fiona", later + 2 * HOUR, "approved", NOTES["ok"])
            self.decide(instance, "legal", "leo", later + 5 * HOUR, "approved", NOTES["legal"])

        self.let_time_pass(moment + 24 * HOUR)
        escalated(moment + 25 * HOUR)

    def legal_by_stand_in(self, instance: Instance, moment: datetime) -> None:
        """Leo is at a conference; the manager decided in time, and legal waits for the stand-in."""
        self.manager_only(instance, moment)
        self.decide(instance, "finance", "fiona", moment + 8 * HOUR, "approved", NOTES["ok"])

    def withdrawn(self, instance: Instance, moment: datetime) -> None:
        engine.cancel(
            instance_id=instance.pk,
            actor=self.operator,
            reason="Asked for twice by mistake.",
            now=moment + HOUR,
        )

    def held_by_audit(self, instance: Instance, moment: datetime) -> None:
        engine.suspend(
            instance_id=instance.pk,
            actor=self.operator,
            reason="Internal audit looks at small purchases.",
            now=moment + HOUR,
        )

    def order_service_down(self, instance: Instance, moment: datetime) -> None:
        """All tries of the order fail, so an operator has to look."""
        self.manager_only(instance, moment)
        job = instance.jobs.get()
        for attempt in range(1, job.request["attempts"] + 1):
            when = moment + HOUR + attempt * timedelta(minutes=2)
            lease = engine.lease_job(job_id=job.pk, now=when)
            if lease is None:
                raise RuntimeError("the job of the demo could not be leased")
            last = attempt == job.request["attempts"]
            engine.fail_attempt(
                lease=lease,
                error="The order service answered 503 Service Unavailable.",
                retry_at=None if last else when + timedelta(seconds=30),
                now=when,
            )

    @property
    def operator(self) -> engine.Actor:
        dan = self.people["dan"]
        return engine.Actor(dan, dan.get_full_name())


LONG_TITLE = (
    "Replacement of all wireless access points on floors two to five, including ceiling mounts, "
    "cabling and acceptance"
)
LONG_REASON = (
    "The present access points are nine years old and get no security updates any more. "
    "Colleagues on floors three and five lose the connection several times a day, most of all "
    "during video calls with customers.\n\n"
    "Three offers were compared. The chosen one is neither the cheapest nor the dearest; it "
    "includes the work on the ceilings at night, so that nobody has to move out, and a warranty "
    "of five years with replacement on the next working day."
)
