"""Running a process in memory, many thousand times: paths, waiting times, load, deadlines."""

from processes.core.simulate.plan import Plan, read_plan
from processes.core.simulate.report import Report
from processes.core.simulate.simulation import simulate

__all__ = ["Plan", "Report", "read_plan", "simulate"]
