"""Notifications: what a person was told, and noting that it was read."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from processes.api.asked import checked, person_of, query_of
from tasks import services
from tasks.api.examples import ID, request, response
from tasks.models import KindOfNews, Notification
from tasks.telling.news import news_of
from tasks.telling.wishes import wishes_of

TOLD: dict[str, Any] = {
    "id": 812,
    "kind": "asked",
    "text": "“Purchase of Laptops” waits for you.",
    "task": ID,
    "instance": "019ca2d5-6f00-7a3c-8d51-4b0e6f2a9c10",
    "url": f"https://placet.example/api/v1/tasks/{ID}/",
    "on_behalf_of": "",
    "created_at": "2026-03-02T09:00:05Z",
    "read_at": None,
}
READ = {**TOLD, "read_at": "2026-03-02T09:20:00Z"}


@extend_schema_serializer(component_name="Notification")
class NotificationShape(serializers.Serializer[Notification]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=KindOfNews.choices, source="announcement.kind")
    text = serializers.SerializerMethodField(help_text="What happened, in one sentence.")
    task = serializers.UUIDField(source="announcement.task_id", allow_null=True)
    instance = serializers.UUIDField(source="announcement.instance_id")  # type: ignore[assignment]
    url = serializers.SerializerMethodField(help_text="Where the API tells more about it.")
    on_behalf_of = serializers.CharField(
        source="on_behalf_of_name", help_text="The absent person in whose place; may be empty."
    )
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)

    def get_text(self, row: Notification) -> str:
        zone = self.context["zone"]
        told = row.announcement
        return news_of(told, on_behalf_of=row.on_behalf_of_name, zone=zone).sentence

    def get_url(self, row: Notification) -> str:
        told, asked = row.announcement, self.context["request"]
        if told.task_id is None:
            return reverse("api-instance", [told.instance_id], request=asked)
        return reverse("api-task", [told.task_id], request=asked)


class NotificationQuery(serializers.Serializer[Any]):
    unread = serializers.BooleanField(default=False, help_text="Leave out what was read.")


class ReadRequest(serializers.Serializer[Any]):
    up_to = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        help_text="The id of the newest notification that you have seen.",
    )


@extend_schema_serializer(component_name="ReadCount")
class ReadCountShape(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were unread before.")


class NotificationView(GenericAPIView[Notification]):
    serializer_class = NotificationShape
    queryset = Notification.objects.none()
    right = "Everybody signed in, for their own notifications."

    def get_serializer_context(self) -> dict[str, Any]:
        """Add the time zone of the person who asks."""
        person = person_of(self.request)
        zone = wishes_of([person.pk])[person.pk].zone
        return {**super().get_serializer_context(), "zone": zone}


class Notifications(NotificationView):
    @extend_schema(
        summary="List notifications",
        description="The newest first.",
        tags=["notifications"],
        operation_id="list_notifications",
        parameters=[NotificationQuery],
        responses=NotificationShape(many=True),
        examples=[response("A task asks you", TOLD)],
    )
    def get(self, request: Request) -> Response:
        asked = query_of(request, NotificationQuery)
        rows = Notification.objects.filter(user=person_of(request)).select_related(
            "announcement__instance__process", "announcement__task"
        )
        if asked["unread"]:
            rows = rows.filter(read_at=None)
        page = self.paginate_queryset(rows.order_by("-pk")) or []
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class ReadNotification(NotificationView):
    @extend_schema(
        summary="Mark a notification as read",
        description="Doing it again changes nothing.",
        tags=["notifications"],
        operation_id="read_notification",
        request=None,
        responses={200: NotificationShape},
        examples=[response("It is read", READ)],
    )
    def post(self, request: Request, notification_id: int) -> Response:
        row = services.mark_read(
            notification_id=notification_id, person=person_of(request), now=timezone.now()
        )
        return Response(self.get_serializer(row).data)


class ReadNotifications(NotificationView):
    @extend_schema(
        summary="Mark notifications as read",
        description="All that you have seen: what came later stays unread.",
        tags=["notifications"],
        operation_id="read_notifications",
        request=ReadRequest,
        responses={200: ReadCountShape},
        examples=[request("All of a page", {"up_to": 812}), response("Done", {"read": 3})],
    )
    def post(self, request: Request) -> Response:
        sent = checked(ReadRequest, request.data)
        person = person_of(request)
        count = services.mark_all_read(person=person, up_to=sent["up_to"], now=timezone.now())
        return Response({"read": count})
