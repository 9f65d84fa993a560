"""The calendar of one's deadlines: its secret address, and the calendar itself."""

import hashlib
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_POST, require_safe

from processes.answers import SeeOther
from processes.core.errors import Absent
from tasks import services
from tasks.models import CalendarFeed, Task
from tasks.views.people import person_of

NEW = "new_feed"


@login_not_required
@require_safe
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """Return the calendar; who knows the address needs no session."""
    try:
        person = services.owner_of_feed(secret)
    except Absent as absent:
        raise Http404 from absent
    body = services.feed_of(
        person,
        address=lambda task: request.build_absolute_uri(page_of(task)),
        now=timezone.now(),
    )
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'

    @condition(etag_func=lambda _request: etag)
    def answer(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(body, content_type="text/calendar; charset=utf-8")

    response: HttpResponse = answer(request)
    patch_cache_control(response, private=True, max_age=300)
    response["Content-Disposition"] = 'inline; filename="placet.ics"'
    response["X-Robots-Tag"] = "noindex"
    return response


@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """Make a new address, which is shown once on the page that follows."""
    secret = services.renew_feed(person=person_of(request), now=timezone.now())
    request.session[NEW] = request.build_absolute_uri(reverse("calendar_feed", args=[secret]))
    return SeeOther(f"{reverse('notification_settings')}#feed")


@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    services.revoke_feed(person=person_of(request))
    messages.success(request, _("The calendar address no longer works."))
    return SeeOther(f"{reverse('notification_settings')}#feed")


def panel(request: HttpRequest) -> dict[str, Any]:
    """Return what the panel on the settings page shows; a new address is told only once."""
    return {
        "feed": CalendarFeed.objects.filter(user=person_of(request)).first(),
        "feed_address": request.session.pop(NEW, ""),
    }


def page_of(task: Task) -> str:
    return reverse("task", args=[task.pk])
