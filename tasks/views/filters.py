"""Keeping and forgetting filters of the inbox."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from processes.answers import SeeOther
from processes.core.errors import Invalid
from tasks import services
from tasks.views.people import person_of


@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep what the list is narrowed to, and go on showing it."""
    query = request.POST.get("query", "")[:1000]
    try:
        kept = services.save_filter(
            person=person_of(request),
            name=request.POST.get("name", ""),
            query=query,
            now=timezone.now(),
        )
    except Invalid as refusal:
        messages.error(request, refusal.what)
        return SeeOther(reverse("inbox"))
    messages.success(request, _("The filter “%(name)s” is kept.") % {"name": kept.name})
    return SeeOther(f"{reverse('inbox')}?{kept.query}")


@require_POST
def delete_filter(request: HttpRequest, filter_id: int) -> HttpResponse:
    services.delete_filter(person=person_of(request), filter_id=filter_id)
    messages.success(request, _("The filter is deleted."))
    return SeeOther(reverse("inbox"))
