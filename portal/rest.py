"""What every door of the REST interface shares: who asks, what a body may be, how lists are cut."""

import copy
import json
import math
import re
from collections.abc import Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, ParseError
from rest_framework.pagination import BasePagination
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from portal import cursors

if TYPE_CHECKING:
    # Its module reads the settings that name this one.
    from rest_framework.views import APIView

# --- Who asks -----------------------------------------------------------------------------------

FRESH_SECONDS = 4.0
"""How long a token that was looked up counts as valid; what is revoked is dead within 5 s."""
MOST_REMEMBERED = 10_000

_recent: dict[str, tuple[float, AuthToken]] = {}


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Token …`` with a token of knox, which stores only a hash of it.

    Looking it up would be most of the work of a small request, so that is remembered briefly.
    """

    def authenticate(self, request: Request) -> tuple[User, AuthToken] | None:
        """Return the person and the token; None when none was sent. Raises AuthenticationFailed.

        The answer is the same for a token that is unknown, expired, or a disabled person's.
        """
        word, _space, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if word.lower() != "token":
            return None
        found = _valid_token(hash_token(token.strip()))
        if found is None:
            raise AuthenticationFailed(_("This token is not valid, or no longer."))
        # A copy, because a user remembers its rights once they were asked for.
        person = copy.copy(found.user)
        # Where Django keeps who signed in, and the log of requests looks for it.
        request._request._cached_user = person  # type: ignore[attr-defined]
        return person, found

    def authenticate_header(self, request: Request) -> str:
        """Return what a refused caller should send."""
        return "Token"


def forget_token(token: AuthToken) -> None:
    """Make this process ask the database when it next sees the token."""
    _recent.pop(token.digest, None)


def _valid_token(digest: str) -> AuthToken | None:
    looked_up_at, found = _recent.get(digest, (-math.inf, None))
    now = monotonic()
    if found is None or now - looked_up_at >= FRESH_SECONDS:
        found = AuthToken.objects.select_related("user").filter(digest=digest).first()
        if len(_recent) >= MOST_REMEMBERED:
            _recent.clear()
        if found is None:
            _recent.pop(digest, None)
            return None
        _recent[digest] = (now, found)
    expired = found.expiry is not None and found.expiry <= timezone.now()
    return found if found.user.is_active and not expired else None


class RightDeclared(IsAuthenticated):
    """Lets signed-in people in, and nobody where a view forgot to say in ``right`` who may use it.

    The sentence is shown in the API's documentation; `access` and the rules of tasks decide which
    rows somebody reaches.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Tell whether the view may begin."""
        return bool(getattr(view, "right", "")) and super().has_permission(request, view)


# --- What a body may be -------------------------------------------------------------------------

DEEPEST = 32
LONGEST_NUMBER = 34
"""Digits that the expression language keeps (IEEE 754 decimal128)."""
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class JSONParser(BaseParser):
    """JSON that every database can store: bounded in depth, finite numbers, whole characters."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the value. Raises ParseError with a sentence that says what is wrong."""
        try:
            value = json.loads(
                stream.read().decode(),
                parse_constant=_no_number,
                parse_float=_finite,
                parse_int=_whole,
            )
        except json.JSONDecodeError as error:
            raise ParseError(
                _("The body is no JSON: %(problem)s in line %(line)d, column %(column)d.")
                % {"problem": error.msg, "line": error.lineno, "column": error.colno}
            ) from error
        except UnicodeDecodeError as error:
            raise ParseError(_("The body is not encoded as UTF-8.")) from error
        except RecursionError as error:
            raise _too_deep() from error
        _check(value)
        return value


def _no_number(text: str) -> object:
    raise ParseError(_("%(text)s is no JSON number.") % {"text": text})


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ParseError(_("The body holds a number that is too large."))
    return number


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > LONGEST_NUMBER:
        raise ParseError(
            _("The body holds a number of more than %(most)d digits.") % {"most": LONGEST_NUMBER}
        )
    return int(text)


def _too_deep() -> ParseError:
    return ParseError(_("The body is nested more than %(most)d levels deep.") % {"most": DEEPEST})


def _check(value: object) -> None:
    level: list[object] = [value]
    for _depth in range(DEEPEST + 1):
        level = [inner for item in level for inner in _inside(item)]
        if not level:
            return
    raise _too_deep()


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list):
        return value
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise ParseError(_("A text in the body holds a character that cannot be stored."))
    return ()


# --- How lists are cut --------------------------------------------------------------------------


class CursorPages(BasePagination):
    """Pages in the queryset's own order that neither skip nor repeat rows while others write."""

    page_size = 50
    most = 200
    size_parameter = "page_size"
    cursor_parameter = "cursor"

    def paginate_queryset(
        self, queryset: Any, request: Request, view: "APIView | None" = None
    ) -> list[Any]:
        """Return the rows of the page that the request asks for. Raises ParseError."""
        size = self._size(request.query_params.get(self.size_parameter))
        text = request.query_params.get(self.cursor_parameter)
        order = cursors.order_of(queryset)
        cursor = cursors.Cursor()
        if text is not None:
            try:
                cursor = cursors.decode(text, order)
            except ValueError as error:
                raise ParseError(
                    _("This cursor is not one that a page has given."), code="bad_cursor"
                ) from error
            queryset = queryset.filter(cursors.past(order, cursor))
        if cursor.backward:
            queryset = queryset.reverse()
        rows = list(queryset[: size + 1])
        more, rows = len(rows) > size, rows[:size]
        came_from = text is not None
        if cursor.backward:
            rows.reverse()
        has_next, has_previous = (came_from, more) if cursor.backward else (more, came_from)
        address = request.build_absolute_uri()
        self._next = self._previous = None
        if rows and has_next:
            self._next = self._link(address, cursors.encode(order, rows[-1], backward=False))
        if rows and has_previous:
            self._previous = self._link(address, cursors.encode(order, rows[0], backward=True))
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """Return the page with the addresses of its neighbors."""
        return Response({"next": self._next, "previous": self._previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page for the API's documentation."""
        link: dict[str, Any] = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {**link, "example": "https://placet.example/…?cursor=WzAsIjUwIl0"},
                "previous": {**link, "example": None},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        """Describe the parameters for the API's documentation."""
        return [
            {
                "name": self.cursor_parameter,
                "in": "query",
                "required": False,
                "description": "Where to go on: take it from `next` or `previous` of a page.",
                "schema": {"type": "string"},
            },
            {
                "name": self.size_parameter,
                "in": "query",
                "required": False,
                "description": f"Rows of a page; more than {self.most} are cut to {self.most}.",
                "schema": {"type": "integer", "minimum": 1, "default": self.page_size},
            },
        ]

    def _size(self, text: str | None) -> int:
        if text is None:
            return self.page_size
        if not re.fullmatch("[1-9][0-9]{0,8}", text):
            raise ParseError(
                _("page_size is a whole number from 1 to %(most)d.") % {"most": self.most},
                code="bad_page_size",
            )
        return min(int(text), self.most)

    def _link(self, address: str, cursor: str) -> str:
        return replace_query_param(address, self.cursor_parameter, cursor)
