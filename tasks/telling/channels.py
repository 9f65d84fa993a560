"""What all ways out of the portal have in common: what goes out, and what can go wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.translation import ngettext

from tasks.models import ChatHook
from tasks.rules.telling import ASKS, GRAVITY, Kind
from tasks.telling.news import News


class Unsent(Exception):
    """The message did not go out. ``sentence`` is for an admin and holds no secret.

    ``maybe_sent`` tells that it may have arrived all the same; ``for_good`` that trying again
    changes nothing; ``down`` that nothing else goes out by this way now either.
    """

    def __init__(
        self,
        sentence: str,
        *,
        maybe_sent: bool = False,
        for_good: bool = False,
        down: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.maybe_sent = maybe_sent
        self.for_good = for_good
        self.down = down


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news with the address that leads this reader to it."""

    news: News
    link: str


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out as one: a piece of news, or a digest of several, the most urgent first.

    ``id`` stays the same when it is tried again. ``language`` is the reader's.
    """

    id: UUID
    items: Sequence[Item]
    portal: str
    language: str
    reader: User | None = None
    hook: ChatHook | None = None

    @property
    def digest(self) -> bool:
        return len(self.items) > 1

    @property
    def title(self) -> str:
        """Return one sentence that says what it is about."""
        if not self.digest:
            return self.items[0].news.sentence
        count = len(self.items)
        return ngettext("%(count)d notification", "%(count)d notifications", count) % {
            "count": count
        }

    @property
    def kind(self) -> str:
        """Return the kind whose template is used."""
        return "digest" if self.digest else self.items[0].news.kind.value

    @property
    def link(self) -> str:
        return self.portal if self.digest else self.items[0].link

    @property
    def values(self) -> Mapping[str, str]:
        """Return what the names in a template stand for."""
        if not self.digest:
            return {**self.items[0].news.values, "link": self.link}
        lines = [f"- {item.news.sentence}\n  {item.link}" for item in self.items]
        person = self.items[0].news.values["person"]
        return {"person": person, "news": "\n".join(lines), "link": self.link}


def gravest(items: Iterable[Item]) -> list[Item]:
    """Return the items with each task once among what asks something: the gravest, the newest."""

    def weight(item: Item) -> tuple[int, float]:
        return GRAVITY.get(item.news.kind, 0), item.news.at.timestamp()

    others: list[Item] = []
    asking: dict[str, Item] = {}
    for item in items:
        if item.news.kind not in ASKS:
            others.append(item)
            continue
        known = asking.setdefault(item.news.path, item)
        asking[item.news.path] = max(known, item, key=weight)
    return [*others, *asking.values()]


def urgent_first(item: Item) -> tuple[bool, bool, float]:
    """Return the key that puts urgent news first, then what asks something, then the newest."""
    news = item.news
    asks = news.kind in (Kind.ASKED, Kind.DELEGATED, Kind.REMINDED)
    return (not news.urgent, not asks, -news.at.timestamp())
