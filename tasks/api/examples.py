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
    "kind": "question",
    "parent": None,
    "status": "ready",
    "owner": None,
    "priority": 50,
    "due_at": "2026-03-03T09:00:00Z",
    "follow_up_at": None,
    "suspended_until": None,
    "settles_at": None,
    "created_at": "2026-03-02T09:00:00Z",
    "outcome": "",
    "actions": [
        *("claim", "start", "delegate", "forward", "complete", "draft", "comment", "attach"),
    ],
    "url": f"https://placet.example/api/v1/tasks/{ID}/",
}
HELD = {
    **OFFERED,
    "status": "reserved",
    "owner": BOB,
    "actions": [
        *("start", "release", "delegate", "forward", "suspend", "ask", "complete", "draft"),
        *("follow-up", "comment", "attach"),
    ],
}
WORKED_ON = {
    **HELD,
    "status": "in_progress",
    "actions": [
        *("stop", "release", "delegate", "forward", "suspend", "ask", "complete", "draft"),
        *("follow-up", "comment", "attach"),
    ],
}


def response(name: str, value: dict[str, Any], status: str = "200") -> OpenApiExample:
    return OpenApiExample(name, value, response_only=True, status_codes=[status])


def request(name: str, value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


TASK = response("It is offered", OFFERED)
CLAIMED = response("You hold it", HELD)
IN_PROGRESS = response("You work on it", WORKED_ON)
HANDED_OVER = response("Carol holds it", {**HELD, "owner": CAROL, "actions": ["comment", "attach"]})
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
        "routing": [{"code": "named", "sentence": "The process names Carol Cole and managers."}],
        "send_back_to": [],
        "fails_with": [],
        "returns_to": None,
        "open_questions": 0,
        "draft": None,
        "quorum": None,
        "completion": None,
    },
)
ANSWERED = response(
    "It is answered",
    {**OFFERED, "status": "completed", "outcome": "approved", "actions": ["comment"]},
)
HANDING_OVER = request("To Carol", {"to": "carol", "reason": "She knows the supplier."})
DELEGATING_BACK = request("As a proposal", {"to": "carol", "reason": "", "back": True})
PASSING_ON = request(
    "To a group", {"users": [], "groups": ["deputies"], "reason": "They know the contract."}
)
NOMINATING = request("A group", {"users": [], "groups": ["managers"]})
PAUSING = request(
    "Until Monday", {"until": "2026-03-09T08:00:00Z", "reason": "The offer is not here yet."}
)
SUSPENDED = response(
    "It is laid aside",
    {
        **HELD,
        "status": "suspended",
        "suspended_until": "2026-03-09T08:00:00Z",
        "actions": ["resume", "follow-up", "comment", "attach"],
    },
)
SENDING_BACK = request("To the start", {"to": "fill-in", "comment": "The offer is missing."})
CLOSED = {**OFFERED, "actions": ["comment"]}
SENT_BACK = response("It was sent back", {**CLOSED, "status": "completed", "outcome": "sent_back"})
BECAUSE = request("Why", {"reason": "It is settled already."})
SKIPPED = response("It is skipped", {**CLOSED, "status": "obsolete"})
FAILING = request("With an error", {"code": "no-stock", "comment": "The supplier has none left."})
FAILED = response("It has failed", {**CLOSED, "status": "failed"})
EXITED = response("It was taken back", {**CLOSED, "status": "exited"})
ASKING = request("A colleague", {"to": "carol", "question": "Is this within your budget?"})
ASKED = response(
    "Carol's task",
    {
        **HELD,
        "id": "019ca2d5-7a10-7f1b-8c22-5e0d9a4b7c66",
        "name": "Is this within your budget?",
        "kind": "information",
        "parent": ID,
        "owner": CAROL,
        "actions": [],
        "url": "https://placet.example/api/v1/tasks/019ca2d5-7a10-7f1b-8c22-5e0d9a4b7c66/",
    },
    "201",
)
PRIORITIZING = request("Urgent", {"priority": 80})
RESCHEDULING = request(
    "A day later", {"due_at": "2026-03-04T09:00:00Z", "reason": "The supplier is closed."}
)
FOLLOWING_UP = request("Tomorrow", {"at": "2026-03-03T08:00:00Z"})
ANSWERING = request("Approve", {"outcome": "approved", "data": {}, "comment": "Within budget."})
ADDING = request(
    "After you", {"who": "carol", "where": "after", "reason": "She knows the supplier."}
)
COMMENTING = request(
    "A question", {"text": "Is there an offer of a second supplier?", "visibility": "task"}
)
SAID = {
    "author": BOB,
    "text": "Is there an offer of a second supplier?",
    "visibility": "task",
    "mentions": [],
    "created_at": "2026-03-02T09:20:00Z",
}
COMMENT = response("A question", SAID)
COMMENTED = response("A question", SAID, "201")
FILE = {
    "author": BOB,
    "visibility": "task",
    "created_at": "2026-03-02T09:25:00Z",
    "id": "019ca2d5-9c31-7d04-a1b7-0c5f3e8d2a99",
    "name": "offer.pdf",
    "size": 48213,
    "media_type": "application/pdf",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "scan": "clean",
    "url": "https://placet.example/api/v1/attachments/019ca2d5-9c31-7d04-a1b7-0c5f3e8d2a99/",
}
ATTACHMENT = response("An offer", FILE)
ATTACHED = response("An offer", {**FILE, "scan": "waiting"}, "201")
ATTACHING = OpenApiExample(
    "An offer",
    {"file": "%PDF-1.7 …", "visibility": "task"},
    media_type="multipart/form-data",
    request_only=True,
)
DOWNLOADED = OpenApiExample(
    "An offer",
    "%PDF-1.7 …",
    media_type="application/octet-stream",
    response_only=True,
    status_codes=["200"],
)
