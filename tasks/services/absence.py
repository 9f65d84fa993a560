"""Out of office: who stands in for whom, from when until when."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from processes.core.errors import Absent, Forbidden, Invalid, WrongState
from processes.services import Hint, publish_hints, user_group
from tasks.models import Substitution
from tasks.services.turn import name_of

LONGEST = timedelta(days=366)


def set_absence(
    *,
    absentee: User,
    substitute: User,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
    by: User,
    now: datetime,
) -> Substitution:
    """Let ``substitute`` act for ``absentee`` from ``starts_at`` until before ``ends_at``.

    People set their own absence; others need the right to add substitutions. Raises Forbidden,
    Invalid with a sentence per field, and WrongState when the times overlap another absence.
    """
    if by != absentee and not by.has_perm("tasks.add_substitution"):
        raise Forbidden("not_your_absence", _("You can only set your own absence."))
    fields: dict[str, list[str]] = {}
    if substitute == absentee:
        fields["substitute"] = [_("Choose somebody else.")]
    elif not substitute.is_active:
        fields["substitute"] = [_("%(who)s no longer works here.") % {"who": name_of(substitute)}]
    if ends_at <= starts_at:
        fields["ends_at"] = [_("This must be later than the start.")]
    elif ends_at <= now:
        fields["ends_at"] = [_("This has already passed.")]
    elif ends_at - starts_at > LONGEST:
        fields["ends_at"] = [_("An absence lasts a year at most.")]
    if len(reason) > 200:
        fields["reason"] = [_("Write at most 200 characters.")]
    if fields:
        raise Invalid(
            "invalid_absence", _("Please check what is marked."), details={"fields": fields}
        )
    with transaction.atomic():
        User.objects.select_for_update().get(pk=absentee.pk)
        refuse_overlap(absentee, starts_at, ends_at)
        found = Substitution.objects.create(
            absentee=absentee,
            substitute=substitute,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=reason,
            created_by=by,
        )
        tell(found)
    return found


def refuse_overlap(absentee: User, starts_at: datetime, ends_at: datetime) -> None:
    other = absentee.absences.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).first()
    if other is not None:
        who = name_of(other.substitute)
        raise WrongState(
            "absence_overlaps",
            _("%(who)s already stands in during this time.") % {"who": who},
            remedy=_("End that absence first, or choose other days."),
        )


def end_absence(*, substitution_id: int, by: User, now: datetime) -> None:
    """End an absence now; one that has not begun is removed. Raises Absent for a foreign one."""
    with transaction.atomic():
        found = Substitution.objects.select_for_update().filter(pk=substitution_id).first()
        if found is None or (by != found.absentee and not by.has_perm("tasks.change_substitution")):
            raise Absent("absence_not_found", _("This absence does not exist."))
        if found.ends_at <= now:
            raise WrongState("absence_over", _("This absence is over already."))
        if found.starts_at >= now:
            found.delete()
        else:
            found.ends_at = now
            found.save(update_fields=["ends_at"])
        tell(found)


def tell(found: Substitution) -> None:
    """Have both inboxes look again after the commit."""
    people = (found.absentee_id, found.substitute_id)
    hints = [Hint(user_group(person), "inbox", "", 0) for person in people]
    transaction.on_commit(lambda: publish_hints(hints))
