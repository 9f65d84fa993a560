"""What the portal forgets in time: old news, answers kept for repeated requests, tokens."""

from datetime import datetime, timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from knox.models import AuthToken

from processes.models import IdempotencyKey
from tasks.services import forget_news

ANSWERS_ARE_KEPT = timedelta(hours=24)


@shared_task(name="portal.forget")
def forget() -> None:
    """Forget what is too old; safe to run twice."""
    forget_answers(now=timezone.now())
    forget_tokens(now=timezone.now())
    forget_news(before=timezone.now() - settings.NEWS_KEPT)


def forget_answers(*, now: datetime) -> None:
    """Delete idempotency keys older than a day; a request with such a key is a new one."""
    IdempotencyKey.objects.filter(created_at__lt=now - ANSWERS_ARE_KEPT).delete()


def forget_tokens(*, now: datetime) -> None:
    """Delete tokens that have expired; they open nothing any more."""
    AuthToken.objects.filter(expiry__lt=now).delete()
