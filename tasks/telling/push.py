"""Notifications that browsers show also when the portal is closed (RFC 8030)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from processes.services import EgressFailed, EgressRefused, call_outside
from tasks.models import PushSubscription
from tasks.telling import vapid

TIMEOUT = timedelta(seconds=10)
LIFE = timedelta(days=1)
GONE = (404, 410)
NOT_OURS = (401, 403)
"""The subscription was made for another key of ours, or for somebody else."""


class NotPushed(Exception):
    """No browser of the person could be reached, and trying again may help."""


def push(user: User, *, title: str, text: str, url: str, tag: str, now: datetime) -> int:
    """Show a notification in each browser of the person, and return in how many.

    ``tag`` names what it is about: a later one with the same tag takes its place, so that trying
    again shows it once. A browser that is gone is forgotten. Raises NotPushed when there are
    browsers and none could be reached.
    """
    subscriptions = list(PushSubscription.objects.filter(user=user, user__is_active=True))
    message = {"title": title, "text": text, "url": url, "tag": tag}
    reached, troubles = 0, []
    for subscription in subscriptions:
        try:
            reached += deliver(subscription, message, now=now)
        except NotPushed as trouble:
            troubles.append(str(trouble))
    if troubles and not reached:
        raise NotPushed(" ".join(troubles))
    return reached


def deliver(subscription: PushSubscription, message: dict[str, str], *, now: datetime) -> bool:
    """Tell one browser; False says that it is gone for good. Raises NotPushed."""
    endpoint = subscription.endpoint
    try:
        answer = call_outside(
            endpoint,
            headers={
                "Authorization": vapid.authorization(endpoint, now=now),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(int(LIFE.total_seconds())),
                "Urgency": "normal",
            },
            content=vapid.sealed(message, key=subscription.key, auth=subscription.auth),
            timeout=TIMEOUT,
        )
    except (EgressRefused, EgressFailed) as trouble:
        raise NotPushed(str(trouble)) from trouble
    if answer.status in (*GONE, *NOT_OURS):
        subscription.delete()
        return False
    if answer.status >= 300:
        words = {"browser": subscription.browser, "status": answer.status}
        raise NotPushed(_("%(browser)s: the push service answered %(status)s.") % words)
    return True


def browsers_of(user: User) -> Iterable[PushSubscription]:
    return PushSubscription.objects.filter(user=user)
