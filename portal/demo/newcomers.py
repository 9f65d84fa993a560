"""Who was hired in the demo, and what was done before and on the first day."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Did:
    """An answer of ``who`` so many hours after the hiring."""

    hours: float
    node: str
    who: str
    outcome: str
    comment: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who begins ``notice_days`` after being hired, or withdraws some hours after it."""

    name: str
    role: str
    hired_days_ago: float
    notice_days: int
    done: tuple[Did, ...] = ()
    withdrew_after: float = 0

    @property
    def subject(self) -> str:
        return f"Onboarding of {self.name}"

    @property
    def variables(self) -> dict[str, str]:
        address = self.name.lower().replace(" ", ".")
        return {"name": self.name, "role": self.role, "email": f"{address}@example.com"}


def seat(hours: float, where: str) -> Did:
    return Did(hours, "seat", "bob", "chosen", data={"seat": where})


def provided(hours: float, number: str) -> Did:
    return Did(hours, "provide", "dan", "provided", data={"number": number})


def granted(hours: float) -> Did:
    return Did(hours, "decision", "dan", "approved", "Read only, as for everybody who begins.")


NEWCOMERS = (
    Newcomer(
        "Priya Raman",
        "accountant",
        20,
        14,
        (
            seat(3, "2.07"),
            provided(5, "LT-0412"),
            granted(6),
            Did(14 * 24 + 2, "welcome", "bob", "settled", "Everything works, the badge as well."),
        ),
    ),
    Newcomer(
        "Henrik Lund",
        "accountant",
        12,
        30,
        (
            seat(2, "2.08"),
            provided(4, "LT-0415"),
            Did(32, "take_back", "dan", "stored"),
            Did(33, "free_seat", "bob", "freed"),
        ),
        withdrew_after=30,
    ),
    Newcomer(
        "Ingrid Solberg",
        "designer",
        8,
        24,
        (seat(2, "3.11"), provided(5, "LT-0421"), provided(6, "PD-0034"), granted(7)),
    ),
    Newcomer(
        "Wei Zhang",
        "engineer",
        3,
        40,
        (
            seat(2, "4.02"),
            provided(3, "LT-0425"),
            provided(4, "SC-0187"),
            provided(5, "SK-0902"),
        ),
        withdrew_after=60,
    ),
    Newcomer("Tomas Herrera", "engineer", 1, 21, (provided(4, "LT-0427"), seat(6, "4.05"))),
    Newcomer("Amara Okonkwo", "designer", 0.1, 30),
)
