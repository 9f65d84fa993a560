"""Processes: which there are, and starting one."""

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processes import access, services
from processes.api import examples
from processes.api.asked import checked, person_of
from processes.api.shapes import InstanceDetailShape, ProcessShape
from processes.models import Instance, Process, Version

KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="The key of the process.")


class StartRequest(serializers.Serializer[Any]):
    variables = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        default=dict,
        help_text="What the start form of the process asks for, by name.",
    )
    business_key = serializers.CharField(
        max_length=200,
        default="",
        allow_blank=True,
        help_text="What your own system calls it, such as an order number.",
    )


def published() -> Prefetch[Any]:
    return Prefetch(
        "versions", Version.objects.filter(status="published").defer("source", "decisions")
    )


class _ProcessView(GenericAPIView[Process]):
    serializer_class = ProcessShape
    queryset = Process.objects.none()
    right = "Everybody signed in; shows the processes that you may start or watch."

    def shown(self, found: Any, *, many: bool) -> Any:
        startable = access.startable(person_of(self.request)).values_list("pk", flat=True)
        context = {**self.get_serializer_context(), "startable": set(startable)}
        return self.get_serializer(found, many=many, context=context).data


class Processes(_ProcessView):
    @extend_schema(
        summary="List processes",
        tags=["processes"],
        operation_id="list_processes",
        responses=ProcessShape(many=True),
        examples=[examples.PROCESS],
    )
    def get(self, request: Request) -> Response:
        found = access.known(person_of(request)).order_by("name", "pk")
        page = self.paginate_queryset(found.prefetch_related(published()))
        return self.get_paginated_response(self.shown(page, many=True))


class OneProcess(_ProcessView):
    @extend_schema(
        summary="Show a process",
        tags=["processes"],
        operation_id="show_process",
        parameters=[KEY],
        responses=ProcessShape,
        examples=[examples.PROCESS],
    )
    def get(self, request: Request, key: str) -> Response:
        found = access.known_process(person_of(request), key)
        prefetch_related_objects([found], published())
        return Response(self.shown(found, many=False))


class Start(GenericAPIView[Instance]):
    serializer_class = InstanceDetailShape
    right = "Who may start the process."

    @extend_schema(
        summary="Start an instance",
        tags=["processes"],
        operation_id="start_instance",
        parameters=[KEY],
        request=StartRequest,
        responses={201: InstanceDetailShape},
        examples=[examples.START, examples.STARTED],
    )
    def post(self, request: Request, key: str) -> Response:
        process = access.startable_process(person_of(request), key)
        sent = checked(StartRequest, request.data)
        instance = services.start(
            process=process,
            variables=sent["variables"],
            business_key=sent["business_key"],
            initiator=person_of(request),
            now=timezone.now(),
        )
        shown = self.get_serializer(instance).data
        return Response(shown, status=201, headers={"Location": shown["url"]})
