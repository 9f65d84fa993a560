"""What the API's documentation shows; a test holds each example against its schema."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

ID = "019ca2d5-6f01-7c2f-9a6e-2f1d8b3c4e55"
BOB = {"username": "bob", "name": "Bob Brown"}
CAROL = {"username": "carol", "name": "Carol Cole"}
OFFERED: dict[str, Any] = {
    "id": ID,
    "name": "Manager review",
    "instance": "019ca2d5-6f00-7a3c-8d51-4b0e6f2a9c10",
    "process": "purchase-approval",
    "subject": "Purchase of Laptops",
    "status": "ready",
    "owner": None,
    "priority": 50,
    "due_at": "2026-03-03T09:00:00Z",
    "created_at": "2026-03-02T09:00:00Z",
    "outcome": "",
    "actions": ["claim", "start", "delegate", "forward", "complete", "comment"],
    "url": f"https://placet.example/api/v1/tasks/{ID}/",
}
HELD = {
    **OFFERED,
    "status": "reserved",
    "owner": BOB,
    "actions": ["start", "release", "delegate", "forward", "complete", "comment"],
}
WORKED_ON = {
    **HELD,
    "status": "in_progress",
    "actions": ["stop", "release", "delegate", "forward", "complete", "comment"],
}


def response(name: str, value: dict[str, Any], status: str = "200") -> OpenApiExample:
    return OpenApiExample(name, value, response_only=True, status_codes=[status])


def request(name: str, value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


TASK = response("It is offered", OFFERED)
CLAIMED = response("You hold it", HELD)
IN_PROGRESS = response("You work on it", WORKED_ON)
HANDED_OVER = response("Carol holds it", {**HELD, "owner": CAROL, "actions": ["comment"]})
DETAIL = response(
    "It is offered",
    {
        **OFFERED,
        "instructions": "Is the purchase needed, and is the price fair?",
        "evidence": {"title": "Laptops", "amount": 800, "currency": "EUR"},
        "outcomes": [
            {"id": "approved", "name": "Approve", "kind": "positive", "comment_required": False},
            {"id": "rejected", "name": "Reject", "kind": "negative", "comment_required": True},
        ],
        "form": None,
        "candidates": {"users": [CAROL], "groups": ["managers"]},
        "completion": None,
    },
)
ANSWERED = response(
    "It is answered",
    {**OFFERED, "status": "completed", "outcome": "approved", "actions": ["comment"]},
)
HANDING_OVER = request("To Carol", {"to": "carol", "reason": "She knows the supplier."})
PASSING_ON = request("To a group", {"users": [], "groups": ["deputies"]})
ANSWERING = request("Approve", {"outcome": "approved", "data": {}, "comment": "Within budget."})
COMMENTING = request("A question", {"text": "Is there an offer of a second supplier?"})
SAID = {
    "author": BOB,
    "text": "Is there an offer of a second supplier?",
    "created_at": "2026-03-02T09:20:00Z",
}
COMMENT = response("A question", SAID)
COMMENTED = response("A question", SAID, "201")
