"""Logging: one line per request, each with its request id, and no secrets."""

import re
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED = "[redacted]"
SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?$|secret|token|authorization|cookie|api[-_]?key|session[-_]?key|csrf",
    re.IGNORECASE,
)
SECRET_TEXT = (
    (re.compile(r"(\w+://[^\s:/@]*):[^\s@/]+@"), rf"\1:{REDACTED}@"),
    (re.compile(r"\b(Token|Bearer|Basic)\s+[\w.~+/=-]{8,}"), rf"\1 {REDACTED}"),
    (re.compile(r"(/go/|/calendar/|%2Fgo%2F)(?!renew/|revoke/)[^/\s?&]{8,}"), rf"\1{REDACTED}"),
)
REQUEST_ID = re.compile(r"[\w-]{8,64}")
QUIET_PATHS = ("/static/", "/healthz", "/readyz", "/metrics")

log = structlog.get_logger(__name__)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Return the event without values whose name or shape gives away a secret."""
    return {name: _without_secrets(name, value) for name, value in event.items()}


def _without_secrets(name: object, value: Any) -> Any:
    if isinstance(name, str) and SECRET_NAME.search(name):
        return REDACTED
    if isinstance(value, Mapping):
        return {key: _without_secrets(key, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(None, item) for item in value]
    if isinstance(value, str):
        for pattern, replacement in SECRET_TEXT:
            value = pattern.sub(replacement, value)
    return value


def logging_config(*, level: str, json_lines: bool) -> dict[str, Any]:
    """Return Django's ``LOGGING``; structlog and the standard library share one chain."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(allow=()),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer(default=str)
        if json_lines
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "story": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "story"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # RequestStory tells these, with more in them.
            "django.request": {"level": "ERROR"},
            "django.channels.server": {"level": "WARNING"},
            "uvicorn": {"level": "WARNING"},
            "celery.worker.control": {"level": "ERROR"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "django_celery_beat": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
        },
    }


class RequestStory:
    """Middleware: give each request an id, and log one line when it has been answered."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, then tell about it."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            tell = log.debug if request.path.startswith(QUIET_PATHS) else log.info
            user = getattr(request, "_cached_user", None)
            tell(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                milliseconds=round((time.perf_counter() - began) * 1000, 1),
                user=getattr(user, "pk", None),
            )
        response["X-Request-ID"] = request_id
        return response
