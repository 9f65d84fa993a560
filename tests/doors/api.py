"""A program that talks to the REST interface with somebody's token."""

from typing import Any

from django.contrib.auth.models import User
from knox.models import AuthToken
from rest_framework.test import APIClient

ROOT = "/api/v1/"


class Caller(APIClient):
    """Asks below /api/v1/; ``key`` sends an Idempotency-Key."""

    def __init__(self, person: User) -> None:
        super().__init__()
        _row, token = AuthToken.objects.create(user=person)
        self.credentials(HTTP_AUTHORIZATION=f"Token {token}")

    def read(self, path: str, **query: Any) -> Any:
        return self.get(f"{ROOT}{path}", query)

    def send(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key} if key is not None else {}
        return self.post(f"{ROOT}{path}", body, format="json", headers=headers)
