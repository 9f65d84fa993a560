"""What people do about what they are told, and what jobs do to tell them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils.translation import gettext as _

from processes import sealed
from processes.core.errors import Absent, Invalid, WrongState
from processes.services import EgressRefused, Hint, checked_url, publish_hints, user_group
from tasks.models import Announcement, ChatHook, Delivery, MessageTemplate, Notification, Preference
from tasks.rules.placeholders import mistakes
from tasks.rules.telling import CHANNELS, Channel, Kind
from tasks.services.sending import anything_to_send, claim_parcel, send_parcel
from tasks.telling.channels import Unsent
from tasks.telling.chat import PURPOSE
from tasks.telling.mail import hand_in
from tasks.telling.spread import claim_untold, put_off, tell_everybody

__all__ = [
    "Wanted",
    "anything_to_send",
    "check_chat_url",
    "claim_parcel",
    "claim_untold",
    "forget_news",
    "mark_all_read",
    "mark_read",
    "put_off",
    "remove_chat_hook",
    "reseal_chat_hooks",
    "retry_delivery",
    "send_parcel",
    "send_test",
    "set_chat_hook",
    "set_preference",
    "set_template",
    "tell_everybody",
    "unread",
]


def unread(person: User) -> int:
    """Return how much the person has not read."""
    return Notification.objects.filter(user=person, read_at=None).count()


def mark_read(*, notification_id: int, person: User, now: datetime) -> Notification:
    """Note that the person has read it; once is enough. Raises Absent for somebody else's."""
    row = Notification.objects.filter(pk=notification_id, user=person).first()
    if row is None:
        raise Absent("notification_not_found", _("This notification does not exist."))
    if row.read_at is None:
        row.read_at = now
        Notification.objects.filter(pk=row.pk, read_at=None).update(read_at=now)
        look_again(person)
    return row


def mark_all_read(*, person: User, up_to: int, now: datetime) -> int:
    """Note that the person has read all up to this id, and return how many were new.

    What came after the page was shown has not been seen, so it stays unread.
    """
    rows = Notification.objects.filter(user=person, read_at=None, pk__lte=up_to)
    count = rows.update(read_at=now)
    if count:
        look_again(person)
    return count


def look_again(person: User) -> None:
    """Have the person's other pages look at the bell again."""
    hint = Hint(user_group(person.pk), "notifications", "", 0)
    transaction.on_commit(lambda: publish_hints([hint]))


@dataclass(frozen=True, slots=True)
class Wanted:
    """How somebody wants to be told; ``chosen`` says for each kind by which channels.

    ``language`` None leaves it as it is.
    """

    chosen: Mapping[Kind, frozenset[Channel]]
    time_zone: str = ""
    language: str | None = None
    digest: str = Preference.Digest.INSTANTLY
    digest_at: time = time(8)
    quiet_from: time | None = None
    quiet_until: time | None = None
    urgent_breaks_through: bool = True


def set_preference(*, person: User, wanted: Wanted) -> Preference:
    """Keep how the person wants to be told from now on. Raises Invalid.

    Only what differs from the usual is kept, so that a new usual reaches who has not chosen.
    """
    fields: dict[str, list[str]] = {}
    if wanted.time_zone and not is_zone(wanted.time_zone):
        fields["time_zone"] = [_("This time zone is not known. Choose one of the list.")]
    if (wanted.quiet_from is None) != (wanted.quiet_until is None):
        missing = "quiet_from" if wanted.quiet_from is None else "quiet_until"
        fields[missing] = [_("Quiet hours need both a beginning and an end.")]
    elif wanted.quiet_from is not None and wanted.quiet_from == wanted.quiet_until:
        fields["quiet_until"] = [_("Quiet hours that end when they begin would last for ever.")]
    if wanted.digest not in Preference.Digest.values:
        fields["digest"] = [_("Choose one of these.")]
    if fields:
        raise Invalid("invalid_preference", _("Nothing was saved."), details={"fields": fields})
    chosen = {
        kind.value: {
            channel.value: channel in wanted.chosen[kind]
            for channel in Channel
            if (channel in wanted.chosen[kind]) != (channel in CHANNELS[kind])
        }
        for kind in wanted.chosen
    }
    values = {
        "chosen": {kind: ways for kind, ways in chosen.items() if ways},
        "time_zone": wanted.time_zone,
        "digest": wanted.digest,
        "digest_at": wanted.digest_at,
        "quiet_from": wanted.quiet_from,
        "quiet_until": wanted.quiet_until,
        "urgent_breaks_through": wanted.urgent_breaks_through,
    }
    if wanted.language is not None:
        values["language"] = wanted.language
    row, _created = Preference.objects.update_or_create(user=person, defaults=values)
    return row


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def set_chat_hook(*, hook: ChatHook, url: str = "") -> ChatHook:
    """Keep a chat webhook; without ``url`` the address stays. Raises Invalid."""
    check_chat_url(url, known=bool(hook.sealed_url))
    if hook.format not in ChatHook.Format.values:
        sentence = _("Choose one of these.")
        raise Invalid("invalid_format", sentence, details={"fields": {"format": [sentence]}})
    if url:
        hook.sealed_url = sealed.seal(url, purpose=PURPOSE)
    hook.save()
    return hook


