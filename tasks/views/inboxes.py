"""The inbox page: what I hold, what I could take, what my people do, what I decided."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from processes.core.errors import Refusal
from processes.core.graph import Outcome
from tasks import inbox as lists
from tasks.inbox import Key, Line, Wanted
from tasks.models import SavedFilter, Task
from tasks.questions import node_of
from tasks.reading import asked_of_each
from tasks.rules.standing import standing
from tasks.views.paging import PAGE, cut, read_key, size_of
from tasks.views.people import name_of, person_of
from tasks.views.words import HIGH, TONES, answered, outcome_of

GLYPHS = {
    Task.Status.READY: ("ring", ""),
    Task.Status.RESERVED: ("quarter", "mine"),
    Task.Status.IN_PROGRESS: ("half", "mine"),
    Task.Status.SUSPENDED: ("stop", ""),
}


@dataclass(frozen=True, slots=True)
class Tab:
    scope: str
    label: str
    count: str
    current: bool
    wanted: Wanted

    @property
    def url(self) -> str:
        return f"{reverse('inbox')}?{urlencode({'scope': self.scope, **self.wanted.query})}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the list. ``group`` is set where a new group of due dates begins."""

    id: UUID
    title: str
    task: str
    process: str
    asker: str
    since: datetime
    due_at: datetime | None
    status: str
    glyph: str
    tone: str
    high: bool
    escalated: bool
    reminded: bool
    on_behalf_of: str
    owner: str = ""
    readable: bool = True
    outcome: str = ""
    decided_at: datetime | None = None
    group: str = ""
    group_late: bool = False

    @property
    def url(self) -> str:
        return reverse("task", args=[self.id])


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Show one list; ``part`` asks for a piece of it: pulse, rows or live."""
    person, now = person_of(request), timezone.now()
    part = request.GET.get("part", "")
    context: dict[str, Any] = {"now": now, "section": "inbox", "swapping": bool(part)}
    # The frame shows stamp and count too, and need not ask again.
    box = request.inbox = lists.Inbox(person, now=now)  # type: ignore[attr-defined]
    if part == "pulse":
        return render(request, "base.html#pulse", context)
    counts = box.counts()
    request.waiting = counts["todo"]  # type: ignore[attr-defined]
    scope = chosen_scope(request.GET.get("scope", ""), box, counts)
    wanted = Wanted.read(request.GET)
    shown = box.counts(wanted) if wanted else counts
    after = read_key(request.GET.get("after", ""))
    size = size_of(request)
    rows, cursor = rows_of(box, scope, wanted, after, size)
    asked = {"scope": scope, **wanted.query}
    context |= {
        "scope": scope,
        "query": wanted.search,
        "wanted": wanted,
        "plain_url": f"{reverse('inbox')}?{urlencode({'scope': scope})}",
        "tabs": list(tabs(scope, shown, box, wanted)),
        "rows": rows,
        "offered_count": counted(counts["offered"]),
        "offered_number": counts["offered"],
        "more_url": f"{reverse('inbox')}?{urlencode({**asked, 'after': cursor})}" if cursor else "",
        "refetch_url": f"{reverse('inbox')}?{urlencode({**asked, 'part': 'live'})}",
        "page_size": PAGE,
    }
    if not part:
        context |= {
            "processes": box.processes(),
            "dues": dues(),
            "saved": saved(person, asked),
            "asked": urlencode(asked),
        }
    piece = {"rows": "#rows", "live": "#live"}.get(part, "")
    return render(request, f"inbox.html{piece}", context)


def chosen_scope(asked: str, box: lists.Inbox, counts: dict[str, int]) -> lists.Scope:
    """Return the tab that was asked for, or else the one where something waits."""
    if asked in ("mine", "offered", "done") or (asked == "team" and box.leads):
        return cast(lists.Scope, asked)
    return "offered" if counts["offered"] and not counts["mine"] else "mine"


def tabs(scope: str, counts: dict[str, int], box: lists.Inbox, wanted: Wanted) -> Iterator[Tab]:
    names = [("mine", _("Mine")), ("offered", _("Offered")), ("done", _("Done"))]
    if box.leads:
        names.insert(2, ("team", _("Team")))
    for name, label in names:
        yield Tab(name, label, counted(counts.get(name, 0)), name == scope, wanted)


def counted(number: int) -> str:
    """Return the number for people; nothing for none."""
    if number > lists.CAP:
        return f"{lists.CAP}+"
    return str(number or "")


def dues() -> list[tuple[str, str]]:
    return [
        ("overdue", _("Overdue")),
        ("today", _("Today")),
        ("week", _("Next 7 days")),
        ("none", _("Without a deadline")),
    ]


def saved(person: User, asked: dict[str, str]) -> list[dict[str, Any]]:
    """Return the filters that the person keeps; ``current`` is the one that is shown."""
    now = sorted(asked.items())
    return [
        {
            "id": kept.pk,
            "name": kept.name,
            "url": f"{reverse('inbox')}?{kept.query}",
            "current": sorted(parse_qsl(kept.query)) == now,
        }
        for kept in SavedFilter.objects.filter(person=person)
    ]


def rows_of(
    box: lists.Inbox, scope: lists.Scope, wanted: Wanted, after: Key | None, size: int
) -> tuple[list[Row], str]:
    """Return one page of the list, and the cursor of the next one."""
    if scope == "done":
        done, cursor = cut(box.page(scope, wanted, after=after, size=size + 1), size, "closed_at")
        return done_rows(done), cursor
    found, cursor = cut(box.lines(scope, wanted, after=after, size=size + 1), size, "due_at")
    return list(open_rows(found, box, scope, after)), cursor


def open_rows(
    lines: Sequence[Line], box: lists.Inbox, scope: str, after: Key | None
) -> Iterator[Row]:
    """Yield the rows of open tasks; each group of due dates is named once, also across pages."""
    absentees = {} if scope == "team" else acting_for(lines, box)
    shown = group_of(after[0], box.now)[0] if after else None
    for line in lines:
        group = group_of(line.due_at, box.now)
        glyph, tone = GLYPHS.get(Task.Status(line.status), ("ring", ""))
        yield Row(
            id=line.pk,
            title=line.subject,
            task=line.name,
            process=line.process_name,
            asker=line.initiator_name,
            since=line.created_at,
            due_at=line.due_at,
            status=line.status_name,
            glyph=glyph,
            tone=tone,
            high=line.priority > HIGH,
            escalated=line.escalated_at is not None,
            reminded=line.reminded_at is not None,
            on_behalf_of=absentees.get(line.pk, ""),
            owner=line.owner_name if scope == "team" else "",
            readable=scope != "team",
            group=group[0] if group[0] != shown else "",
            group_late=group[1],
        )
        shown = group[0]


def done_rows(tasks: Sequence[Task]) -> list[Row]:
    return [done_row(task, outcome_for(task)) for task in tasks]


def done_row(task: Task, outcome: Outcome) -> Row:
    return Row(
        id=task.pk,
        title=task.instance.subject,
        task=task.name,
        process=task.instance.process.name,
        asker=task.instance.initiator_name,
        since=task.created_at,
        high=task.priority > HIGH,
        due_at=None,
        status=answered(outcome),
        glyph="refused" if outcome.kind == "negative" else "done",
        tone=TONES.get(outcome.kind, ""),
        escalated=False,
        reminded=False,
        on_behalf_of=task.on_behalf_of_name,
        outcome=answered(outcome),
        decided_at=task.closed_at,
    )


def outcome_for(task: Task) -> Outcome:
    """Return the outcome of a task that may have been answered under any version."""
    try:
        return outcome_of(node_of(task), task.outcome)
    except (Refusal, KeyError):
        return Outcome(task.outcome, task.outcome)


def group_of(due_at: datetime | None, now: datetime) -> tuple[str, bool]:
    """Return the name of the group that a due date belongs to, and whether it is late."""
    if due_at is None:
        return _("Without a deadline"), False
    if due_at < now:
        return _("Overdue"), True
    today = timezone.localdate(now)
    day = timezone.localdate(due_at)
    if day == today:
        return _("Today"), False
    if day <= today + timedelta(days=6):
        return _("Next 7 days"), False
    return _("Later"), False


def acting_for(lines: Sequence[Line], box: lists.Inbox) -> dict[UUID, str]:
    """Return for whom the person would act, for tasks that are not the person's own."""
    if not box.who.absentees or not lines:
        return {}
    tasks = Task.objects.filter(pk__in=[line.pk for line in lines]).select_related("instance")
    asked = asked_of_each(list(tasks.defer("instance__state")))
    absent = {pk: standing(box.who, found).on_behalf_of for pk, found in asked.items()}
    users = User.objects.filter(pk__in={user for user in absent.values() if user is not None})
    names = {user.pk: name_of(user) for user in users}
    return {pk: names[user] for pk, user in absent.items() if user in names}
