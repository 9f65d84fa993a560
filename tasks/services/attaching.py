"""Files beside a task: taken in, looked at by a scanner, given back as downloads."""

import shlex
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Sum
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from processes.core import commands as c
from processes.core.errors import Absent, Invalid, WrongState
from processes.models import Instance
from processes.services import Step
from tasks import access, files
from tasks.models import Attachment, Task, Visibility
from tasks.rules.actions import Action
from tasks.rules.files import KNOWN, Limits, NotAccepted, clean_name, media_type
from tasks.services.turn import Turn, name_of, refusal

log = structlog.get_logger(__name__)

MOST_OF_A_TASK = 50
SCAN_SECONDS = 120
ORPHAN_AFTER = timedelta(hours=6)


def limits() -> Limits:
    return Limits(
        one=settings.ATTACHMENT_BYTES,
        together=settings.ATTACHMENT_BYTES_OF_A_TASK,
        extensions=frozenset(settings.ATTACHMENT_TYPES) & KNOWN,
    )


def attach(
    *,
    task_id: UUID,
    person: User,
    name: str,
    content: BinaryIO,
    size: int,
    visibility: str = Visibility.TASK,
    now: datetime,
) -> Attachment:
    """Lay a file beside the task. ``size`` is in bytes; ``name`` is what the person calls it.

    Raises Invalid for a file that is too large, of a type that is not accepted, or whose content
    is not what its name says. The file is stored before its row is written: a crash in between
    leaves a file that the sweep removes, never a row without a file.
    """
    if visibility not in Visibility.values:
        raise Invalid("unknown_visibility", _("Choose who sees it."))
    refuse_stranger(task_id, person, now=now)
    name = clean_name(name)
    found = checked(name, content, size)
    stored, digest = files.keep(content)
    attachment = Attachment(
        author=person,
        author_name=name_of(person),
        name=name,
        size=size,
        media_type=found,
        sha256=digest,
        stored=stored,
        visibility=visibility,
        scan=Attachment.Scan.WAITING if settings.SCANNER else Attachment.Scan.UNCHECKED,
        created_at=now,
    )
    try:
        with transaction.atomic():
            write(attachment, task_id, person, now=now)
    except BaseException:
        files.remove(stored)
        raise
    return attachment


def write(attachment: Attachment, task_id: UUID, person: User, *, now: datetime) -> None:
    turn = Turn(person, task_id, Action.ATTACH, now=now)
    refuse_too_much(turn.task, attachment.size)
    attachment.task = turn.task
    turn.step.batch.insert(attachment)
    if not turn.task.on_hold and attachment.visibility != Visibility.ADMINISTRATORS:
        turn.note("attached", name=attachment.name)
    if attachment.scan == Attachment.Scan.WAITING:
        turn.step.wake("tasks.scan")
    turn.save()


def refuse_stranger(task_id: UUID, person: User, *, now: datetime) -> None:
    """Refuse before anything is stored what the person may not do anyway."""
    task, standing = access.task_for(person, task_id, now=now)
    if Action.ATTACH not in task.allows(standing):
        raise refusal(task, standing, Action.ATTACH)


def checked(name: str, content: BinaryIO, size: int) -> str:
    """Return the media type. Raises Invalid, placed at the field ``file``."""
    allowed = limits()
    sentence = ""
    if size == 0:
        code, sentence = "file_empty", _("The file is empty.")
    elif size > allowed.one:
        code = "file_too_large"
        sentence = _("The file is too large: at most %(most)d MB.") % {
            "most": allowed.one // 1_000_000
        }
    else:
        try:
            return media_type(name, content, allowed)
        except NotAccepted as refused:
            code = refused.code
            sentence = {
                "type_not_allowed": _("Files of this type are not accepted. Accepted: %(types)s.")
                % {"types": ", ".join(sorted(allowed.extensions))},
                "content_differs": _("The content of the file is not what its name says."),
                "macros": _("The document holds macros. Save it without them."),
            }[code]
    raise Invalid(code, sentence, details={"fields": {"file": [sentence]}})


def refuse_too_much(task: Task, size: int) -> None:
    there = Attachment.objects.filter(task=task).exclude(stored="")
    together = there.aggregate(bytes=Sum("size"))["bytes"] or 0
    if together + size > limits().together or there.count() >= MOST_OF_A_TASK:
        sentence = _("There is no room for more files beside this task.")
        raise Invalid("too_many_files", sentence, details={"fields": {"file": [sentence]}})


