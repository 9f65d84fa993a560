"""Which browsers may show a person's notifications."""

from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from processes.core.errors import Invalid, WrongState
from processes.services import EgressRefused, checked_url
from tasks.models import PushSubscription
from tasks.telling.vapid import is_key

MOST = 10
LONGEST = 1_000


def subscribe_browser(
    *, person: User, endpoint: str, key: str, auth: str, browser: str, now: datetime
) -> PushSubscription:
    """Let a browser show what the person is told. Who used it before is no longer told there.

    Raises Invalid for an address or keys that no browser makes, WrongState for an eleventh one.
    """
    try:
        checked_url(endpoint)
    except EgressRefused as refused:
        raise unfit(str(refused)) from refused
    if len(endpoint) > LONGEST or not is_key(key, auth):
        raise unfit(_("The browser sent keys that cannot be used."))
    others = PushSubscription.objects.filter(user=person).exclude(endpoint=endpoint)
    if others.count() >= MOST:
        raise WrongState(
            "too_many_browsers",
            _("You are told in %(most)d browsers already.") % {"most": MOST},
            remedy=_("Switch it off in one of them first."),
        )
    found, _made = PushSubscription.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "user": person,
            "key": key,
            "auth": auth,
            "browser": browser[:60],
            "created_at": now,
        },
    )
    return found


def unsubscribe_browser(*, person: User, endpoint: str) -> None:
    """Forget the browser; nothing happens when it is not one of the person's."""
    PushSubscription.objects.filter(user=person, endpoint=endpoint).delete()


def unfit(sentence: str) -> Invalid:
    return Invalid("invalid_subscription", sentence, remedy=_("Try another browser."))
