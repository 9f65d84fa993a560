"""Instances: where they stand, what happened, and ending one early."""

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
from processes.api.asked import actor_of, checked, person_of, query_of
from processes.api.shapes import HistoryShape, InstanceDetailShape, InstanceShape
from processes.models import HistoryEvent, Instance
from processes.store import graph_of


class InstanceQuery(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=Instance.Status.choices, required=False)
    process = serializers.CharField(required=False, help_text="The key of a process.")
    business_key = serializers.CharField(required=False)
    mine = serializers.BooleanField(required=False, help_text="Only what you started yourself.")


class CancelRequest(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000, help_text="Why; people read it.")


class Instances(GenericAPIView[Instance]):
    serializer_class = InstanceShape
    queryset = Instance.objects.none()
    right = "Everybody signed in; shows what you started, acted in, are asked in or may watch."

    @extend_schema(
        summary="List instances",
        description="The newest first.",
        tags=["instances"],
        operation_id="list_instances",
        parameters=[InstanceQuery],
        responses=InstanceShape(many=True),
        examples=[examples.INSTANCE],
    )
    def get(self, request: Request) -> Response:
        person, asked = person_of(request), query_of(request, InstanceQuery)
        found = access.visible_instances(person, now=timezone.now())
        if asked.pop("mine", False):
            found = found.filter(initiator=person)
        columns = {"status": "status", "process": "process__key", "business_key": "business_key"}
        found = found.filter(**{columns[name]: value for name, value in asked.items()})
        found = found.select_related("process", "version", "initiator")
        page = self.paginate_queryset(found.defer("state", "version__source", "version__decisions"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class OneInstance(GenericAPIView[Instance]):
    serializer_class = InstanceDetailShape
    right = "Who started it, acted in it, is asked in it, or may watch the process."

    @extend_schema(
        summary="Show an instance",
        tags=["instances"],
        operation_id="show_instance",
        responses=InstanceDetailShape,
        examples=[examples.DETAIL],
    )
    def get(self, request: Request, instance_id: UUID) -> Response:
        instance = access.visible_instance(person_of(request), instance_id, now=timezone.now())
        return Response(self.get_serializer(instance).data)


class History(GenericAPIView[HistoryEvent]):
    serializer_class = HistoryShape
    queryset = HistoryEvent.objects.none()
    right = OneInstance.right

    @extend_schema(
        summary="Read the history of an instance",
        description="From the first event on. History is never changed or cut.",
        tags=["instances"],
        operation_id="read_history",
        responses=HistoryShape(many=True),
        examples=[examples.EVENT],
    )
    def get(self, request: Request, instance_id: UUID) -> Response:
        instance = access.visible_instance(person_of(request), instance_id, now=timezone.now())
        events = instance.history.select_related("actor").order_by("sequence")
        page = self.paginate_queryset(events)
        context = {**self.get_serializer_context(), "graph": graph_of(instance.version_id)}
        return self.get_paginated_response(
            self.get_serializer(page, many=True, context=context).data
        )


class Cancel(GenericAPIView[Instance]):
    serializer_class = InstanceDetailShape
    right = "Who operates the process."

    @extend_schema(
        summary="Cancel an instance",
        description="It ends where it stands; its tasks, timers and jobs are taken back.",
        tags=["operating"],
        operation_id="cancel_instance",
        request=CancelRequest,
        responses={200: InstanceDetailShape},
        examples=[examples.CANCEL, examples.CANCELLED],
    )
    def post(self, request: Request, instance_id: UUID) -> Response:
        person, now = person_of(request), timezone.now()
        access.operable_instance(person, instance_id, now=now)
        sent = checked(CancelRequest, request.data)
        services.cancel(
            instance_id=instance_id, actor=actor_of(person), reason=sent["reason"], now=now
        )
        instance = access.visible_instance(person, instance_id, now=now)
        return Response(self.get_serializer(instance).data)
