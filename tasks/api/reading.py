"""Tasks: what there is to do and was done, one task in full, and what was said about it."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processes.api.asked import checked, person_of, query_of
from tasks import access, inbox, services
from tasks.api import examples
from tasks.api.shapes import CommentShape, TaskDetailShape, TaskShape
from tasks.models import Comment, Task


class TaskQuery(serializers.Serializer[Any]):
    scope = serializers.ChoiceField(
        ["todo", "mine", "offered", "done"],
        default="todo",
        help_text="`mine` is what you hold, `offered` what you could claim, `todo` both, "
        "`done` what you decided.",
    )
    process = serializers.CharField(required=False, help_text="The key of a process.")
    q = serializers.CharField(
        required=False, max_length=200, help_text="Words in the task, its subject or its key."
    )


class CommentRequest(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=5000)


class Tasks(GenericAPIView[Task]):
    serializer_class = TaskShape
    queryset = Task.objects.none()
    right = "Everybody signed in; shows your own work, and that of people you stand in for."

    @extend_schema(
        summary="List tasks",
        description="The most urgent first; of those that are done, the latest first.",
        tags=["tasks"],
        operation_id="list_tasks",
        parameters=[TaskQuery],
        responses=TaskShape(many=True),
        examples=[examples.TASK],
    )
    def get(self, request: Request) -> Response:
        person, now, asked = person_of(request), timezone.now(), query_of(request, TaskQuery)
        found = inbox.tasks(person, asked["scope"], now=now)
        if "process" in asked:
            found = found.filter(instance__process__key=asked["process"])
        for word in asked.get("q", "").split():
            found = found.filter(
                Q(name__icontains=word)
                | Q(instance__subject__icontains=word)
                | Q(instance__business_key__icontains=word)
            )
        page = self.paginate_queryset(found.defer("instance__state")) or []
        standings = access.standings(person, page, now=now)
        context = {**self.get_serializer_context(), "standings": standings}
        return self.get_paginated_response(
            self.get_serializer(page, many=True, context=context).data
        )


class OneTask(GenericAPIView[Task]):
    serializer_class = TaskDetailShape
    right = "Whom it asks or asked, who started the instance, and who may watch the process."

    @extend_schema(
        summary="Show a task",
        tags=["tasks"],
        operation_id="show_task",
        responses=TaskDetailShape,
        examples=[examples.DETAIL],
    )
    def get(self, request: Request, task_id: UUID) -> Response:
        task, standing = access.task_for(person_of(request), task_id, now=timezone.now())
        context = {**self.get_serializer_context(), "standings": {task.pk: standing}}
        return Response(self.get_serializer(task, context=context).data)


class Comments(GenericAPIView[Comment]):
    serializer_class = CommentShape
    queryset = Comment.objects.none()
    right = OneTask.right

    @extend_schema(
        summary="List the comments on a task",
        description="The oldest first.",
        tags=["tasks"],
        operation_id="list_comments",
        responses=CommentShape(many=True),
        examples=[examples.COMMENT],
    )
    def get(self, request: Request, task_id: UUID) -> Response:
        task, _standing = access.task_for(person_of(request), task_id, now=timezone.now())
        page = self.paginate_queryset(task.comments.select_related("author"))
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
        said = services.comment(task_id=task_id, person=person, text=sent["text"], now=now)
        return Response(self.get_serializer(said).data, status=201)
