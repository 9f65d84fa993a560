"""How the API describes itself: what every operation has in common is said here once."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.utils import OpenApiParameter, extend_schema_serializer
from rest_framework import serializers

from portal import idempotency
from portal.problems import CONTENT_TYPE


@extend_schema_serializer(component_name="FieldError")
class FieldErrorShape(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Where, such as `variables.amount`; may be empty.")
    message = serializers.CharField()


@extend_schema_serializer(component_name="Problem")
class ProblemShape(serializers.Serializer[Any]):
    """RFC 9457. Programs look at ``code``, people read ``title`` and ``detail``."""

    type = serializers.CharField(help_text="`urn:placet:problem:` and the code.")
    title = serializers.CharField(help_text="What happened.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What did not change, and what to do.")
    code = serializers.CharField(help_text="Never changes; safe to compare with.")
    errors = FieldErrorShape(  # type: ignore[assignment]
        many=True, required=False, help_text="What is wrong with each field."
    )
    winner = serializers.CharField(required=False, help_text="Who was first (409).")
    at = serializers.DateTimeField(required=False, help_text="When that was (409).")


IDEMPOTENCY_KEY = OpenApiParameter(
    idempotency.HEADER,
    {"type": "string", "minLength": 1, "maxLength": idempotency.LONGEST, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="Any text of your choice, such as a UUID. A request with the same key is done "
    "once: repeated within 24 hours it gets the same answer, with `Idempotent-Replayed: true`. "
    "The same key with a different request is refused (422).",
)

PROBLEMS = {
    "400": "Something that was sent has the wrong form.",
    "401": "No token, or one that is not valid.",
    "403": "You may see it, but this is not yours to do.",
    "404": "It does not exist, or is not yours to see.",
    "409": "It is past the point where this can be done; says who was first, and when.",
    "422": "The form is right, but the process does not accept what was sent.",
    "default": "Any other problem.",
}


class Schema(AutoSchema):
    """Adds to every operation who may use it, its problems, and the idempotency key of a POST."""

    def get_operation(self, *args: Any) -> dict[str, Any] | None:
        """Return the description of an operation."""
        operation: dict[str, Any] | None = super().get_operation(*args)
        right = getattr(self.view, "right", "")
        if operation is not None and right:
            said = operation.get("description", "")
            operation["description"] = f"{said}\n\n**Who may:** {right}".strip()
        return operation

    def get_override_parameters(self) -> list[Any]:
        """Return the parameters that come with the kind of request."""
        keyed = self.method == "POST" and self.get_operation_id() != "create_token"
        return [*super().get_override_parameters(), *([IDEMPOTENCY_KEY] if keyed else [])]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        problem = self.resolve_serializer(ProblemShape, direction).ref
        for status in self._problems():
            bodies[status] = {
                "description": PROBLEMS[status],
                "content": {CONTENT_TYPE: {"schema": problem}},
            }
        return bodies

    def _problems(self) -> list[str]:
        found = ["401", "default"]
        if "{" in self.path:
            found.append("404")
        if self.method == "POST" and "tokens" not in self.path:
            found += ["400", "403", "409", "422"]
        if self.method == "GET" and self._is_list_view():
            found.append("400")
        return sorted(found)


class TokenScheme(OpenApiAuthenticationExtension):
    """Describes how a token is sent."""

    target_class = "portal.rest.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the scheme."""
        return build_bearer_security_scheme_object("Authorization", "Token")


class PasswordScheme(OpenApiAuthenticationExtension):
    """Describes how a name and password are sent for a token."""

    target_class = "portal.tokens.PasswordAuthentication"
    name = "password"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the scheme."""
        return {"type": "http", "scheme": "basic"}
