"""How pages answer: with another page, by htmx or without any script, or with a drawing."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.cache import patch_cache_control

from processes.core.bpmn.picture import picture
from processes.models import Version

DAY = 86_400


class SeeOther(HttpResponseRedirect):
    """After a post: look over there, with GET (RFC 9110, 15.4.4)."""

    status_code = 303


def by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def go(request: HttpRequest, to: str, *args: object) -> HttpResponse:
    """Lead to another page."""
    address = resolve_url(to, *args)
    if not by_htmx(request):
        return SeeOther(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response


def drawing(version: Version) -> HttpResponse:
    """Answer with the picture of a version; once published it never changes."""
    response = HttpResponse(
        picture(version.source.encode()), content_type="application/xml; charset=utf-8"
    )
    patch_cache_control(response, private=True, max_age=DAY, immutable=True)
    return response
