"""How far several people have agreed, in words: for the task page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tasks.agreement import Agreement, agreement_of, ballot_of
from tasks.models import Task, Vote
from tasks.rules.quorum import Ballot, Count, tally
from tasks.rules.standing import Standing
from tasks.views.people import listed, name_of, names_of
from tasks.views.words import answered, outcome_of

MOST_SHOWN = 12
TONES = {"agreed": "positive", "missed": "negative", "open": "accent", "waiting": ""}


@dataclass(frozen=True, slots=True)
class Person:
    """One place among those who agree. ``said`` is empty as long as it is not known."""

    name: str
    said: str = ""
    tone: str = ""
    stand_in: str = ""
    comment: str = ""
    kept: bool = False
    me: bool = False
    voted: bool = False


@dataclass(frozen=True, slots=True)
class Tier:
    name: str
    state: str
    tone: str
    progress: str
    people: list[Person]
    more: int = 0
    then: str = ""
    added: str = ""
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Votes:
    """What `votes.html` shows. ``effect`` is what one's own agreement would do."""

    sentence: str
    effect: str
    secret: bool
    tiers: list[Tier]
    order: bool


def votes_of(task: Task, person: User, standing: Standing) -> Votes | None:
    """Return how far it is; None for a task that one person answers."""
    if not task.collective:
        return None
    found = agreement_of(task)
    hidden = found.hidden(task)
    tiers = list(Teller(task, person, found, hidden=hidden).tiers())
    open_ = task.is_open
    return Votes(
        sentence=sentence(found, hidden=hidden) if open_ else "",
        effect=effect(task, found, standing) if open_ and not hidden else "",
        secret=hidden,
        tiers=tiers,
        order=any(count.state == "waiting" for count in found.tally.root.leaves),
    )


# --- sentences -----------------------------------------------------------------------------------


def sentence(found: Agreement, *, hidden: bool) -> str:
    """Return where it stands, such as “2 of 3 have agreed; Finance is still needed”."""
    root = found.tally.root
    if hidden:
        given = len({vote.seat_id for vote in found.votes})
        return ngettext(
            "One person has voted. What was voted stays hidden until the end.",
            "%(count)s people have voted. What was voted stays hidden until the end.",
            given,
        ) % {"count": given}
    if root.short:
        return _("Too few people can still agree. Somebody has to be added.")
    words = {"have": amount(root.have), "needed": amount(root.needed)}
    agreed = ngettext(
        "%(have)s of %(needed)s has agreed", "%(have)s of %(needed)s have agreed", int(root.have)
    )
    agreed %= words
    needed = [called(count) for count in root.leaves if count.state == "open" and count.part.key]
    if not needed:
        still = root.still
        text = ngettext(
            "%(agreed)s; %(still)s more is needed.",
            "%(agreed)s; %(still)s more are needed.",
            int(still) or 1,
        )
        return text % {"agreed": agreed, "still": amount(still)}
    text = ngettext(
        "%(agreed)s; %(who)s is still needed.", "%(agreed)s; %(who)s are still needed.", len(needed)
    )
    return text % {"agreed": agreed, "who": listed(needed)}


def effect(task: Task, found: Agreement, standing: Standing) -> str:
    """Return what one's own vote would decide, if it would."""
    seat = standing.on_behalf_of or standing.person
    key = found.tier_of(seat) if standing.candidate else None
    if key is None:
        return ""
    yes, no = (first_of(found, kind) for kind in ("positive", "negative"))
    decides_yes = yes and after(found, seat, key, yes) == "agreed"
    decides_no = no and after(found, seat, key, no) in ("missed", "veto")
    match bool(decides_yes), bool(decides_no):
        case True, True:
            return _("Whatever you answer decides this.")
        case True, False:
            return _("With your approval this is decided.")
        case False, True:
            return _("Your refusal would end this; your approval leaves it open for the others.")
    return _("Others still have to answer after you.")


def first_of(found: Agreement, kind: str) -> str:
    return next((outcome for outcome, known in found.quorum.kinds.items() if known == kind), "")


