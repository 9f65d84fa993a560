"""Messages and signals from other systems to instances, and to processes that start by them."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processes import access, services
from processes.api import examples
from processes.api.asked import checked, person_of
from processes.api.shapes import DispatchShape
from processes.models import Dispatch

NAME = "As the process definition calls it."


class SignalRequest(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200, help_text=NAME)
    payload = serializers.JSONField(
        default=None, allow_null=True, help_text="What comes with it: any JSON, at most 512 kB."
    )


class MessageRequest(SignalRequest):
    correlationKey = serializers.CharField(  # noqa: N815 the word of the process language
        default="",
        allow_blank=True,
        max_length=10_000,
        help_text="What tells the instance that is meant from others, such as an order number.",
    )
    timeToLive = serializers.CharField(  # noqa: N815
        default="",
        allow_blank=True,
        max_length=100,
        help_text="How long it waits when nobody takes it at once: an ISO 8601 duration such as "
        "PT1H. Without one it waits until somebody does.",
    )


class SendMessage(GenericAPIView[Dispatch]):
    serializer_class = DispatchShape
    right = "Who may send messages and signals."

    @extend_schema(
        summary="Send a message",
        description="It reaches one instance: the one that has waited longest for this name under "
        "this key. When none waits, a process that starts by the message is started; else it is "
        "kept until somebody waits, or until its time to live is over. The answer says that it is "
        "on its way, not who took it.",
        tags=["messages"],
        operation_id="send_message",
        request=MessageRequest,
        responses={202: DispatchShape},
        examples=[examples.MESSAGE, examples.MESSAGE_SENT],
    )
    def post(self, request: Request) -> Response:
        person = access.sender(person_of(request))
        sent = checked(MessageRequest, request.data)
        dispatch = services.send_message(
            name=sent["name"],
            key=sent["correlationKey"],
            payload=sent["payload"],
            time_to_live=sent["timeToLive"],
            sender=person,
            now=timezone.now(),
        )
        return Response(self.get_serializer(dispatch).data, status=202)


class SendSignal(GenericAPIView[Dispatch]):
    serializer_class = DispatchShape
    right = SendMessage.right

    @extend_schema(
        summary="Give a signal",
        description="Every instance that listens for it hears it once, and every process that "
        "starts by it is started. Who begins to listen later has missed it.",
        tags=["messages"],
        operation_id="send_signal",
        request=SignalRequest,
        responses={202: DispatchShape},
        examples=[examples.SIGNAL, examples.SIGNAL_SENT],
    )
    def post(self, request: Request) -> Response:
        person = access.sender(person_of(request))
        sent = checked(SignalRequest, request.data)
        dispatch = services.send_signal(
            name=sent["name"], payload=sent["payload"], sender=person, now=timezone.now()
        )
        return Response(self.get_serializer(dispatch).data, status=202)
