"""Whom a question asks: reads the organization for `tasks.rules.routing`, and writes nothing.

`find` answers it for one ``who``: an assignment, a tier, a rung of the ladder. Exclusions hold in
each; where nobody is left, the process's fallback group is asked.
"""

from tasks.routing.exclusions import KeptOut, kept_out, steps_apart, stored
from tasks.routing.findings import finding, findings, people_in
from tasks.routing.organization import Organization, users_where
from tasks.routing.seating import (
    Found,
    facts_at,
    facts_of,
    fall_back,
    find,
    in_turn,
    names_of,
    passed_over,
    people_of_tier,
    preview,
    seat_of,
    seats_left,
    who_of_tier,
)

__all__ = [
    "Found",
    "KeptOut",
    "Organization",
    "facts_at",
    "facts_of",
    "fall_back",
    "find",
    "finding",
    "findings",
    "in_turn",
    "kept_out",
    "names_of",
    "passed_over",
    "people_in",
    "people_of_tier",
    "preview",
    "seat_of",
    "seats_left",
    "steps_apart",
    "stored",
    "users_where",
    "who_of_tier",
]
