"""What the data could not tell, as sentences."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _


def finding(step: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """Return why a rule found nobody; ``names`` are those of people by id."""
    words = {
        "name": step.get("name", ""),
        "below": step.get("below", ""),
        "of": names.get(step.get("of", 0), _("somebody")),
    }
    match step["what"]:
        case "user":
            return _("Nobody is called “%(name)s”.") % words
        case "group":
            return _("There is no group “%(name)s”.") % words
        case "unit" if words["name"]:
            return _("There is no unit “%(name)s”.") % words
        case "unit":
            return _("Whoever asked for this belongs to no unit.")
        case "role":
            return (
                _("Nobody who may decide has the role “%(name)s” in “%(below)s” or above.") % words
            )
        case "manager":
            return _("Nobody is entered as manager of %(of)s.") % words
        case "circle":
            return _("The managers above %(of)s go round in a circle.") % words
        case "step":
            return _("Nobody has done the step “%(name)s” yet.") % words
        case "decider":
            return _("Nobody has decided anything here yet.")
        case "chain":
            return _("The decision names nobody.")
        case "anybody":
            return _("The step names nobody.")
    raise ValueError(f"no words for {step['what']!r}")


def findings(steps: Iterable[Mapping[str, Any]], names: Mapping[int, str]) -> list[str]:
    return [finding(step, names) for step in steps if step["rule"] == "missing"]


def people_in(steps: Iterable[Mapping[str, Any]]) -> set[int]:
    """Return the ids of all people that these steps speak of."""
    found: set[int] = set()
    for step in steps:
        for name in ("user", "of", "for"):
            if step["rule"] in BY_COUNT and name == "of":
                continue
            if isinstance(step.get(name), int):
                found.add(step[name])
        for name in ("users", "without", "passed"):
            found.update(step.get(name, ()))
        found.update(step.get("rest", {}).get("users", ()))
    return found


# There ``of`` counts people or lists groups, and is nobody's id.
BY_COUNT = ("chosen", "full", "skills")
