"""From bytes to an element tree, or a refusal. Nothing in the file can reach outside of it.

The text is streamed once through expat, which counts and builds nothing. Only what passed is given
to lxml, so a hostile file is refused before it costs memory (OWASP, XML Security Cheat Sheet).
"""

import re
from xml.parsers import expat

from lxml import etree

from processes.core.findings import Finding

MAX_BYTES = 5 * 1024 * 1024
MAX_ELEMENTS = 50_000
MAX_DEPTH = 100
MAX_ATTRIBUTES = 100

XINCLUDE = "http://www.w3.org/2001/XInclude"

# Encodings in which a text of plain ASCII has the very bytes that it has in UTF-8.
SAME_AS_ASCII = re.compile(
    r"utf-?8|(us-)?ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d", re.IGNORECASE
)
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
UTF8_MARK = b"\xef\xbb\xbf"


class Unreadable(Exception):
    """The file is not one that is safe to read; ``finding`` says why."""

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.finding = Finding(None, "error", code, sentence, hint)


def root_of(source: bytes, kind: str) -> etree._Element:
    """Return the outermost element of a file that should be of ``kind``. Raises Unreadable."""
    if len(source) > MAX_BYTES:
        raise Unreadable(
            "file-too-large",
            f"The file has {len(source):,} bytes; at most {MAX_BYTES:,} are read.",
            "Split the model, or leave pictures and other data out of the file.",
        )
    if not source.strip():
        raise Unreadable("empty-file", "The file is empty.", f"Upload a {kind} XML file.")
    text = utf8(source)
    stream(text)
    root = tree(text)
    if next(root.iter(f"{{{XINCLUDE}}}*"), None) is not None:
        raise Unreadable(
            "include",
            "The file asks to include other files (XInclude). Nothing is included from outside.",
            "Put everything into one file.",
        )
    return root


def utf8(source: bytes) -> bytes:
    """Return the text without its byte order mark. Raises Unreadable unless it is UTF-8."""
    if source.startswith(WIDE_MARKS) or b"\x00" in source:
        raise Unreadable(
            "encoding",
            "The file is not UTF-8: it is written in UTF-16 or UTF-32, or is not text at all.",
            "Save it as UTF-8.",
        )
    text = source.removeprefix(UTF8_MARK)
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(
            "encoding",
            f"The file is not UTF-8: byte {error.start + 1:,} fits no character.",
            "Save it as UTF-8.",
        ) from error
    if not text.lstrip().startswith(b"<"):
        raise Unreadable(
            "not-xml",
            "The file does not start with “<”, so it is not XML.",
            "Upload the file that the modeler saves.",
        )
    return text


def stream(text: bytes) -> None:
    """Count what the text holds without building anything. Raises Unreadable at a limit."""
    parser = expat.ParserCreate("UTF-8")
    depth = 0
    elements = 0

    def declaration(version: str, encoding: str | None, standalone: int) -> None:
        if encoding is None or encoding.lower() in ("utf-8", "utf8"):
            return
        if SAME_AS_ASCII.fullmatch(encoding) and text.isascii():
            return
        raise Unreadable(
            "encoding",
            f"The file says that it is written in {shorten(encoding)}. Only UTF-8 is read.",
            'Save it as UTF-8, with encoding="UTF-8" in the first line.',
        )

    def doctype(*_: object) -> None:
        raise Unreadable(
            "doctype",
            "The file has a document type (<!DOCTYPE …>). A model needs none, "
            "and entities defined there are an old way to attack a reader.",
            "Remove the <!DOCTYPE …> part.",
        )

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        if depth > MAX_DEPTH:
            raise Unreadable(
                "too-deep",
                f"Elements lie more than {MAX_DEPTH} levels deep in each other "
                f"(line {parser.CurrentLineNumber:,}).",
                "Nest less: call another process, or give a part a name of its own.",
            )
        if elements > MAX_ELEMENTS:
            raise Unreadable(
                "too-many-elements",
                f"The file has more than {MAX_ELEMENTS:,} elements.",
                "Split the model into several files.",
            )
        if len(attributes) > MAX_ATTRIBUTES:
            raise Unreadable(
                "too-many-attributes",
                f"<{shorten(name)}> in line {parser.CurrentLineNumber:,} has more than "
                f"{MAX_ATTRIBUTES} attributes.",
            )

    def closed(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.XmlDeclHandler = declaration
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise malformed(error.lineno, error.offset + 1, expat.ErrorString(error.code)) from error


def tree(text: bytes) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        attribute_defaults=False,
        dtd_validation=False,
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        reason = (error.msg or "").removesuffix(f", line {line}, column {column}")
        raise malformed(line, column, reason) from error


def malformed(line: int, column: int, reason: str) -> Unreadable:
    return Unreadable(
        "malformed",
        f"The file is not well-formed XML: line {line:,}, column {column:,}: {shorten(reason)}.",
        "Was it cut off or edited by hand? Save it again from the modeler.",
    )


def shorten(text: str, limit: int = 120) -> str:
    """Return ``text`` on one line, cut where it would fill a screen."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
