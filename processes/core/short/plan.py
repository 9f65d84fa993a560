"""From the tree of the text to steps and flows.

A list of steps runs from top to bottom. What is left open at the end of a step (its *loose ends*)
leads to the next one, unless the step says ``next``.
"""

from collections.abc import Sequence

from processes.core.bpmn.parts import did_you_mean
from processes.core.bpmn.xml import shorten
from processes.core.short.board import (
    Loose,
    Planner,
    add,
    connect,
    describe,
    free,
    happen,
    id_of,
    ids_in,
    land,
    say,
)
from processes.core.short.fields import EXPRESSION, mapping, scalar
from processes.core.short.sketch import Event, Sketch, Step, Told
from processes.core.short.source import Fault, Items, Mapping, Place, Tree
from processes.core.short.vocabulary import (
    BRANCHING,
    JOINS,
    KINDS,
    MERGES,
    ON,
    PROCESS,
    SUB_PROCESSES,
    Kind,
)

PROCESS_KEYS = (
    *("process", "name", "documentation"),
    *(said.key for said in PROCESS),
    *("steps", "events"),
)
GENERIC = ("name", "documentation", "next")


def plan(tree: Mapping, told: Told) -> Sketch:
    """Return the process as far as it could be understood; faults are written to ``told``."""
    planner = Planner(told, Sketch("process"), set(ids_in(tree)))
    try:
        _process(planner, tree)
    except Fault as fault:
        told.fault(fault)
    land(planner)
    return planner.sketch


def _process(planner: Planner, tree: Mapping) -> None:
    found = mapping(tree, PROCESS_KEYS).entries
    for key in ("process", "steps"):
        if key not in found:
            raise Fault(tree.place, f"The process has no “{key}”.", "Begin with “process: ” and "
                        "its id; its steps stand below “steps”.")  # fmt: skip
    sketch = planner.sketch
    sketch.id = id_of(found["process"])
    planner.taken.add(sketch.id)
    holder = Step("process", sketch.id, "", tree.place)
    describe(planner, holder, found)
    say(planner, holder, PROCESS, found)
    sketch.name, sketch.documentation, sketch.parts = (
        holder.name,
        holder.documentation,
        holder.parts,
    )
    _scope(planner, found["steps"], "", "")
    _events(planner, found, "")


# --- lists of steps ------------------------------------------------------------------------------


def _scope(planner: Planner, tree: Tree, scope: str, kind: str) -> None:
    """Draw up the steps of a process or sub-process, with a start and an end where none is said."""
    items = _items(tree)
    if kind == "ad hoc":
        for item in items:
            _step(planner, item, scope, [])
        return
    loose: list[Loose] = []
    prefix = f"{scope}_" if scope else ""
    if items and not _begins(items[0]):
        start = Step("startEvent", free(planner, f"{prefix}start"), scope, tree.place)
        loose = [Loose(add(planner, start).id)]
    loose = _list(planner, items, scope, loose)
    _end(planner, loose, f"{prefix}end", scope, tree.place)


def _items(tree: Tree) -> list[Tree]:
    if not isinstance(tree, Items) or not tree.items:
        raise Fault(tree.place, "Here must stand a list of steps; begin each with “- ”.")
    return tree.items


def _begins(item: Tree) -> bool:
    return isinstance(item, Mapping) and ("start" in item.entries or "starts" in item.entries)


def _list(planner: Planner, items: Sequence[Tree], scope: str, loose: list[Loose]) -> list[Loose]:
    """Draw up the steps one after another; return the loose ends of the last."""
    for item in items:
        try:
            loose = _step(planner, item, scope, loose)
        except Fault as fault:
            planner.told.fault(fault)
    return loose


def _end(planner: Planner, loose: Sequence[Loose], wanted: str, scope: str, place: Place) -> None:
    if loose:
        end = add(planner, Step("endEvent", free(planner, wanted), scope, place))
        connect(planner, loose, end.id)


# --- one step ------------------------------------------------------------------------------------


def _step(planner: Planner, item: Tree, scope: str, loose: list[Loose]) -> list[Loose]:
    if not isinstance(item, Mapping):
        raise Fault(item.place, "A step is a mapping such as “user: review”.")
    found = item.entries
    words = [word for word in (*KINDS, "merge") if word in found and word != "process"]
    if len(words) != 1:
        raise Fault(
            item.place,
            "This step does not say what it is." if not words else
            f"This step says that it is {' and '.join(words)}.",
            did_you_mean(next(iter(found), ""), (*KINDS, "merge")),
        )  # fmt: skip
    if words[0] == "merge":
        return _merge(planner, item, scope, loose)
    kind = KINDS[words[0]]
    mapping(item, (kind.word, *GENERIC, *_own_keys(kind)))
    step = add(planner, Step(kind.element, id_of(found[kind.word]), scope, item.place))
    describe(planner, step, found)
    happen(planner, step, kind, item)
    say(planner, step, kind.fields, found)
    if kind.word == "start" and loose:
        planner.told.wrong(
            item.place, f"Nothing leads to the start “{step.id}”.", "Put it behind an end."
        )
        loose = []
    connect(planner, loose, step.id)
    _inside(planner, step, kind, found)
    _hang(planner, step, found)
    if kind.word in BRANCHING:
        after = _branches(planner, step, kind, item)
    else:
        closed = kind.word == "end" or (kind.word == "throw" and "link" in found)
        after = [] if closed else [Loose(step.id)]
    return _next(planner, found, after, scope)


