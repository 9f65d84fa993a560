"""Turn what went wrong into an answer: problem+json (RFC 9457) for programs, a page for people."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from processes.core.errors import Refusal

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """One thing that went wrong, in words for people and with a ``code`` for programs."""

    code: str
    status: int
    what: str
    unchanged: str = ""
    remedy: str = ""
    details: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, refusal: Refusal) -> "Problem":
        """Return the problem that a refusal is about."""
        details = dict(refusal.details)
        if "fields" in details:
            details["errors"] = list(_errors(details.pop("fields")))
        return cls(
            refusal.code, refusal.status, refusal.what, refusal.unchanged, refusal.remedy, details
        )

    def document(self) -> dict[str, object]:
        """Return the members of the problem document."""
        return {
            **self.details,
            "type": f"urn:placet:problem:{self.code}",
            "title": self.what,
            "status": self.status,
            "detail": " ".join(part for part in (self.unchanged, self.remedy) if part),
            "code": self.code,
        }


def exception_handler(error: Exception, _context: dict[str, Any]) -> Response | None:
    """Answer for an error in a REST view; None leaves a bug to the log and to the 500 handler."""
    if isinstance(error, Refusal):
        problem = Problem.of(error)
    elif isinstance(error, Http404):
        problem = not_found()
    elif isinstance(error, PermissionDenied):
        problem = forbidden()
    elif isinstance(error, exceptions.APIException):
        problem = _of_rest_error(error)
    else:
        return None
    set_rollback()
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[union-attr]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[union-attr]
    return Response(
        problem.document(), status=problem.status, headers=headers, content_type=CONTENT_TYPE
    )


class RefusalsBecomePages:
    """Middleware: a refusal raised by a page becomes an alert on it, or a page of its own."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a refusal; anything else is a bug and goes on to the log."""
        if isinstance(error, Refusal):
            return answer(request, Problem.of(error))
        return None


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Render a problem for whoever asked: a program, an htmx swap, or a browser."""
    if request.path.startswith("/api/") or request.content_type == "application/json":
        return JsonResponse(problem.document(), status=problem.status, content_type=CONTENT_TYPE)
    context = {"problem": problem}
    if request.headers.get("HX-Request") == "true":
        # Whatever the button meant to replace stays; the alert goes where alerts go.
        response = render(request, "problem.html#alert", context, status=problem.status)
        response["HX-Retarget"] = "#alerts"
        response["HX-Reswap"] = "innerHTML"
        return response
    return render(request, "problem.html", context, status=problem.status)


def not_found() -> Problem:
    """Return the one answer for what does not exist and for what is not yours."""
    return Problem(
        "not_found",
        404,
        _("There is nothing here for you to see."),
        remedy=_("It may be gone, or not be yours. Go back, or start from your inbox."),
    )


def forbidden() -> Problem:
    """Return the answer for what can be seen but not done."""
    return Problem(
        "forbidden",
        403,
        _("This is not yours to do."),
        _("Nothing was changed."),
        _("Ask an administrator if you should be able to."),
    )


def bad_request_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django refused before any view saw it."""
    problem = Problem(
        "bad_request",
        400,
        _("The request could not be understood."),
        _("Nothing was changed."),
        _("Go back and try again."),
    )
    return answer(request, problem)


def forbidden_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for a page that the person may not use."""
    return answer(request, forbidden())


def not_found_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address that leads nowhere, or to something foreign."""
    return answer(request, not_found())


def server_error_page(request: HttpRequest) -> HttpResponse:
    """Answer after a bug, leaning on as little as possible."""
    problem = Problem(
        "internal_error",
        500,
        _("Something went wrong on our side."),
        _("If you were changing something, look whether it was done before you repeat it."),
        _("It has been noted. Try again in a moment."),
    )
    if request.path.startswith("/api/"):
        return JsonResponse(problem.document(), status=500, content_type=CONTENT_TYPE)
    # Without the request no context processor runs, so nothing asks the database.
    return render(None, "500.html", {"problem": problem}, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose secret is missing or old."""
    problem = Problem(
        "form_expired",
        403,
        _("This page is too old to send, or cookies are off."),
        _("Nothing was changed."),
        _("Load the page again and repeat what you did."),
    )
    return answer(request, problem)


def locked_out(
    request: HttpRequest, _response: HttpResponse | None = None, _credentials: object = None
) -> HttpResponse:
    """Answer a sign-in after too many wrong passwords."""
    wait: timedelta = settings.AXES_COOLOFF_TIME
    problem = Problem(
        "locked_out",
        429,
        _("Too many wrong passwords for this name from this address."),
        _("You are not signed in."),
        _("Try again in %(minutes)d minutes.") % {"minutes": wait.total_seconds() // 60},
    )
    response = answer(request, problem)
    response["Retry-After"] = str(int(wait.total_seconds()))
    return response


def _of_rest_error(error: exceptions.APIException) -> Problem:
    unchanged = _("Nothing was changed.")
    if isinstance(error, exceptions.ValidationError):
        errors = list(_errors(error.detail))
        return Problem(
            "invalid",
            400,
            _("What was sent cannot be accepted."),
            unchanged,
            _("Correct what is listed under errors, and send it again."),
            {"errors": errors},
        )
    if isinstance(error, exceptions.NotFound):
        return not_found()
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        remedy = _("Send a valid token as “Authorization: Token …”.")
        return Problem("not_signed_in", error.status_code, str(error.detail), unchanged, remedy)
    if isinstance(error, exceptions.PermissionDenied):
        return forbidden()
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else "bad_request"
    return Problem(code, error.status_code, str(error.detail), unchanged)


def _errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Flatten nested messages to a list of ``{"field": "a.b.0", "message": "…"}``."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _errors(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list | tuple):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, dict | list | tuple)
            yield from _errors(inner, f"{path}.{position}" if nested and path else path)
    else:
        yield {"field": path, "message": str(detail)}
