"""The parts of a state by id, which can also be found by what they belong to."""

from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

P = TypeVar("P")


class Parts(dict[str, P]):
    """A dict whose values are found by ``group`` too, in the order in which they came.

    The groups are made when they are first asked for, and kept up from then on. Parts come and go
    only by ``parts[id] = part`` and ``del parts[id]``, and never change the group they are in.
    """

    __slots__ = ("_group", "_groups")

    def __init__(
        self, group: Callable[[P], Hashable], parts: Mapping[str, P] | None = None
    ) -> None:
        super().__init__(parts or {})
        self._group = group
        self._groups: dict[Hashable, dict[str, P]] | None = None

    def of(self, group: Hashable) -> list[P]:
        """Return the parts in a group."""
        if self._groups is None:
            self._groups = {}
            for key, part in self.items():
                self._groups.setdefault(self._group(part), {})[key] = part
        found = self._groups.get(group)
        return list(found.values()) if found else []

    def __setitem__(self, key: str, part: P) -> None:
        super().__setitem__(key, part)
        if self._groups is not None:
            self._groups.setdefault(self._group(part), {})[key] = part

    def __delitem__(self, key: str) -> None:
        if self._groups is not None:
            group = self._group(self[key])
            found = self._groups[group]
            del found[key]
            if not found:
                del self._groups[group]
        super().__delitem__(key)
