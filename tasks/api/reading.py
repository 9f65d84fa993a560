"""Tasks: what there is to do and was done, one task in full, and what was said about it."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processes.api.asked import person_of, query_of
from tasks import access, inbox
from tasks.api import examples
from tasks.api.shapes import TaskDetailShape, TaskShape
from tasks.models import Task


class TaskQuery(serializers.Serializer[Any]):
    scope = serializers.ChoiceField(
        inbox.SCOPES,
        default="todo",
        help_text="`mine` is what you hold, `offered` what you could claim, `todo` both, "
        "`team` the open work of those who report to you, to look at, "
        "`done` what you decided, alone or by a vote.",
    )
    process = serializers.CharField(required=False, help_text="The key of a process.")
    priority = serializers.ChoiceField(
        ["high"], required=False, help_text="Only tasks of a priority above 50."
    )
    due = serializers.ChoiceField(
        inbox.DUE,
        required=False,
        help_text="`overdue`; later `today`; in the next 7 days (`week`); no deadline (`none`).",
    )
    initiator = serializers.CharField(
        required=False,
        max_length=200,
        help_text="Who started the instance: a user name, or a full name.",
    )
    q = serializers.CharField(
        required=False,
        max_length=200,
        help_text="Words; each must stand in the task, its subject, its key, who asks, or a "
        "variable declared as searchable.",
    )


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
        box = inbox.Inbox(person, now=now)
        found = box.tasks(asked["scope"], inbox.Wanted.read(asked))
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
