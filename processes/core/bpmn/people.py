"""What a user task says of people: who is asked, how many must agree, which answers there are."""

import re
from typing import Any, cast

from processes.core.bpmn.extension import WHO, Said, form, prose
from processes.core.bpmn.forms import unusable_name
from processes.core.bpmn.parts import Part, split
from processes.core.bpmn.xml import shorten
from processes.core.feel import Expression
from processes.core.graph import (
    APPROVE_OR_REJECT,
    Assignment,
    Deadline,
    Outcome,
    Policy,
    Quorum,
    Rung,
    Tier,
)

ALLOCATE = ("offer", "single", "roundRobin", "shortestQueue", "random", "leastRecent")
RUNGS = ("add", "notify", "reassign", "prioritize", "throw", "answer")
STATES = ("created", "ready", "reserved", "in_progress", "suspended")
NEED = re.compile(r"any|all|[1-9]\d{0,5}|(?:[1-9]\d?(?:\.\d{1,4})?|100)%")
# What the ladder does, and the attributes that only then say something.
ONLY_TO = {
    "add": ("addUsers", "addGroups"),
    "prioritize": ("priority",),
    "throw": ("code",),
    "answer": ("outcome",),
}
ASKING = ("add", "notify", "reassign")
# Outcomes that are given by something else than an answer.
TAKEN = ("sent_back", "skipped")


def user_task(told: Said) -> dict[str, Any]:
    """Return the fields of a UserTask that the extension fills."""
    return {
        "assignment": assignment(told),
        "outcomes": outcomes(told),
        "deadline": deadline(told),
        "escalations": escalations(told),
        "quorum": quorum(told),
        "tiers": tiers(told),
        "priority": priority(told),
        "policy": policy(told),
        "evidence": evidence(told),
        "form": form(told.one("form")),
        "instructions": prose(told.one("instructions")),
    }


# --- who -----------------------------------------------------------------------------------------


def assignment(told: Said) -> Assignment:
    part = told.one("assignment")
    if part is None:
        return Assignment()
    return Assignment(
        **people(part, "candidateUsers", "candidateGroups", "candidateRoles"),
        did=listed(part, "familiar"),
        exclude=part.names("exclude"),
        exclude_groups=part.names("excludeGroups"),
        separate_from=listed(part, "separateFrom"),
        allocate=cast(Any, part.choice("allocate", ALLOCATE, "offer")),
        skills=part.names("skills"),
        chained=part.flag("chained"),
        amount=part.expression("amount"),
    )


def people(
    part: Part, users: str = "users", groups: str = "groups", roles: str = "roles"
) -> dict[str, Any]:
    """Return the fields of People that an element fills with attributes of these names."""
    levels = part.text("levels")
    if levels and not levels.startswith("="):
        part.whole("levels", 1, 1, 20)
    found = {
        "users": part.names(users),
        "groups": part.names(groups),
        "roles": part.names(roles),
        "unit": part.text_or_expression(part.text("unit"), "unit"),
        "manager_of": part.text_or_expression(part.text("managerOf"), "managerOf"),
        "levels": part.expression("levels") if levels else None,
        "decision": part.text("decision"),
    }
    for name, of in (("unit", "roles"), ("levels", "manager_of")):
        if found[name] and not found[of]:
            needs = roles if of == "roles" else "managerOf"
            part.wrong("attribute-alone", f"{part.what(name)} says nothing without “{needs}”.")
    return found


def listed(part: Part, attribute: str) -> tuple[str, ...]:
    """Return ids or codes, parted by spaces or commas, each once."""
    return tuple(dict.fromkeys(part.text(attribute).replace(",", " ").split()))


# --- how many ------------------------------------------------------------------------------------


def quorum(told: Said) -> Quorum | None:
    part = told.one("quorum")
    if part is None:
        return None
    return Quorum(
        need=need(part, "all"),
        order=cast(Any, part.choice("order", ("parallel", "sequential"), "parallel")),
        veto=listed(part, "veto"),
        abstain=listed(part, "abstain"),
        otherwise=part.text("otherwise"),
        early=part.choice("early", ("true", "false"), "true") == "true",
        secret=part.flag("secret"),
        carry=part.flag("carry"),
        weights=part.expression("weights"),
    )


def tiers(told: Said) -> tuple[Tier, ...]:
    found: dict[str, Tier] = {}
    for number, part in enumerate(told.all("tier"), 1):
        key = part.name("key") if part.text("key") else f"tier{number}"
        if not key:
            continue
        if key in found:
            part.wrong("tier-twice", f"“{part.label}” has the tier “{shorten(key, 60)}” twice.")
            continue
        found[key] = Tier(
            key=key,
            name=part.text("name") or key,
            need=need(part, "any"),
            weights=part.expression("weights"),
            within=part.text("within"),
            **people(part),
        )
    return tuple(found.values())


def need(part: Part, default: str) -> str | Expression:
    """Return ``any``, ``all``, a number, a percentage, or an expression that gives one."""
    text = part.text("need") or default
    if text.startswith("="):
        return part.text_or_expression(text, "need") or default
    if not NEED.fullmatch(text):
        part.wrong(
            "quorum-need",
            f"{part.what('need')} cannot be “{shorten(text, 40)}”.",
            "Write any, all, a number such as 2, or a percentage such as 60%.",
        )
        return default
    return text


