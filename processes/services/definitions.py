"""Definitions: uploaded as drafts, checked, published, replaced."""

import hashlib
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from processes.core.bpmn import Reading, read
from processes.core.checks import check
from processes.core.errors import Absent, Invalid, WrongState
from processes.core.findings import Finding
from processes.models import Process, Version


def examine(source: bytes) -> tuple[Reading, tuple[Finding, ...]]:
    """Return what the file says and everything that is wrong or doubtful about it."""
    reading = read(source)
    found = list(reading.findings)
    if reading.ok:
        for graph in reading.graphs:
            found.extend(check(graph))
    return reading, tuple(found)


def upload(*, source: bytes, note: str = "", now: datetime) -> Version:
    """Keep the file as a new draft of the process that it defines; the process is made if new.

    A draft may have mistakes, a published version may not. The same file again is the same
    version. Raises Invalid when the file is no BPMN or does not define exactly one process.
    """
    reading = read(source)
    if len(reading.graphs) != 1:
        sentences = [finding.sentence for finding in reading.findings]
        raise Invalid(
            "not_one_process",
            sentences[0] if sentences else "The file does not define exactly one process.",
            remedy="Upload a BPMN 2.0 file with one executable process.",
            details={"findings": sentences},
        )
    graph = reading.graphs[0]
    checksum = hashlib.sha256(source).hexdigest()
    with transaction.atomic():
        process, _ = Process.objects.get_or_create(
            key=graph.id,
            defaults={"name": (graph.name or graph.id)[:200], "description": graph.documentation},
        )
        Process.objects.select_for_update().get(pk=process.pk)
        newest = process.versions.order_by("-number").first()
        if newest is not None and newest.checksum == checksum:
            return newest
        highest = process.versions.aggregate(highest=Max("number"))["highest"] or 0
        return Version.objects.create(
            process=process,
            number=highest + 1,
            source=source.decode(),
            checksum=checksum,
            note=note,
            created_at=now,
        )


def publish(*, version_id: int, by: User | None, now: datetime) -> Version:
    """Let new instances start on this version; running ones stay on theirs.

    Raises Absent, WrongState when it is no draft, Invalid with the findings when it cannot run.
    """
    with transaction.atomic():
        version = Version.objects.select_related("process").filter(pk=version_id).first()
        if version is None:
            raise Absent("version_not_found", "This version does not exist.")
        Process.objects.select_for_update().get(pk=version.process_id)
        version.refresh_from_db()
        if version.status != Version.Status.DRAFT:
            raise WrongState(
                "version_not_draft",
                f"{version} is {version.get_status_display().lower()} already.",
                remedy="Upload a new version to change the process.",
            )
        refuse_broken(version)
        for former in version.process.versions.filter(status=Version.Status.PUBLISHED):
            former.deprecate()
            former.save(update_fields=["status"])
        version.publish(by=by, now=now)
        version.save(update_fields=["status", "published_by", "published_at"])
        return version


def refuse_broken(version: Version) -> None:
    _, findings = examine(version.source.encode())
    broken = [finding for finding in findings if finding.severity != "warning"]
    if broken:
        raise Invalid(
            "version_cannot_run",
            f"{version} cannot run: {broken[0].sentence}",
            remedy=broken[0].hint or "Mend the file and upload it again.",
            details={"findings": [finding.sentence for finding in broken]},
        )


def deploy(*, source: bytes, by: User | None = None, note: str = "", now: datetime) -> Version:
    """Upload and publish in one go; a file that is published already stays as it is."""
    with transaction.atomic():
        version = upload(source=source, note=note, now=now)
        if version.status == Version.Status.PUBLISHED:
            return version
        return publish(version_id=version.pk, by=by, now=now)
