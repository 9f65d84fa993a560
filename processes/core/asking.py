"""Whom a user task asks and until when, with every expression evaluated."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from processes.core import graph as g
from processes.core import state as st
from processes.core.feel import Expression, parse_duration, to_json
from processes.core.feel.errors import FeelError, FeelEvaluationError
from processes.core.run import Run, Trouble

Json = dict[str, Any]
# What the contexts of a chain of approvers may say: who, and more about them.
WHO = frozenset({"user", "users", "group", "groups", "role", "roles", "managerOf"})
ABOUT = frozenset({"unit", "levels", "name", "need"})


def ask(run: Run, node: g.UserTask, token: st.Token) -> Json:
    """Return the question in the shape of `events.TaskOpened.asked`. Raises Trouble.

    What the definition does not speak of is left out, so that history stays short.
    """
    return {
        **whom(run, node.assignment, token),
        **spans(run, node, token),
        "escalations": [rung(run, found, token) for found in node.escalations],
        **agreement(run, node, token),
        **policy(run, node, token),
    }


def whom(run: Run, who: g.Assignment, token: st.Token) -> Json:
    words = list(names(run, who.exclude, token))
    asked: Json = {
        **people(run, who, token),
        "exclude": [
            run.state.initiator if name == "initiator" else name
            for name in words
            if name != "deciders" and (name != "initiator" or run.state.initiator)
        ],
    }
    if "deciders" in words:
        asked["exclude_deciders"] = True
    if who.exclude_groups:
        asked["exclude_groups"] = names(run, who.exclude_groups, token)
    if who.separate_from:
        asked["separate_from"] = list(who.separate_from)
    if who.allocate not in ("offer", "single"):
        asked["allocate"] = who.allocate
    if who.skills:
        asked["skills"] = names(run, who.skills, token)
    if who.chained:
        asked["chained"] = True
    if who.amount is not None:
        asked["amount"] = number(run, who.amount, token)
    return asked


def people(run: Run, who: g.People, token: st.Token) -> Json:
    """Return who is meant: always ``users`` and ``groups``, the rest where it is declared."""
    asked: Json = {
        "users": names(run, who.users, token),
        "groups": names(run, who.groups, token),
    }
    if who.roles:
        asked["roles"] = names(run, who.roles, token)
        if who.unit:
            asked["unit"] = name(run, who.unit, token)
    if who.manager_of:
        of = name(run, who.manager_of, token)
        asked["manager_of"] = run.state.initiator if of == "initiator" else of
        asked["levels"] = whole(run, who.levels, token) if who.levels else 1
    if who.did:
        asked["did"] = list(who.did)
    if who.decision:
        asked["chain"] = chain(run, who.decision, token)
    return asked


def chain(run: Run, ref: str, token: st.Token) -> list[Any]:
    """Return the approvers that a decision gives: user names, or contexts that say who is meant."""
    decision = run.graph.decisions.get(ref)
    if decision is None:
        raise Trouble("no_decision", f"The assignment asks the decision “{ref}”, unknown here.")
    try:
        value = to_json(decision.evaluate(run.variables(token), now=run.now))
    except FeelEvaluationError as error:
        raise Trouble("decision", f"“{ref}” could not be decided: {error}") from error
    if isinstance(value, dict) and len(value) == 1 and not WHO & value.keys():
        (value,) = value.values()
    found = value if isinstance(value, list) else [] if value is None else [value]
    return [approver(entry, ref) for entry in found]


def approver(entry: Any, ref: str) -> Any:
    """Return a user name, or a context that says who is meant without its empty entries."""
    if isinstance(entry, str) and entry:
        return entry
    if isinstance(entry, dict):
        said = {key: value for key, value in entry.items() if value not in (None, "", [])}
        if WHO & said.keys() and said.keys() <= WHO | ABOUT:
            return said
    raise Trouble(
        "assignment",
        f"The decision “{ref}” gives {entry!r}, which is nobody. "
        'Make it give user names, or contexts such as {group: "finance", need: 2}.',
    )


def spans(run: Run, node: g.UserTask, token: st.Token) -> Json:
    until = node.deadline or g.Deadline()
    reminders = [span(run, before, token) for before in until.remind_before]
    asked: Json = {
        "complete_by": span(run, until.complete_by, token) if until.complete_by else None,
        # One reminder stands alone, as it always has in history.
        "remind_before": reminders[0] if len(reminders) == 1 else reminders or None,
    }
    if until.start_by:
        asked["start_by"] = span(run, until.start_by, token)
    if until.follow_up:
        asked["follow_up"] = span(run, until.follow_up, token)
    if until.calendar:
        asked["calendar"] = name(run, until.calendar, token)
    if until.counts:
        asked["counts"] = list(until.counts)
    if node.priority is not None:
        asked["priority"] = whole(run, node.priority, token)
    return asked


def rung(run: Run, found: g.Rung, token: st.Token) -> Json:
    asked: Json = {"after": span(run, found.after, token), **people(run, found, token)}
    if found.of != "completeBy":
        asked["of"] = found.of
    if found.do != "add":
        asked["do"] = found.do
    match found.do:
        case "prioritize":
            asked["priority"] = found.priority
        case "throw":
            asked["code"] = found.code
        case "answer":
            asked["outcome"] = found.outcome
    return asked


def agreement(run: Run, node: g.UserTask, token: st.Token) -> Json:
    """Return ``quorum`` and ``tiers`` where several must answer; nothing else."""
    if node.quorum is None and not node.tiers:
        return {}
    rule = node.quorum or g.Quorum()
    quorum: Json = {
        "need": need(run, rule.need, token),
        "order": rule.order,
        "veto": list(rule.veto),
        "abstain": list(rule.abstain),
        "otherwise": rule.otherwise,
        "early": rule.early,
        "secret": rule.secret,
        "carry": rule.carry,
    }
    if rule.weights is not None:
        quorum["weights"] = weights(run, rule.weights, token)
    tiers = []
    for tier in node.tiers:
        asked = {
            "key": tier.key,
            "name": tier.name,
            "need": need(run, tier.need, token),
            "within": tier.within,
            **people(run, tier, token),
        }
        if tier.weights is not None:
            asked["weights"] = weights(run, tier.weights, token)
        tiers.append(asked)
    return {"quorum": quorum, "tiers": tiers}


def policy(run: Run, node: g.UserTask, token: st.Token) -> Json:
    rule = node.policy
    asked: Json = {}
    if rule.send_back:
        asked |= {"send_back": list(rule.send_back), "votes": rule.votes}
    if rule.undo:
        asked["undo"] = span(run, rule.undo, token)
    if rule.skippable and run.evaluate(rule.skippable, token) is True:
        asked["skippable"] = True
    if rule.fails_with:
        asked["fails_with"] = list(rule.fails_with)
    if rule.information != "pauses":
        asked["information"] = rule.information
    if rule.suspended != "pauses":
        asked["suspended"] = rule.suspended
    return asked


# --- values --------------------------------------------------------------------------------------


def names(run: Run, entries: Sequence[str | Expression], token: st.Token) -> list[str]:
    """Return the names in order, each once. An expression gives a name or a list of names."""
    found: dict[str, None] = {}
    for entry in entries:
        if isinstance(entry, str):
            found[entry] = None
            continue
        value = run.plain(entry, token)
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, str) or not each:
                raise Trouble(
                    "assignment",
                    f"{entry.text} gives {each!r}, which is not a name. "
                    "Make it give a user name, a group name or a list of them.",
                )
            found[each] = None
    return list(found)


def name(run: Run, entry: str | Expression, token: st.Token) -> str:
    """Return the one name that an entry gives."""
    found = names(run, [entry], token)
    if len(found) != 1:
        text = entry if isinstance(entry, str) else entry.text
        raise Trouble("assignment", f"{text} gives {len(found)} names where one is wanted.")
    return found[0]


def number(run: Run, expression: Expression, token: st.Token) -> str:
    """Return a number as text, so that no digit is lost."""
    value = run.plain(expression, token)
    try:
        if isinstance(value, bool):
            raise TypeError
        found = Decimal(str(value))
    except (InvalidOperation, TypeError) as error:
        raise Trouble(
            "number", f"{expression.text} gives {value!r}, which is no number."
        ) from error
    if not found.is_finite() or abs(found) >= Decimal(10) ** 15:
        raise Trouble("number", f"{expression.text} gives {value!r}, which is too large.")
    return str(found)


def whole(run: Run, expression: Expression, token: st.Token) -> int:
    """Return a whole number from 0 to 100."""
    found = Decimal(number(run, expression, token))
    if found != found.to_integral_value() or not 0 <= found <= 100:
        raise Trouble("number", f"{expression.text} gives {found}; write a number from 0 to 100.")
    return int(found)


def need(run: Run, entry: str | Expression, token: st.Token) -> str:
    """Return ``any``, ``all``, a number or a percentage."""
    if isinstance(entry, str):
        return entry
    value = run.plain(entry, token)
    text = value if isinstance(value, str) else number(run, entry, token)
    if text in ("any", "all"):
        return text
    try:
        found = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        found = Decimal(0)
    if not found.is_finite() or found <= 0 or (text.endswith("%") and found > 100):
        raise Trouble("quorum", f"{entry.text} gives {text!r}; write any, all, 2 or 60%.")
    return text


def weights(run: Run, expression: Expression, token: st.Token) -> dict[str, str]:
    """Return the weight of each user name, as text."""
    value = run.plain(expression, token)
    if not isinstance(value, dict):
        raise Trouble("quorum", f"{expression.text} gives no context of names and weights.")
    found: dict[str, str] = {}
    for user, weight in value.items():
        try:
            amount = Decimal(str(weight))
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or not 0 <= amount < 100_000_000:
            raise Trouble("quorum", f"{expression.text} gives {user} the weight {weight!r}.")
        found[user] = str(amount)
    return found


def span(run: Run, expression: Expression, token: st.Token) -> str:
    """Return an ISO 8601 duration that does not go back in time."""
    value = str(run.plain(expression, token))
    try:
        parse_duration(value)
    except FeelError as error:
        raise Trouble("duration", f"{expression.text} gives {value!r}: {error}") from error
    if value.startswith("-"):
        raise Trouble("duration", f"{expression.text} gives {value}, which lies in the past.")
    return value