# --- answers -------------------------------------------------------------------------------------


def outcomes(told: Said) -> tuple[Outcome, ...]:
    """Return the declared answers; approve or reject when none is declared."""
    found: dict[str, Outcome] = {}
    for part in told.all("outcome"):
        id_ = part.name("id")
        if id_ in found:
            part.wrong("outcome-twice", f"“{part.label}” has the outcome “{id_}” twice.")
        elif id_ in TAKEN:
            part.wrong(
                "outcome-taken",
                f"“{part.label}” has an outcome “{id_}”, which stands for something else here.",
                "Choose another id.",
            )
        elif id_:
            kind = part.choice("kind", ("positive", "negative", "neutral"), "neutral")
            comment = part.choice("comment", ("optional", "required"), "optional")
            found[id_] = Outcome(
                id=id_,
                name=part.text("name") or id_.replace("_", " ").capitalize(),
                kind=cast(Any, kind),
                comment_required=comment == "required",
            )
    return tuple(found.values()) if told.all("outcome") else APPROVE_OR_REJECT


def policy(told: Said) -> Policy:
    part = told.one("policy")
    if part is None:
        return Policy()
    counts = ("pauses", "counts")
    skippable = part.text("skippable")
    if not skippable.startswith("="):
        part.choice("skippable", ("true", "false"), "false")
    return Policy(
        send_back=listed(part, "sendBack"),
        votes=cast(Any, part.choice("votes", ("void", "kept"), "void")),
        undo=part.span("undo"),
        skippable=part.expression("skippable"),
        fails_with=listed(part, "failsWith"),
        information=cast(Any, part.choice("information", counts, "pauses")),
        suspended=cast(Any, part.choice("suspended", counts, "pauses")),
    )


# --- when ----------------------------------------------------------------------------------------


def deadline(told: Said) -> Deadline | None:
    part = told.one("deadline")
    if part is None:
        return None
    if not any(part.text(name) for name in ("completeBy", "startBy", "followUp")):
        part.needed("completeBy")
    states = listed(part, "counts")
    for state in states:
        if state not in STATES:
            part.wrong(
                "choice",
                f"{part.what('counts')} names “{shorten(state, 40)}”, which is no state of a task.",
                f"Choose from: {', '.join(STATES)}.",
            )
    return Deadline(
        complete_by=part.span("completeBy"),
        start_by=part.span("startBy"),
        remind_before=reminders(part),
        follow_up=part.span("followUp"),
        calendar=part.text_or_expression(part.text("calendar"), "calendar"),
        counts=tuple(state for state in states if state in STATES),
    )


def reminders(part: Part) -> tuple[Expression, ...]:
    """Return one or several spans: expressions are parted by commas, plain ones also by spaces."""
    text = part.text("remindBefore")
    entries = split(text) if "=" in text else text.replace(",", " ").split()
    found = [part.span_of(entry, "remindBefore") for entry in entries]
    return tuple(span for span in found if span is not None)


def priority(told: Said) -> Expression | None:
    part = told.one("priority")
    if part is None:
        return None
    if not part.needed("value").startswith("="):
        part.whole("value", 50, 0, 100)
    return part.expression("value")


def escalations(told: Said) -> tuple[Rung, ...]:
    return tuple(rung for part in told.all("escalation") if (rung := escalation(part)))


def escalation(part: Part) -> Rung | None:
    do = part.choice("do", RUNGS, "add")
    refuse_idle(part, do)
    who = people(part)
    who["users"] = (*part.names("addUsers"), *who["users"])
    who["groups"] = (*part.names("addGroups"), *who["groups"])
    after = part.span("after", "PT0S", zero=True)
    if after is None:
        return None
    rung = Rung(
        after=after,
        of=cast(Any, part.choice("of", ("startBy", "completeBy"), "completeBy")),
        do=cast(Any, do),
        priority=part.whole("priority", 80, 0, 100),
        code=part.text("code"),
        outcome=part.text("outcome"),
        **who,
    )
    if do in ASKING and not rung.anybody:
        part.wrong(
            "escalation-to-nobody",
            f"An escalation of “{part.label}” asks nobody.",
            "Name people in users, groups in groups, roles in roles, or somebody in managerOf.",
        )
    if do == "throw":
        part.needed("code")
    return rung


def refuse_idle(part: Part, do: str) -> None:
    """Write down attributes that say nothing for what the rung does."""
    idle = [name for other, names in ONLY_TO.items() if other != do for name in names]
    if do not in ASKING:
        idle += WHO
    for name in idle:
        if part.text(name):
            part.wrong(
                "attribute-alone",
                f"{part.what(name)} says nothing where the escalation is to {do}.",
                "Remove it, or change what the escalation is to do.",
            )


def evidence(told: Said) -> tuple[str, ...]:
    part = told.one("evidence")
    names = tuple(dict.fromkeys(part.needed("variables").split())) if part else ()
    for name in names:
        if part and (reason := unusable_name(name)):
            part.wrong("name", f"{part.what('variables')}: “{shorten(name, 60)}” {reason}")
    return names
