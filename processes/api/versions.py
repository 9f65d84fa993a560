"""The versions of a process as they were uploaded, to keep them elsewhere too."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processes import access
from processes.api import examples
from processes.api.asked import person_of
from processes.api.processes import KEY
from processes.models import Version

NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH, description="The version's number.")


@extend_schema_serializer(component_name="Version")
class VersionShape(serializers.Serializer[Version]):
    process = serializers.CharField(source="process.key", help_text="The key of the process.")
    number = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Version.Status.choices)
    note = serializers.CharField(help_text="What changed; may be empty.")
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    checksum = serializers.CharField(help_text="SHA-256 of the file in UTF-8.")
    bpmn = serializers.CharField(source="source", help_text="The file, character by character.")


class OneVersion(GenericAPIView[Version]):
    serializer_class = VersionShape
    right = "Who may see the process in the administration: view, operate, design or change it."

    @extend_schema(
        summary="Show a version with its BPMN file",
        tags=["processes"],
        operation_id="show_version",
        parameters=[KEY, NUMBER],
        responses=VersionShape,
        examples=[examples.VERSION],
    )
    def get(self, request: Request, key: str, number: Any) -> Response:
        version = access.readable_version(person_of(request), key, int(number))
        return Response(self.get_serializer(version).data)
