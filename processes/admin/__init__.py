"""The administration of processes: define, publish, watch, operate, audit."""

from processes.admin import audit, connections, definitions, incidents, instances

__all__ = ["audit", "connections", "definitions", "incidents", "instances"]
