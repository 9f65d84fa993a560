"""Quorums that cannot be reached, tiers that lie within nothing, votes for what does not exist."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from processes.core import graph as g
from processes.core.checks.people import only_users
from processes.core.findings import Finding

DEEPEST = 20
MOST_TIERS = 50
"""Tiers within tiers; votes are counted from the innermost outwards."""


def check_agreement(graph: g.Graph) -> Iterator[Finding]:
    """Yield what keeps several people from agreeing on a task."""
    for node in graph.nodes.values():
        if isinstance(node, g.UserTask) and (node.quorum or node.tiers):
            yield from check_quorum(node, node.quorum or g.Quorum())
            yield from check_tiers(node)


def check_quorum(node: g.UserTask, rule: g.Quorum) -> Iterator[Finding]:
    for attribute, outcomes in (
        ("veto", rule.veto),
        ("abstain", rule.abstain),
        ("otherwise", (rule.otherwise,) if rule.otherwise else ()),
    ):
        for outcome in outcomes:
            yield from unknown_outcome(node, outcome, f"placet:quorum ({attribute})")
    for outcome in rule.veto:
        if outcome in rule.abstain:
            yield Finding(
                node.id,
                "error",
                "veto-and-abstention",
                f"“{outcome:.60}” is both a veto and an abstention on “{node.label}”.",
                "Write it in veto or in abstain.",
            )
    kinds = {outcome.kind for outcome in node.outcomes if outcome.id not in rule.abstain}
    if "positive" not in kinds:
        yield Finding(
            node.id,
            "error",
            "nothing-to-agree-to",
            f"No outcome of “{node.label}” is positive, so nobody can agree.",
            'Give the outcome that means yes kind="positive".',
        )
    if not rule.otherwise and all(o.kind == "positive" for o in node.outcomes):
        yield Finding(
            node.id,
            "error",
            "no-outcome-when-missed",
            f"“{node.label}” has no outcome for when its quorum is missed.",
            "Give it a negative outcome, or write one in otherwise.",
        )
    yield from automatic_yes(node, rule.otherwise, "when its quorum is missed")
    if "votes" in (node.form or {}).get("properties", {}):
        yield Finding(
            node.id,
            "error",
            "field-called-votes",
            f"The form of “{node.label}” has a field “votes”, which is where its votes are kept.",
            "Call the field something else.",
        )
    outer = [tier for tier in node.tiers if not tier.within]
    if not rule.weights:
        members = len(outer) if node.tiers else named(node.assignment)
        what = "tiers" if node.tiers else "people"
        yield from unreachable(node, rule.need, members, f"“{node.label}”", what)
    if rule.order == "sequential" and node.tiers and len(outer) < 2:
        yield Finding(
            node.id,
            "warning",
            "one-after-none",
            f"“{node.label}” asks its tiers one after another, but has only one.",
            "Add a tier, or remove order.",
        )


def check_tiers(node: g.UserTask) -> Iterator[Finding]:
    known = {tier.key: tier for tier in node.tiers}
    if len(known) > MOST_TIERS:
        yield Finding(
            node.id,
            "error",
            "too-many-tiers",
            f"“{node.label}” has {len(known)} tiers; every vote counts them all.",
            f"Keep to {MOST_TIERS}, for example with groups instead of a tier for each person.",
        )
    for tier in node.tiers:
        what = f"The tier “{tier.name or tier.key}” of “{node.label}”"
        parts = [inner for inner in node.tiers if inner.within == tier.key]
        if tier.within and tier.within not in known:
            yield Finding(
                node.id,
                "error",
                "unknown-tier",
                f"{what} lies within “{tier.within:.60}”, which is no tier of it.",
                f"It has: {', '.join(known)}.",
            )
        elif in_circle(tier, known):
            yield Finding(
                node.id,
                "error",
                "tiers-in-a-circle",
                f"{what} lies within itself.",
                "Let one of them lie within none.",
            )
        elif depth_of(tier, known) > DEEPEST:
            yield Finding(
                node.id,
                "error",
                "tiers-too-deep",
                f"{what} lies more than {DEEPEST} tiers deep.",
                "Let tiers lie within each other less deeply.",
            )
        if not tier.anybody and not parts:
            yield Finding(
                node.id,
                "error",
                "tier-without-people",
                f"{what} asks nobody.",
                "Name its users, groups or roles.",
            )
        elif tier.anybody and parts:
            yield Finding(
                node.id,
                "error",
                "tier-with-both",
                f"{what} names people and has parts, so nobody can tell what it counts.",
                "Put its people into a part of their own.",
            )
        if not tier.weights:
            members = len(parts) if parts else named(tier)
            yield from unreachable(node, tier.need, members, what, "parts" if parts else "people")


def depth_of(tier: g.Tier, known: dict[str, g.Tier]) -> int:
    """Return within how many tiers it lies, as far as one more than the deepest."""
    depth, here = 0, known.get(tier.within)
    while here is not None and depth <= DEEPEST:
        depth, here = depth + 1, known.get(here.within)
    return depth


def in_circle(tier: g.Tier, known: dict[str, g.Tier]) -> bool:
    seen: set[str] = set()
    here: g.Tier | None = tier
    while here is not None and here.key not in seen:
        seen.add(here.key)
        here = known.get(here.within)
    return here is tier


def named(who: g.People) -> int | None:
    """Return how many people are meant; None where that is only known when it runs."""
    users: Sequence[object] = who.users
    if not only_users(who) or not all(isinstance(user, str) for user in users):
        return None
    return len(users)


def unreachable(
    node: g.UserTask, need: object, members: int | None, what: str, of: str
) -> Iterator[Finding]:
    """Yield a number that more must agree to than there are."""
    if not isinstance(need, str) or not need.isdecimal() or not members:
        return
    if Decimal(need) > members:
        yield Finding(
            node.id,
            "error",
            "quorum-unreachable",
            f"{what} needs {need} of {members} {of}, which can never agree.",
            "Ask more, or need fewer.",
        )


def unknown_outcome(node: g.UserTask, outcome: str, where: str) -> Iterator[Finding]:
    known = [found.id for found in node.outcomes]
    if outcome not in known:
        yield Finding(
            node.id,
            "error",
            "unknown-outcome",
            f"{where} names “{outcome:.60}”, which is no outcome of “{node.label}”.",
            f"It has: {', '.join(known)}.",
        )


def automatic_yes(node: g.UserTask, outcome: str, when: str) -> Iterator[Finding]:
    """Warn of an outcome that says yes although nobody did."""
    if any(found.id == outcome and found.kind == "positive" for found in node.outcomes):
        yield Finding(
            node.id,
            "warning",
            "automatic-yes",
            f"“{node.label}” is answered “{outcome:.60}” {when}, although nobody said so.",
            "Leave the outcome out for the first negative one, if that is not meant.",
        )
