"""Incidents: what needs an operator, and trying it again."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processes import access, services
from processes.api import examples
from processes.api.asked import actor_of, person_of, query_of
from processes.api.shapes import IncidentShape
from processes.models import Incident


class IncidentQuery(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=Incident.Status.choices, default=Incident.Status.OPEN)
    process = serializers.CharField(required=False, help_text="The key of a process.")
    instance = serializers.UUIDField(required=False, help_text="The id of an instance.")


class Incidents(GenericAPIView[Incident]):
    serializer_class = IncidentShape
    queryset = Incident.objects.none()
    right = "Who operates the process; others see an empty list."

    @extend_schema(
        summary="List incidents",
        description="The newest first; the open ones unless you ask for others.",
        tags=["operating"],
        operation_id="list_incidents",
        parameters=[IncidentQuery],
        responses=IncidentShape(many=True),
        examples=[examples.INCIDENT],
    )
    def get(self, request: Request) -> Response:
        asked = query_of(request, IncidentQuery)
        columns = {"status": "status", "process": "instance__process__key", "instance": "instance"}
        found = access.operable_incidents(person_of(request)).filter(
            **{columns[name]: value for name, value in asked.items()}
        )
        found = found.select_related("instance__process").defer("instance__state")
        page = self.paginate_queryset(found.order_by("-raised_at", "-id"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class Retry(GenericAPIView[Incident]):
    serializer_class = IncidentShape
    right = "Who operates the process."

    @extend_schema(
        summary="Retry an incident",
        description="Tries again what the incident stopped. A call to another system is repeated "
        "with the same idempotency key as before.",
        tags=["operating"],
        operation_id="retry_incident",
        request=None,
        responses={200: IncidentShape},
        examples=[examples.RETRIED],
    )
    def post(self, request: Request, incident_id: UUID) -> Response:
        person, now = person_of(request), timezone.now()
        access.operable_incident(person, incident_id, now=now)
        services.retry_incident(incident_id=incident_id, actor=actor_of(person), now=now)
        found = Incident.objects.select_related("instance__process").get(pk=incident_id)
        return Response(self.get_serializer(found).data)
