"""Steps that are asked again after a send-back: which of the votes before still count.

This is the desk that the settings name: opening a task is the desk's, counting its votes is not.
"""

from functools import partial

from processes.core import events as ev
from processes.core import graph as g
from processes.core.errors import Invalid
from processes.services import Step
from tasks import desk
from tasks.models import Task
from tasks.models.task import SENT_BACK
from tasks.services.conclusion import fault
from tasks.services.counting import asked_so_far, recount


class Desk(desk.Desk):
    def open(self, step: Step, event: ev.TaskOpened) -> None:
        super().open(step, event)
        task = step.batch.inserted(Task, instance_id=step.instance.pk, token=event.token)
        if task is None or not task.collective:
            return
        before = round_before(step, task)
        if before is None:
            return
        task.asked = {**task.asked, "kept_from": str(before.pk)}
        # If the votes decide it the process goes on, but not amid the events that opened it.
        step.afterwards(partial(count_again, step, task))


def round_before(step: Step, task: Task) -> Task | None:
    """Return the task whose votes are kept: asked before by this step, until it was sent back.

    None where nobody sent it back since, where that makes votes void, and in a loop, whose rounds
    ask about different things.
    """
    node = step.graph.nodes[task.node]
    if isinstance(node, g.UserTask) and node.loop is not None:
        return None
    rows = Task.objects.filter(instance=step.instance, status=Task.Status.COMPLETED)
    before = rows.filter(node=task.node, collective=True).order_by("-closed_at", "-id").first()
    if before is None:
        return None
    sent = rows.filter(outcome=SENT_BACK, closed_at__gte=before.closed_at)
    last = sent.order_by("-closed_at", "-id").first()
    return before if last is not None and last.asked.get("votes") == "kept" else None


def count_again(step: Step, task: Task) -> None:
    """Carry the votes over; what the process cannot keep is a fault, for an operator to look at."""
    asked = asked_so_far(step, task)
    try:
        recount(step, task)
    except Invalid as refusal:
        fault(step, task, asked, str(refusal))
