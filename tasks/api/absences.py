"""Absences: who is away, who stands in, and for what."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from drf_spectacular.utils import extend_schema_serializer as named
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processes.api.asked import checked, person_of, query_of
from processes.api.shapes import PersonShape
from processes.core.errors import Invalid
from processes.models import Process
from tasks import services
from tasks.api.verbs import user_named
from tasks.models import Substitution

SENT: dict[str, Any] = {
    "substitute": "carol",
    "starts_at": "2026-03-09T00:00:00Z",
    "ends_at": "2026-03-14T00:00:00Z",
    "processes": ["purchase-approval"],
    "amount_limit": "1000",
    "reason": "Vacation",
}
SHOWN = {
    **SENT,
    "id": 7,
    "absentee": {"username": "bob", "name": "Bob Brown"},
    "substitute": {"username": "carol", "name": "Carol Cole"},
    "amount_limit": "1000.0000",
}
ID = OpenApiParameter("absence_id", int, OpenApiParameter.PATH, description="Its id.")


@named(component_name="Absence")
class AbsenceShape(serializers.ModelSerializer[Substitution]):
    absentee = PersonShape()
    substitute = PersonShape(allow_null=True, help_text="Null: nobody stands in.")
    processes = serializers.SerializerMethodField(
        help_text="Keys of the processes for which it counts; null is all of them."
    )

    class Meta:
        model = Substitution
        fields = [
            "id",
            "absentee",
            "substitute",
            "starts_at",
            "ends_at",
            "processes",
            "amount_limit",
            "reason",
        ]
        extra_kwargs = {
            "amount_limit": {
                "help_text": "It counts for tasks up to this amount; null is all. A task that "
                "names no amount is not covered by a limit."
            }
        }

    def get_processes(self, row: Substitution) -> list[str] | None:
        return None if row.every_process else sorted(p.key for p in row.processes.all())


@named(component_name="PlannedAbsence")
class Planned(serializers.Serializer[Any]):
    absentee = serializers.CharField(
        required=False, help_text="Yourself unless given: of your team, or as an administrator."
    )
    substitute = serializers.CharField(
        allow_null=True, help_text="A user name. Null: nobody stands in, others are asked instead."
    )
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="It counts until before this moment.")
    processes = serializers.ListField(
        child=serializers.CharField(), default=list, help_text="Only for these; empty is all."
    )
    amount_limit = serializers.DecimalField(
        max_digits=19, decimal_places=4, min_value=0, allow_null=True, default=None
    )
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class AbsenceQuery(serializers.Serializer[Any]):
    absentee = serializers.CharField(required=False, help_text="A user name.")
    current = serializers.BooleanField(default=False, help_text="Only those of now.")


class Absences(GenericAPIView[Substitution]):
    serializer_class = AbsenceShape
    queryset = Substitution.objects.none()
    right = "Everybody: their own, those in which they stand in, and those of their team."

    @extend_schema(
        summary="List absences",
        description="The latest first; administrators see all.",
        tags=["organization"],
        operation_id="list_absences",
        parameters=[AbsenceQuery],
        responses=AbsenceShape(many=True),
        examples=[OpenApiExample("A vacation", SHOWN, response_only=True, status_codes=["200"])],
    )
    def get(self, request: Request) -> Response:
        query = query_of(request, AbsenceQuery)
        found = services.absences_seen_by(person_of(request))
        if "absentee" in query:
            found = found.filter(absentee__username=query["absentee"])
        if query["current"]:
            found = found.current(timezone.now())
        page = self.paginate_queryset(found.order_by("-starts_at", "-pk"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary="Plan an absence",
        description="The substitute may answer in your name from then on, also what is open.",
        tags=["organization"],
        operation_id="plan_absence",
        request=Planned,
        responses={201: AbsenceShape},
        examples=[
            OpenApiExample("A vacation", SENT, request_only=True),
            OpenApiExample("A vacation", SHOWN, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        sent, person, now = checked(Planned, request.data), person_of(request), timezone.now()
        absentee = absentee_named(sent.pop("absentee", ""), person)
        name, keys = sent.pop("substitute"), sent.pop("processes")
        substitute = None if name is None else user_named(name, field="substitute")
        chosen = processes_named(keys, absentee, person)
        planned = services.set_absence(
            absentee=absentee,
            substitute=substitute,
            processes=chosen,
            by=person,
            now=now,
            **sent,
        )
        return Response(self.get_serializer(planned).data, status=201)


class EndAbsence(GenericAPIView[Substitution]):
    serializer_class = AbsenceShape
    right = "Who is away, whom they report to, and who may change substitutions."

    @extend_schema(
        summary="End an absence",
        description="Now; one that has not begun is removed.",
        tags=["organization"],
        operation_id="end_absence",
        parameters=[ID],
        request=None,
        responses={204: None},
    )
    def post(self, request: Request, absence_id: int) -> Response:
        services.end_absence(substitution_id=absence_id, by=person_of(request), now=timezone.now())
        return Response(status=204)


def absentee_named(name: str, person: User) -> User:
    """Return whose absence it is; who may not plan for others learns no names."""
    if not name or name == person.get_username():
        return person
    found = User.objects.filter(username=name).first()
    if found is None or not services.may_plan_for(person, found):
        raise services.not_your_absence()
    return found


def processes_named(keys: list[str], absentee: User, person: User) -> list[Process]:
    """Return the processes. Raises Invalid for one that does not exist for the person."""
    offered = services.processes_of_absence([absentee], by=person)
    found = {process.key: process for process in offered.filter(key__in=keys)}
    unknown = [key for key in keys if key not in found]
    if unknown:
        sentence = _("There is no process “%(key)s”.") % {"key": unknown[0]}
        raise Invalid("invalid_absence", sentence, details={"fields": {"processes": [sentence]}})
    return list(found.values())
