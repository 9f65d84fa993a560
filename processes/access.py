"""The only way to a process or an instance on behalf of somebody: what is not yours is absent."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Exists, OuterRef, Q, QuerySet
from guardian.shortcuts import get_objects_for_user

from processes.core.errors import Absent, Forbidden
from processes.desk import task_desk
from processes.models import (
    HistoryEvent,
    Incident,
    Instance,
    Process,
    ProcessGroupPermission,
    ProcessUserPermission,
    Version,
)

Person = User | AnonymousUser


def processes_with(person: Person, right: str) -> QuerySet[Process]:
    """Return the processes on which the person has the right, such as ``start_process``."""
    found: QuerySet[Process] = get_objects_for_user(
        person, right, Process, accept_global_perms=True, with_superuser=True
    )
    return found


def administered(person: Person) -> QuerySet[Process]:
    """Return the processes that the person sees in the administration."""
    return _with_any(person, "view_process", "operate_process", "design_process", "change_process")


def watched(person: Person) -> QuerySet[Process]:
    """Return the processes of which the person may watch every instance."""
    return _with_any(person, "view_process", "operate_process")


def operated(person: Person) -> QuerySet[Process]:
    """Return the processes whose instances the person may steer."""
    return processes_with(person, "operate_process")


def operators(process: Process) -> set[int]:
    """Return the ids of who has been made an operator of the process, alone or in a group."""
    right = {"permission__codename": "operate_process", "content_object": process}
    users = ProcessUserPermission.objects.filter(**right).values_list("user", flat=True)
    groups = ProcessGroupPermission.objects.filter(**right).values("group")
    members = User.groups.through.objects.filter(group__in=groups).values_list("user", flat=True)
    return {*users, *members}


def _with_any(person: Person, *rights: str) -> QuerySet[Process]:
    found: QuerySet[Process] = get_objects_for_user(
        person, list(rights), Process, any_perm=True, accept_global_perms=True, with_superuser=True
    )
    return found


def known(person: Person) -> QuerySet[Process]:
    """Return the processes that the person may start or watch."""
    return Process.objects.filter(Q(pk__in=startable(person)) | Q(pk__in=watched(person)))


def known_process(person: Person, key: str) -> Process:
    """Return the process with this key. Raises Absent."""
    found = known(person).filter(key=key).first()
    if found is None:
        raise Absent("process_not_found", "This process does not exist.")
    return found


def readable_version(person: Person, key: str, number: int) -> Version:
    """Return a version with its source, for who administers its process. Raises Absent."""
    found = Version.objects.select_related("process").filter(
        process__in=administered(person), process__key=key, number=number
    )
    version = found.first()
    if version is None:
        raise Absent("version_not_found", "This version does not exist.")
    return version


def startable(person: Person) -> QuerySet[Process]:
    """Return the processes that the person may start and that have a published version."""
    live = Version.objects.filter(process=OuterRef("pk"), status=Version.Status.PUBLISHED)
    return processes_with(person, "start_process").filter(Exists(live))


def startable_process(person: Person, key: str) -> Process:
    """Return the process to start. Raises Absent, or Forbidden for one the person may only see."""
    # PostgreSQL refuses a NUL even in a question.
    key = key.replace("\x00", "")
    found = startable(person).filter(key=key).first()
    if found is not None:
        return found
    if processes_with(person, "view_process").filter(key=key).exists():
        raise Forbidden(
            "may_not_start",
            "You may see this process, but not start it.",
            remedy="Ask an administrator for the right to start it.",
        )
    raise Absent("process_not_found", f"There is no process “{key}” that you may start.")


def visible_instances(person: Person, *, now: datetime) -> QuerySet[Instance]:
    """Return what the person started, acted in, is asked in, or may watch by right."""
    acted = HistoryEvent.objects.filter(instance=OuterRef("pk"), actor=person.pk)
    return Instance.objects.filter(
        Q(initiator=person.pk)
        | Q(process__in=processes_with(person, "view_process"))
        | Q(process__in=processes_with(person, "operate_process"))
        | Q(pk__in=task_desk().instances_asking(person, now=now))
        | Exists(acted)
    )


def visible_instance(person: Person, instance_id: UUID, *, now: datetime) -> Instance:
    """Return the instance. Raises Absent."""
    found = (
        visible_instances(person, now=now)
        .select_related("process", "version")
        .filter(pk=instance_id)
        .first()
    )
    if found is None:
        raise Absent("instance_not_found", "This process instance does not exist.")
    return found


def may_view(person: Person, process: Process) -> bool:
    """Tell whether the person may watch every instance of the process."""
    return bool(
        person.has_perm("processes.view_process")
        or person.has_perm("processes.view_process", process)
    )


def may_operate(person: Person, process: Process) -> bool:
    return bool(
        person.has_perm("processes.operate_process")
        or person.has_perm("processes.operate_process", process)
    )


def may_design(person: Person, process: Process) -> bool:
    """Tell whether the person may upload and publish versions of the process."""
    return bool(
        person.has_perm("processes.design_process")
        or person.has_perm("processes.design_process", process)
    )


def may_grant(person: Person) -> bool:
    """Tell whether the person may say who has which right on a process.

    Only by a right on all processes: nobody widens their own rights on a single one.
    """
    return bool(person.has_perm("processes.change_process"))


def operable_instance(person: Person, instance_id: UUID, *, now: datetime) -> Instance:
    """Return the instance to operate. Raises Absent, or Forbidden if it may only be seen."""
    instance = visible_instance(person, instance_id, now=now)
    if not may_operate(person, instance.process):
        raise _may_not_operate()
    return instance


def operable_incidents(person: Person) -> QuerySet[Incident]:
    """Return the incidents of the processes that the person operates."""
    operated = processes_with(person, "operate_process")
    return Incident.objects.filter(instance__process__in=operated)


def operable_incident(person: Person, incident_id: UUID, *, now: datetime) -> Incident:
    """Return the incident. Raises Absent, or Forbidden if its instance may only be seen."""
    found = operable_incidents(person).filter(pk=incident_id).first()
    if found is not None:
        return found
    seen = visible_instances(person, now=now).filter(incidents=incident_id)
    raise (
        _may_not_operate()
        if seen.exists()
        else Absent("incident_not_found", "This incident does not exist.")
    )


def _may_not_operate() -> Forbidden:
    return Forbidden(
        "may_not_operate",
        "You may see this instance, but not operate it.",
        remedy="Ask an administrator for the right to operate this process.",
    )


def sender(person: User) -> User:
    """Return the person, who may send messages and signals. Raises Forbidden.

    A right on the whole portal: whoever waits for a message is not known before it arrives.
    """
    if not person.has_perm("processes.send_message"):
        raise Forbidden(
            "may_not_send",
            "You may not send messages and signals to processes.",
            remedy="Ask an administrator for the right “Can send messages and signals”.",
        )
    return person


def worker(person: User) -> User:
    """Return the person, who may do the jobs of external workers. Raises Forbidden."""
    if not person.has_perm("processes.do_job"):
        raise Forbidden(
            "may_not_work",
            "You may not do jobs of external workers.",
            remedy="Ask an administrator for the right “Can do jobs as an external worker”.",
        )
    return person
