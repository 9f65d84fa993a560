"""Tokens: how a program gets one for a person, and gives it back."""

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from knox.models import AuthToken
from rest_framework import serializers
from rest_framework.authentication import BasicAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.rest import TokenAuthentication, forget_token

LONGEST = 150


class PasswordAuthentication(BasicAuthentication):
    """User name and password, counted against the lock-out like those of the sign-in page."""

    www_authenticate_realm = "Placet"

    def authenticate_credentials(
        self, userid: str, password: str, request: Request | None = None
    ) -> tuple[User, None]:
        """Return the person. Raises AuthenticationFailed, the same for every reason."""
        person = None
        if request is not None and len(userid) <= LONGEST and "\x00" not in userid + password:
            # The request below ours is the one on which the lock-out leaves its mark.
            person = authenticate(request._request, username=userid, password=password)
        if not isinstance(person, User):
            raise AuthenticationFailed(_("The user name or the password is wrong."))
        return person, None


@extend_schema_serializer(component_name="Token")
class TokenShape(serializers.Serializer[dict[str, Any]]):
    token = serializers.CharField(help_text="Shown this once; only a hash of it is kept.")
    expires_at = serializers.DateTimeField(allow_null=True)


class Tokens(APIView):
    authentication_classes = [PasswordAuthentication]
    right = "Everybody with a user name and a password."

    @extend_schema(
        summary="Get a token",
        description="The one call that takes a user name and a password (HTTP Basic). After ten "
        "wrong ones the name is locked for a quarter of an hour (429). An `Idempotency-Key` is "
        "not kept for this call, because its answer must not be.",
        tags=["auth"],
        operation_id="create_token",
        request=None,
        responses={201: TokenShape},
        examples=[
            OpenApiExample(
                "A new token",
                {"token": "5f1c…", "expires_at": "2026-05-31T09:00:00Z"},
                response_only=True,
                status_codes=["201"],
            )
        ],
    )
    def post(self, request: Request) -> Response:
        kept, token = AuthToken.objects.create(user=request.user)
        shown = TokenShape({"token": token, "expires_at": kept.expiry}).data
        return Response(shown, status=201, headers={"Cache-Control": "no-store"})


class CurrentToken(APIView):
    authentication_classes = [TokenAuthentication]
    right = "Whoever holds the token."

    @extend_schema(
        summary="Give the token back",
        description="The token with which you ask is dead at once, and everywhere within 5 s.",
        tags=["auth"],
        operation_id="delete_token",
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        forget_token(request.auth)
        request.auth.delete()
        return Response(status=204)
