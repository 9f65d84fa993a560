"""A task as docs/tasks.md tells of it, in plain words and sets, without the portal.

Written apart from `tasks.rules.actions`, so that each checks the other.
"""

from dataclasses import dataclass, field

# Alice asks, Bob and Carol are asked, Leo watches but is kept out, Erin stands in for Bob, Gina is
# a colleague whom nobody asks, Dan operates the process, Mallory is nobody here.
EVERYBODY = ("alice", "bob", "carol", "leo", "erin", "gina", "dan", "mallory")
EXCLUDED = "leo"
INITIATOR = "alice"
ADMINISTRATOR = "dan"
STANDS_IN = {"erin": "bob"}

OK, REFUSED, ABSENT = "ok", "refused", "absent"

OPEN = ("ready", "reserved", "in_progress", "suspended")
WORKABLE = ("ready", "reserved", "in_progress")
HELD = ("reserved", "in_progress")


@dataclass
class Life:
    """Where one task stands. Everything that people do is a method that tells what comes of it."""

    grace: bool
    status: str = "ready"
    owner: str | None = None
    held_for: str | None = None
    returns_to: str | None = None
    asked: set[str] = field(default_factory=lambda: {"bob", "carol"})
    suspended_from: str = ""
    suspended_by: str | None = None
    decided_by: str | None = None
    settled: bool = False
    before: str = ""

    # --- who somebody is -------------------------------------------------------------------------

    def candidate(self, person: str) -> bool:
        return person != EXCLUDED and bool({person, STANDS_IN.get(person)} & self.asked)

    def owns(self, person: str) -> bool:
        return self.owner is not None and self.owner in (person, STANDS_IN.get(person))

    def original(self, person: str) -> bool:
        return person in (self.held_for, self.returns_to) and not self.owns(person)

    def sees(self, person: str) -> bool:
        return (
            person in (INITIATOR, ADMINISTRATOR, EXCLUDED, self.decided_by)
            or person in self.asked
            or self.candidate(person)
            or self.owns(person)
            or self.original(person)
        )

    def acts_for(self, person: str) -> str | None:
        """Return in whose place somebody acts; None in their own right."""
        if self.status == "ready":
            return None if person in self.asked else STANDS_IN.get(person)
        if self.owner == person:
            return self.held_for
        return self.owner if self.owns(person) else None

    # --- what they do ----------------------------------------------------------------------------

    def may(self, person: str, operation: str) -> bool:
        held, workable, is_open = self.status in HELD, self.status in WORKABLE, self.status in OPEN
        owner, administrator = self.owns(person), person == ADMINISTRATOR
        works = (held and owner) or (self.status == "ready" and self.candidate(person))
        hands = works or (workable and administrator)
        plans = is_open and administrator
        return {
            "claim": self.status == "ready" and works,
            "start": self.status != "in_progress" and works,
            "stop": self.status == "in_progress" and owner,
            "release": held and (owner or administrator),
            "take_back": held and self.original(person),
            "delegate": hands,
            "delegate_and_return": hands and (owner or self.candidate(person)),
            "forward": hands,
            "reassign": workable and administrator,
            "nominate": False,
            "suspend": (held and owner) or (workable and administrator),
            "resume": self.status == "suspended" and (administrator or person == self.suspended_by),
            "ask_information": held and owner,
            "send_back": works,
            "complete": works,
            "undo": self.status == "completed" and not self.settled and person == self.decided_by,
            "skip": workable and (administrator or person == INITIATOR),
            "fail": self.status == "in_progress" and owner,
            "prioritize": plans,
            "reschedule": plans,
            "follow_up": is_open and self.status != "ready" and (owner or administrator),
            "comment": True,
        }[operation]

    def answer(self, person: str, operation: str) -> str:
        """Return what the person is told."""
        if not self.sees(person):
            return ABSENT
        return OK if self.may(person, operation) else REFUSED

    def refuses_target(self, person: str, to: str) -> bool:
        """Tell whether the task cannot be handed to somebody, whoever does it."""
        return to in (EXCLUDED, self.owner, person)

    # --- what comes of it ------------------------------------------------------------------------

    def do(self, person: str, operation: str, to: str) -> None:
        """Let an operation that is allowed take place; ``to`` is for those that name somebody."""
        getattr(self, operation, lambda _person, _to: None)(person, to)

    def claim(self, person: str, _to: str) -> None:
        self.hold(person, held_for=self.acts_for(person))

    def start(self, person: str, to: str) -> None:
        if self.status == "ready":
            self.claim(person, to)
        self.status = "in_progress"

    def stop(self, _person: str, _to: str) -> None:
        self.status = "reserved"

    def release(self, person: str, _to: str) -> None:
        if self.returns_to and self.owns(person):
            self.give_back()
        else:
            self.let_go()
            self.returns_to = None

    def take_back(self, person: str, _to: str) -> None:
        self.hold(person)
        self.returns_to = None

    def delegate(self, _person: str, to: str) -> None:
        self.hand(to, self.returns_to)

    def delegate_and_return(self, person: str, to: str) -> None:
        self.hand(to, self.acts_for(person) or person)

    def forward(self, person: str, to: str) -> None:
        self.asked.discard(self.acts_for(person) or person)
        self.asked.add(to)
        self.let_go()

    def reassign(self, _person: str, to: str) -> None:
        self.hand(to, None)

    def suspend(self, person: str, _to: str) -> None:
        self.suspended_from, self.suspended_by = self.status, person
        self.status = "suspended"

    def resume(self, _person: str, _to: str) -> None:
        self.status, self.suspended_by = self.suspended_from, None

    def complete(self, person: str, _to: str) -> None:
        if self.returns_to and self.returns_to != person:
            self.give_back()
        else:
            self.before = self.status
            self.decide(person, "completed")
            self.settled = not self.grace

    def undo(self, _person: str, _to: str) -> None:
        self.status, self.decided_by = self.before, None

    def send_back(self, person: str, _to: str) -> None:
        self.decide(person, "completed")
        self.settled = True

    def skip(self, person: str, _to: str) -> None:
        self.decide(person, "obsolete")

    def fail(self, person: str, _to: str) -> None:
        self.decide(person, "failed")

    # --- the parts of it -------------------------------------------------------------------------

    def hold(self, owner: str, *, held_for: str | None = None) -> None:
        self.status, self.owner, self.held_for = "reserved", owner, held_for

    def let_go(self) -> None:
        self.status, self.owner, self.held_for = "ready", None, None

    def give_back(self) -> None:
        assert self.returns_to is not None
        self.hold(self.returns_to)
        self.returns_to = None

    def hand(self, to: str, returns_to: str | None) -> None:
        self.hold(to)
        self.asked.add(to)
        self.returns_to = None if returns_to == to else returns_to

    def decide(self, person: str, status: str) -> None:
        self.status, self.decided_by = status, person
