"""The same request twice does its work once: ``Idempotency-Key`` on every POST of the API."""

import hashlib
import json
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser, User
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.problems import Problem, answer
from processes.models import IdempotencyKey

HEADER = "Idempotency-Key"
LONGEST = 200
PREFIX = "/api/"


class IdempotentPosts:
    """Middleware: what a POST does and the answer it got are committed together.

    A crash leaves both or nothing, so a caller who heard nothing may always ask again. Of two at
    once the second waits for the first, because both insert the same row. Innermost of all
    middleware, so that what is kept is what the view said.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and keep the answer when the caller gave a key."""
        key = request.headers.get(HEADER)
        if key is None or request.method != "POST" or not request.path.startswith(PREFIX):
            return self.get_response(request)
        if not key.strip() or len(key) > LONGEST or not key.isprintable():
            return answer(request, _malformed())
        person = _who(request)
        if person is None:
            return self.get_response(request)
        return self._once(request, person, key)

    def _once(self, request: HttpRequest, person: User, key: str) -> HttpResponse:
        fingerprint, reserved = _fingerprint(request), False
        try:
            with transaction.atomic():
                kept = _reserve(person, key, fingerprint)
                reserved = True
                if kept.status:
                    same = kept.fingerprint == fingerprint
                    return _replay(kept) if same else answer(request, _reused())
                response = self.get_response(request)
                if _may_change(response.status_code):
                    transaction.set_rollback(True)
                elif "no-store" in response.get("Cache-Control", ""):
                    kept.delete()
                else:
                    _keep(kept, response)
                return response
        except OperationalError:
            if reserved:
                raise
            # The other request has been at work for longer than a database waits for a lock.
            response = answer(request, _busy())
            response["Retry-After"] = "5"
            return response


def _who(request: HttpRequest) -> User | None:
    """Return who asks, by the proofs that views accept; None leaves the refusal to the view."""
    before = request.user
    proofs = [proof() for proof in APIView.authentication_classes]
    try:
        person = Request(request, authenticators=proofs).user
    except APIException:
        person = AnonymousUser()
    finally:
        request.user = before
    return person if isinstance(person, User) else None


def _reserve(person: User, key: str, fingerprint: str) -> IdempotencyKey:
    """Return the row of the key: new and without a status, or with the answer that was given."""
    row = IdempotencyKey(user=person, key=key, fingerprint=fingerprint, created_at=timezone.now())
    # Waits for whoever has inserted the same key and has not committed yet.
    IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
    return IdempotencyKey.objects.get(user=person, key=key)


def _keep(kept: IdempotencyKey, response: HttpResponse) -> None:
    kept.status = response.status_code
    kept.body = response.content.decode()
    kept.content_type = response.get("Content-Type", "")
    kept.save(update_fields=["status", "body", "content_type"])


def _replay(kept: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(kept.body, status=kept.status, content_type=kept.content_type)
    response["Idempotent-Replayed"] = "true"
    if kept.status == 201 and (created := json.loads(kept.body).get("url")):
        # What has an address says it in its body as well, by which the first answer had it.
        response["Location"] = created
    return response


def _fingerprint(request: HttpRequest) -> str:
    said = hashlib.sha256()
    for part in (request.method or "", request.get_full_path()):
        said.update(part.encode() + b"\n")
    said.update(request.body)
    return said.hexdigest()


def _may_change(status: int) -> bool:
    """Tell whether the same request may rightly get another answer later."""
    return status >= 500 or status in (401, 429)


def _malformed() -> Problem:
    return Problem(
        "bad_idempotency_key",
        400,
        _("An Idempotency-Key is 1 to %(most)d printable characters.") % {"most": LONGEST},
        _("Nothing was changed."),
        _("Send a random one, such as a UUID, and the same one when you repeat the request."),
    )


def _reused() -> Problem:
    return Problem(
        "idempotency_key_reused",
        422,
        _("You have used this Idempotency-Key for a different request."),
        _("Nothing was changed."),
        _("Send a new key with a new request."),
    )


def _busy() -> Problem:
    return Problem(
        "idempotency_key_busy",
        409,
        _("A request with this Idempotency-Key is still being worked on."),
        _("This one changed nothing."),
        _("Repeat it in a moment; you get the answer of the first."),
    )
