"""What a task asks: the step that puts it, and the answers that it accepts."""

from collections.abc import Sequence

from processes.core import graph as g
from processes.services import graph_of
from tasks.models import Task
from tasks.rules.answers import ANSWERED


def node_of(task: Task) -> g.UserTask:
    """Return the step of the definition; a colleague's question belongs to the same step."""
    node = graph_of(task.instance.version_id).nodes[task.node]
    if not isinstance(node, g.UserTask):
        raise TypeError(f"{task.node} is no user task")
    return node


def outcomes_of(task: Task) -> Sequence[g.Outcome]:
    """Return the answers that the task accepts."""
    return (ANSWERED,) if task.kind == Task.Kind.INFORMATION else node_of(task).outcomes


def form_of(task: Task) -> g.JsonSchema | None:
    """Return the form of the answer; a colleague's question has none."""
    return None if task.kind == Task.Kind.INFORMATION else node_of(task).form
