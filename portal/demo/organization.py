"""The company of the demo: its units, who leads whom, who holds which role, and when it works."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User

from tasks.models import Calendar, Position, Profile, Skill, Unit

UNITS = (
    ("company", "Company", None),
    ("operations", "Operations", "company"),
    ("finance", "Finance", "company"),
    ("legal", "Legal", "company"),
)
SKILLS = (("contract-law", "Contract law"), ("accounting", "Accounting"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody works: unit, manager, roles held there, and skills."""

    unit: str
    manager: str = ""
    roles: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()


PLACES = {
    "alice": Place("operations", "bob"),
    "bob": Place("operations", "fiona", ("budget-holder",)),
    "carol": Place("operations", "bob", (), ("contract-law",)),
    "fiona": Place("finance", "", ("budget-holder",), ("accounting",)),
    "leo": Place("legal", "fiona", ("counsel",), ("contract-law",)),
    "dan": Place("company", "fiona"),
}


def organize(people: Mapping[str, User]) -> None:
    """Give everybody a place, and the company a calendar that processes may name."""
    units: dict[str, Unit] = {}
    for key, name, parent in UNITS:
        units[key] = Unit.objects.create(key=key, name=name, parent=units.get(parent or ""))
    skills = {key: Skill.objects.create(key=key, name=name) for key, name in SKILLS}
    for name, place in PLACES.items():
        profile = Profile.objects.create(
            user=people[name],
            unit=units[place.unit],
            manager=people[place.manager] if place.manager else None,
        )
        profile.skills.set(skills[key] for key in place.skills)
        Position.objects.bulk_create(
            Position(unit=units[place.unit], role=role, user=people[name]) for role in place.roles
        )
    Calendar.objects.create(
        key="office", name="Office", time_zone="Europe/Berlin", country="DE", subdivision="BE"
    )
