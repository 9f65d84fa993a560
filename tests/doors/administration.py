"""A stage for the administration: who may what there, and something that is stuck."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from guardian.shortcuts import assign_perm

from processes import services as engine
from processes.models import Incident, Instance, Job, Process
from tasks import services as work
from tests.doors.pages import tree, visitor
from tests.factories import NOW, asked, person, purchase

MARKS = ("here", "done", "stuck", "warned")


def staff(name: str, process: Process | None = None, *rights: str) -> User:
    """Return somebody who may enter the administration, with these rights on the process."""
    found = person(name)
    found.is_staff = True
    found.save()
    for right in rights:
        assign_perm(right, found, process)
    return found


def administrator() -> Client:
    """Return the browser of somebody who may everything."""
    dan = person("dan")
    dan.is_staff = dan.is_superuser = True
    dan.save()
    return visitor(dan)


def give_up(
    job: Job, *, error: str = "The order service is down.", now: datetime = NOW
) -> Incident:
    """Let the job fail for good, so that an incident holds the instance."""
    lease = engine.lease_job(job_id=job.pk, now=now)
    assert lease is not None
    engine.fail_attempt(lease=lease, error=error, retry_at=None, now=now)
    return Incident.objects.get(instance=job.instance, status="open", blocking=True)


def stuck(**changed: Any) -> Incident:
    """Return the incident of a purchase whose order could not be placed."""
    instance = purchase(**changed)
    work.complete(task_id=asked(instance).pk, person=person("bob"), outcome="approved", now=NOW)
    return give_up(Job.objects.get(instance=instance))


def address(row: Any, *more: str) -> str:
    """Return where the page of a row is."""
    meta = row._meta
    parts = more or ("change",)
    return "/".join(["/admin", meta.app_label, meta.model_name, str(row.pk), *parts, ""])


def rows(response: Any) -> list[str]:
    """Return the rows of a list as a reader sees them."""
    found = tree(response).xpath("//table[@id='result_list']//tr[contains(@class, 'data-row')]")
    return [" ".join(row.text_content().split()) for row in found]


def marks(response: Any) -> dict[str, set[str]]:
    """Return which elements of the picture are marked how."""
    [state] = tree(response).xpath("//*[@id='diagram-state']")
    return {mark: set(state.get(f"data-{mark}").split()) for mark in MARKS}


def reread(instance: Instance) -> Instance:
    """Return the instance as it is stored now; its status cannot be refreshed in place."""
    return Instance.objects.get(pk=instance.pk)
