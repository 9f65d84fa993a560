"""Rules about link events: jumps within one level of a process (10.5.4, 10.5.5).

A source and its target find each other by the references of their definitions, or without these
by name.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.carried import definitions_of
from processes.core.bpmn.rules.model import Model, Part
from processes.core.findings import Finding


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """``sources`` and ``goals`` are the ids of the link definitions that it names as such."""

    event: Part
    id: str
    name: str
    sources: frozenset[str]
    goals: frozenset[str]


def link_of(event: Part, definition: Part) -> Link:
    return Link(
        event,
        definition.id,
        definition.attribute("name"),
        frozenset(one.target for one in definition.all("source")),
        frozenset(one.target for one in definition.all("target")),
    )


@dataclass(frozen=True)
class Level:
    """The links of a process or of one sub-process."""

    sources: list[Link]
    targets: list[Link]

    @cached_property
    def by_id(self) -> dict[str, Link]:
        return {link.id: link for link in self.targets if link.id}

    @cached_property
    def by_name(self) -> dict[str, list[Link]]:
        return grouped((link.name, link) for link in self.targets)

    @cached_property
    def by_source(self) -> dict[str, list[Link]]:
        return grouped((id_, link) for link in self.targets for id_ in link.sources)

    def ends_of(self, source: Link) -> list[Link]:
        """Return the targets that a source leads to."""
        if source.goals:
            return [self.by_id[goal] for goal in source.goals if goal in self.by_id]
        return self.by_source.get(source.id) or self.by_name.get(source.name, [])[:1]


def grouped(pairs: Iterable[tuple[str, Link]]) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = {}
    for key, link in pairs:
        found.setdefault(key, []).append(link)
    return found


def levels(model: Model) -> list[Level]:
    found: dict[int, Level] = {}
    for event in model.all("intermediateThrowEvent", "intermediateCatchEvent"):
        for word, definition in definitions_of(model, event):
            if word == "link":
                level = found.setdefault(id(event.holder), Level([], []))
                side = level.sources if event.is_a("throwEvent") else level.targets
                side.append(link_of(event, definition))
    return list(found.values())


def links_come_in_pairs(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.4: each source has a target on its level, each target a source."""
    for level in levels(model):
        met: set[str] = set()
        for source in level.sources:
            ends = level.ends_of(source)
            met.update(end.event.id for end in ends)
            if not ends:
                yield broken(
                    source.event.owner,
                    "link-without-target",
                    f"The link “{source.event.label}” leads nowhere: no link event of its level "
                    f"catches “{source.name[:60]}”.",
                    "Add an intermediate catch event with a link of the same name.",
                )
        for target in level.targets:
            if target.event.id not in met:
                yield broken(
                    target.event.owner,
                    "link-without-source",
                    f"Nothing of its level leads to the link “{target.event.label}”.",
                    "Add an intermediate throw event with a link of the same name.",
                )


def links_have_one_target(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.4: several sources may share a target, never the other way round."""
    for level in levels(model):
        for name, targets in level.by_name.items():
            for target in targets[1:]:
                yield broken(
                    target.event.owner,
                    "link-with-two-targets",
                    f"“{target.event.label}” is a second target of the link “{name[:60]}” on its "
                    "level.",
                    "Give it another name; a link has one target.",
                )


def links_agree_on_each_other(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.5: source and target of two link definitions name each other."""
    for level in levels(model):
        sources = {link.id: link for link in level.sources if link.id}
        for source in level.sources:
            for target in level.ends_of(source):
                if target.sources and source.id not in target.sources:
                    yield _disagreeing(target, source)
        for target in level.targets:
            for id_ in target.sources & sources.keys():
                if sources[id_].goals and target.id not in sources[id_].goals:
                    yield _disagreeing(target, sources[id_])


def _disagreeing(target: Link, source: Link) -> Finding:
    return broken(
        target.event.owner,
        "links-disagree",
        f"“{target.event.label}” and “{source.event.label}” disagree on which link leads where.",
        "Let the source name the target, and the target the source.",
    )
