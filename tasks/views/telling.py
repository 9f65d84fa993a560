"""What the person was told, how they want to be told, and links that come from outside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from processes.answers import SeeOther
from processes.core.errors import Invalid, Refusal
from processes.core.fields import Choice, Field
from tasks import services
from tasks.models import ChatHook, KindOfNews, Notification, Preference
from tasks.rules.telling import URGENT, Channel, Kind, Wishes
from tasks.telling.links import path_of
from tasks.telling.news import News, of_notifications
from tasks.telling.wishes import wishes_of
from tasks.views import feeds, push
from tasks.views.people import person_of

PAGE = 30


@require_safe
def go(request: HttpRequest, token: str) -> HttpResponse:
    """Lead whom the link was made for to its page, and do nothing else. Raises Absent."""
    path = path_of(token, person_of(request), now=timezone.now())
    response = HttpResponseRedirect(path)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


# --- what was told --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list. ``day`` heads the first of each day."""

    id: int
    news: News
    unread: bool
    at: datetime
    day: date | None


@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """Show what the person was told, newest first; ``?only=unread`` leaves out the rest."""
    person, now = person_of(request), timezone.now()
    only_unread = request.GET.get("only") == "unread"
    rows = Notification.objects.filter(user=person).select_related(
        "announcement__instance__process", "announcement__task"
    )
    if only_unread:
        rows = rows.filter(read_at=None)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    zone = wishes_of([person.pk])[person.pk].zone
    address = f"{reverse('notifications')}?{'only=unread&' if only_unread else ''}"
    context = {
        "now": now,
        "section": "notifications",
        "entries": list(entries(shown, of_notifications(shown, person, zone=zone))),
        "only_unread": only_unread,
        "unread": services.unread(person),
        "newest": shown[0].pk if shown else 0,
        "more_url": f"{address}before={shown[-1].pk}" if len(found) > PAGE else "",
        "refetch_url": f"{address}part=list",
        "today": timezone.localdate(now),
        "swapping": request.GET.get("part") == "list",
    }
    part = {"list": "#list", "rows": "#rows"}.get(request.GET.get("part", ""), "")
    return render(request, f"notifications.html{part}", context)


def entries(rows: Sequence[Notification], news: Sequence[News]) -> Iterator[Entry]:
    day = None
    for row, found in zip(rows, news, strict=True):
        on = timezone.localdate(row.created_at)
        unread = row.read_at is None
        yield Entry(row.pk, found, unread, row.created_at, on if on != day else None)
        day = on


