"""Browsers that show notifications: switched on and off by the settings page."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processes.api.asked import checked, person_of
from tasks import services
from tasks.models import PushSubscription

ENDPOINT = "https://push.example.com/send/f1Lc"
SUBSCRIBING = OpenApiExample(
    "What a browser gives",
    {
        "endpoint": ENDPOINT,
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8p"
            "ZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
    },
    request_only=True,
)
ENDING = OpenApiExample("Which browser", {"endpoint": ENDPOINT}, request_only=True)


class KeysRequest(serializers.Serializer[Any]):
    p256dh = serializers.CharField(max_length=120)
    auth = serializers.CharField(max_length=60)


class SubscriptionRequest(serializers.Serializer[Any]):
    """What `PushSubscription.toJSON()` gives in a browser."""

    endpoint = serializers.URLField(max_length=1000)
    keys = KeysRequest()


class EndRequest(serializers.Serializer[Any]):
    endpoint = serializers.URLField(max_length=1000)


class PushSubscriptions(GenericAPIView[PushSubscription]):
    right = "Everybody signed in, for their own browsers."
    serializer_class = SubscriptionRequest
    queryset = PushSubscription.objects.none()

    @extend_schema(
        summary="Show notifications in a browser",
        tags=["notifications"],
        operation_id="subscribe_browser",
        request=SubscriptionRequest,
        responses={204: None},
        examples=[SUBSCRIBING],
    )
    def post(self, request: Request) -> Response:
        sent = checked(SubscriptionRequest, request.data)
        services.subscribe_browser(
            person=person_of(request),
            endpoint=sent["endpoint"],
            key=sent["keys"]["p256dh"],
            auth=sent["keys"]["auth"],
            browser=browser_of(request.headers.get("User-Agent", "")),
            now=timezone.now(),
        )
        return Response(status=204)


class EndPushSubscription(GenericAPIView[PushSubscription]):
    right = PushSubscriptions.right
    serializer_class = EndRequest
    queryset = PushSubscription.objects.none()

    @extend_schema(
        summary="Show notifications in a browser no longer",
        tags=["notifications"],
        operation_id="unsubscribe_browser",
        request=EndRequest,
        responses={204: None},
        examples=[ENDING],
    )
    def post(self, request: Request) -> Response:
        sent = checked(EndRequest, request.data)
        services.unsubscribe_browser(person=person_of(request), endpoint=sent["endpoint"])
        return Response(status=204)


def browser_of(agent: str) -> str:
    """Return the name by which a person knows the browser."""
    names = {"Firefox/": "Firefox", "Edg/": "Edge", "OPR/": "Opera", "Chrome/": "Chrome"}
    return next((name for mark, name in names.items() if mark in agent), "Safari")
