"""Definitions: uploaded as drafts, checked, published, replaced.

A file may hold several executable processes, such as the pools of a collaboration. Each is a
process of its own with versions of its own; those of one file are kept and published together.
"""

import hashlib
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from processes.core.bpmn import Reading, read
from processes.core.checks import check
from processes.core.errors import Absent, Invalid, WrongState
from processes.core.findings import Finding
from processes.core.graph import Graph
from processes.models import Process, Version
from processes.services.entrances import open_entrances
from processes.services.needs import Needs, needs_of


def examine(source: bytes, *, now: datetime) -> tuple[Reading, tuple[Finding, ...]]:
    """Return what the file says and everything that is wrong or doubtful about it.

    What it needs of others, decisions and called processes, is looked up as of now.
    """
    reading = read(source)
    found = list(reading.findings)
    if reading.ok:
        together = dict.fromkeys((graph.id for graph in reading.graphs), 0)
        for graph in reading.graphs:
            found.extend(check(graph, now=now))
            found.extend(needs_of(graph, together=together, now=now).findings)
    return reading, tuple(found)


def upload(*, source: bytes, note: str = "", now: datetime) -> Version:
    """Keep the file as new drafts of the processes that it defines; a process is made if new.

    Returns the draft of the first one. A draft may have mistakes, a published version may not. The
    same file again is the same version. Raises Invalid when the file is no BPMN or has nothing to
    run.
    """
    reading = read(source)
    if not reading.graphs:
        sentences = [finding.sentence for finding in reading.findings]
        raise Invalid(
            "no_process",
            sentences[0] if sentences else "The file does not define an executable process.",
            remedy="Upload a BPMN 2.0 file with an executable process.",
            details={"findings": sentences},
        )
    with transaction.atomic():
        # In the order of their keys, so that two uploads never wait for each other in a circle.
        kept = {
            graph.id: keep(graph, source=source, note=note, now=now)
            for graph in sorted(reading.graphs, key=lambda graph: graph.id)
        }
    return kept[reading.graphs[0].id]


def keep(graph: Graph, *, source: bytes, note: str, now: datetime) -> Version:
    process, _ = Process.objects.get_or_create(
        key=graph.id,
        defaults={"name": (graph.name or graph.id)[:200], "description": graph.documentation},
    )
    lock(process.pk)
    checksum = hashlib.sha256(source).hexdigest()
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


def lock(process_id: int) -> None:
    """Let nobody else change the versions; instances may start meanwhile."""
    Process.objects.select_for_update(no_key=True).get(pk=process_id)


def published_together(version: Version) -> list[Version]:
    """Return the drafts that were uploaded in the same file, with this one, by process key."""
    drafts = Version.objects.select_related("process").filter(
        checksum=version.checksum, status=Version.Status.DRAFT
    )
    newest = {draft.process_id: draft for draft in drafts.order_by("number")}
    return sorted((newest | {version.process_id: version}).values(), key=lambda v: v.process.key)


def publish(*, version_id: int, by: User | None, now: datetime) -> Version:
    """Let new instances start on this version; running ones stay on theirs.

    The other processes of the same file are published with it. Raises Absent, WrongState when it
    is no draft, Invalid with the findings when it cannot run.
    """
    with transaction.atomic():
        version = Version.objects.select_related("process").filter(pk=version_id).first()
        if version is None:
            raise Absent("version_not_found", "This version does not exist.")
        for one in published_together(version):
            lock(one.process_id)
        version.refresh_from_db()
        if version.status != Version.Status.DRAFT:
            raise WrongState(
                "version_not_draft",
                f"{version} is {version.get_status_display().lower()} already.",
                remedy="Upload a new version to change the process.",
            )
        together = published_together(version)
        refuse_broken(version, now=now)
        numbers = {one.process.key: one.number for one in together}
        graphs = {graph.id: graph for graph in read(version.source.encode()).graphs}
        for one in together:
            graph = graphs[one.process.key]
            replace(one, graph, needs_of(graph, together=numbers, now=now), by=by, now=now)
        version.refresh_from_db()
        return version


def replace(
    version: Version, graph: Graph, needs: Needs, *, by: User | None, now: datetime
) -> None:
    """Put the version in the place of the one that is published."""
    for former in version.process.versions.filter(status=Version.Status.PUBLISHED):
        former.entrances.all().delete()
        former.deprecate()
        former.save(update_fields=["status"])
    version.pins, version.decisions = needs.pins, dict(needs.decisions)
    version.publish(by=by, now=now)
    version.save(update_fields=["status", "published_by", "published_at", "pins", "decisions"])
    open_entrances(version, graph, now=now)


def refuse_broken(version: Version, *, now: datetime) -> None:
    _, findings = examine(version.source.encode(), now=now)
    broken = [finding for finding in findings if finding.stops_publishing]
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
