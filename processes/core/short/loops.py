"""How often an activity runs: ``for each`` (multi-instance) and ``repeat`` (standard loop)."""

from collections.abc import Mapping as Table
from dataclasses import dataclass

from processes.core.bpmn.writer import placet, standard
from processes.core.short.fields import EXPRESSION, FLAG, TEXT, Text, Value, mapping, ungroup
from processes.core.short.seen import Seen
from processes.core.short.sketch import Step, Told
from processes.core.short.source import Fault, Tree

ITEMS: Table[str, tuple[str, Text]] = {
    "in": ("collection", EXPRESSION),
    "item": ("element", TEXT),
    "into": ("outputCollection", TEXT),
    "collect": ("outputElement", EXPRESSION),
}
MULTI, TIMES, UNTIL = "multiInstanceLoopCharacteristics", "loopCardinality", "completionCondition"


@dataclass(frozen=True, slots=True)
class ForEach:
    """Once for each item of a list, or so many times (BPMN 2.0.2, 10.3.8)."""

    key: str = "for each"

    def write(self, tree: Tree, step: Step, told: Told) -> None:
        found = mapping(tree, (*ITEMS, "times", "until", "one by one")).entries
        if ("in" in found) == ("times" in found):
            raise Fault(tree.place, "“for each” needs either “in”, a list, or “times”, a number.")
        marker = standard(MULTI)
        if "one by one" in found:
            marker.set("isSequential", FLAG.write(found["one by one"]))
        for key, kind in (("times", TIMES), ("until", UNTIL)):
            if key in found:
                marker.append(standard(kind, text=EXPRESSION.write(found[key])))
        step.inside.append(marker)
        said = {
            name: type_.write(found[key]) for key, (name, type_) in ITEMS.items() if key in found
        }
        if said:
            step.parts.append(placet("multiInstance", **said))

    def read(self, seen: Seen) -> Value | None:
        marker = seen.take_child(MULTI)
        if marker is None:
            return None
        part = seen.take_part("multiInstance") or marker.take_part("multiInstance")
        found = dict(ungroup(part, ITEMS)) if part is not None else {}
        for key, kind in (("times", TIMES), ("until", UNTIL)):
            child = marker.take_child(kind)
            if child is not None:
                found[key] = EXPRESSION.read(child.text)
        if text := marker.take_attribute("isSequential"):
            found["one by one"] = FLAG.read(text)
        return found


@dataclass(frozen=True, slots=True)
class Repeat:
    """Again while a condition holds (BPMN 2.0.2, 10.3.8)."""

    key: str = "repeat"
    _attributes = {"at most": ("loopMaximum", TEXT), "test first": ("testBefore", FLAG)}

    def write(self, tree: Tree, step: Step, told: Told) -> None:
        found = mapping(tree, ("while", *self._attributes)).entries
        marker = standard("standardLoopCharacteristics")
        for key, (name, type_) in self._attributes.items():
            if key in found:
                marker.set(name, type_.write(found[key]))
        if "while" in found:
            marker.append(standard("loopCondition", text=EXPRESSION.write(found["while"])))
        step.inside.append(marker)

    def read(self, seen: Seen) -> Value | None:
        marker = seen.take_child("standardLoopCharacteristics")
        if marker is None:
            return None
        condition = marker.take_child("loopCondition")
        before = {"while": EXPRESSION.read(condition.text)} if condition is not None else {}
        return {**before, **ungroup(marker, self._attributes)}


@dataclass(frozen=True, slots=True)
class Until:
    """When an ad-hoc sub-process is done (BPMN 2.0.2, 10.3.5)."""

    key: str = "until"

    def write(self, tree: Tree, step: Step, told: Told) -> None:
        step.inside.append(standard(UNTIL, text=EXPRESSION.write(tree)))

    def read(self, seen: Seen) -> Value | None:
        child = seen.take_child(UNTIL)
        return EXPRESSION.read(child.text) if child is not None else None


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Whether the steps of an ad-hoc sub-process run one after another."""

    key: str = "one by one"

    def write(self, tree: Tree, step: Step, told: Told) -> None:
        sequential = FLAG.write(tree) == "true"
        step.attributes["ordering"] = "Sequential" if sequential else "Parallel"

    def read(self, seen: Seen) -> Value | None:
        return True if seen.take_attribute("ordering") == "Sequential" else None
