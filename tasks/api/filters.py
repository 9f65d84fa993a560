"""Filters of the inbox that a person keeps."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processes.api.asked import checked, person_of
from tasks import services
from tasks.models import SavedFilter

QUERY = "scope=offered&process=purchase-approval&due=overdue"
KEEPING = OpenApiExample("Keep", {"name": "Late purchases", "query": QUERY}, request_only=True)
KEPT = OpenApiExample("Kept", {"id": 7, "name": "Late purchases", "query": QUERY})


@extend_schema_serializer(component_name="SavedFilter")
class FilterShape(serializers.Serializer[SavedFilter]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    query = serializers.CharField(help_text="What `GET /tasks/` takes behind the question mark.")


class FilterRequest(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60, help_text="A name used before means the new one.")
    query = serializers.CharField(
        max_length=1000, help_text="As for `GET /tasks/`; what it does not know is dropped."
    )


class Filters(GenericAPIView[SavedFilter]):
    right = "Everybody signed in, for their own filters."
    serializer_class = FilterShape
    queryset = SavedFilter.objects.none()

    @extend_schema(
        summary="List saved filters",
        tags=["tasks"],
        operation_id="list_filters",
        responses=FilterShape(many=True),
        examples=[KEPT],
    )
    def get(self, request: Request) -> Response:
        found = SavedFilter.objects.filter(person=person_of(request)).order_by("id")
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary="Save a filter",
        tags=["tasks"],
        operation_id="save_filter",
        request=FilterRequest,
        responses={201: FilterShape},
        examples=[KEEPING, KEPT],
    )
    def post(self, request: Request) -> Response:
        sent = checked(FilterRequest, request.data)
        kept = services.save_filter(person=person_of(request), now=timezone.now(), **sent)
        return Response(self.get_serializer(kept).data, status=201)


class OneFilter(GenericAPIView[SavedFilter]):
    right = Filters.right
    serializer_class = FilterShape
    queryset = SavedFilter.objects.none()

    @extend_schema(
        summary="Delete a saved filter",
        tags=["tasks"],
        operation_id="delete_filter",
        responses={204: None},
    )
    def delete(self, request: Request, filter_id: int) -> Response:
        services.delete_filter(person=person_of(request), filter_id=filter_id)
        return Response(status=204)
