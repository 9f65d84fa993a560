"""How far several people have agreed, as the API tells it."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from tasks.agreement import Agreement, agreement_of
from tasks.models import Task
from tasks.rules.quorum import Count

Json = dict[str, Any]
HOW = ["agreed", "missed", "veto", ""]


@extend_schema_serializer(component_name="Vote")
class VoteShape(serializers.Serializer[Any]):
    by = serializers.CharField(help_text="The name of who voted.")
    on_behalf_of = serializers.CharField(
        help_text="The absent person in whose place; may be empty."
    )
    outcome = serializers.CharField(
        allow_null=True, help_text="Null while it is a secret, except for one's own."
    )
    comment = serializers.CharField(allow_null=True)
    tier = serializers.CharField()
    kept = serializers.BooleanField(help_text="Carried over from another tier or round.")
    at = serializers.DateTimeField()


@extend_schema_serializer(component_name="Tier")
class TierShape(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="Empty for a quorum without tiers.")
    name = serializers.CharField()
    state = serializers.ChoiceField(
        ["agreed", "missed", "open", "waiting"], allow_null=True, help_text="Null while secret."
    )
    have = serializers.CharField(allow_null=True, help_text="How much has agreed, a number.")
    needed = serializers.CharField(help_text="How much must agree, a number.")
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="User names of who may still vote."
    )
    short = serializers.BooleanField(help_text="Whether too few people are left to agree.")


@extend_schema_serializer(component_name="Quorum")
class QuorumShape(serializers.Serializer[Any]):
    need = serializers.CharField(help_text="`any`, `all`, a number, or a percentage.")
    order = serializers.ChoiceField(["parallel", "sequential"])
    secret = serializers.BooleanField()
    have = serializers.CharField(allow_null=True)
    needed = serializers.CharField()
    voted = serializers.IntegerField(help_text="How many people have voted.")
    decided = serializers.ChoiceField(HOW, help_text="Empty as long as it is open.")
    tiers = TierShape(many=True)
    votes = VoteShape(many=True)


def quorum_shown(task: Task, person_id: int | None) -> Json | None:
    """Return how far a collective task is; votes of others are hidden while they are a secret."""
    if not task.collective:
        return None
    found = agreement_of(task)
    hidden = found.hidden(task)
    rule = task.asked.get("quorum", {})
    return {
        "need": found.quorum.root.need,
        "order": rule.get("order", "parallel"),
        "secret": found.quorum.secret,
        "have": None if hidden else text(found.tally.root.have),
        "needed": text(found.tally.root.needed),
        "voted": len({vote.seat_id for vote in found.votes}),
        "decided": found.tally.how,
        "tiers": [tier_shown(count, hidden=hidden) for count in found.tally.root.leaves],
        "votes": list(votes_shown(found, person_id, hidden=hidden)),
    }


def tier_shown(count: Count, *, hidden: bool) -> Json:
    return {
        "key": count.part.key,
        "name": count.part.name,
        "state": None if hidden else count.state,
        "have": None if hidden else text(count.have),
        "needed": text(count.needed),
        "missing": [member.name for member in count.missing],
        "short": count.short,
    }


def votes_shown(found: Agreement, person_id: int | None, *, hidden: bool) -> list[Json]:
    return [
        {
            "by": vote.voter_name,
            "on_behalf_of": vote.on_behalf_of_name,
            "outcome": None if hidden and vote.voter_id != person_id else vote.outcome,
            "comment": None if hidden and vote.voter_id != person_id else vote.comment,
            "tier": vote.tier,
            "kept": vote.kept,
            "at": vote.at.isoformat(),
        }
        for vote in found.votes
        if not (hidden and vote.kept)
    ]


def text(value: Any) -> str:
    """Return a number as text, without zeros that say nothing."""
    return f"{value.normalize():f}"
