"""Decisions: DMN files, uploaded as numbered versions and looked up by what they decide."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from processes.core import dmn
from processes.core.dmn import Model, Reading
from processes.core.errors import Invalid
from processes.core.findings import Finding
from processes.decisions import Bundle
from processes.models import Decision


def examine_decision(source: bytes) -> tuple[Reading, tuple[Finding, ...]]:
    """Return what the file says, with the newest of the other files for what it imports."""
    others = {row.namespace: row.source.encode() for row in newest()}
    reading = dmn.read(source, others)
    return reading, reading.findings


def upload_decision(
    *, source: bytes, note: str = "", by: User | None = None, now: datetime
) -> Decision:
    """Keep the file as the newest of its namespace; the newest one again stays as it is.

    Processes that are published from now on ask it; those that are published keep theirs. Raises
    Invalid with the findings.
    """
    reading, findings = examine_decision(source)
    model = reading.model
    offers = offered(model) if model is not None else []
    if model is None or not reading.ok or not offers:
        sentences = [finding.sentence for finding in findings if finding.stops_publishing]
        raise Invalid(
            "not_a_decision",
            sentences[0] if sentences else "The file holds no decision.",
            remedy="Upload a DMN file with at least one decision.",
            details={"findings": sentences},
        )
    checksum = hashlib.sha256(source).hexdigest()
    key = model.namespace[:200]
    with transaction.atomic():
        latest = Decision.objects.select_for_update().filter(key=key).order_by("-number").first()
        if latest is not None and latest.checksum == checksum:
            return latest
        return Decision.objects.create(
            key=key,
            number=(latest.number if latest else 0) + 1,
            name=(model.name or key)[:200],
            namespace=model.namespace,
            offers=offers,
            source=source.decode(),
            checksum=checksum,
            note=note,
            created_at=now,
            created_by=by,
        )


def offered(model: Model) -> list[str]:
    """Return the ids and names by which its decisions can be asked."""
    found: dict[str, None] = {}
    for element in model.invocable():
        found[element.id] = found[element.name] = None
    return [name for name in found if name]


def newest() -> list[Decision]:
    """Return the newest version of every file."""
    found = {row.key: row for row in Decision.objects.order_by("number")}
    return list(found.values())


def bundle_of(refs: Collection[str]) -> tuple[Bundle, dict[str, str]]:
    """Return the sources that answer these decisions, and why some have none."""
    if not refs:
        return {}, {}
    rows = newest()
    sources = {row.namespace: row.source for row in rows}
    homes: dict[str, str] = {}
    absent: dict[str, str] = {}
    for ref in sorted(refs):
        offering = [row for row in rows if ref in row.offers]
        if len(offering) == 1:
            homes[ref] = offering[0].namespace
        elif offering:
            absent[ref] = f"which {' and '.join(f'“{row.name}”' for row in offering)} both hold"
        else:
            absent[ref] = "which no uploaded DMN file holds"
    needed: dict[str, str] = {}
    imports = {namespace: text.encode() for namespace, text in sources.items()}
    for home in set(homes.values()):
        model = dmn.read(imports[home], imports).model
        needed |= {name: sources[name] for name in namespaces(model) if name in sources}
    return {"sources": needed, "refs": homes}, absent


def namespaces(model: Model | None) -> set[str]:
    """Return the namespaces of a model and of everything it imports."""
    if model is None:
        return set()
    found = {model.namespace}
    for imported in model.imports.values():
        found |= namespaces(imported)
    return found
