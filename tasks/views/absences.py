"""Out of office: who stands in for me, from which day until which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from processes.answers import SeeOther
from processes.core.errors import Invalid, Refusal
from processes.core.fields import Field
from tasks.models import Substitution
from tasks.services import end_absence as end
from tasks.services import set_absence
from tasks.views.people import colleagues, name_of, person_named, person_of

PAST = 10
INSTANT = timedelta(seconds=1)
# The form asks for days, the service for moments.
FIELD_OF = {"starts_at": "first", "ends_at": "last"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One absence. ``last`` is the last day on which somebody stands in."""

    absentee: str
    substitute: str
    reason: str
    first: datetime
    last: datetime
    now: bool
    end_url: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: HttpRequest) -> HttpResponse:
    """Show the person's absences; a post plans one."""
    person, now = person_of(request), timezone.now()
    if request.method != "POST":
        today = timezone.localdate(now).isoformat()
        return page(request, {"first": today}, {}, now=now)
    posted = request.POST.dict()
    try:
        first, last = day(posted, "first"), day(posted, "last")
        planned = set_absence(
            absentee=person,
            substitute=person_named(posted.get("substitute", ""), field="substitute"),
            starts_at=max(midnight(first), now),
            ends_at=midnight(last + timedelta(days=1)),
            reason=posted.get("reason", "").strip(),
            by=person,
            now=now,
        )
    except Refusal as refusal:
        found = cast(dict[str, list[str]], refusal.details.get("fields", {}))
        errors = {FIELD_OF.get(name, name): sentences for name, sentences in found.items()}
        problem = None if errors else refusal
        return page(request, posted, errors, now=now, problem=problem, status=refusal.status)
    words = {"who": name_of(planned.substitute)}
    messages.success(request, _("%(who)s stands in for you.") % words)
    return SeeOther(reverse("absence"))


@require_POST
def end_absence(request: HttpRequest, absence_id: int) -> HttpResponse:
    """End an absence now, or cancel one that has not begun."""
    try:
        end(substitution_id=absence_id, by=person_of(request), now=timezone.now())
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return page(request, {}, {}, now=timezone.now(), problem=refusal, status=refusal.status)
    messages.success(request, _("You are asked yourself again."))
    return SeeOther(reverse("absence"))


def page(
    request: HttpRequest,
    values: Mapping[str, str],
    errors: Mapping[str, Sequence[str]],
    *,
    now: datetime,
    problem: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page with what was typed."""
    person = person_of(request)
    rows = Substitution.objects.filter(Q(absentee=person) | Q(substitute=person, ends_at__gt=now))
    rows = rows.select_related("absentee", "substitute")
    entries = [(row, entry(row, person, now)) for row in rows]
    mine = [(row, shown) for row, shown in entries if row.absentee_id == person.pk]
    context: dict[str, Any] = {
        "now": now,
        "section": "absence",
        "coming": [shown for row, shown in reversed(mine) if row.ends_at > now],
        "past": [shown for row, shown in mine if row.ends_at <= now][:PAST],
        "standing_in": [shown for row, shown in reversed(entries) if row.absentee_id != person.pk],
        "fields": form(values, errors),
        "people": colleagues(person),
        "problem": problem,
    }
    return render(request, "absence.html", context, status=status)


def entry(row: Substitution, person: User, now: datetime) -> Entry:
    mine = row.absentee_id == person.pk
    return Entry(
        absentee=name_of(row.absentee),
        substitute=name_of(row.substitute),
        reason=row.reason,
        first=row.starts_at,
        last=row.ends_at - INSTANT,
        now=row.starts_at <= now < row.ends_at,
        end_url=reverse("end_absence", args=[row.pk]) if mine and row.ends_at > now else "",
    )


def form(values: Mapping[str, str], errors: Mapping[str, Sequence[str]]) -> dict[str, list[Field]]:
    """Return the fields: the two days, which stand side by side, and the others."""

    def made(name: str, label: str, **kinds: Any) -> Field:
        said = " ".join(errors.get(name, ()))
        return Field(name=name, label=label, value=values.get(name, ""), error=said, **kinds)

    return {
        "days": [
            made("first", _("First day"), type="date", required=True),
            made("last", _("Last day"), type="date", required=True),
        ],
        "others": [
            made(
                "substitute",
                _("Who stands in for you?"),
                kind="person",
                required=True,
                help=_("They are asked in your place, and decide in your name."),
            ),
            made("reason", _("Reason"), help=_("Your substitute reads it."), max_length=200),
        ],
    }


def day(posted: Mapping[str, str], name: str) -> date:
    """Return the day of a field. Raises Invalid."""
    try:
        return date.fromisoformat(posted.get(name, ""))
    except ValueError:
        sentence = _("Choose a day.") if not posted.get(name) else _("This is not a day.")
        raise Invalid("invalid_absence", sentence, details={"fields": {name: [sentence]}}) from None


def midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))
