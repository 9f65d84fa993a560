"""Outcomes and states in the words of people."""

from django.utils.translation import gettext as _

from processes.core import graph as g
from tasks.models import Task
from tasks.models.task import SENT_BACK
from tasks.questions import outcomes_of

HIGH = 50
TONES = {"positive": "positive", "negative": "negative"}


def outcome_of(node: g.Node | None, outcome: str) -> g.Outcome:
    """Return the declared outcome; one that is not declared has only its name."""
    known = node.outcomes if isinstance(node, g.UserTask) else ()
    return next((item for item in known if item.id == outcome), g.Outcome(outcome, outcome))


def answer_of(task: Task) -> g.Outcome:
    """Return the answer that was given, as its task declares it."""
    if task.outcome == SENT_BACK:
        return g.Outcome(SENT_BACK, _("Sent back"))
    known = {outcome.id: outcome for outcome in outcomes_of(task)}
    return known.get(task.outcome, g.Outcome(task.outcome, task.outcome))


def answered(outcome: g.Outcome) -> str:
    """Return the outcome as a state: “Approved” for the usual two, else its own name."""
    match outcome.id:
        case "approved" if outcome.name == "Approve":
            return _("Approved")
        case "rejected" if outcome.name == "Reject":
            return _("Rejected")
    return outcome.name


def decided_sentence(outcome: g.Outcome, what: str, who: str, on_behalf_of: str = "") -> str:
    """Return who answered what, and for whom."""
    words = {"who": who, "whom": on_behalf_of, "what": what, "answer": outcome.name}
    match (answered(outcome) != outcome.name and outcome.id, bool(on_behalf_of)):
        case ("approved", True):
            return _("%(who)s approved %(what)s for %(whom)s.") % words
        case ("approved", False):
            return _("%(who)s approved %(what)s.") % words
        case ("rejected", True):
            return _("%(who)s rejected %(what)s for %(whom)s.") % words
        case ("rejected", False):
            return _("%(who)s rejected %(what)s.") % words
        case (_other, True):
            return _("%(who)s answered %(what)s with “%(answer)s” for %(whom)s.") % words
    return _("%(who)s answered %(what)s with “%(answer)s”.") % words
