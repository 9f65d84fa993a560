"""The words of the short form: which step each stands for, and what may be said about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from processes.core.short import happenings
from processes.core.short.fields import (
    EXPRESSION,
    FLAG,
    IDS,
    NAMES,
    TEXT,
    WORDS,
    Attribute,
    Body,
    Field,
    Group,
    Json,
    Named,
    Rows,
    Script,
    Version,
)
from processes.core.short.loops import ForEach, OneByOne, Repeat, Until


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of step. ``events`` are the keys for what it waits for or tells."""

    word: str
    element: str
    fields: Sequence[Field] = ()
    events: Sequence[str] = ()

    @property
    def is_activity(self) -> bool:
        return any(field.key == "for each" for field in self.fields)


INTO = Attribute("into", "placet:resultVariable")
ACTIVITY: tuple[Field, ...] = (
    ForEach(),
    Repeat(),
    Named("inputs", "input", "target", {"from": ("source", EXPRESSION)}, "from"),
    Named("outputs", "output", "target", {"from": ("source", EXPRESSION)}, "from"),
    INTO,
)
LOOKED_UP = {
    "unit": ("unit", TEXT),
    "manager of": ("managerOf", TEXT),
    "levels": ("levels", TEXT),
    "decision": ("decision", TEXT),
}
PEOPLE = {
    "users": ("users", NAMES),
    "groups": ("groups", NAMES),
    "roles": ("roles", NAMES),
    **LOOKED_UP,
}
ASK: tuple[Field, ...] = (
    Group(
        "ask",
        "assignment",
        {
            "users": ("candidateUsers", NAMES),
            "groups": ("candidateGroups", NAMES),
            "roles": ("candidateRoles", NAMES),
            **LOOKED_UP,
            "familiar": ("familiar", IDS),
            "not": ("exclude", NAMES),
            "not groups": ("excludeGroups", NAMES),
            "separate from": ("separateFrom", IDS),
            "allocate": ("allocate", TEXT),
            "skills": ("skills", NAMES),
            "chained": ("chained", FLAG),
            "amount": ("amount", EXPRESSION),
        },
    ),
    Group(
        "quorum",
        "quorum",
        {
            "need": ("need", TEXT),
            "order": ("order", TEXT),
            "veto": ("veto", IDS),
            "abstain": ("abstain", IDS),
            "otherwise": ("otherwise", TEXT),
            "early": ("early", FLAG),
            "secret": ("secret", FLAG),
            "carry": ("carry", FLAG),
            "weights": ("weights", EXPRESSION),
        },
        "need",
    ),
    Named(
        "tiers",
        "tier",
        "key",
        {
            "name": ("name", TEXT),
            "need": ("need", TEXT),
            **PEOPLE,
            "weights": ("weights", EXPRESSION),
            "within": ("within", TEXT),
        },
        "groups",
    ),
    Group("priority", "priority", {"value": ("value", TEXT)}, "value"),
    Body("instructions", "instructions"),
    Group("evidence", "evidence", {"variables": ("variables", WORDS)}, "variables"),
    Named(
        "outcomes",
        "outcome",
        "id",
        {"name": ("name", TEXT), "kind": ("kind", TEXT), "comment": ("comment", TEXT)},
        "name",
    ),
    Group(
        "deadline",
        "deadline",
        {
            "within": ("completeBy", TEXT),
            "start within": ("startBy", TEXT),
            "remind before": ("remindBefore", NAMES),
            "follow up": ("followUp", TEXT),
            "calendar": ("calendar", TEXT),
            "counts": ("counts", IDS),
        },
        "within",
    ),
    Rows(
        "escalate",
        "escalation",
        {
            "after": ("after", TEXT),
            "of": ("of", TEXT),
            "do": ("do", TEXT),
            "add users": ("addUsers", NAMES),
            "add groups": ("addGroups", NAMES),
            **PEOPLE,
            "priority": ("priority", TEXT),
            "code": ("code", TEXT),
            "outcome": ("outcome", TEXT),
        },
    ),
    Group(
        "policy",
        "policy",
        {
            "send back": ("sendBack", IDS),
            "votes": ("votes", TEXT),
            "undo": ("undo", TEXT),
            "skippable": ("skippable", TEXT),
            "fails with": ("failsWith", IDS),
            "information": ("information", TEXT),
            "suspended": ("suspended", TEXT),
        },
    ),
    Json("form", "form"),
)
WORK: tuple[Field, ...] = (
    Group(
        "http",
        "http",
        {
            "connection": ("connection", TEXT),
            "method": ("method", TEXT),
            "path": ("path", TEXT),
            "body": ("body", EXPRESSION),
            "timeout": ("timeout", TEXT),
        },
    ),
    Group("topic", "topic", {"name": ("name", TEXT)}, "name"),
    Group(
        "retry",
        "retry",
        {
            "attempts": ("attempts", TEXT),
            "wait": ("backoff", TEXT),
            "factor": ("factor", TEXT),
            "at most": ("cap", TEXT),
        },
        "attempts",
    ),
    Body("result", "result", EXPRESSION),
    Named("errors", "errorMapping", "status", {"code": ("code", TEXT)}, "code", any="any"),
)
INSTANTIATE = Attribute("starts", "instantiate", FLAG)

