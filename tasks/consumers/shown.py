"""What a page says of itself: which instances it shows, and what of them it has seen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

LONGEST_TEXT = 100
"""Characters of an id or a stamp."""


class Malformed(Exception):
    """The message is not of the form that `tasks.consumers.live` describes."""


@dataclass(frozen=True, slots=True)
class Shown:
    """``instances`` as the page wrote them, None when it did not say."""

    instances: tuple[str, ...] | None = None
    stamp: str | None = None
    sequences: Mapping[UUID, int] = field(default_factory=dict)


def read(text: str) -> Shown:
    """Read one message. Keys that we do not know are for a newer server. Raises Malformed."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed from error
    watch, seen = _part(message, "watch"), _part(message, "seen")
    instances = watch.get("instances")
    if instances is not None:
        if not isinstance(instances, list):
            raise Malformed
        instances = tuple(map(_text, instances))
    stamp = seen.get("inbox")
    return Shown(
        instances=instances,
        stamp=None if stamp is None else _text(stamp),
        sequences=dict(map(_sequence, _part(seen, "instances").items())),
    )


def instance_id(text: str) -> UUID | None:
    """Return the id, or None for a text that cannot be one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _part(whole: Any, name: str) -> dict[str, Any]:
    part = whole.get(name, {}) if isinstance(whole, dict) else None
    if not isinstance(part, dict):
        raise Malformed
    return part


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise Malformed
    return value


def _sequence(item: tuple[str, Any]) -> tuple[UUID, int]:
    found, sequence = instance_id(item[0]), item[1]
    if found is None or type(sequence) is not int:
        raise Malformed
    return found, sequence
