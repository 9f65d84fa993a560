"""Requests made up from the API's own description: no crash, and every answer as described.

Half of the ids lead to rows that exist, so that operations are really carried out.
"""

import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from knox.models import AuthToken
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from processes.models import Incident, Instance, Job
from tasks.models import (
    Announcement,
    Attachment,
    Notification,
    SavedFilter,
    Substitution,
    Task,
)
from tests import factories as f
from tests.processes.drawn import end, file_of, process, start, topic

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
schema.app = get_wsgi_application()


class World:
    """People with their tokens, and rows to work on."""

    def __init__(self) -> None:
        for number in range(6):
            instance = f.purchase(title=f"Purchase {number}")
            Incident.objects.create(
                instance=instance,
                key=f"notice {number}",
                token="t",
                node="manager",
                code="c",
                sentence="Look at it.",
                blocking=False,
                raised_at=f.NOW,
            )
        credit = process("loan", start(), topic("credit"), end(), flow="start credit end")
        for _ in range(3):
            f.started(f.deployed_source(file_of(credit)).process)
        self.lay_beside(Task.objects.earliest("pk"))
        self.tokens = [
            AuthToken.objects.create(user=f.person(name))[1] for name in ("alice", "bob", "dan")
        ]
        self.ids = {
            "key": ["purchase-approval", "loan"],
            "instance_id": rows(Instance),
            "task_id": rows(Task),
            "incident_id": rows(Incident),
            "job_id": rows(Job),
            "attachment_id": rows(Attachment),
            "absence_id": rows(Substitution),
            "filter_id": rows(SavedFilter),
            "notification_id": rows(Notification),
            "number": ["1"],
            "username": ["alice", "bob", "dan"],
        }

    def lay_beside(self, task: Task) -> None:
        """Give Bob one each of what people keep for themselves."""
        bob, carol = f.person("bob"), f.person("carol")
        Attachment.objects.create(
            task=task,
            name="offer.pdf",
            size=1,
            media_type="application/pdf",
            sha256="0" * 64,
            stored="aa/bb",
            scan=Attachment.Scan.WAITING,
            created_at=f.NOW,
        )
        SavedFilter.objects.create(person=bob, name="Late", query="due=overdue", created_at=f.NOW)
        told = Announcement.objects.earliest("pk")
        Notification.objects.create(announcement=told, user=bob, created_at=f.NOW)
        f.away(bob, carol)


def rows(model: Any) -> list[str]:
    return [str(pk) for pk in model.objects.values_list("pk", flat=True)]


@pytest.fixture
def world(db) -> Iterator[World]:
    """The rows, on a connection that the end of a request leaves open, as Django's client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield World()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_made_up_requests_get_the_answers_that_are_described(case, world):
    luck = zlib.crc32(repr((case.path_parameters, case.query, case.body)).encode())
    for name in case.path_parameters or {}:
        if luck % 2:
            known = world.ids[name]
            case.path_parameters[name] = known[luck % len(known)]
    token = world.tokens[luck % len(world.tokens)]

    response = case.call(headers={"Authorization": f"Token {token}", "Accept-Encoding": "identity"})

    case.validate_response(response, checks=CHECKS)