# --- giving back ---------------------------------------------------------------------------------


def attachment_for(*, attachment_id: UUID, person: User, now: datetime) -> Attachment:
    """Return a file that the person may download.

    Raises Absent for what is not theirs, WrongState while it is checked or once it was removed.
    """
    gone = Absent("attachment_not_found", _("This file does not exist."))
    found = Attachment.objects.select_related("task").filter(pk=attachment_id).first()
    if found is None:
        raise gone
    if not any(shown_at(found, page, person, now) for page in whose_pages(found)):
        raise gone
    if found.scan == Attachment.Scan.WAITING:
        raise WrongState(
            "not_scanned",
            _("“%(name)s” is still being checked.") % {"name": found.name},
            remedy=_("Try again in a minute."),
        )
    if not found.available or not found.stored:
        raise WrongState(
            "infected", _("“%(name)s” was removed because it was harmful.") % {"name": found.name}
        )
    return found


def whose_pages(attachment: Attachment) -> list[UUID]:
    """Return the tasks on whose pages it may be seen: its own, then the others of the request."""
    own = attachment.task
    if attachment.visibility != Visibility.PROCESS:
        return [own.pk]
    others = Task.objects.filter(instance=own.instance_id).exclude(pk=own.pk)
    return [own.pk, *others.values_list("pk", flat=True)]


def shown_at(attachment: Attachment, task_id: UUID, person: User, now: datetime) -> bool:
    try:
        task, standing = access.task_for(person, task_id, now=now)
    except Absent:
        return False
    return attachment in Attachment.objects.seen_at(task, person, standing)


# --- the scanner ---------------------------------------------------------------------------------


def claim_unscanned(*, limit: int) -> list[UUID]:
    """Return files that wait to be checked, the oldest first."""
    waiting = Attachment.objects.filter(scan=Attachment.Scan.WAITING)
    return list(waiting.order_by("created_at").values_list("pk", flat=True)[:limit])


def scan(*, attachment_id: UUID, now: datetime) -> None:
    """Have the scanner look at a file; what is harmful is removed, and history says so.

    The scanner runs outside of any transaction. One that fails raises, and the file keeps waiting.
    """
    found = Attachment.objects.filter(pk=attachment_id, scan=Attachment.Scan.WAITING).first()
    if found is None:
        return
    clean = scanner()(files.storage().path(found.stored))
    with transaction.atomic():
        step = Step.lock_one(Instance.objects.filter(tasks=found.task_id), now=now)
        found = Attachment.objects.select_related("task").get(pk=attachment_id)
        if found.scan != Attachment.Scan.WAITING:
            return
        stored = found.stored
        found.scan = Attachment.Scan.CLEAN if clean else Attachment.Scan.INFECTED
        found.stored = stored if clean else ""
        step.batch.update(found, "scan", "stored")
        task = found.task
        if not clean and task.is_open and not task.on_hold:
            token = task.parent.token if task.parent else task.token
            step.decide(c.NoteTask(token, "attachment_removed", {"name": found.name}))
        step.save()
    if not clean:
        log.warning("attachment_infected", attachment=str(attachment_id), sha256=found.sha256)
        files.remove(stored)


def scanner() -> Callable[[str], bool]:
    """Return what looks at a file by its path and tells whether it is clean.

    ``settings.SCANNER`` is the dotted path of a function, or a command that gets the path as its
    last argument: it exits with 0 for a clean file and 1 for a harmful one, like clamdscan.
    """
    wanted = settings.SCANNER
    if all(part.isidentifier() for part in wanted.split(".")) and "." in wanted:
        found: Callable[[str], bool] = import_string(wanted)
        return found
    return run_command


def run_command(path: str) -> bool:
    done = subprocess.run(  # noqa: S603 the command is the operator's own setting
        [*shlex.split(settings.SCANNER), path],
        capture_output=True,
        timeout=SCAN_SECONDS,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"the scanner ended with {done.returncode}: {done.stderr[:500]!r}")
    return done.returncode == 0


def remove_orphans(*, now: datetime) -> int:
    """Remove files that no row knows: a crash came between storing one and writing its row."""
    removed = 0
    for stored in files.older_than(now - ORPHAN_AFTER):
        if not Attachment.objects.filter(stored=stored).exists():
            files.remove(stored)
            removed += 1
    return removed
