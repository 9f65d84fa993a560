"""What a user task says about people: who is asked, until when, which answers there are."""

from typing import Any, Literal, cast

from processes.core.bpmn.extension import Said, form, prose
from processes.core.bpmn.forms import unusable_name
from processes.core.bpmn.xml import shorten
from processes.core.graph import APPROVE_OR_REJECT, Assignment, Deadline, Outcome, Rung


def user_task(told: Said) -> dict[str, Any]:
    """Return the fields of a UserTask that the extension fills."""
    return {
        "assignment": assignment(told),
        "outcomes": outcomes(told),
        "deadline": deadline(told),
        "escalations": escalations(told),
        "evidence": evidence(told),
        "form": form(told.one("form")),
        "instructions": prose(told.one("instructions")),
    }


def assignment(told: Said) -> Assignment:
    part = told.one("assignment")
    if part is None:
        return Assignment()
    allocate = part.choice("allocate", ("offer", "single"), "offer")
    return Assignment(
        users=part.names("candidateUsers"),
        groups=part.names("candidateGroups"),
        exclude=part.names("exclude"),
        allocate=cast(Literal["offer", "single"], allocate),
    )


def outcomes(told: Said) -> tuple[Outcome, ...]:
    """Return the declared answers; approve or reject when none is declared."""
    found: dict[str, Outcome] = {}
    for part in told.all("outcome"):
        id_ = part.name("id")
        if id_ in found:
            part.wrong("outcome-twice", f"“{part.label}” has the outcome “{id_}” twice.")
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


def deadline(told: Said) -> Deadline | None:
    part = told.one("deadline")
    if part is None:
        return None
    part.needed("completeBy")
    complete_by = part.span("completeBy")
    remind_before = part.span("remindBefore")
    return Deadline(complete_by, remind_before) if complete_by else None


def escalations(told: Said) -> tuple[Rung, ...]:
    found = []
    for part in told.all("escalation"):
        users, groups = part.names("addUsers"), part.names("addGroups")
        if not users and not groups:
            part.wrong(
                "escalation-to-nobody",
                f"An escalation of “{part.label}” asks nobody.",
                "Name people in addUsers or groups in addGroups.",
            )
        after = part.span("after", "PT0S", zero=True)
        if after is not None:
            found.append(Rung(after, users, groups))
    return tuple(found)


def evidence(told: Said) -> tuple[str, ...]:
    part = told.one("evidence")
    names = tuple(dict.fromkeys(part.needed("variables").split())) if part else ()
    for name in names:
        if part and (reason := unusable_name(name)):
            part.wrong("name", f"{part.what('variables')}: “{shorten(name, 60)}” {reason}")
    return names
