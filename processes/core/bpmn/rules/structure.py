"""Rules about which elements stand where, how many of them, and what their attributes may hold."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from processes.core.bpmn.draft import id_of, standard_children
from processes.core.bpmn.grammar import Attribute, attributes_of, child_of, children_of
from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.model import OPAQUE, Model, Part
from processes.core.bpmn.xml import shorten
from processes.core.findings import Finding

# Rules with better sentences name these when they are missing; a target namespace is never needed.
SAID_ELSEWHERE = {
    ("sequenceFlow", "sourceRef"),
    ("sequenceFlow", "targetRef"),
    ("messageFlow", "sourceRef"),
    ("messageFlow", "targetRef"),
    ("boundaryEvent", "attachedToRef"),
}
INTEGER = re.compile(r"[+-]?\d{1,18}")
# RFC 3986: letters, signs that a reference may hold, and “%” only before two hexadecimal digits.
URI = re.compile(r"(?:[\w\-.~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
# RFC 6838: a type and a subtype, with parameters after them.
MIME = re.compile(r"[\w.+\-*]{1,127}/[\w.+\-*]{1,127}(\s*;.*)?", re.DOTALL)
# What engines call their script languages; older files write these names instead of a MIME type.
SCRIPT_LANGUAGES = frozenset(
    {
        *("beanshell", "clojure", "drools", "ecmascript", "feel", "groovy", "java", "javascript"),
        *("jexl", "js", "juel", "jruby", "jython", "kotlin", "lua", "mvel", "perl", "php"),
        *("powershell", "python", "r", "ruby", "scala", "typescript", "xpath", "xquery"),
        "graal.js",
    }
)


def elements_have_their_place(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, annex B: an element of the standard stands only where its schema puts it."""
    for part in model.parts:
        if part.refers or part.kind in OPAQUE:
            continue
        for name, element in standard_children(part.element):
            if child_of(part.kind, name) is None:
                yield broken(
                    id_of(element) or part.owner,
                    "unknown-element",
                    f"<{shorten(name, 60)}> is not an element of BPMN 2.0 at this place.",
                    "Check the spelling, or remove it.",
                )


def elements_have_what_they_need(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, annex B: how often a part may and must occur, and attributes that are needed."""
    for part in model.parts:
        if part.refers:
            continue
        yield from _counted(part)
        for known in attributes_of(part.kind).values():
            if (
                known.needed
                and not part.attribute(known.name)
                and (part.kind, known.name) not in SAID_ELSEWHERE
            ):
                yield broken(
                    part.owner,
                    "missing-attribute",
                    f"<{part.name}> in “{part.label}” needs the attribute “{known.name}”.",
                )


def _counted(part: Part) -> Iterator[Finding]:
    count = Counter(child.slot for child in part.parts)
    for place in children_of(part.kind):
        if count[place.name] < place.low:
            yield broken(
                part.owner,
                "missing-element",
                f"<{part.name}> in “{part.label}” needs "
                f"{f'{place.low} elements' if place.low > 1 else 'an element'} <{place.name}>.",
            )
        elif count[place.name] > place.high:
            yield broken(
                part.owner,
                "too-many",
                f"<{part.name}> in “{part.label}” has {count[place.name]} elements "
                f"<{place.name}>; {place.high} may be there.",
                "Remove the others.",
            )


def attributes_hold_what_they_may(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, annex B: truth values, numbers, names from a list and URIs."""
    for part in model.parts:
        if part.refers:
            continue
        known = attributes_of(part.kind)
        for key in part.element.attrib:
            name = str(key)
            if name.startswith("{"):
                continue
            if name not in known:
                close = get_close_matches(name, known, 1, 0.6)
                yield Finding(
                    part.owner or None,
                    "warning",
                    "unknown-attribute",
                    f"<{part.name}> in “{part.label}” has no attribute “{shorten(name, 60)}”.",
                    f"Did you mean “{close[0]}”?" if close else "Remove it.",
                )
            elif reason := _unfit(known[name], part.attribute(name)):
                yield broken(
                    part.owner,
                    "attribute-value",
                    f"{name}=“{shorten(part.attribute(name), 60)}” in “{part.label}” {reason}",
                )


def _unfit(known: Attribute, value: str) -> str:
    """Return why the attribute cannot hold the value, empty when it can."""
    if not value:
        return ""
    match known.type:
        case "boolean" if value not in ("true", "false", "1", "0"):
            return "is neither true nor false."
        case "integer" if not INTEGER.fullmatch(value):
            return "is not a whole number."
        case "choice" if value not in known.choices:
            return f"is not one of: {', '.join(known.choices)}."
        case "uri" if not value.startswith("##") and not URI.fullmatch(value):
            return "is not a URI."
    return ""


def texts_name_their_format(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 8.2.1 and 8.4.1: textFormat is a MIME type."""
    for part in model.all("documentation", "textAnnotation"):
        if (format_ := part.attribute("textFormat")) and not MIME.fullmatch(format_):
            yield broken(
                part.owner,
                "mime-type",
                f"“{shorten(format_, 60)}”, the textFormat in “{part.label}”, is not a MIME type.",
                "Write for example text/plain, or leave it out.",
            )


def scripts_name_their_language(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.3 and 10.3.7: needed where there is a script, as a MIME type.

    The plain names of languages that engines have always used are accepted as well.
    """
    for part in model.all("scriptTask", "globalScriptTask"):
        attribute = "scriptFormat" if part.kind == "scriptTask" else "scriptLanguage"
        language = part.attribute(attribute)
        if not language and any(script.text for script in part.all("script")):
            yield broken(
                part.owner,
                "script-without-language",
                f"“{part.label}” has a script, but does not say in which language.",
                f'Add {attribute}="feel", or whatever it is written in.',
            )
        elif (
            language
            and not MIME.fullmatch(language)
            and language.lower() not in SCRIPT_LANGUAGES
            and not language.startswith(("http://", "https://", "urn:"))
        ):
            yield broken(
                part.owner,
                "mime-type",
                f"“{shorten(language, 60)}”, the {attribute} of “{part.label}”, is no MIME type "
                "and no script language.",
                "Write for example text/javascript or feel.",
            )