def _own_keys(kind: Kind) -> list[str]:
    keys = [said.key for said in kind.fields] + list(kind.events)
    if kind.is_activity:
        keys.append("on")
    if kind.word in SUB_PROCESSES:
        keys += ["steps", "events"]
    if kind.word in ("choose", "inclusive"):
        keys += ["when", "otherwise", "join"]
    if kind.word in ("parallel", "first"):
        keys += ["branches", "join"]
    return keys


def _next(planner: Planner, found: dict[str, Tree], loose: list[Loose], scope: str) -> list[Loose]:
    """Return the loose ends, or none when ``next`` says where they lead."""
    if "next" not in found:
        return loose
    target, place = scalar(found["next"]), found["next"].place
    if not loose:
        raise Fault(place, "Nothing goes on from here, so “next” leads nowhere.", "Remove it.")
    planner.jumps.extend((end, target, scope, place) for end in loose)
    return []


def _merge(planner: Planner, item: Mapping, scope: str, loose: list[Loose]) -> list[Loose]:
    """Draw up a gateway that only brings flows together."""
    found = mapping(item, ("merge", "of", *GENERIC)).entries
    of = scalar(found["of"]) if "of" in found else "exclusive"
    if of not in MERGES:
        raise Fault(found["of"].place, f"“{shorten(of, 40)}” is no way to merge.",
                    f"Write one of: {', '.join(MERGES)}.")  # fmt: skip
    step = add(planner, Step(MERGES[of], id_of(found["merge"]), scope, item.place))
    describe(planner, step, found)
    connect(planner, loose, step.id)
    return _next(planner, found, [Loose(step.id)], scope)


# --- branches ------------------------------------------------------------------------------------


def _branches(planner: Planner, step: Step, kind: Kind, item: Mapping) -> list[Loose]:
    """Draw up the branches; two or more that go on are brought together by a gateway."""
    found = item.entries
    key = "when" if kind.word in ("choose", "inclusive") else "branches"
    branches = found.get(key)
    if not isinstance(branches, Items) or not branches.items:
        raise Fault(item.place, f"“{kind.word}” needs “{key}”, a list of branches.")
    open_: list[Loose] = []
    for turn, branch in enumerate(branches.items):
        try:
            open_ += _branch(planner, step, kind, branch, turn)
        except Fault as fault:
            planner.told.fault(fault)
    if "otherwise" in found:
        other = mapping(found["otherwise"], ("name", "steps", "next"))
        open_ += _way(planner, other, Loose(step.id, _name(other), default=True), step.scope)
    if len(open_) < 2 and "join" not in found:
        return open_
    join = Step(JOINS[kind.word], "", step.scope, step.place)
    if "join" in found:
        _called(join, found["join"])
    else:
        join.id = free(planner, f"{step.id}_join")
    join = add(planner, join)
    connect(planner, open_, join.id)
    return [Loose(join.id)]


def _called(join: Step, tree: Tree) -> None:
    """Read the id, or the id and the name, of the gateway behind the branches."""
    if not isinstance(tree, Mapping):
        join.id, join.place = id_of(tree), tree.place
        return
    found = mapping(tree, ("id", "name")).entries
    if "id" not in found:
        raise Fault(tree.place, "The join has no id.")
    join.id, join.place = id_of(found["id"]), tree.place
    if "name" in found:
        join.name = " ".join(scalar(found["name"]).split())


def _branch(planner: Planner, step: Step, kind: Kind, tree: Tree, turn: int) -> list[Loose]:
    if kind.word == "first":
        return _awaited(planner, step, tree, turn)
    if kind.word == "parallel":
        branch = mapping(tree, ("name", "steps", "next"))
        return _way(planner, branch, Loose(step.id, _name(branch), turn=turn), step.scope)
    branch = mapping(tree, ("if", "name", "steps", "next"))
    if "if" not in branch.entries:
        raise Fault(
            tree.place, "This branch does not say when it is taken.",
            "Add “if”, or write it under “otherwise”.",
        )  # fmt: skip
    condition = EXPRESSION.write(branch.entries["if"])
    loose = Loose(step.id, _name(branch), condition, turn=turn)
    return _way(planner, branch, loose, step.scope)


