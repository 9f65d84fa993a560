"""The switch for notifications of this browser, and the script that shows them."""

from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tasks.telling.push import browsers_of
from tasks.telling.vapid import public_key
from tasks.views.people import person_of


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker, from the root because it shows what leads anywhere."""
    found = finders.find("placet/push-worker.js")
    if found is None:
        raise Http404
    response = HttpResponse(Path(found).read_bytes(), content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


def panel(request: HttpRequest) -> dict[str, Any]:
    """Return what the panel on the settings page shows."""
    return {
        "push_key": public_key(),
        "push_browsers": [row.browser for row in browsers_of(person_of(request))],
    }
