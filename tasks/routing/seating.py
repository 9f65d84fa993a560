"""Who sits at the table of one question: found by the rules, the fallback group behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from processes.models import Instance
from processes.services import Step, graph_of
from tasks.models import Candidate, Task
from tasks.routing.exclusions import kept_out, stored
from tasks.routing.organization import Organization
from tasks.rules.chains import Json, arranged
from tasks.rules.routing import LAST_DECIDER, Route, Seat, persons, route, somebody


@dataclass(slots=True)
class Found:
    """Who is asked. ``nobody`` tells that only the fallback group is left, if there is one."""

    route: Route
    nobody: bool = False


def find(who: Mapping[str, Any], facts: Organization, *, each: bool = False) -> Found:
    """Return whom ``who`` means now: an assignment, a tier or a rung.

    ``each`` where every seat counts, so that nobody's absence leaves a gap.
    """
    found = route(who, facts, skills=facts.skills, each=each)
    return Found(found) if somebody(found, facts) else fall_back(found, facts)


def fall_back(found: Route, facts: Organization) -> Found:
    """Have the process's fallback group asked as well; groups without anybody are left out."""
    group = facts.instance.process.fallback_group_id
    found.drop(lambda seat: seat.group is not None and not persons(Route([seat]), facts))
    if group is not None:
        found.take([Seat(group=group, reason={"rule": "fallback"})])
    found.steps.append({"rule": "fallback", "group": group})
    return Found(found, nobody=True)


def passed_over(steps: Iterable[Json]) -> Json:
    """Return the users and groups who were found when one of them was chosen; empty if none was."""
    rest: Json = next((one["rest"] for one in reversed(list(steps)) if "rest" in one), {})
    return rest


def seats_left(rest: Json, facts: Organization) -> list[Seat]:
    """Return those of them who still work here and may decide."""
    users = facts.active(rest["users"]) - facts.kept_out(rest["users"])
    seats = [Seat(user=user) for user in rest["users"] if user in users]
    return seats + [Seat(group=group) for group in facts.group_rows(rest["groups"])]


def seat_of(row: Candidate) -> Seat:
    return Seat(user=row.user_id, group=row.group_id, reason=row.reason)


def facts_of(step: Step, task: Task) -> Organization:
    """Return the facts for a task that is open already, with its exclusions."""
    return _about(task, Organization(step.instance, node=task.node, now=step.now, step=step))


def facts_at(task: Task, *, now: datetime) -> Organization:
    """Return the same for looking only."""
    return _about(task, Organization(task.instance, node=task.node, now=now))


def _about(task: Task, facts: Organization) -> Organization:
    facts.amount, facts.skills = task.amount, task.asked.get("skills", ())
    facts.keep_out(stored(task))
    return facts


def people_of_tier(step: Step, task: Task, key: str) -> Found:
    """Return who answers in this tier, as the organization is now; "" is the assignment itself.

    Raises KeyError for a tier that the task does not have.
    """
    return find(who_of_tier(task.asked, key), facts_of(step, task), each=True)


def who_of_tier(asked: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    if not key:
        return asked
    by_key: dict[str, Mapping[str, Any]] = {tier["key"]: tier for tier in asked["tiers"]}
    return by_key[key]


def in_turn(asked: Json, found: Route, facts: Organization) -> Json:
    """Return the question with a tier for each who was found, so that they answer one by one."""
    names = {pk: user.username for pk, user in facts.people(found.users).items()}
    titles = {pk: group.name for pk, group in facts.group_rows(found.groups).items()}
    tiers = [
        {
            "key": f"seat-{number}",
            "name": "",
            "need": "any",
            "within": "",
            "users": [names[seat.user]] if seat.user is not None else [],
            "groups": [titles[seat.group]] if seat.group is not None else [],
        }
        for number, seat in enumerate(found.seats, start=1)
    ]
    return asked | {"tiers": tiers}


def preview(asked: Mapping[str, Any], instance: Instance, node: str, *, now: datetime) -> list[str]:
    """Return the names of the people and groups a later step would ask if it came now.

    Empty where that depends on answers that are still to come. Writes nothing.
    """
    asked, graph = arranged(asked), graph_of(instance.version_id)
    facts = Organization(instance, node=node, now=now)
    facts.skills = asked.get("skills", ())
    facts.keep_out(kept_out(asked, facts, initiator=instance.state.get("initiator"), graph=graph))
    people = [who for who in (asked, *asked.get("tiers", ())) if meant(who)] or [asked]
    found = [find(who, facts).route for who in people]
    if any(depends(who, one.steps) for who, one in zip(people, found, strict=True)):
        return []
    return names_of((seat for one in found for seat in one.seats), facts)


def meant(who: Mapping[str, Any]) -> bool:
    """Tell whether anybody is named at all; a question with tiers often names nobody itself."""
    return any(who.get(key) for key in ("users", "groups", "roles", "manager_of", "did", "chain"))


def depends(who: Mapping[str, Any], steps: Iterable[Json]) -> bool:
    """Tell whether the answer to a question before this one decides who is asked."""
    return who.get("manager_of") == LAST_DECIDER or any(
        step["rule"] == "missing" and step["what"] in ("step", "decider") for step in steps
    )


def names_of(seats: Iterable[Seat], facts: Organization) -> list[str]:
    """Return the names of people and groups, each once."""
    seats = list(seats)
    users = facts.people(seat.user for seat in seats if seat.user is not None)
    groups = facts.group_rows({seat.group for seat in seats if seat.group is not None})
    found = [
        (users[seat.user].get_full_name() or users[seat.user].get_username())
        if seat.user is not None
        else groups[seat.group or 0].name
        for seat in seats
    ]
    return list(dict.fromkeys(found))
