"""The requirement graph: what has to be known before an element can be (DMN 1.5, 6.2)."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from processes.core.dmn.model import Decision, Element, Model, Reference

Path = tuple[str, ...]
Key = tuple[Path, str]


@dataclass(frozen=True, slots=True)
class Node:
    """An element as it is reached from the model that is evaluated, by the names of imports."""

    path: Path
    model: Model
    element: Element

    @property
    def key(self) -> Key:
        return self.path, self.element.id

    def follow(self, reference: Reference) -> Node | None:
        """Return what the element needs under this reference."""
        found = self.model.target(reference)
        if found is None:
            return None
        path = self.path if reference.via is None else (*self.path, reference.via)
        return Node(path, *found)

    def needs(self) -> Iterator[Node]:
        for reference in self.element.needs:
            if node := self.follow(reference):
                yield node


def locate(model: Model, name: str, path: Path = ()) -> Node | None:
    """Return what can be evaluated under this id or name.

    That of an imported model is called by the name of the import, a dot and its own name.
    """
    if found := model.find(name):
        return Node(path, model, found)
    for alias, imported in model.imports.items():
        rest = name.removeprefix(f"{alias}.") if alias else name
        if not alias or rest != name:
            node = locate(imported, rest, (*path, alias))
            if node:
                return node
    return None


def in_order(start: Node, known: Container[Key] = ()) -> list[Node]:
    """Return all that ``start`` needs and that is not known yet, each after what it needs.

    Where elements need each other in a circle, one of them comes before what it needs.
    """
    order: list[Node] = []
    seen: set[Key] = {start.key}
    trail = [(start, start.needs())]
    while trail:
        node, waiting = trail[-1]
        for following in waiting:
            if following.key not in seen and following.key not in known:
                seen.add(following.key)
                trail.append((following, following.needs()))
                break
        else:
            trail.pop()
            order.append(node)
    return order


def circle(model: Model) -> list[Decision]:
    """Return decisions of the model that need each other in a circle, if there are any."""
    done: set[str] = set()
    for start in model.elements.values():
        trail: list[tuple[Element, Iterator[Reference]]] = []
        if isinstance(start, Decision) and start.id not in done:
            trail.append((start, iter(start.needs)))
        while trail:
            element, waiting = trail[-1]
            for reference in waiting:
                found = model.elements.get(reference.id) if reference.via is None else None
                names = [one.id for one, _ in trail]
                if isinstance(found, Decision) and found.id in names:
                    turn = trail[names.index(found.id) :]
                    return [one for one, _ in turn if isinstance(one, Decision)]
                if isinstance(found, Decision) and found.id not in done:
                    trail.append((found, iter(found.needs)))
                    break
            else:
                done.add(element.id)
                trail.pop()
    return []
