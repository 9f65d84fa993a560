"""Who may do what with a task, after WS-HumanTask 1.1.

The single source for buttons, the API's ``actions`` and the guard in front of every operation.
"""

from enum import StrEnum

from tasks.rules.standing import Standing


class Action(StrEnum):
    CLAIM = "claim"
    START = "start"
    STOP = "stop"
    RELEASE = "release"
    DELEGATE = "delegate"
    FORWARD = "forward"
    REASSIGN = "reassign"
    COMPLETE = "complete"
    COMMENT = "comment"


_OWNER = {
    "reserved": {Action.START},
    "in_progress": {Action.STOP},
}
_ADMINISTRATOR = {
    "created": {Action.REASSIGN},
    "ready": {Action.REASSIGN},
    "reserved": {Action.REASSIGN, Action.RELEASE},
    "in_progress": {Action.REASSIGN, Action.RELEASE},
}
_HOLDING = {Action.RELEASE, Action.DELEGATE, Action.FORWARD, Action.COMPLETE}
_OFFERED = {Action.CLAIM, Action.START, Action.DELEGATE, Action.FORWARD, Action.COMPLETE}


def allowed_actions(status: str, standing: Standing) -> frozenset[Action]:
    """Return what the person may do now; nothing for somebody who may not see the task.

    An excluded person may comment, and as administrator hand the task to somebody else.
    """
    if not standing.may_see:
        return frozenset()
    allowed = {Action.COMMENT}
    if standing.administrator:
        allowed |= _ADMINISTRATOR.get(status, set())
    if standing.excluded:
        return frozenset(allowed)
    if status == "ready" and standing.candidate:
        allowed |= _OFFERED
    if status in _OWNER and standing.owner:
        allowed |= _OWNER[status] | _HOLDING
    return frozenset(allowed)
