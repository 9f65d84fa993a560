"""Which files people may lay beside a task: told by the content, never by what the sender says."""

import re
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

import puremagic

HEAD = 8 * 1024
LONGEST_NAME = 150
TEXTS = {"txt": "text/plain", "csv": "text/csv", "md": "text/markdown", "log": "text/plain"}
BINARIES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
}
# Archives that are documents: the type, and a file or folder that each of them holds.
DOCUMENTS = {
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word/"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xl/"),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "ppt/"),
    "odt": ("application/vnd.oasis.opendocument.text", "content.xml"),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", "content.xml"),
    "odp": ("application/vnd.oasis.opendocument.presentation", "content.xml"),
}
KNOWN = frozenset({*TEXTS, *BINARIES, *DOCUMENTS})
"""Extensions that can be told by their content; a setting chooses among them."""

MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|\?xml|\?php)", re.IGNORECASE)
# What could change how the rest of the name reads, or end a header line.
UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u2028\u2029]')


class NotAccepted(Exception):
    """The file is refused; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes for one file and for all files of a task, and the extensions that are accepted."""

    one: int
    together: int
    extensions: frozenset[str]


def clean_name(name: str) -> str:
    """Return the file's name without folders and characters that could mislead; never empty."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    name = UNSAFE.sub("_", visible).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return name[:LONGEST_NAME] or "file"
    return f"{stem[: LONGEST_NAME - len(extension[:10]) - 1]}.{extension[:10]}"


def media_type(name: str, content: BinaryIO, limits: Limits) -> str:
    """Return what the content is. Raises NotAccepted when it is not what its name says."""
    extension = name.rpartition(".")[2].lower()
    if extension not in limits.extensions or extension not in KNOWN:
        raise NotAccepted("type_not_allowed")
    content.seek(0)
    head = content.read(HEAD)
    if extension in TEXTS:
        return text_type(extension, head, content)
    if extension in DOCUMENTS:
        return document_type(extension, content)
    if BINARIES[extension] not in sniffed(head):
        raise NotAccepted("content_differs")
    return BINARIES[extension]


def sniffed(head: bytes) -> set[str]:
    try:
        return {found.mime_type for found in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return set()


def text_type(extension: str, head: bytes, content: BinaryIO) -> str:
    """A text is UTF-8 all through, holds no control characters, and is no page or drawing."""
    if MARKUP.search(head):
        raise NotAccepted("content_differs")
    content.seek(0)
    for line in content:
        try:
            text = line.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise NotAccepted("content_differs") from error
        if any(ord(c) < 32 and c not in "\t\n\r\f" for c in text):
            raise NotAccepted("content_differs")
    return TEXTS[extension]


def document_type(extension: str, content: BinaryIO) -> str:
    """Only the archive's list of contents is read; nothing of it is unpacked."""
    found, inside = DOCUMENTS[extension]
    content.seek(0)
    try:
        with ZipFile(content) as archive:
            names = archive.namelist()
    except (BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise NotAccepted("content_differs") from error
    if not any(name.startswith(inside) for name in names):
        raise NotAccepted("content_differs")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise NotAccepted("macros")
    return found
