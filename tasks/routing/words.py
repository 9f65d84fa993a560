"""How it was decided who is asked, as sentences: for pages, REST and the administration."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from processes.core import graph as g
from tasks.models import Candidate, Skill, Task, Unit
from tasks.routing.findings import finding, people_in

Step = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One step of the decision. ``code`` is its rule; ``heading`` begins a tier."""

    code: str
    sentence: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called now; people who are gone are “somebody”."""

    people: Mapping[int, str]
    groups: Mapping[int, str]
    units: Mapping[str, str]
    skills: Mapping[str, str]
    nodes: Mapping[str, str]
    tiers: Mapping[str, str]

    def person(self, user: int | None) -> str:
        return self.people.get(user or 0, _("somebody"))

    def all(self, users: Iterable[int] = (), groups: Iterable[int] = ()) -> str:
        """Return “Bob, Carol and the group finance”."""
        named = [self.person(user) for user in users]
        named += [self.groups.get(group, _("a group that is gone")) for group in groups]
        return get_text_list(named, _("and"))


def names_for(task: Task, graph: g.Graph, reasons: Collection[Step] = ()) -> Names:
    """Look up what the routing of the task, and these reasons, speak of; a query per kind."""
    steps = [*task.routing, *reasons]
    users = people_in(steps)
    groups = {group for step in steps for group in groups_in(step)}
    units = {step[key] for step in steps for key in ("unit", "below") if step.get(key)}
    skills = {skill for step in steps for skill in step.get("skills", ())}
    tiers = task.asked.get("tiers", ())
    people = User.objects.filter(pk__in=users) if users else ()
    return Names(
        people={user.pk: user.get_full_name() or user.get_username() for user in people},
        groups=dict(
            Group.objects.filter(pk__in=groups).values_list("pk", "name") if groups else ()
        ),
        units=dict(Unit.objects.filter(key__in=units).values_list("key", "name") if units else ()),
        skills=dict(
            Skill.objects.filter(key__in=skills).values_list("key", "name") if skills else ()
        ),
        nodes={node.id: node.label for node in graph.nodes.values()},
        tiers={
            tier["key"]: tier.get("name") or _("Step %(n)d") % {"n": number}
            for number, tier in enumerate(tiers, start=1)
        },
    )


def groups_in(step: Step) -> set[int]:
    found = set(step.get("groups", ()))
    found.update(step.get("rest", {}).get("groups", ()))
    if step["rule"] == "skills":
        found.update(step.get("of", ()))
    if isinstance(step.get("group"), int):
        found.add(step["group"])
    return found


def decided_how(steps: Sequence[Step], names: Names) -> list[Told]:
    """Return the whole story of who is asked, in order."""
    return [Told(step["rule"], sentence(step, names), step["rule"] == "tier") for step in steps]


def sentence(step: Step, names: Names) -> str:
    """Return one step in words."""
    rule = step["rule"]
    words = {
        "who": names.all(step.get("users", ()), step.get("groups", ())),
        "user": names.person(step.get("user")),
        "of": names.person(step["of"]) if isinstance(step.get("of"), int) else "",
        "instead": names.person(step.get("for")),
        "role": step.get("role", ""),
        "unit": names.units.get(step.get("unit", ""), step.get("unit", "")),
        "below": names.units.get(step.get("below", ""), step.get("below", "")),
        "step": names.nodes.get(step.get("step", ""), step.get("step", "")),
        "levels": step.get("levels", 1),
        "group": names.groups.get(step.get("group") or 0, ""),
        "passed": names.all(step.get("passed", ())),
        "skills": get_text_list(
            [names.skills.get(key, key) for key in step.get("skills", ())], _("and")
        ),
    }
    match rule:
        case "missing":
            return finding(step, names.people)
        case "tier":
            return names.tiers.get(step["key"], step["key"])
        case "skills" if not step["users"]:
            return _("Nobody of them has what it needs: %(skills)s.") % words
        case "away" | "left":
            return instead_of(rule, step, words)
        case "fallback" if step["group"] is None:
            return _(
                "Nobody else may decide, and there is no fallback group. An operator was told."
            )
        case "role" if step.get("below"):
            return (
                _("%(who)s: has the role “%(role)s” in %(unit)s; in %(below)s nobody does.") % words
            )
        case "manager":
            said = managed(words)
            if step.get("passed"):
                said += " " + _("Passed over: %(passed)s.") % words
            return said
        case "chosen":
            return chosen(step, words)
        case "full":
            return _("All %(n)s have as much work as they may, so everybody is asked.") % {
                "n": step["of"]
            }
    return str(PLAIN[rule]()) % words


PLAIN = {
    "named": lambda: _("The process names %(who)s."),
    "role": lambda: _("%(who)s: has the role “%(role)s” in %(unit)s."),
    "did": lambda: _("%(who)s: did “%(step)s” before."),
    "skills": lambda: _("%(who)s: has what it needs, %(skills)s."),
    "inactive": lambda: _("%(who)s: no longer works here."),
    "excluded": lambda: _("%(who)s: kept out of this decision by the process."),
    "chained": lambda: _("%(user)s gave the answer that led here, so it went straight on to them."),
    "single": lambda: _("%(user)s is the only one who is asked, so it is theirs."),
    "fallback": lambda: _("Nobody else may decide, so the fallback group %(group)s is asked."),
}


def managed(words: Mapping[str, Any]) -> str:
    if words["levels"] == 1:
        return _("%(user)s is the manager of %(of)s.") % words
    return _("%(user)s is %(levels)s levels above %(of)s.") % words


def instead_of(rule: str, step: Step, words: Mapping[str, Any]) -> str:
    """Return who is asked for somebody who is away or has left."""
    if rule == "left":
        if step.get("for") is None:
            return _("%(user)s no longer works here, and no manager can be asked.") % words
        return _("%(user)s no longer works here, so the manager %(instead)s is asked.") % words
    if step.get("for") is None:
        return _("%(user)s is away with nobody standing in, and no manager can be asked.") % words
    return (
        _("%(user)s is away with nobody standing in, so the manager %(instead)s is asked.") % words
    )


def chosen(step: Step, words: Mapping[str, Any]) -> str:
    n = step["of"]
    said = {
        "roundRobin": ngettext(
            "It was the turn of %(user)s, who is alone.",
            "It was the turn of %(user)s among %(n)s.",
            n,
        ),
        "shortestQueue": ngettext(
            "%(user)s is the only one who could be given it.",
            "%(user)s has the fewest open tasks of %(n)s.",
            n,
        ),
        "random": ngettext(
            "%(user)s is the only one who could be given it.",
            "The lot fell on %(user)s, one of %(n)s.",
            n,
        ),
        "leastRecent": ngettext(
            "%(user)s is the only one who could be given it.",
            "Of %(n)s, %(user)s was given nothing for the longest time.",
            n,
        ),
    }
    return said[step["by"]] % {**words, "n": n}


def because(row: Candidate, names: Names) -> str:
    """Return why somebody is asked through this row: “You are asked because …”."""
    reason = row.reason
    words = {
        "group": names.groups.get(reason.get("group") or row.group_id or 0, ""),
        "of": names.person(reason.get("of")),
        "levels": reason.get("levels", 1),
        "role": reason.get("role", ""),
        "unit": names.units.get(reason.get("unit", ""), reason.get("unit", "")),
        "step": names.nodes.get(reason.get("step", ""), reason.get("step", "")),
    }
    by_reason = REASONS.get((row.via == Candidate.Via.ESCALATION, reason.get("rule", "")))
    if by_reason is not None:
        return by_reason(words) % words
    match row.via, row.group_id is not None:
        case (Candidate.Via.ESCALATION, False):
            return _("You are asked because the deadline passed.")
        case (Candidate.Via.ESCALATION, True):
            return _("You are asked because the deadline passed and you are in %(group)s.") % words
        case (Candidate.Via.FALLBACK, _group):
            return _("You are asked because nobody else could be.")
        case (Candidate.Via.DELEGATION, _group):
            return _("You are asked because somebody delegated this to you.")
        case (Candidate.Via.FORWARD, _group):
            return _("You are asked because somebody passed this on to you.")
        case (Candidate.Via.REASSIGNMENT, _group):
            return _("You are asked because an operator gave this to you.")
        case (Candidate.Via.NOMINATION, _group):
            return _("You are asked because an operator named you.")
        case (Candidate.Via.ADDED, _group):
            return _("You are asked because another approver wants your answer too.")
        case (Candidate.Via.REROUTED, _group):
            return _("You are asked because whoever was asked before cannot answer any more.")
        case (_asked, True):
            return _("You are asked because you are in %(group)s.") % words
    return _("The process asks you by name.")


def of_manager(words: Mapping[str, Any]) -> str:
    if words["levels"] == 1:
        return _("You are asked because you are the manager of %(of)s.")
    return _("You are asked because you are %(levels)s levels above %(of)s.")


# By whether the deadline passed, and the rule of the reason.
REASONS = {
    (False, "manager"): of_manager,
    (False, "role"): lambda _w: _(
        "You are asked because you have the role “%(role)s” in %(unit)s."
    ),
    (False, "did"): lambda _w: _("You are asked because you did “%(step)s” before."),
    (False, "skills"): lambda _w: _(
        "You are asked because you are in %(group)s and have the skills it takes."
    ),
    (False, "away"): lambda _w: _(
        "You are asked because %(of)s is away, nobody stands in, and you are the manager."
    ),
    (False, "left"): lambda _w: _(
        "You are asked because %(of)s no longer works here and you are the manager."
    ),
    (False, "chosen"): lambda _w: _("It was given to you, out of all who could answer it."),
    (False, "fallback"): lambda _w: _("You are asked because nobody else could be."),
}
