"""Taking one's own request back, on its page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from processes.answers import go
from processes.core.errors import Absent, Refusal
from processes.models import Instance
from processes.services import graph_of
from tasks import services
from tasks.views import instances
from tasks.views.people import person_of


@require_POST
def withdraw(request: HttpRequest, instance_id: UUID) -> HttpResponse:
    """Take the request back, and say on its page what came of it."""
    reason = request.POST.get("reason", "")
    try:
        found = services.withdraw(
            instance_id=instance_id,
            person=person_of(request),
            reason=reason,
            now=timezone.now(),
        )
    except Absent:
        raise
    except Refusal as problem:
        return instances.page(
            request, instance_id, problem=problem, reason=reason, status=problem.status
        )
    messages.success(request, taken_back(found))
    return go(request, "instance", instance_id)


def taken_back(instance: Instance) -> str:
    """Return what the request does from now on."""
    words = {
        "what": instance.subject,
        "step": instances.back_to(graph_of(instance.version_id)),
    }
    if words["step"]:
        return _("You took “%(what)s” back. It goes on with “%(step)s”.") % words
    return _("You took “%(what)s” back. Nobody is asked any more.") % words
