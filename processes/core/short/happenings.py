"""What events wait for and tell: ``after``, ``message``, ``error`` and the others."""

from collections.abc import Mapping as Table

from lxml import etree

from processes.core.bpmn.writer import placet
from processes.core.bpmn.xml import BPMN
from processes.core.short.fields import EXPRESSION, FLAG, TEXT, Text, Value, group, mapping, scalar
from processes.core.short.seen import Seen
from processes.core.short.sketch import Event, Step
from processes.core.short.source import Fault, Mapping, Tree

TIMES = {"after": "duration", "at": "date", "every": "cycle"}
KEYS = (
    *TIMES,
    *("message", "signal", "error", "escalation", "condition", "compensate", "cancel"),
    *("terminate", "link"),
)
START = ("after", "at", "every", "message", "signal", "condition", "error", "escalation")
WAIT = ("after", "at", "every", "message", "signal", "condition", "link")
THROW = ("message", "signal", "escalation", "compensate", "link")
END = ("message", "signal", "error", "escalation", "compensate", "cancel", "terminate")
BOUNDARY = (
    *("after", "at", "every", "message", "signal", "error", "escalation", "condition", "cancel"),
)

MESSAGE: Table[str, tuple[str, Text]] = {
    "key": ("correlationKey", EXPRESSION),
    "payload": ("payload", EXPRESSION),
    "keep": ("timeToLive", TEXT),
}
SIGNAL: Table[str, tuple[str, Text]] = {"payload": ("payload", EXPRESSION)}
ANY, ALL = "any", "all"


def write(key: str, tree: Tree, step: Step) -> None:
    """Make the step an event of this kind, or a task that sends or receives."""
    match key:
        case "message" | "signal":
            attributes = MESSAGE if key == "message" else SIGNAL
            name = _named(key, tree, step, attributes)
            if step.kind in ("sendTask", "receiveTask"):
                step.message = name
            else:
                step.event = Event(key, name)
        case "error" | "escalation":
            code = scalar(tree)
            if code == ANY and step.kind in ("endEvent", "intermediateThrowEvent"):
                raise Fault(tree.place, f"What is told is one {key}, not any.", "Write its code.")
            step.event = Event(key, "" if code == ANY else code)
        case "condition":
            step.event = Event(key, EXPRESSION.write(tree))
        case "compensate":
            step.event = _compensation(tree)
        case "cancel" | "terminate":
            if FLAG.write(tree) != "true":
                raise Fault(tree.place, f"“{key}” is true or is left out.")
            step.event = Event(key)
        case "link":
            step.event = Event(key, scalar(tree))
        case _:
            step.event = Event(TIMES[key], scalar(tree))


def _named(key: str, tree: Tree, step: Step, attributes: Table[str, tuple[str, Text]]) -> str:
    if not isinstance(tree, Mapping):
        return scalar(tree)
    found = mapping(tree, ("name", *attributes))
    if "name" not in found.entries:
        raise Fault(tree.place, f"The {key} has no “name”.")
    rest = {name: value for name, value in found.entries.items() if name != "name"}
    if rest:
        step.parts.append(placet(key, **group(Mapping(tree.place, rest), attributes)))
    return scalar(found.entries["name"])


def _compensation(tree: Tree) -> Event:
    if not isinstance(tree, Mapping):
        name = scalar(tree)
        return Event("compensate", "" if name == ALL else name)
    found = mapping(tree, ("activity", "wait")).entries
    name = scalar(found["activity"]) if "activity" in found else ALL
    wait = "wait" not in found or FLAG.write(found["wait"]) == "true"
    return Event("compensate", "" if name == ALL else name, wait)


# --- and back ------------------------------------------------------------------------------------

Roots = Table[str, tuple[str, str]]


def roots_of(file: etree._Element) -> dict[str, tuple[str, str]]:
    """Return the messages, signals, errors and escalations by id, with what names them."""
    named = {
        "message": "name",
        "signal": "name",
        "error": "errorCode",
        "escalation": "escalationCode",
    }
    return {
        element.get("id", ""): (kind, (element.get(attribute) or "").strip())
        for kind, attribute in named.items()
        for element in file.findall(f"{{{BPMN}}}{kind}")
    }


def read(seen: Seen, kind: str, roots: Roots) -> dict[str, Value]:
    """Return the key and the value for what the event, or the sending task, is about."""
    if kind in ("sendTask", "receiveTask"):
        reference = seen.take_attribute("messageRef")
        return _message(seen, _resolved(seen, reference, "message", roots)) if reference else {}
    definitions = seen.take_definitions()
    if not definitions:
        return {}
    if len(definitions) > 1:
        seen.lack("several events in one")
    inner = definitions[0]
    word = etree.QName(inner.element).localname.removesuffix("EventDefinition")
    match word:
        case "timer":
            return _time(inner)
        case "message":
            name = _resolved(seen, inner.take_attribute("messageRef"), word, roots)
            return _message(seen, name)
        case "signal":
            name = _resolved(seen, inner.take_attribute("signalRef"), word, roots)
            return {word: _with_details(seen, word, name, SIGNAL)}
        case "error" | "escalation":
            reference = inner.take_attribute(f"{word}Ref")
            return {word: _resolved(seen, reference, word, roots) if reference else ANY}
        case "conditional":
            child = inner.take_child("condition")
            return {"condition": EXPRESSION.read(child.text) if child is not None else ""}
        case "compensate":
            name = inner.take_attribute("activityRef") or ALL
            waits = inner.take_attribute("waitForCompletion") != "false"
            return {word: name if waits else {"activity": name, "wait": False}}
        case "link":
            return {word: inner.take_attribute("name")}
    return {word: True}


def _time(inner: Seen) -> dict[str, Value]:
    for key, kind in TIMES.items():
        child = inner.take_child(f"time{kind.capitalize()}")
        if child is not None:
            return {key: child.text}
    inner.lack("a timer without a time")
    return {}


def _resolved(seen: Seen, reference: str, word: str, roots: Roots) -> str:
    kind, name = roots.get(reference.rpartition(":")[2], ("", ""))
    if kind != word or not name:
        seen.lack(f"{'an' if word[0] == 'e' else 'a'} {word} without a name or code")
    return name


def _message(seen: Seen, name: str) -> dict[str, Value]:
    return {"message": _with_details(seen, "message", name, MESSAGE)}


def _with_details(
    seen: Seen, kind: str, name: str, attributes: Table[str, tuple[str, Text]]
) -> Value:
    part = seen.take_part(kind)
    details = {} if part is None else {
        key: type_.read(text)
        for key, (attribute, type_) in attributes.items()
        if (text := part.take_attribute(attribute))
    }  # fmt: skip
    return {"name": name, **details} if details else name
