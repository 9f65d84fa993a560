"""Who can be reached by which way."""

from collections.abc import Collection, Mapping

from django.contrib.auth.models import User

from tasks.models import ChatHook, PushSubscription
from tasks.rules.telling import Channel


def reachable(people: Collection[User]) -> Mapping[Channel, frozenset[int]]:
    """Return for each channel which of these people have an address in it; a query each."""
    hooks = ChatHook.objects.filter(user__in=people, active=True)
    browsers = PushSubscription.objects.filter(user__in=people)
    return {
        Channel.MAIL: frozenset(person.pk for person in people if person.email),
        Channel.PUSH: frozenset(browsers.values_list("user_id", flat=True)),
        Channel.CHAT: frozenset(hooks.values_list("user_id", flat=True)),
    }
