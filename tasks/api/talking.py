"""What people say about a task, and the files that they lay beside it."""

from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from processes.api.asked import checked, person_of
from processes.core.errors import Invalid
from tasks import access, services
from tasks.api import examples
from tasks.api.shapes import AttachmentShape, CommentShape
from tasks.downloads import download
from tasks.models import Attachment, Comment, Visibility

SEES = "Whom it asks or asked, who started the instance, and who may watch the process."


class CommentRequest(serializers.Serializer[Any]):
    text = serializers.CharField(
        max_length=5000, help_text="Whoever is named as `@username` and may see the task is told."
    )
    visibility = serializers.ChoiceField(Visibility.choices, default=Visibility.TASK.value)


class AttachmentRequest(serializers.Serializer[Any]):
    file = serializers.FileField()
    visibility = serializers.ChoiceField(Visibility.choices, default=Visibility.TASK.value)


class Comments(GenericAPIView[Comment]):
    serializer_class = CommentShape
    queryset = Comment.objects.none()
    right = SEES

    @extend_schema(
        summary="List the comments on a task",
        description="The oldest first, with those on other tasks that are meant for the whole "
        "request.",
        tags=["tasks"],
        operation_id="list_comments",
        responses=CommentShape(many=True),
        examples=[examples.COMMENT],
    )
    def get(self, request: Request, task_id: UUID) -> Response:
        person = person_of(request)
        task, standing = access.task_for(person, task_id, now=timezone.now())
        found = Comment.objects.seen_at(task, person, standing).select_related("author")
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary="Comment on a task",
        description="Possible also after it was answered.",
        tags=["tasks"],
        operation_id="comment_task",
        request=CommentRequest,
        responses={201: CommentShape},
        examples=[examples.COMMENTING, examples.COMMENTED],
    )
    def post(self, request: Request, task_id: UUID) -> Response:
        person, now = person_of(request), timezone.now()
        access.task_for(person, task_id, now=now)
        sent = checked(CommentRequest, request.data)
        said = services.comment(task_id=task_id, person=person, **sent, now=now)
        return Response(self.get_serializer(said).data, status=201)


class Attachments(GenericAPIView[Attachment]):
    serializer_class = AttachmentShape
    queryset = Attachment.objects.none()
    parser_classes = [MultiPartParser]
    right = SEES

    @extend_schema(
        summary="List the files beside a task",
        tags=["tasks"],
        operation_id="list_attachments",
        responses=AttachmentShape(many=True),
        examples=[examples.ATTACHMENT],
    )
    def get(self, request: Request, task_id: UUID) -> Response:
        person = person_of(request)
        task, standing = access.task_for(person, task_id, now=timezone.now())
        found = Attachment.objects.seen_at(task, person, standing).select_related("author")
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary="Lay a file beside a task",
        description="The content must be what the name says. It is only ever given back as a "
        "download, and not before the scanner has looked at it where there is one.",
        tags=["tasks"],
        operation_id="attach_task",
        request={"multipart/form-data": AttachmentRequest},
        responses={201: AttachmentShape},
        examples=[examples.ATTACHING, examples.ATTACHED],
    )
    def post(self, request: Request, task_id: UUID) -> Response:
        person, now = person_of(request), timezone.now()
        access.task_for(person, task_id, now=now)
        sent = checked(AttachmentRequest, request.data)
        file = sent["file"]
        if not file.name:
            raise Invalid("file_nameless", _("The file has no name."))
        attachment = services.attach(
            task_id=task_id,
            person=person,
            name=file.name,
            content=file.file,
            size=file.size,
            visibility=sent["visibility"],
            now=now,
        )
        return Response(self.get_serializer(attachment).data, status=201)


class OneAttachment(GenericAPIView[Attachment]):
    queryset = Attachment.objects.none()
    serializer_class = AttachmentShape
    right = "Whoever may see the task, as far as the file's visibility goes."

    @extend_schema(
        summary="Download a file",
        tags=["tasks"],
        operation_id="download_attachment",
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)},
        examples=[examples.DOWNLOADED],
    )
    def get(self, request: Request, attachment_id: UUID) -> FileResponse:
        found = services.attachment_for(
            attachment_id=attachment_id, person=person_of(request), now=timezone.now()
        )
        return download(found)
