"""What people write: reasons, comments and questions, checked before anything is done."""

from django.utils.translation import gettext as _

from processes.core import graph as g
from processes.core.errors import Invalid

COMMENT_LENGTH = 5_000


def checked_comment(text: str, *, required: bool, outcome: g.Outcome | None = None) -> str:
    """Return the text without blanks around it. Raises Invalid, placed at the field ``comment``."""
    text = text.strip()
    sentence = ""
    if required and not text:
        sentence = (
            _("“%(outcome)s” needs a reason.") % {"outcome": outcome.name}
            if outcome
            else _("Write something first.")
        )
    elif len(text) > COMMENT_LENGTH:
        sentence = _("Write at most %(most)d characters.") % {"most": COMMENT_LENGTH}
    elif "\x00" in text:
        sentence = _("The text holds a character that cannot be stored.")
    if sentence:
        raise Invalid("invalid_comment", sentence, details={"fields": {"comment": [sentence]}})
    return text


def checked_reason(text: str, *, missing: str) -> str:
    """Return why somebody does it. Without a reason raises Invalid with ``missing``."""
    if not text.strip():
        raise Invalid("reason_missing", missing, details={"fields": {"reason": [missing]}})
    try:
        return checked_comment(text, required=True)
    except Invalid as refusal:
        fields = {"reason": [refusal.what]}
        raise Invalid("invalid_reason", refusal.what, details={"fields": fields}) from refusal


def said(reason: str) -> dict[str, str]:
    """Return the reason as a detail of the history, where there is one."""
    reason = checked_comment(reason, required=False)
    return {"reason": reason} if reason else {}
