"""What the API's documentation shows; a test holds each example against its schema."""

from drf_spectacular.utils import OpenApiExample

ID = "019ca2d5-6f00-7a3c-8d51-4b0e6f2a9c10"
ALICE = {"username": "alice", "name": "Alice Adams"}
BASE = {
    "id": ID,
    "process": "purchase-approval",
    "version": 1,
    "status": "running",
    "parent": None,
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
VERSION = OpenApiExample(
    "The published version",
    {
        "process": "purchase-approval",
        "number": 1,
        "status": "published",
        "note": "",
        "created_at": "2026-03-01T09:00:00Z",
        "published_at": "2026-03-01T10:00:00Z",
        "checksum": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "bpmn": '<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions …',
    },
    response_only=True,
)
MESSAGE = OpenApiExample(
    "An order was paid",
    {
        "name": "order-paid",
        "correlationKey": "PO-4711",
        "payload": {"amount": 800},
        "timeToLive": "PT1H",
    },
    request_only=True,
)
SENT = {
    "id": "019ca2d5-7b22-7c6e-a1d5-02f3e4a5b6c7",
    "kind": "message",
    "name": "order-paid",
    "sent_at": "2026-03-02T09:00:00Z",
    "expires_at": "2026-03-02T10:00:00Z",
}
MESSAGE_SENT = OpenApiExample("It is on its way", SENT, response_only=True, status_codes=["202"])
SIGNAL = OpenApiExample(
    "The prices have changed",
    {"name": "prices-changed", "payload": {"list": "2026-03"}},
    request_only=True,
)
SIGNAL_SENT = OpenApiExample(
    "It is on its way",
    SENT | {"kind": "signal", "name": "prices-changed", "expires_at": None},
    response_only=True,
    status_codes=["202"],
)
ACTIVATE = OpenApiExample(
    "Ask for a credit check to do",
    {"topics": ["credit-check"], "limit": 1, "lease_seconds": 60},
    request_only=True,
)
LEASE = "9b2f1c3e-6d3f-4b1e-8a55-2f6f6f0c7a10"
ACTIVATED = OpenApiExample(
    "One is yours for a minute",
    {
        "id": "019ca2d5-8c33-7d7f-b2e6-1304f5b6c7d8",
        "lease": LEASE,
        "until": "2026-03-02T09:01:00Z",
        "topic": "credit-check",
        "attempt": 1,
        "process": "loan",
        "instance": ID,
        "business_key": "PO-4711",
        "node": "check",
        "variables": {"amount": 800},
    },
    response_only=True,
)
COMPLETE_JOB = OpenApiExample(
    "The score was found out", {"lease": LEASE, "variables": {"score": 710}}, request_only=True
)
FAIL_JOB = OpenApiExample(
    "The customer is unknown",
    {"lease": LEASE, "error": "Nobody has this number.", "code": "unknown-customer"},
    request_only=True,
)
FAILED_JOB = OpenApiExample("It is given up", {"retry_at": None}, response_only=True)
