"""Where attachments lie: under random names, in a folder that no address leads to."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from django.core.files import File
from django.core.files.storage import Storage, storages

CHUNK = 64 * 1024


def storage() -> Storage:
    return storages["attachments"]


def keep(content: BinaryIO) -> tuple[str, str]:
    """Store the content; return the name under which it lies, and its SHA-256 in hex."""
    content.seek(0)
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    content.seek(0)
    wanted = secrets.token_hex(20)
    stored = storage().save(f"{wanted[:2]}/{wanted}", File(content))
    flush(stored)
    return stored, digest.hexdigest()


def flush(stored: str) -> None:
    """See the content on the disk before a row speaks of it; other storages do so themselves."""
    with storage().open(stored) as file:
        if hasattr(file, "fileno"):
            os.fsync(file.fileno())


def remove(stored: str) -> None:
    """Remove what lies there; nothing there is fine."""
    storage().delete(stored)


def opened(stored: str) -> File[Any]:
    """Open it to read. Raises FileNotFoundError."""
    return storage().open(stored)


def older_than(moment: datetime) -> Iterator[str]:
    """Yield the names of what was stored before a moment."""
    place = storage()
    try:
        folders, _files = place.listdir("")
    except FileNotFoundError:
        return
    for folder in folders:
        for name in place.listdir(folder)[1]:
            stored = f"{folder}/{name}"
            if place.get_modified_time(stored) < moment:
                yield stored
