"""The inbox page: what I hold, what I could take, what I decided."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from processes.core.errors import Refusal
from processes.core.graph import Outcome
from tasks import inbox as lists
from tasks.access import principals
from tasks.models import Candidate, Exclusion, Task, TaskQuerySet
from tasks.rules.standing import Asked, Principals, standing
from tasks.views.paging import PAGE, page_of, read_key
from tasks.views.people import name_of, person_of
from tasks.views.words import HIGH, TONES, answered, node_of, outcome_of

SEARCH_LENGTH = 100
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

    @property
    def url(self) -> str:
        return f"{reverse('inbox')}?scope={self.scope}"


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
    outcome: str = ""
    decided_at: datetime | None = None
    group: str = ""
    group_late: bool = False

    @property
    def url(self) -> str:
        return reverse("task", args=[self.id])


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Show one tab; ``part`` asks for a piece of it: pulse, rows or live."""
    person, now = person_of(request), timezone.now()
    part = request.GET.get("part", "")
    context: dict[str, Any] = {"now": now, "section": "inbox", "swapping": bool(part)}
    if part == "pulse":
        return render(request, "base.html#pulse", context)
    counts = lists.count(person, now=now)
    # The frame shows their sum, and need not count again.
    request.waiting = counts["todo"]  # type: ignore[attr-defined]
    scope = chosen_scope(request.GET.get("scope", ""), counts)
    query = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:SEARCH_LENGTH]
    found = matching(lists.tasks(person, scope, now=now), query)
    field = "closed_at" if scope == "done" else "due_at"
    page, cursor = page_of(request, found, field, newest_first=scope == "done")
    asked = {"scope": scope} | ({"q": query} if query else {})
    context |= {
        "scope": scope,
        "query": query,
        "tabs": list(tabs(scope, counts)),
        "rows": done_rows(page) if scope == "done" else list(open_rows(request, page, person, now)),
        "offered_count": counts["offered"],
        "more_url": f"{reverse('inbox')}?{urlencode({**asked, 'after': cursor})}" if cursor else "",
        "refetch_url": f"{reverse('inbox')}?{urlencode({**asked, 'part': 'live'})}",
        "page_size": PAGE,
    }
    piece = {"rows": "#rows", "live": "#live"}.get(part, "")
    return render(request, f"inbox.html{piece}", context)


def chosen_scope(asked: str, counts: dict[str, int]) -> lists.Scope:
    """Return the tab that was asked for, or else the one where something waits."""
    if asked in ("mine", "offered", "done"):
        return cast(lists.Scope, asked)
    return "offered" if counts["offered"] and not counts["mine"] else "mine"


def tabs(scope: str, counts: dict[str, int]) -> Iterator[Tab]:
    for name, label in (("mine", _("Mine")), ("offered", _("Offered")), ("done", _("Done"))):
        yield Tab(name, label, str(counts.get(name) or ""), name == scope)


def matching(found: TaskQuerySet, query: str) -> TaskQuerySet:
    """Return those that hold every word of the query in their task, subject or initiator."""
    for word in query.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(instance__subject__icontains=word)
            | Q(instance__initiator_name__icontains=word)
            | Q(instance__business_key__icontains=word)
        )
    return found


def open_rows(
    request: HttpRequest, tasks: Sequence[Task], person: User, now: datetime
) -> Iterator[Row]:
    """Yield the rows of open tasks; each group of due dates is named once, also across pages."""
    absentees = acting_for(tasks, person, now=now)
    last = read_key(request.GET.get("after", ""))
    shown = group_of(last[0], now) if last else None
    for task in tasks:
        group = group_of(task.due_at, now)
        glyph, tone = GLYPHS.get(Task.Status(task.status), ("ring", ""))
        yield Row(
            **common(task),
            due_at=task.due_at,
            status=task.get_status_display(),
            glyph=glyph,
            tone=tone,
            escalated=task.escalated_at is not None,
            reminded=task.reminded_at is not None,
            on_behalf_of=absentees.get(task.pk, ""),
            group=group[0] if group != shown else "",
            group_late=group[1],
        )
        shown = group


def done_rows(tasks: Sequence[Task]) -> list[Row]:
    return [done_row(task, outcome_for(task)) for task in tasks]


def done_row(task: Task, outcome: Outcome) -> Row:
    return Row(
        **common(task),
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


def common(task: Task) -> dict[str, Any]:
    return {
        "id": task.pk,
        "title": task.instance.subject,
        "task": task.name,
        "process": task.instance.process.name,
        "asker": task.instance.initiator_name,
        "since": task.created_at,
        "high": task.priority > HIGH,
    }


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


def acting_for(tasks: Sequence[Task], person: User, *, now: datetime) -> dict[UUID, str]:
    """Return for whom the person would act, for tasks that are not the person's own."""
    who: Principals = principals(person, now=now)
    if not who.absentees or not tasks:
        return {}
    names = {user.pk: name_of(user) for user in User.objects.filter(pk__in=who.absentees)}
    asked = {task.pk: Asked(set(), set(), task.owner_id, set()) for task in tasks}
    for candidate in Candidate.objects.filter(task__in=asked):
        found = asked[candidate.task_id]
        if candidate.user_id is not None:
            cast(set[int], found.users).add(candidate.user_id)
        elif candidate.group_id is not None:
            cast(set[int], found.groups).add(candidate.group_id)
    for task_id, user in Exclusion.objects.filter(task__in=asked).values_list("task", "user"):
        cast(set[int], asked[task_id].excluded).add(user)
    absent = {pk: standing(who, found).on_behalf_of for pk, found in asked.items()}
    return {pk: names[user] for pk, user in absent.items() if user is not None}
