"""People as pages name them, and people as forms name them."""

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.utils.translation import gettext as _

from processes.core.errors import Invalid

MOST_OFFERED = 300


def person_of(request: HttpRequest) -> User:
    """Return who asks; the middleware lets nobody in who is not signed in."""
    if isinstance(request.user, AnonymousUser):
        raise TypeError("a page without LoginRequiredMiddleware")
    return request.user


def name_of(person: User) -> str:
    return person.get_full_name() or person.get_username()


def colleagues(person: User) -> QuerySet[User]:
    """Return whom a form may offer; a longer house types names."""
    others = User.objects.filter(is_active=True).exclude(pk=person.pk)
    return others.order_by("first_name", "last_name", "username")[:MOST_OFFERED]


def person_named(text: str, *, field: str) -> User:
    """Return the active person with this user name or full name. Raises Invalid."""
    # PostgreSQL takes no NUL, and nobody is called so.
    text = " ".join(text.replace("\x00", " ").split())
    active = User.objects.filter(is_active=True)
    found = list(active.filter(username__iexact=text)[:1]) or list(
        active.annotate(full=Concat("first_name", Value(" "), "last_name")).filter(
            full__iexact=text
        )[:2]
    )
    if len(found) == 1:
        return found[0]
    if not text:
        sentence = _("Say who.")
    elif found:
        sentence = _("Several people are called “%(name)s”. Use the user name.") % {"name": text}
    else:
        sentence = _("Nobody here is called “%(name)s”.") % {"name": text}
    raise Invalid("person_unknown", sentence, details={"fields": {field: [sentence]}})


def names_of(usernames: Iterable[str]) -> Mapping[str, str]:
    """Return the names of people by their user names; who is gone keeps the user name."""
    wanted = set(usernames)
    if not wanted:
        return {}
    known = {user.username: name_of(user) for user in User.objects.filter(username__in=wanted)}
    return {username: known.get(username, username) for username in wanted}


def listed(names: Iterable[str]) -> str:
    """Return “A, B and C”."""
    found = list(names)
    if len(found) < 2:
        return "".join(found)
    return _("%(most)s and %(last)s") % {"most": ", ".join(found[:-1]), "last": found[-1]}
