"""The administration of processes: define, publish, watch, operate, audit."""

from processes.admin import (
    audit,
    connections,
    decisions,
    definitions,
    dispatches,
    incidents,
    instances,
)

__all__ = [
    "audit",
    "connections",
    "decisions",
    "definitions",
    "dispatches",
    "incidents",
    "instances",
]
