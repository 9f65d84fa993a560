"""The short form: a process as a few lines of YAML, compiled to BPMN and back."""

from processes.core.short.compiler import compile_short
from processes.core.short.export import to_short

__all__ = ["compile_short", "to_short"]
