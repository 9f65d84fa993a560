"""One more who must agree, added by somebody who is asked or by an administrator."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from processes.core.errors import Invalid
from processes.services import one_step
from tasks.agreement import agreement_of, turn_of
from tasks.desk import place
from tasks.models import Candidate, Task
from tasks.rules.actions import Action
from tasks.rules.approvers import WHERE, Where, with_approver
from tasks.rules.routing import Seat
from tasks.services.counting import go_on
from tasks.services.handing import refuse_gone, refuse_kept_out
from tasks.services.texts import checked_reason
from tasks.services.turn import Turn, name_of
from tasks.telling import Kind, announce


@one_step
def add_approver(
    *,
    task_id: UUID,
    person: User,
    who: User,
    where: Where = "beside",
    reason: str,
    tier: str | None = None,
    now: datetime,
) -> Task:
    """Have one more person asked before, beside or after those of one's own tier.

    Before and after it is a part of its own that must agree as well; beside, one more in the tier.
    ``tier`` names another one; an administrator without it means the first that is asked now.
    Raises Invalid for oneself, for who is asked already or gone, and without a reason; Forbidden
    for who is kept out of the decision.
    """
    reason = checked_reason(reason, missing=_("Say why one more must agree."))
    if where not in WHERE:
        raise Invalid("unknown_place", _("Say before, beside or after."))
    turn = Turn(person, task_id, Action.ADD, now=now)
    step, task = turn.step, turn.task
    refuse_gone(who)
    refuse_kept_out(turn, who)
    if who == person:
        sentence = _("Ask somebody else than yourself.")
        raise Invalid("not_oneself", sentence, details={"fields": {"to": [sentence]}})
    found = agreement_of(task)
    if any(member.id == who.pk for known in found.members.values() for member in known):
        sentence = _("%(who)s is asked already.") % {"who": name_of(who)}
        raise Invalid("asked_already", sentence, details={"fields": {"to": [sentence]}})
    seat = turn.absentee or person
    mine = tier if tier is not None else found.tier_of(seat.pk)
    if mine is None:
        mine = next(iter(found.tally.asked), "")
    if mine not in found.tally.asked:
        sentence = _("There is no part called “%(tier)s” that is asked now.") % {"tier": mine}
        raise Invalid("unknown_tier", sentence, details={"fields": {"tier": [sentence]}})
    asked = {**task.asked, "turn": turn_of(task)}
    asked, key = with_approver(
        asked, tier=mine, where=where, user=who.get_username(), name=name_of(who)
    )
    entry = {"name": name_of(who), "by": name_of(person), "where": where, "reason": reason}
    task.asked = {**asked, "added": [*asked.get("added", ()), {**entry, "tier": key}]}
    if where == "beside":
        place(step, task, [Seat(user=who.pk)], via=Candidate.Via.ADDED, tier=key)
        announce(step, Kind.ASKED, task, to=[who])
    turn.note("added", to=name_of(who), where=where, reason=reason)
    go_on(step, task, found.votes)
    turn.save("asked", "tier")
    return task