@require_POST
def read_one(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Note that it was read, and lead to what it is about, or back to the list."""
    person = person_of(request)
    row = services.mark_read(notification_id=notification_id, person=person, now=timezone.now())
    if request.POST.get("stay"):
        return SeeOther(reverse("notifications"))
    told = row.announcement
    if told.task_id is not None:
        return SeeOther(reverse("task", args=[told.task_id]))
    return SeeOther(reverse("instance", args=[told.instance_id]))


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Note that all that the page showed, and all before it, was read."""
    up_to = request.POST.get("up_to", "")
    if up_to.isdecimal() and len(up_to) < 19:
        services.mark_all_read(person=person_of(request), up_to=int(up_to), now=timezone.now())
    return SeeOther(reverse("notifications"))


# --- how to be told -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the matrix."""

    name: str
    label: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Line:
    kind: str
    label: str
    urgent: bool
    boxes: Sequence[Box]


@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show how the person is told; a post changes it."""
    if request.method != "POST":
        return settings_form(request)
    posted = request.POST.dict()
    try:
        wanted = wanted_from(posted)
        services.set_preference(person=person_of(request), wanted=wanted)
    except Invalid as refusal:
        return settings_form(request, posted=posted, refusal=refusal)
    messages.success(request, _("Saved."))
    return SeeOther(reverse("notification_settings"))


def wanted_from(posted: Mapping[str, str]) -> services.Wanted:
    """Return what was chosen. Raises Invalid for a time that is none."""
    return services.Wanted(
        chosen={
            kind: frozenset(way for way in Channel if posted.get(box_name(kind, way)))
            for kind in Kind
        },
        time_zone=posted.get("time_zone", ""),
        language=posted.get("language"),
        digest=posted.get("digest", ""),
        digest_at=clock(posted, "digest_at") or time(8),
        quiet_from=clock(posted, "quiet_from"),
        quiet_until=clock(posted, "quiet_until"),
        urgent_breaks_through=bool(posted.get("urgent_breaks_through")),
    )


def clock(posted: Mapping[str, str], name: str) -> time | None:
    text = posted.get(name, "")
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        sentence = _("This is not a time.")
        raise Invalid(
            "invalid_preference", _("Nothing was saved."), details={"fields": {name: [sentence]}}
        ) from None


def settings_form(
    request: HttpRequest,
    *,
    posted: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    chat_refusal: Refusal | None = None,
) -> HttpResponse:
    """Render the page with what is kept, or with what was typed and what is wrong with it."""
    person = person_of(request)
    row = Preference.objects.filter(user=person).first() or Preference(user=person)
    wishes = wishes_of([person.pk])[person.pk]
    values = dict(posted) if posted is not None else kept(row)
    errors = errors_of(refusal)
    hook = ChatHook.objects.filter(user=person).first()
    context: dict[str, Any] = {
        "now": timezone.now(),
        "section": "notifications",
        "ways": [(way.value, words) for way, words in ways().items()],
        "lines": [line(kind, wishes, posted) for kind in Kind],
        "fields": fields(values, errors),
        "mail": person.email,
        "problem": refusal if refusal and not errors else None,
        "hook": hook,
        "hook_fields": hook_fields(request.POST if chat_refusal else {}, hook, chat_refusal),
        **feeds.panel(request),
        **push.panel(request),
    }
    failed = refusal or chat_refusal
    return render(request, "telling.html", context, status=failed.status if failed else 200)


def ways() -> dict[Channel, str]:
    return {Channel.MAIL: _("E-mail"), Channel.PUSH: _("Browser"), Channel.CHAT: _("Chat")}


def box_name(kind: Kind, way: Channel) -> str:
    return f"{kind.value}.{way.value}"


def line(kind: Kind, wishes: Wishes, posted: Mapping[str, str] | None) -> Line:
    label = str(KindOfNews(kind.value).label)
    return Line(
        kind=kind.value,
        label=label,
        urgent=kind in URGENT,
        boxes=[
            Box(
                name=box_name(kind, way),
                label=f"{label}: {words}",
                checked=wishes.wants(kind, way)
                if posted is None
                else box_name(kind, way) in posted,
            )
            for way, words in ways().items()
        ],
    )


def kept(row: Preference) -> dict[str, str]:
    def written(at: time | None) -> str:
        return at.strftime("%H:%M") if at else ""

    return {
        "digest": row.digest,
        "digest_at": written(row.digest_at),
        "quiet_from": written(row.quiet_from),
        "quiet_until": written(row.quiet_until),
        "urgent_breaks_through": "true" if row.urgent_breaks_through else "",
        "time_zone": row.time_zone,
        "language": row.language,
    }


def errors_of(refusal: Refusal | None) -> dict[str, str]:
    found: Any = refusal.details.get("fields", {}) if refusal else {}
    return {name: " ".join(sentences) for name, sentences in found.items()}


def fields(values: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, list[Field]]:
    """Return the fields of the form by the part of the page in which they stand."""

    def made(name: str, label: str, **kinds: Any) -> Field:
        value = values.get(name, "")
        return Field(name=name, label=label, value=value, error=errors.get(name, ""), **kinds)

    def choices(name: str, offered: Sequence[tuple[str, str]]) -> tuple[Choice, ...]:
        return tuple(Choice(value, label, value == values.get(name)) for value, label in offered)

    digests = [(value, str(label)) for value, label in Preference.Digest.choices]
    zones = [(name, name) for name in sorted(available_timezones())]
    return {
        "when": [
            made(
                "digest",
                _("How often"),
                kind="radio",
                required=True,
                choices=choices("digest", digests),
                help=_("What waits together goes out as one message."),
            ),
            made("digest_at", _("Once a day at"), type="time", settled=True),
        ],
        "quiet": [
            made("quiet_from", _("Quiet from"), type="time", settled=True),
            made("quiet_until", _("Quiet until"), type="time", settled=True),
        ],
        "urgent": [
            made(
                "urgent_breaks_through",
                _("Urgent news reaches me at any time"),
                kind="checkbox",
                help=_("Overdue and escalated tasks, and processes that need an operator."),
            )
        ],
        "zone": [
            made(
                "time_zone",
                _("Time zone"),
                kind="select",
                settled=True,
                choices=choices("time_zone", zones),
                help=_("Without one, %(zone)s counts.") % {"zone": settings.TIME_ZONE},
            )
        ],
    }


# --- my chat --------------------------------------------------------------------------------------


@require_POST
def chat_hook(request: HttpRequest) -> HttpResponse:
    """Keep the address to which the person's chat posts, or forget it."""
    person = person_of(request)
    if request.POST.get("remove"):
        services.remove_chat_hook(person=person)
        messages.success(request, _("Your chat hears nothing any more."))
        return SeeOther(f"{reverse('notification_settings')}#chat")
    hook = ChatHook.objects.filter(user=person).first() or ChatHook(user=person, name=str(person))
    hook.format = request.POST.get("format", "")
    try:
        services.set_chat_hook(hook=hook, url=request.POST.get("url", "").strip())
    except Invalid as refusal:
        return settings_form(request, chat_refusal=refusal)
    messages.success(request, _("Your chat is told from now on."))
    return SeeOther(f"{reverse('notification_settings')}#chat")


def hook_fields(
    values: Mapping[str, str], hook: ChatHook | None, refusal: Refusal | None
) -> list[Field]:
    errors = errors_of(refusal)
    chosen = values.get("format") or (hook.format if hook else ChatHook.Format.SLACK)
    offered = [(value, str(label)) for value, label in ChatHook.Format.choices]
    return [
        Field(
            name="format",
            label=_("Chat"),
            kind="radio",
            required=True,
            error=errors.get("format", ""),
            choices=tuple(Choice(value, label, value == chosen) for value, label in offered),
        ),
        Field(
            name="url",
            label=_("Address of the incoming webhook"),
            value="",
            type="url",
            required=hook is None,
            settled=hook is not None,
            error=errors.get("url", ""),
            help=_("There is one. Enter another only to replace it; it is kept encrypted.")
            if hook
            else _("Your chat makes it: “Incoming webhook”, or “Workflow”. It is kept encrypted."),
        ),
    ]
