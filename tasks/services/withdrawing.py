"""Taking one's own request back."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from processes.core import commands as c
from processes.core.errors import Absent, Forbidden, WrongState
from processes.models import Instance
from processes.services import Actor, Step, visible_instances
from tasks.models.task import withdrawable
from tasks.services.texts import checked_comment
from tasks.services.turn import name_of


def withdraw(*, instance_id: UUID, person: User, reason: str = "", now: datetime) -> Instance:
    """Take the request back: it is cancelled, or goes on where the definition says.

    Raises Absent for what is not theirs, Forbidden for who did not start it, and WrongState when
    it is too late.
    """
    reason = checked_comment(reason, required=False)
    with transaction.atomic():
        step = Step.lock(instance_id, now=now, actor=Actor(person, name_of(person)))
        instance = step.instance
        if instance.initiator_id != person.pk or not person.is_active:
            if not visible_instances(person, now=now).filter(pk=instance.pk).exists():
                raise Absent("instance_not_found", _("This process instance does not exist."))
            raise Forbidden(
                "not_your_request",
                _("Only who asked for “%(what)s” takes it back.") % {"what": instance.subject},
            )
        if not withdrawable(instance):
            raise WrongState(
                "too_late_to_withdraw",
                _("“%(what)s” can no longer be taken back.") % {"what": instance.subject},
                remedy=_("Write a comment to the person who decides."),
            )
        to = step.graph.withdrawal.to
        if to:
            step.decide(c.WithdrawRequest(to, by=person.get_username(), reason=reason))
        else:
            taken_back = _("%(who)s took the request back.") % {"who": name_of(person)}
            step.decide(c.Cancel(reason or taken_back))
        step.save()
    return instance
