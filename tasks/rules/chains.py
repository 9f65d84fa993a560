"""Chains: what a decision gives as approvers, made into tiers that are asked one after another."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

Json = dict[str, Any]

MOST_LEVELS = 100


def arranged(asked: Mapping[str, Any]) -> Json:
    """Return the question with its chain as tiers that are asked one after another.

    Somebody named beside a chain comes first. A chain of one who must agree is a plain question;
    an empty one stays, and finds nobody.
    """
    if not asked.get("chain"):
        return dict(asked)
    people = ("users", "groups", "roles", "unit", "manager_of", "levels", "did", "chain")
    found: Json = {name: value for name, value in asked.items() if name not in people}
    found |= {"users": [], "groups": []}
    first = {name: asked[name] for name in people[:-1] if name in asked}
    chain = tiers(asked["chain"])
    if any(first.get(name) for name in ("users", "groups", "roles", "manager_of", "did")):
        chain.insert(0, {"key": "chain-0", "name": "", "need": "any", "within": "", **first})
    rule = asked.get("quorum")
    if rule is None and len(chain) == 1 and chain[0]["need"] == "any":
        return found | {name: chain[0][name] for name in people if name in chain[0]}
    rule = dict(rule or {}) | {"need": "all", "order": "sequential"}
    plain = {"veto": [], "abstain": [], "otherwise": "", "early": True, "secret": False}
    found["quorum"] = {**plain, "carry": False, **rule}
    found["tiers"] = [*chain, *asked.get("tiers", ())]
    return found


def tiers(chain: Sequence[Any]) -> list[Json]:
    """Return what a decision gave as tiers; what means nobody is a tier without anybody."""
    return [
        {"key": f"chain-{number}", "name": "", "need": "any", "within": "", **tier(entry)}
        for number, entry in enumerate(chain, start=1)
    ]


def tier(entry: Any) -> Json:
    if not isinstance(entry, Mapping):
        return {"users": texts(entry), "groups": []}
    found: Json = {
        "users": [*texts(entry.get("user")), *texts(entry.get("users"))],
        "groups": [*texts(entry.get("group")), *texts(entry.get("groups"))],
    }
    held = [*texts(entry.get("role")), *texts(entry.get("roles"))]
    if held:
        found["roles"] = held
    if entry.get("unit"):
        found["unit"] = str(entry["unit"])
    if entry.get("managerOf"):
        found |= {"manager_of": str(entry["managerOf"]), "levels": whole(entry.get("levels", 1))}
    if entry.get("name"):
        found["name"] = str(entry["name"])
    if entry.get("need") is not None:
        found["need"] = str(entry["need"])
    return found


def texts(value: Any) -> list[str]:
    """Return a name or a list of names as a list."""
    values = value if isinstance(value, list) else [value]
    return [str(each) for each in values if each not in (None, "")]


def whole(value: Any) -> int:
    """Return a number of levels, at least one."""
    try:
        return max(1, min(int(Decimal(str(value))), MOST_LEVELS))
    except (InvalidOperation, ValueError, OverflowError):
        return 1
