"""One more who must agree: how a quorum grows while people are voting."""

from collections.abc import Mapping
from typing import Any, Literal

Json = dict[str, Any]
Where = Literal["before", "beside", "after"]
WHERE: tuple[Where, ...] = ("before", "beside", "after")


def with_approver(
    asked: Mapping[str, Any], *, tier: str, where: Where, user: str, name: str
) -> tuple[Json, str]:
    """Return the question with this user name added, and the tier in which the person votes.

    Beside: one more in the tier. Before or after: a tier of their own, which together with the
    other makes one part, asked in turn, so that all that counts parts counts as before.
    """
    if where == "beside":
        return beside(asked, tier, user), tier
    grown = spelled_out(asked)
    number = 1 + sum(each["key"].startswith("added-") for each in grown["tiers"])
    added, outer = f"added-{number}", f"with-{number}"
    old = next(each for each in grown["tiers"] if each["key"] == tier)
    within = old.get("within", "")
    new: Json = {"key": added, "name": name, "need": "all", "within": outer}
    new |= {"users": [user], "groups": []}
    pair = [new, {**old, "within": outer}]
    part = {"key": outer, "name": old.get("name", ""), "need": "all", "order": "sequential"}
    part |= {"within": within, "users": [], "groups": []}
    tiers: list[Json] = []
    for each in grown["tiers"]:
        if each is old:
            tiers += [part, *(pair if where == "before" else reversed(pair))]
        else:
            tiers.append(weighed(each, tier, outer) if each["key"] == within else each)
    rule = grown["quorum"] if within else weighed(grown["quorum"], tier, outer)
    return {**grown, "quorum": rule, "tiers": tiers}, added


def beside(asked: Mapping[str, Any], tier: str, user: str) -> Json:
    if not tier:
        return {**asked, "users": [*asked["users"], user]}
    tiers = [
        {**each, "users": [*each.get("users", ()), user]} if each["key"] == tier else each
        for each in asked["tiers"]
    ]
    return {**asked, "tiers": tiers}


def spelled_out(asked: Mapping[str, Any]) -> Json:
    """Return the question with tiers: without any, those of the assignment are one, keyed empty."""
    if asked.get("tiers"):
        return dict(asked)
    rule = dict(asked["quorum"])
    only = {"key": "", "name": "", "need": rule.get("need", "all"), "within": ""}
    if "weights" in rule:
        only["weights"] = rule.pop("weights")
    return {**asked, "quorum": {**rule, "need": "all"}, "tiers": [only]}


def weighed(part: Mapping[str, Any], tier: str, outer: str) -> Json:
    """Return the part with the weight of the tier given to what stands in its place."""
    weights = part.get("weights") or {}
    return {**part, "weights": {**weights, outer: weights[tier]}} if tier in weights else dict(part)
