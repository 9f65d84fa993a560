"""Contracts that several sign, and expenses that go up the line, in the demo's past."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Act:
    """An answer of ``who`` so many hours after the request; ``to`` sends it back to that step."""

    hours: float
    node: str
    who: str
    outcome: str = ""
    comment: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """Something asked for ``days_ago``, and what people did about it since."""

    process: str
    who: str
    days_ago: float
    variables: Mapping[str, str | float]
    acts: tuple[Act, ...] = field(default=())


def contract(
    who: str, days_ago: float, partner: str, amount: float, purpose: str, *acts: Act
) -> Request:
    variables: dict[str, str | float] = {
        "partner": partner,
        "amount": amount,
        "until": "2028-12-31",
        "purpose": purpose,
    }
    return Request("contract-signature", who, days_ago, variables, acts)


def expense(
    who: str, days_ago: float, reason: str, amount: float, category: str, *acts: Act
) -> Request:
    variables: dict[str, str | float] = {"reason": reason, "amount": amount, "category": category}
    return Request("expense-matrix", who, days_ago, variables, acts)


READY = Act(1, "prepare", "alice", "ready")
REQUESTS = (
    contract(
        "alice",
        9,
        "Hartmann Logistics",
        38_000,
        "Storage and transport for the northern branches.",
        READY,
        Act(3, "sign", "bob", "signed", "The price is that of last year."),
        Act(5, "sign", "fiona", "signed"),
        Act(20, "sign", "leo", "signed", "Standard terms."),
        Act(24, "archive", "leo", "filed"),
    ),
    contract(
        "alice",
        6,
        "Brightwater Cleaning",
        12_500,
        "Cleaning of the offices, twice a week.",
        READY,
        Act(4, "sign", "fiona", "refused", "Liability has no limit in clause 9."),
    ),
    contract(
        "alice",
        1.2,
        "Norden Energy",
        240_000,
        "Electricity for all branches from January.",
        READY,
        Act(2, "sign", "bob", "signed", "The best of four offers."),
    ),
    contract(
        "alice",
        1,
        "Papyrus Office Supplies",
        7_200,
        "A frame contract for supplies.",
        READY,
        Act(3, "sign", "carol", comment="The annex with the prices is missing.", to="prepare"),
    ),
    expense("alice", 3, "a train to the trade fair", 89, "travel"),
    expense(
        "carol",
        2,
        "a course on negotiation",
        1_450,
        "training",
        Act(3, "chain", "bob", "approved", "Agreed in the yearly talk."),
    ),
)