KINDS: Mapping[str, Kind] = {
    kind.word: kind
    for kind in (
        Kind(
            "start",
            "startEvent",
            (INTO, Attribute("interrupting", "isInterrupting", FLAG)),
            happenings.START,
        ),
        Kind("end", "endEvent", (), happenings.END),
        Kind("wait", "intermediateCatchEvent", (INTO,), happenings.WAIT),
        Kind("throw", "intermediateThrowEvent", (), happenings.THROW),
        Kind("user", "userTask", (*ASK, *ACTIVITY)),
        Kind("service", "serviceTask", (*WORK, *ACTIVITY)),
        Kind("send", "sendTask", (*WORK, *ACTIVITY), ("message",)),
        Kind("receive", "receiveTask", (INSTANTIATE, *ACTIVITY), ("message",)),
        Kind(
            "script",
            "scriptTask",
            (
                Named("set", "assign", "variable", {"to": ("value", EXPRESSION)}, "to"),
                *ACTIVITY,
                Script(),
            ),
        ),
        Kind(
            "decide",
            "businessRuleTask",
            (
                Group("decision", "decision", {"ref": ("ref", TEXT)}, "ref"),
                *WORK,
                *ACTIVITY,
            ),
        ),
        Kind(
            "call",
            "callActivity",
            (Attribute("process", "calledElement"), Version(), *ACTIVITY),
        ),
        Kind("task", "task", ACTIVITY),
        Kind("manual", "manualTask", ACTIVITY),
        Kind("sub", "subProcess", ACTIVITY),
        Kind("transaction", "transaction", ACTIVITY),
        Kind(
            "ad hoc",
            "adHocSubProcess",
            (
                *ACTIVITY,
                OneByOne(),
                Attribute("cancel rest", "cancelRemainingInstances", FLAG),
                Until(),
            ),
        ),
        Kind("choose", "exclusiveGateway"),
        Kind("inclusive", "inclusiveGateway"),
        Kind("parallel", "parallelGateway"),
        Kind("first", "eventBasedGateway", (INSTANTIATE,)),
    )
}
SUB_PROCESSES = ("sub", "transaction", "ad hoc")
BRANCHING = ("choose", "inclusive", "parallel", "first")
# The gateway that brings the branches together again.
JOINS = {
    "choose": "exclusiveGateway",
    "inclusive": "inclusiveGateway",
    "parallel": "parallelGateway",
    "first": "exclusiveGateway",
}
MERGES = {
    "exclusive": "exclusiveGateway",
    "inclusive": "inclusiveGateway",
    "parallel": "parallelGateway",
}
# What hangs on an activity.
ON = Kind("on", "boundaryEvent", (INTO, Attribute("interrupting", "cancelActivity", FLAG)),
          happenings.BOUNDARY)  # fmt: skip
PROCESS: tuple[Field, ...] = (
    Body("subject", "subject"),
    Named(
        "variables",
        "variable",
        "name",
        {
            "type": ("type", TEXT),
            "label": ("label", TEXT),
            "sensitive": ("sensitive", FLAG),
            "searchable": ("searchable", FLAG),
        },
        "type",
    ),
    Group("withdrawal", "withdrawal", {"until": ("until", TEXT), "to": ("to", TEXT)}, "until"),
    Json("start form", "startForm"),
)
