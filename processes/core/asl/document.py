"""The JSON of a state machine, read with a place for every sentence about it."""

import json
from dataclasses import dataclass, field
from typing import Any

from processes.core.findings import Finding

MAX_BYTES = 1024 * 1024
MAX_STATES = 1_000


class Unreadable(Exception):
    """The text is no state machine; ``finding`` says why."""

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.finding = Finding(None, "error", code, sentence, hint)


def load(source: bytes) -> dict[str, Any]:
    """Return the machine as it stands in the text. Raises Unreadable with the place."""
    if len(source) > MAX_BYTES:
        raise Unreadable(
            "file-too-large",
            f"The file has {len(source):,} bytes; at most {MAX_BYTES:,} are read.",
            "Split the machine.",
        )
    try:
        found = json.loads(
            source.decode("utf-8-sig"), object_pairs_hook=unique, parse_constant=no_constant
        )
    except UnicodeDecodeError as error:
        raise Unreadable(
            "encoding", f"The file is not UTF-8: byte {error.start + 1:,} fits no character."
        ) from error
    except json.JSONDecodeError as error:
        raise Unreadable(
            "malformed",
            f"The file is not JSON: line {error.lineno}, column {error.colno}: {error.msg}.",
            "Was it cut off or edited by hand?",
        ) from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            "malformed", "The file is not JSON that can be read: too deep, or a number too long."
        ) from error
    if not isinstance(found, dict) or not isinstance(found.get("States"), dict):
        raise Unreadable(
            "not-a-machine",
            "The file is no state machine: it has no object “States”.",
            "Upload the definition in Amazon States Language, or a BPMN file.",
        )
    return found


def no_constant(name: str) -> None:
    raise Unreadable("malformed", f"The file is not JSON: {name} is no number.")


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Unreadable("name-twice", f"“{key[:60]}” is written twice in one object.")
        found[key] = value
    return found


@dataclass(slots=True)
class Notes:
    """What is wrong with the machine itself, by the path of the JSON."""

    findings: list[Finding] = field(default_factory=list)

    def error(self, place: str, code: str, sentence: str, hint: str = "") -> None:
        self.findings.append(Finding(None, "error", code, f"{place}: {sentence}", hint))


@dataclass(frozen=True, slots=True)
class State:
    """One state: its name, what it says, and its place in the JSON."""

    name: str
    says: dict[str, Any]
    place: str

    @property
    def kind(self) -> str:
        return str(self.says.get("Type") or "")

    @property
    def size(self) -> int:
        """Return how much of it is drawn: itself, its choices, and the errors that it catches."""
        caught = [rule.get("ErrorEquals") for rule in self.list_of("Catch")]
        errors = sum(len(names) for names in caught if isinstance(names, list))
        return 1 + len(self.list_of("Choices")) + len(caught) + errors

    def text(self, field_name: str) -> str:
        value = self.says.get(field_name)
        return value if isinstance(value, str) else ""

    def list_of(self, field_name: str) -> list[dict[str, Any]]:
        value = self.says.get(field_name)
        found = value if isinstance(value, list) else []
        return [item for item in found if isinstance(item, dict)]


def states_of(machine: dict[str, Any], place: str, notes: Notes) -> dict[str, State]:
    """Return the states of a machine, a branch or an item processor by name."""
    found: dict[str, State] = {}
    says = machine.get("States")
    for name, body in (says if isinstance(says, dict) else {}).items():
        where = f"{place}States.{name}"
        if isinstance(body, dict):
            found[name] = State(name, body, where)
        else:
            notes.error(where, "state", "A state must be an object.", 'Write {"Type": "Pass", …}.')
    start = machine.get("StartAt")
    if not isinstance(start, str) or start not in found:
        notes.error(
            f"{place}StartAt",
            "start",
            f"“{str(start)[:60]}” is none of the states."
            if start
            else "The machine does not say where it starts.",
            f"Name one of: {', '.join(found)[:120]}.",
        )
    return found