def _name(branch: Mapping) -> str:
    return " ".join(scalar(branch.entries["name"]).split()) if "name" in branch.entries else ""


def _way(planner: Planner, branch: Mapping, loose: Loose, scope: str) -> list[Loose]:
    """Draw up the steps of a branch; return its loose ends."""
    after = [loose]
    if "steps" in branch.entries:
        after = _list(planner, _items(branch.entries["steps"]), scope, after)
    return _next(planner, branch.entries, after, scope)


def _awaited(planner: Planner, step: Step, tree: Tree, turn: int) -> list[Loose]:
    """Draw up a branch behind an event-based gateway: what is waited for, then its steps."""
    if not isinstance(tree, Mapping) or not {"wait", "receive"} & set(tree.entries):
        raise Fault(tree.place, "Each branch of “first” begins with “wait” or “receive”.")
    rest = ("steps", "next")
    head = Mapping(
        tree.place,
        {key: value for key, value in tree.entries.items() if key not in rest},
        {key: place for key, place in tree.keys.items() if key not in rest},
    )
    after = _step(planner, head, step.scope, [Loose(step.id, turn=turn)])
    if "steps" in tree.entries:
        after = _list(planner, _items(tree.entries["steps"]), step.scope, after)
    return _next(planner, tree.entries, after, step.scope)


# --- what lies in a step and hangs on it ---------------------------------------------------------


def _inside(planner: Planner, step: Step, kind: Kind, found: dict[str, Tree]) -> None:
    if kind.word not in SUB_PROCESSES:
        return
    if "steps" not in found:
        raise Fault(step.place, f"“{step.id}” has no “steps”.")
    _scope(planner, found["steps"], step.id, kind.word)
    _events(planner, found, step.id)


def _events(planner: Planner, found: dict[str, Tree], scope: str) -> None:
    """Draw up the event sub-processes of a scope."""
    if "events" not in found:
        return
    for item in _items(found["events"]):
        if not isinstance(item, Mapping) or "sub" not in item.entries:
            planner.told.wrong(item.place, "What happens on an event is a “sub” with its steps.")
            continue
        id_ = scalar(item.entries["sub"])
        try:
            if _step(planner, item, scope, []):
                planner.sketch.steps[id_].attributes["triggeredByEvent"] = "true"
        except Fault as fault:
            planner.told.fault(fault)


def _hang(planner: Planner, step: Step, found: dict[str, Tree]) -> None:
    """Draw up the events on the edge of an activity and where they lead."""
    if "on" not in found:
        return
    for item in _items(found["on"]):
        try:
            if isinstance(item, Mapping) and "undo" in item.entries:
                _undo(planner, step, item)
            else:
                _boundary(planner, step, item)
        except Fault as fault:
            planner.told.fault(fault)


def _boundary(planner: Planner, step: Step, item: Tree) -> None:
    keys = (*("id", "name", "documentation", "steps", "next"), *_own_keys(ON))
    said = mapping(item, keys)
    found = said.entries
    word = next((key for key in ON.events if key in found), "event")
    id_ = id_of(found["id"]) if "id" in found else free(planner, f"{step.id}_{word}")
    event = add(planner, Step("boundaryEvent", id_, step.scope, item.place))
    event.attributes["attachedToRef"] = step.id
    describe(planner, event, found)
    happen(planner, event, ON, said)
    say(planner, event, ON.fields, found)
    loose = [Loose(event.id)]
    if "steps" in found:
        loose = _list(planner, _items(found["steps"]), step.scope, loose)
    loose = _next(planner, found, loose, step.scope)
    _end(planner, loose, f"{event.id}_end", step.scope, item.place)


def _undo(planner: Planner, step: Step, item: Mapping) -> None:
    """Draw up a compensation event and the activity that undoes."""
    found = mapping(item, ("undo", "id", "name")).entries
    id_ = id_of(found["id"]) if "id" in found else free(planner, f"{step.id}_undo")
    event = add(planner, Step("boundaryEvent", id_, step.scope, item.place))
    event.attributes["attachedToRef"] = step.id
    event.event = Event("compensate")
    describe(planner, event, found)
    loose = _step(planner, found["undo"], step.scope, [])
    handler = planner.sketch.steps[loose[0].source] if loose else event
    if len(loose) != 1 or not KINDS_BY_ELEMENT[handler.kind].is_activity:
        raise Fault(found["undo"].place, "What undoes a step is one task, call or sub-process.")
    handler.attributes["isForCompensation"] = "true"
    planner.sketch.undone.append((event.id, handler.id))


KINDS_BY_ELEMENT = {kind.element: kind for kind in (*KINDS.values(), ON)}
