"""Links that leave the house. They only navigate, serve one person, and not for long."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from processes.core.errors import Absent

LIFE = timedelta(days=7)
SALT = "placet.go"


def link_for(reader: User | None, path: str, *, now: datetime) -> str:
    """Return the address of ``path`` for this reader; for a chat that many read, the plain one."""
    if reader is None:
        return absolute(path)
    until = int((now + LIFE).timestamp())
    token = signing.Signer(salt=SALT).sign_object([reader.pk, path, until])
    return absolute(reverse("go", args=[token]))


def path_of(token: str, person: User, *, now: datetime) -> str:
    """Return where the token leads this person.

    Raises Absent, the same for a token that was altered, is too old, or is somebody else's.
    """
    try:
        reader, path, until = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        raise link_absent() from None
    if reader != person.pk or now.timestamp() > until:
        raise link_absent()
    return str(path)


def link_absent() -> Absent:
    return Absent(
        "link_not_valid",
        _("This link leads nowhere for you. It may be too old, or meant for somebody else."),
        remedy=_("Whatever waits for you is in your inbox."),
    )


def absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
