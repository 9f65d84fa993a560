"""BPMN 2.0 files: read safely, judged by the standard, understood as far as we run them."""

from processes.core.bpmn.reader import Reading, read

__all__ = ["Reading", "read"]
