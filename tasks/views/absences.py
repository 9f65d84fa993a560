"""Out of office: who stands in for me, from which day until which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from processes.answers import SeeOther
from processes.core.errors import Invalid, Refusal
from processes.core.fields import Choice, Field
from processes.models import Process
from tasks.models import Substitution
from tasks.services import end_absence as end
from tasks.services import led_by, processes_of_absence, set_absence
from tasks.views.people import colleagues, listed, name_of, person_named, person_of

PAST = 10
INSTANT = timedelta(seconds=1)
# The form asks for days, the service for moments.
FIELD_OF = {"starts_at": "first", "ends_at": "last"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One absence. ``last`` is the last day; without ``substitute`` nobody stands in."""

    absentee: str
    substitute: str
    scope: str
    reason: str
    first: datetime
    last: datetime
    now: bool
    end_url: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: HttpRequest) -> HttpResponse:
    """Show the absences of the person and their team; a post plans one."""
    person, now = person_of(request), timezone.now()
    if request.method != "POST":
        today = timezone.localdate(now).isoformat()
        return page(request, {"first": today}, {}, now=now)
    posted = request.POST.dict()
    try:
        first, last = day(posted, "first"), day(posted, "last")
        whose = absentee_of(posted, person)
        planned = set_absence(
            absentee=whose,
            substitute=substitute_of(posted),
            starts_at=max(midnight(first), now),
            ends_at=midnight(last + timedelta(days=1)),
            processes=processes_of(request.POST.getlist("processes"), whose, person),
            amount_limit=amount_of(posted),
            reason=posted.get("reason", "").strip(),
            by=person,
            now=now,
        )
    except Refusal as refusal:
        found = cast(dict[str, list[str]], refusal.details.get("fields", {}))
        errors = {FIELD_OF.get(name, name): sentences for name, sentences in found.items()}
        problem = None if errors else refusal
        return page(request, posted, errors, now=now, problem=problem, status=refusal.status)
    messages.success(request, outcome_of(planned, person))
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
    messages.success(request, _("The absence has ended."))
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
    team = led_by(person)
    rows = Substitution.objects.filter(
        Q(absentee=person) | Q(substitute=person, ends_at__gt=now) | Q(absentee__in=team)
    )
    found = list(rows.select_related("absentee", "substitute").prefetch_related("processes"))
    leads = {member.pk for member in team}
    mine = [row for row in found if row.absentee_id == person.pk]
    theirs = [row for row in found if row.absentee_id in leads and row.ends_at > now]
    standing_in = [row for row in found if row.substitute_id == person.pk and row.ends_at > now]
    context: dict[str, Any] = {
        "now": now,
        "section": "absence",
        "coming": [entry(row, now) for row in reversed(mine) if row.ends_at > now],
        "past": [entry(row, now) for row in mine if row.ends_at <= now][:PAST],
        "standing_in": [entry(row, now) for row in reversed(standing_in)],
        "team": [entry(row, now) for row in reversed(theirs)],
        "fields": form(values, errors, person, team, request.POST.getlist("processes")),
        "people": colleagues(person),
        "problem": problem,
    }
    return render(request, "absence.html", context, status=status)


def entry(row: Substitution, now: datetime) -> Entry:
    return Entry(
        absentee=name_of(row.absentee),
        substitute=name_of(row.substitute) if row.substitute else "",
        scope=scope_of(row),
        reason=row.reason,
        first=row.starts_at,
        last=row.ends_at - INSTANT,
        now=row.starts_at <= now < row.ends_at,
        end_url=reverse("end_absence", args=[row.pk]) if row.ends_at > now else "",
    )


def scope_of(row: Substitution) -> str:
    """Return for what an absence counts, in words; empty for everything."""
    words = [listed(process.name for process in row.processes.all())]
    if row.amount_limit is not None:
        limit = localize(row.amount_limit.normalize(), use_l10n=True)
        words.append(_("up to %(amount)s") % {"amount": limit})
    return ", ".join(filter(None, words))


