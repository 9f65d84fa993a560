"""What the API's documentation shows; a test holds each example against its schema."""

from drf_spectacular.utils import OpenApiExample

ID = "019ca2d5-6f00-7a3c-8d51-4b0e6f2a9c10"
ALICE = {"username": "alice", "name": "Alice Adams"}
BASE = {
    "id": ID,
    "process": "purchase-approval",
    "version": 1,
    "status": "running",
    "subject": "Purchase of Laptops",
    "business_key": "PO-4711",
    "initiator": ALICE,
    "started_at": "2026-03-02T09:00:00Z",
    "ended_at": None,
    "url": f"https://placet.example/api/v1/instances/{ID}/",
}
VARIABLES = {"title": "Laptops", "amount": 800, "currency": "EUR", "category": "hardware"}
TASK = {
    "kind": "task",
    "id": "019ca2d5-6f01-7c2f-9a6e-2f1d8b3c4e55",
    "node": "manager",
    "name": "Manager review",
    "status": "ready",
    "due_at": "2026-03-03T09:00:00Z",
    "sentence": "",
}
FORM = {
    "type": "object",
    "required": ["title", "amount"],
    "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": 120},
        "amount": {"type": "number", "exclusiveMinimum": 0},
    },
}
ORDER_FAILED = {
    "id": "019ca2d5-7a11-7b5d-b0c4-91e2d3f4a5b6",
    "instance": ID,
    "process": "purchase-approval",
    "subject": "Purchase of Laptops",
    "node": "order",
    "code": "job_failed",
    "sentence": "Given up after 4 tries. “Order service” answered 503 Service Unavailable.",
    "blocking": True,
    "status": "open",
    "raised_at": "2026-03-02T10:04:07Z",
    "resolved_at": None,
    "resolution": "",
    "resolved_by": "",
}

PROCESS = OpenApiExample(
    "A process that you may start",
    {
        "key": "purchase-approval",
        "name": "Purchase approval",
        "description": "Somebody asks for a purchase; managers decide.",
        "version": 1,
        "start_form": FORM,
        "may_start": True,
    },
    response_only=True,
)
START = OpenApiExample(
    "Ask for laptops",
    {"variables": VARIABLES, "business_key": "PO-4711"},
    request_only=True,
)
INSTANCE = OpenApiExample("A running instance", BASE, response_only=True)
DETAIL = OpenApiExample(
    "It waits for a manager",
    {**BASE, "variables": VARIABLES, "waiting_for": [TASK]},
    response_only=True,
)
STARTED = OpenApiExample(
    "It waits for a manager", DETAIL.value, response_only=True, status_codes=["201"]
)
EVENT = OpenApiExample(
    "A decision",
    {
        "sequence": 7,
        "kind": "task.completed",
        "node": "manager",
        "actor": {"username": "carol", "name": "Carol Cole"},
        "on_behalf_of": "Bob Brown",
        "data": {"token": "t2", "node": "manager", "outcome": "approved", "comment": "Fine."},
        "at": "2026-03-02T09:42:10Z",
        "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
    response_only=True,
)
CANCEL = OpenApiExample("Not needed any more", {"reason": "Bought elsewhere."}, request_only=True)
CANCELLED = OpenApiExample(
    "It has ended",
    {
        **BASE,
        "status": "cancelled",
        "ended_at": "2026-03-02T11:00:00Z",
        "variables": VARIABLES,
        "waiting_for": [],
    },
    response_only=True,
)
INCIDENT = OpenApiExample("A system that does not answer", ORDER_FAILED, response_only=True)
RETRIED = OpenApiExample(
    "It is tried again",
    {
        **ORDER_FAILED,
        "status": "resolved",
        "resolved_at": "2026-03-02T10:30:00Z",
        "resolution": "retried",
        "resolved_by": "Dan Drew",
    },
    response_only=True,
)
