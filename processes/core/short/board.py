"""What is drawn up while the text is read: steps with their ids, and flows without a target."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from processes.core.bpmn import words
from processes.core.bpmn.parts import did_you_mean
from processes.core.bpmn.writer import ID
from processes.core.bpmn.xml import shorten
from processes.core.short import happenings
from processes.core.short.fields import Field, scalar
from processes.core.short.sketch import Edge, Sketch, Step, Told
from processes.core.short.source import Fault, Items, Mapping, Place, Scalar, Tree
from processes.core.short.vocabulary import KINDS, Kind

LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class Loose:
    """A flow whose target is not known yet."""

    source: str
    name: str = ""
    condition: str = ""
    default: bool = False
    turn: int = 0

    def to(self, target: str) -> Edge:
        return Edge(self.source, target, self.name, self.condition, self.default, self.turn)


@dataclass(slots=True)
class Planner:
    """Draws up one process; ``jumps`` are the loose ends with the id that ``next`` names."""

    told: Told
    sketch: Sketch
    taken: set[str]
    jumps: list[tuple[Loose, str, str, Place]] = field(default_factory=list)


def ids_in(tree: Tree) -> Iterable[str]:
    """Yield every id that the text gives, so that none is given twice where it is silent."""
    waiting: list[Tree] = [tree]
    while waiting:
        tree = waiting.pop()
        if isinstance(tree, Items):
            waiting.extend(tree.items)
        elif isinstance(tree, Mapping):
            for key, value in tree.entries.items():
                if isinstance(value, Scalar) and (key in KINDS or key in ("merge", "id", "join")):
                    yield value.text.strip()
                waiting.append(value)


def id_of(tree: Tree) -> str:
    id_ = scalar(tree)
    if not ID.fullmatch(id_) or len(id_) > LONGEST_ID:
        raise Fault(
            tree.place,
            f"“{shorten(id_, 60)}” cannot be an id.",
            f"Write at most {LONGEST_ID} letters, digits, “_”, “-” or “.”, a letter first; "
            "words for people stand in “name”.",
        )
    return id_


def free(planner: Planner, wanted: str) -> str:
    id_, turn = wanted, 1
    while id_ in planner.taken:
        turn += 1
        id_ = f"{wanted}_{turn}"
    planner.taken.add(id_)
    return id_


def add(planner: Planner, step: Step) -> Step:
    if step.id in planner.sketch.steps or step.id == planner.sketch.id:
        planner.told.wrong(
            step.place, f"“{shorten(step.id, 60)}” is the id of another step.", "Choose another id."
        )
        step = replace(step, id=free(planner, step.id))
    planner.sketch.steps[step.id] = step
    planner.taken.add(step.id)
    return step


def connect(planner: Planner, loose: Iterable[Loose], target: str) -> None:
    planner.sketch.edges.extend(end.to(target) for end in loose)


def land(planner: Planner) -> None:
    """Lead every jump to its step, which must lie in the same process or sub-process."""
    for loose, target, scope, place in planner.jumps:
        step = planner.sketch.steps.get(target)
        if step is None:
            near = [s.id for s in planner.sketch.steps.values() if s.scope == scope]
            sentence = f"“next” names “{shorten(target, 60)}”, which is no step."
            planner.told.wrong(place, sentence, did_you_mean(target, near))
        elif step.scope != scope:
            planner.told.wrong(
                place,
                f"“next” leads to “{shorten(target, 60)}”, which lies in another sub-process.",
                "A flow stays within its sub-process.",
            )
        elif step.kind in ("startEvent", "boundaryEvent"):
            planner.told.wrong(place, f"Nothing leads to “{shorten(target, 60)}”: it is an event "
                                      "that begins.")  # fmt: skip
        else:
            planner.sketch.edges.append(loose.to(target))


def spoken(id_: str) -> str:
    """Return the name of an activity that the text gives none."""
    words_of_it = id_.replace("_", " ").replace("-", " ").strip()
    return words_of_it[:1].upper() + words_of_it[1:]


def describe(planner: Planner, step: Step, found: dict[str, Tree]) -> None:
    if step.kind in words.ACTIVITIES:
        step.name = spoken(step.id)
    for key in ("name", "documentation"):
        if key in found:
            try:
                text = scalar(found[key])
            except Fault as fault:
                planner.told.fault(fault)
            else:
                setattr(step, key, " ".join(text.split()) if key == "name" else text)


def say(planner: Planner, step: Step, fields: Iterable[Field], found: dict[str, Tree]) -> None:
    for said in fields:
        if said.key in found:
            try:
                said.write(found[said.key], step, planner.told)
            except Fault as fault:
                planner.told.fault(fault)


def happen(planner: Planner, step: Step, kind: Kind, item: Mapping) -> None:
    """Write what the event waits for or tells; at most one thing, and a wait needs one."""
    keys = [key for key in kind.events if key in item.entries]
    if len(keys) > 1:
        planner.told.wrong(
            item.keys[keys[1]], f"An event is about one thing, not {' and '.join(keys)}."
        )
    elif keys:
        try:
            happenings.write(keys[0], item.entries[keys[0]], step)
        except Fault as fault:
            planner.told.fault(fault)
    elif kind.word in ("wait", "on"):
        planner.told.wrong(
            item.place,
            "This does not say for what it waits.",
            f"Add one of: {', '.join(kind.events)}.",
        )
