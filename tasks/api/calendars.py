"""Working calendars: which there are, and when a deadline would be."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processes.api.asked import person_of, query_of
from processes.core.errors import Absent, Invalid
from processes.core.feel import FeelError
from tasks.models import Calendar
from tasks.models.calendars import WEEKDAYS
from tasks.rules.working_time import OutOfReach, Span

KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="The key of the calendar.")
HOURS = "08:00–12:00, 13:00–17:00"


class CalendarShape(serializers.ModelSerializer[Calendar]):
    hours = serializers.SerializerMethodField(
        help_text="By weekday; an empty text is closed. Holidays and single days may differ."
    )

    class Meta:
        model = Calendar
        fields = ["key", "name", "time_zone", "hours", "country", "subdivision", "default"]

    def get_hours(self, row: Calendar) -> dict[str, str]:
        return {weekday: getattr(row, weekday) for weekday in WEEKDAYS}


class DeadlineQuery(serializers.Serializer[Any]):
    span = serializers.CharField(
        max_length=40,
        help_text="How long: `P2D` is two working days, `PT16H` are sixteen working hours.",
    )
    since = serializers.DateTimeField(help_text="From when, with an offset from UTC.")


class DeadlineShape(serializers.Serializer[Any]):
    due_at = serializers.DateTimeField()
    working_minutes = serializers.IntegerField(help_text="How much work lies before it.")


class _CalendarView(GenericAPIView[Calendar]):
    right = "Who may view working calendars."
    queryset = Calendar.objects.none()

    def seen(self, request: Request) -> Any:
        """Return the calendars that the person may see: all of them, or none."""
        if person_of(request).has_perm("tasks.view_calendar"):
            return Calendar.objects.order_by("name", "pk")
        return Calendar.objects.none().order_by("name", "pk")


class Calendars(_CalendarView):
    serializer_class = CalendarShape

    @extend_schema(
        summary="List working calendars",
        tags=["operating"],
        operation_id="list_calendars",
        responses=CalendarShape(many=True),
        examples=[
            OpenApiExample(
                "Office hours",
                {
                    "key": "berlin",
                    "name": "Berlin",
                    "time_zone": "Europe/Berlin",
                    "hours": {**dict.fromkeys(WEEKDAYS, HOURS), "saturday": "", "sunday": ""},
                    "country": "DE",
                    "subdivision": "BE",
                    "default": True,
                },
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.seen(request))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class Deadline(_CalendarView):
    serializer_class = DeadlineShape

    @extend_schema(
        summary="Reckon a deadline",
        description="When so much working time has passed. A task's own deadline is in the task.",
        tags=["operating"],
        operation_id="reckon_deadline",
        parameters=[KEY, DeadlineQuery],
        responses=DeadlineShape,
        examples=[
            OpenApiExample(
                "Two working days over a weekend",
                {"due_at": "2026-03-10T15:00:00Z", "working_minutes": 960},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request, key: str) -> Response:
        row = self.seen(request).filter(key=key).first()
        if row is None:
            raise Absent("calendar_not_found", _("This calendar does not exist."))
        asked = query_of(request, DeadlineQuery)
        return Response(DeadlineShape(reckoned(row, asked["since"], asked["span"])).data)


def reckoned(row: Calendar, since: datetime, text: str) -> dict[str, Any]:
    """Return the deadline and the work before it. Raises Invalid for what is no span of time."""
    calendar = row.working()
    try:
        if text.startswith("-"):
            raise OutOfReach(text)
        due_at = calendar.after(since, Span.parse(text))
    except (FeelError, OutOfReach) as error:
        sentence = _("Write a duration such as P2D or PT16H, of at most ten years of work.")
        raise Invalid("invalid_span", sentence, details={"fields": {"span": [sentence]}}) from error
    work = calendar.working_time_between(since, due_at)
    return {"due_at": due_at, "working_minutes": work // timedelta(minutes=1)}