def after(found: Agreement, seat: int, key: str, outcome: str) -> str:
    """Return how it would be decided after this vote; empty if it stays open."""
    member = next(m for m in found.tally.of(key).missing if m.id == seat)
    weight = found.quorum.leaf(key).weight(member.name)
    ballots = [ballot_of(vote) for vote in found.votes]
    mine = Ballot(seat, key, outcome, weight)
    return tally(found.quorum, members=found.members, ballots=[*ballots, mine]).how


def called(count: Count) -> str:
    return count.part.name or count.part.key


def amount(value: Decimal) -> str:
    places = 0 if value == value.to_integral_value() else 2
    return number_format(value, decimal_pos=places)


# --- tiers ---------------------------------------------------------------------------------------


class Teller:
    """Knows the names of people and answers, so that each tier becomes a list of people."""

    def __init__(self, task: Task, person: User, found: Agreement, *, hidden: bool) -> None:
        self.task = task
        self.person = person
        self.found = found
        self.hidden = hidden
        ids = {m.id for count in found.tally.root.leaves for m in count.missing}
        self.names = {user.pk: name_of(user) for user in User.objects.filter(pk__in=ids)}
        self.declared: Mapping[str, Mapping[str, Any]] = {
            tier["key"]: tier for tier in task.asked.get("tiers", ())
        }
        later = [self.declared.get(key, {}) for key in found.tally.later]
        self.later = names_of(name for tier in later for name in tier.get("users", ()))

    def tiers(self) -> Iterator[Tier]:
        for count in self.found.tally.root.leaves:
            people = list(self.people(count))
            state = "open" if self.hidden and count.state != "waiting" else count.state
            yield Tier(
                name=called(count),
                state=state if self.task.is_open or state != "open" else "waiting",
                tone=TONES[state],
                progress=self.progress(count),
                people=people[:MOST_SHOWN],
                more=max(0, len(people) - MOST_SHOWN),
                then=self.then(count) if count.state == "waiting" and self.task.is_open else "",
                added=self.added(count),
            )

    def progress(self, count: Count) -> str:
        if count.state == "waiting" or not self.task.is_open:
            return ""
        if self.hidden:
            voted = sum(vote.tier == count.part.key for vote in self.found.votes)
            everybody = voted + len(count.missing)
            return _("%(voted)s of %(of)s have voted") % {"voted": voted, "of": everybody}
        words = {"have": amount(count.have), "needed": amount(count.needed)}
        text = _("%(have)s of %(needed)s needed") % words
        if count.of > count.needed:
            text = _("%(text)s, %(of)s are asked") % {"text": text, "of": amount(count.of)}
        return text

    def people(self, count: Count) -> Iterator[Person]:
        """Yield those who have voted, in that order, and then those who may."""
        for vote in self.found.votes:
            if vote.tier == count.part.key:
                yield self.voter(vote)
        if count.state == "waiting" or not self.task.is_open:
            return
        for member in count.missing:
            yield Person(self.names.get(member.id, member.name), me=member.id == self.person.pk)

    def voter(self, vote: Vote) -> Person:
        mine = self.person.pk in (vote.voter_id, vote.seat_id)
        seat = vote.on_behalf_of_name or vote.voter_name
        stand_in = vote.voter_name if vote.on_behalf_of_name else ""
        if self.hidden and self.person.pk != vote.voter_id:
            return Person(seat, stand_in=stand_in, me=mine, voted=True)
        node = self.found.node
        outcome = outcome_of(node, vote.outcome)
        tone = "positive" if self.found.quorum.agrees(vote.outcome) else "negative"
        if vote.outcome in self.found.quorum.abstain:
            tone = ""
        return Person(
            seat,
            said=answered(outcome),
            tone=tone,
            stand_in=stand_in,
            comment=vote.comment,
            kept=vote.kept,
            me=mine,
            voted=True,
        )

    def then(self, count: Count) -> str:
        """Return whom a tier asks when its turn comes, as far as that is known by name."""
        tier = self.declared.get(count.part.key, {})
        users = [self.later.get(name, name) for name in tier.get("users", ())]
        return listed([*users, *tier.get("groups", ())])

    def added(self, count: Count) -> str:
        entries = [e for e in self.task.asked.get("added", ()) if e["tier"] == count.part.key]
        return " ".join(
            _("%(by)s added %(who)s: %(reason)s")
            % {"by": entry["by"], "who": entry["name"], "reason": entry["reason"]}
            for entry in entries
        )
