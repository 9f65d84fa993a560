"""A process with a draft by who asks and a review, for the tests of what people do with a task."""

from itertools import pairwise

from tasks import services
from tasks.models import Alarm, Task
from tests.factories import (
    asked,
    cast,
    deployed_source,
    one_task,
    person,
    process_source,
    started,
)

REVIEWERS = '<placet:assignment candidateUsers="bob, carol"/>'


def review(policy="", *, assignment=REVIEWERS, withdrawal="", by=None, more=""):
    """Return the open review of a process that puts nothing else."""
    cast()
    extension = f"{assignment}{f'<placet:policy {policy}/>' if policy else ''}{more}"
    source = one_task(extension, name="Review", process_extension=withdrawal)
    return asked(started(deployed_source(source).process, by), "ask")


def two_steps(policy="", *, between="", reviewers=REVIEWERS, withdrawal=""):
    """Return an instance in which Alice writes a draft that is reviewed then."""
    cast()
    steps = [("draft", '<placet:assignment candidateUsers="=process.initiator"/>')]
    if between:
        steps.append(("between", between))
    steps.append(("review", f"{reviewers}<placet:policy {policy}/>"))
    names = ["start", *(name for name, _ in steps), "end"]
    body = '<b:startEvent id="start"/><b:endEvent id="end"/>'
    body += "".join(
        f'<b:userTask id="{name}" name="{name.capitalize()}"><b:extensionElements>{extension}'
        "</b:extensionElements></b:userTask>"
        for name, extension in steps
    )
    body += "".join(
        f'<b:sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>'
        for a, b in pairwise(names)
    )
    return started(deployed_source(process_source(body, extension=withdrawal)).process)


def answer(task, who="bob", outcome="approved", *, now, **more):
    return services.complete(task_id=task.pk, person=person(who), outcome=outcome, now=now, **more)


def again(task: Task) -> Task:
    return Task.objects.select_related("instance").get(pk=task.pk)


def ring(task: Task, kind: str, *, now) -> None:
    services.ring(alarm_id=Alarm.objects.get(task=task, kind=kind).pk, now=now)


def notes(task: Task) -> list[str]:
    """Return what the history notes of people's work, oldest first."""
    rows = task.instance.history.filter(kind="task.noted").order_by("sequence")
    return [row.data["action"] for row in rows]
