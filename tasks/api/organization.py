"""The organization: units, people, and what becomes of the work of who leaves."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processes.api.asked import checked, person_of
from processes.api.shapes import PersonShape
from tasks import access, services
from tasks.models import Unit

WHATS = ["others", "manager", "fallback", "nobody", "kept"]
BOB = {"username": "bob", "name": "Bob Brown"}
CAROL = {"username": "carol", "name": "Carol Cole"}


@extend_schema_serializer(component_name="Position")
class PositionShape(serializers.Serializer[Any]):
    role = serializers.CharField()
    user = PersonShape()


@extend_schema_serializer(component_name="Unit")
class UnitShape(serializers.Serializer[Unit]):
    key = serializers.CharField()
    name = serializers.CharField()
    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent.key", default=None, allow_null=True, help_text="The key of the unit above."
    )
    positions = PositionShape(many=True, help_text="Who holds which role here.")


@extend_schema_serializer(component_name="ProfileOfPerson")
class ProfileShape(serializers.Serializer[User]):
    username = serializers.CharField()
    name = serializers.CharField(source="get_full_name")
    active = serializers.BooleanField(source="is_active")
    unit = serializers.CharField(source="profile.unit.key", default=None, allow_null=True)
    manager = PersonShape(source="profile.manager", default=None, allow_null=True)
    skills = serializers.SerializerMethodField(help_text="Their keys.")
    open_limit = serializers.IntegerField(
        source="profile.open_limit",
        default=None,
        allow_null=True,
        help_text="No further task is given to who holds so many; null is no limit.",
    )

    def get_skills(self, user: User) -> list[str]:
        profile = getattr(user, "profile", None)
        return [skill.key for skill in profile.skills.all()] if profile else []


class Leaving(serializers.Serializer[Any]):
    dry_run = serializers.BooleanField(
        default=False, help_text="Only say what would become of each task; change nothing."
    )


@extend_schema_serializer(component_name="WorkHandedOver")
class OutcomeShape(serializers.Serializer[Any]):
    task = serializers.UUIDField(source="task.pk")
    name = serializers.CharField(source="task.name")
    subject = serializers.CharField(source="task.instance.subject")
    what = serializers.ChoiceField(
        WHATS,
        help_text="Who answers it now: `others` who were asked anyway, a `manager`, the `fallback` "
        "group, `nobody`; `kept` is tried again soon.",
    )
    to = serializers.ListField(child=serializers.CharField(), help_text="Names.")
    sentence = serializers.CharField(help_text="Why it was kept; else empty.")


@extend_schema_serializer(component_name="Deactivation")
class DeactivationShape(serializers.Serializer[Any]):
    person = PersonShape()
    active = serializers.BooleanField(help_text="Whether the account still is.")
    tasks = OutcomeShape(many=True)


class Units(GenericAPIView[Unit]):
    serializer_class = UnitShape
    queryset = Unit.objects.none()
    right = "Who may view units; others see an empty list."

    @extend_schema(
        summary="List the units",
        description="Departments, teams and branches, with who holds which role.",
        tags=["organization"],
        operation_id="list_units",
        responses=UnitShape(many=True),
        examples=[
            OpenApiExample(
                "A branch",
                {
                    "key": "berlin",
                    "name": "Berlin",
                    "parent": "germany",
                    "positions": [{"role": "budget-holder", "user": BOB}],
                },
                response_only=True,
            )
        ],
    )
    def get(self, request: Request) -> Response:
        found = access.units_for(person_of(request)).order_by("key")
        page = self.paginate_queryset(
            found.select_related("parent").prefetch_related("positions__user")
        )
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class OnePerson(GenericAPIView[User]):
    serializer_class = ProfileShape
    right = "Who may view accounts."

    @extend_schema(
        summary="Show a person",
        description="What the organization knows beside the account.",
        tags=["organization"],
        operation_id="show_person",
        responses=ProfileShape,
        examples=[
            OpenApiExample(
                "An approver",
                {
                    **BOB,
                    "active": True,
                    "unit": "berlin",
                    "manager": CAROL,
                    "skills": ["french"],
                    "open_limit": None,
                },
                response_only=True,
            )
        ],
    )
    def get(self, request: Request, username: str) -> Response:
        return Response(self.get_serializer(access.person_for(person_of(request), username)).data)


class Deactivate(GenericAPIView[User]):
    serializer_class = DeactivationShape
    right = "Who may change accounts; nobody deactivates themselves."

    @extend_schema(
        summary="Deactivate a person",
        description="The account is closed, and each open task goes to others: to whoever is asked "
        "anyway, to the manager, or to the fallback group. With `dry_run` nothing is changed.",
        tags=["organization"],
        operation_id="deactivate_person",
        request=Leaving,
        responses=DeactivationShape,
        examples=[
            OpenApiExample("Look first", {"dry_run": True}, request_only=True),
            OpenApiExample(
                "Carol goes on",
                {
                    "person": BOB,
                    "active": False,
                    "tasks": [
                        {
                            "task": "019ca2d5-6f01-7c2f-9a6e-2f1d8b3c4e55",
                            "name": "Manager review",
                            "subject": "Purchase of Laptops",
                            "what": "manager",
                            "to": ["Carol Cole"],
                            "sentence": "",
                        }
                    ],
                },
                response_only=True,
            ),
        ],
    )
    def post(self, request: Request, username: str) -> Response:
        by, now = person_of(request), timezone.now()
        sent = checked(Leaving, request.data)
        user = access.person_for(by, username)
        if sent["dry_run"]:
            services.refuse_deactivation(user, by)
            outcomes = services.preview_leaving(user=user, now=now)
        else:
            outcomes = services.deactivate(user=user, by=by, now=now)
        found = {"person": user, "active": user.is_active, "tasks": outcomes}
        return Response(self.get_serializer(found).data)
