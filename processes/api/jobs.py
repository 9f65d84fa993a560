"""Jobs for external workers: fetched by topic, then completed or failed with the lease."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processes import access, services
from processes.api import examples
from processes.api.asked import checked, person_of
from processes.api.shapes import ActivatedShape
from processes.models import Job
from processes.services.topics import LONGEST_LEASE, MOST_AT_ONCE

SECONDS = int(LONGEST_LEASE.total_seconds())


class ActivateRequest(serializers.Serializer[Any]):
    topics = serializers.ListField(
        child=serializers.CharField(max_length=200), min_length=1, max_length=50
    )
    limit = serializers.IntegerField(default=1, min_value=1, max_value=MOST_AT_ONCE)
    lease_seconds = serializers.IntegerField(
        default=60,
        min_value=1,
        max_value=SECONDS,
        help_text="How long the jobs are yours; then the next worker gets them.",
    )


class LeaseRequest(serializers.Serializer[Any]):
    lease = serializers.UUIDField(help_text="As it came with the job.")


class CompleteRequest(LeaseRequest):
    variables = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        default=dict,
        help_text="What was found out; the definition says what the process keeps of it.",
    )


class FailRequest(LeaseRequest):
    error = serializers.CharField(max_length=2_000, help_text="What went wrong; people read it.")
    code = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=200,
        help_text="The code of a BPMN error, which the process may catch. Without one the job is "
        "tried again as its retry policy says, and then becomes an incident.",
    )


class FailedShape(serializers.Serializer[Any]):
    retry_at = serializers.DateTimeField(
        allow_null=True, help_text="When the job can be fetched again; null when it is given up."
    )


class Activate(GenericAPIView[Any]):
    serializer_class = ActivatedShape
    pagination_class = None
    right = "Who may do the jobs of external workers."

    @extend_schema(
        summary="Fetch jobs",
        description="The oldest jobs of these topics that are due, each leased to you alone. An "
        "empty list when there are none; ask again later.",
        tags=["jobs"],
        operation_id="activate_jobs",
        request=ActivateRequest,
        responses={200: ActivatedShape(many=True)},
        examples=[examples.ACTIVATE, examples.ACTIVATED],
    )
    def post(self, request: Request) -> Response:
        access.worker(person_of(request))
        sent = checked(ActivateRequest, request.data)
        found = services.activate_jobs(
            topics=sent["topics"],
            limit=sent["limit"],
            lease=timedelta(seconds=sent["lease_seconds"]),
            now=timezone.now(),
        )
        return Response(self.get_serializer(found, many=True).data)


class Complete(GenericAPIView[Job]):
    right = Activate.right

    @extend_schema(
        summary="Complete a job",
        description="The process goes on in the same moment.",
        tags=["jobs"],
        operation_id="complete_job",
        request=CompleteRequest,
        responses={204: None},
        examples=[examples.COMPLETE_JOB],
    )
    def post(self, request: Request, job_id: UUID) -> Response:
        access.worker(person_of(request))
        sent = checked(CompleteRequest, request.data)
        services.complete_job(
            job_id=job_id, lease=sent["lease"], variables=sent["variables"], now=timezone.now()
        )
        return Response(status=204)


class Fail(GenericAPIView[Job]):
    serializer_class = FailedShape
    right = Activate.right

    @extend_schema(
        summary="Fail a job",
        tags=["jobs"],
        operation_id="fail_job",
        request=FailRequest,
        responses={200: FailedShape},
        examples=[examples.FAIL_JOB, examples.FAILED_JOB],
    )
    def post(self, request: Request, job_id: UUID) -> Response:
        access.worker(person_of(request))
        sent = checked(FailRequest, request.data)
        retry_at = services.fail_job(
            job_id=job_id,
            lease=sent["lease"],
            error=sent["error"],
            code=sent["code"],
            luck=random.random(),  # noqa: S311 spreads load, guards nothing
            now=timezone.now(),
        )
        return Response(FailedShape({"retry_at": retry_at}).data)
