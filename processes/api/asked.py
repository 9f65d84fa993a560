"""What the doors of the REST interface share: who asks, and what for."""

from typing import Any, cast

from django.contrib.auth.models import User
from rest_framework import serializers
from rest_framework.request import Request

from processes.services import Actor


def person_of(request: Request) -> User:
    """Return who asks; no view lets anybody in who is not signed in."""
    return cast(User, request.user)


def actor_of(person: User) -> Actor:
    return Actor(person, (person.get_full_name() or person.get_username())[:150])


def checked(shape: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """Return what was sent, if it has the shape. Raises ValidationError with a sentence each."""
    serializer = shape(data=data)
    serializer.is_valid(raise_exception=True)
    found: dict[str, Any] = serializer.validated_data
    return found


def query_of(request: Request, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """Return the parameters of the address that the shape knows. Raises ValidationError."""
    return checked(shape, request.query_params.dict())