def outcome_of(planned: Substitution, person: User) -> str:
    """Return what the plan comes to; also where the substitute is away in that time."""
    absentee, substitute = planned.absentee, planned.substitute
    if substitute is None:
        return _("It is noted. Where you alone are asked, your manager is asked too.")
    words = {"who": name_of(substitute), "for": name_of(absentee)}
    said = (
        _("%(who)s stands in for you.")
        if absentee == person
        else _("%(who)s stands in for %(for)s.")
    )
    overlapping = substitute.absences.filter(
        starts_at__lt=planned.ends_at, ends_at__gt=planned.starts_at
    )
    if overlapping.exists():
        said += " " + _("%(who)s is away for a part of this time too.")
    return said % words


def absentee_of(posted: Mapping[str, str], person: User) -> User:
    """Return whose absence it is: the person's own, unless another is chosen."""
    chosen = posted.get("absentee", "")
    if not chosen or chosen == person.get_username():
        return person
    return person_named(chosen, field="absentee")


def processes_of(keys: Sequence[str], absentee: User, person: User) -> Sequence[Process]:
    """Return the chosen processes. Raises Invalid for one that is not offered."""
    found = list(processes_of_absence([absentee], by=person).filter(key__in=keys))
    if len(found) < len(set(keys)):
        sentence = _("Choose processes in which %(who)s is asked.") % {"who": name_of(absentee)}
        raise Invalid("invalid_absence", sentence, details={"fields": {"processes": [sentence]}})
    return found


def substitute_of(posted: Mapping[str, str]) -> User | None:
    name = posted.get("substitute", "").strip()
    return person_named(name, field="substitute") if name else None


def amount_of(posted: Mapping[str, str]) -> Decimal | None:
    """Return the amount of the field. Raises Invalid for what is no number."""
    text = posted.get("amount_limit", "").strip()
    try:
        amount = Decimal(text) if text else None
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount is not None and not amount.is_finite():
        sentence = _("Enter a number.")
        raise Invalid("invalid_absence", sentence, details={"fields": {"amount_limit": [sentence]}})
    return amount


def form(
    values: Mapping[str, str],
    errors: Mapping[str, Sequence[str]],
    person: User,
    team: Sequence[User],
    chosen: Sequence[str],
) -> dict[str, list[Field]]:
    """Return the fields: whose and when, who stands in, and for what."""

    def made(name: str, label: str, **kinds: Any) -> Field:
        said = " ".join(errors.get(name, ()))
        return Field(name=name, label=label, value=values.get(name, ""), error=said, **kinds)

    whose = values.get("absentee") or person.get_username()
    absentees = tuple(
        Choice(user.get_username(), label, user.get_username() == whose)
        for user, label in [(person, _("Me")), *((user, name_of(user)) for user in team)]
    )
    processes = tuple(
        Choice(process.key, process.name, process.key in chosen)
        for process in processes_of_absence([person, *team], by=person)
    )
    return {
        "whose": [made("absentee", _("Who is away?"), kind="select", choices=absentees)]
        if team
        else [],
        "days": [
            made("first", _("First day"), type="date", required=True),
            made("last", _("Last day"), type="date", required=True),
        ],
        "others": [
            made(
                "substitute",
                _("Who stands in?"),
                kind="person",
                help=_("Decides in your name while you are away. Leave it empty if nobody can."),
            ),
            made("reason", _("Reason"), help=_("Your substitute reads it."), max_length=200),
        ],
        "narrower": [
            made(
                "processes",
                _("Only for these processes"),
                kind="boxes",
                choices=processes,
                help=_("Without any, the substitute stands in everywhere."),
            ),
            made(
                "amount_limit",
                _("Only up to this amount"),
                kind="number",
                inputmode="decimal",
                help=_("Where a process names what is at stake."),
            ),
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
