"""The hash chain of an instance's history: each row covers the one before it.

The chain runs per instance, under the lock that a step holds anyway; one chain for everything
would make all writers wait for each other.
"""

import hashlib
import json
from datetime import UTC
from decimal import Decimal
from typing import Any

from processes.models import HistoryEvent


def link(before: str, row: HistoryEvent) -> str:
    """Return the SHA-256 (hex) over ``before`` and everything the row says."""
    content = [
        before,
        str(row.instance_id),
        row.sequence,
        row.kind,
        row.node,
        row.actor_id,
        row.actor_name,
        row.on_behalf_of_name,
        canonical(row.data),
        row.at.astimezone(UTC).isoformat(),
    ]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: Any) -> Any:
    """Return the value with numbers in the one form that survives every database.

    PostgreSQL stores JSON numbers as decimals: 1e23 comes back as the integer that was written,
    which is not the one that the float stands for.
    """
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    return value