def check_chat_url(url: str, *, known: bool) -> None:
    """Refuse what may not be called; no address is fine if one is ``known``. Raises Invalid."""
    sentence = "" if url or known else _("Enter the address that the chat gave you.")
    if url:
        try:
            checked_url(url)
        except EgressRefused as refused:
            sentence = str(refused)
    if sentence:
        raise Invalid("invalid_url", sentence, details={"fields": {"url": [sentence]}})


def reseal_chat_hooks() -> tuple[int, list[str]]:
    """Encrypt all addresses with today's key; return how many, and the names of those no key opens.

    An address that is replaced at the same moment keeps the newer one.
    """
    unreadable, count = [], 0
    for hook in ChatHook.objects.iterator():
        before = hook.sealed_url
        try:
            fresh = sealed.reseal(before, purpose=PURPOSE)
        except sealed.Unreadable:
            unreadable.append(hook.name)
            continue
        ChatHook.objects.filter(pk=hook.pk, sealed_url=before).update(sealed_url=fresh)
        count += 1
    return count, unreadable


def remove_chat_hook(*, person: User) -> None:
    """Stop posting to the person's chat; what still waits for it goes nowhere."""
    ChatHook.objects.filter(user=person).delete()


def set_template(*, kind: str, language: str, subject: str, body: str) -> MessageTemplate:
    """Keep the words of a mail. Raises Invalid for names that a message may not hold."""
    fields = {
        name: found
        for name, text in (("subject", subject), ("body", body))
        if (found := mistakes(text))
    }
    if fields:
        raise Invalid("invalid_template", _("Nothing was saved."), details={"fields": fields})
    row, _created = MessageTemplate.objects.update_or_create(
        kind=kind, language=language, defaults={"subject": subject, "body": body}
    )
    return row


def send_test(mail: EmailMultiAlternatives) -> None:
    """Send an example now. Raises WrongState with what the mail server said."""
    try:
        hand_in(mail)
    except Unsent as unsent:
        raise WrongState("mail_not_sent", unsent.sentence, remedy=_("Try again later.")) from None


def retry_delivery(*, delivery_id: int, now: datetime) -> Delivery:
    """Have a message that was given up tried again from the start. Raises Absent or WrongState."""
    with transaction.atomic():
        row = Delivery.objects.select_for_update(of=("self",)).filter(pk=delivery_id).first()
        if row is None:
            raise Absent("delivery_not_found", _("This message does not exist."))
        if row.status != Delivery.Status.DEAD:
            raise WrongState(
                "not_given_up",
                _("This message was not given up."),
                remedy=_("Reload to see how it stands."),
            )
        Delivery.objects.filter(pk=row.pk).update(
            status=Delivery.Status.WAITING, attempts=0, due_at=now, error=""
        )
    row.refresh_from_db()
    return row


def forget_news(*, before: datetime) -> int:
    """Delete what was announced before this moment, with its notifications and deliveries."""
    deleted, _rows = Announcement.objects.filter(
        created_at__lt=before, told_at__isnull=False
    ).delete()
    return deleted
