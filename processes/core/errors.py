"""Refusals: errors that a person can cause, in words that help that person.

A bug is never a refusal. Doors turn a refusal into problem+json (RFC 9457) or an alert on the page.
"""


class Refusal(Exception):
    """Nothing was done, for a reason that the caller can understand and act on.

    ``code`` is stable and meant for programs; ``what`` happened, what stays ``unchanged`` and the
    ``remedy`` are sentences for people.
    """

    status = 409

    def __init__(
        self,
        code: str,
        what: str,
        *,
        unchanged: str = "Nothing was changed.",
        remedy: str = "",
        details: dict[str, object] | None = None,
    ) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.unchanged = unchanged
        self.remedy = remedy
        self.details = details or {}

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.unchanged, self.remedy) if part)


class WrongState(Refusal):
    """The thing exists and is yours, but it is past the point where this can be done."""


class Absent(Refusal):
    """It does not exist, or it is not yours: the answer is the same for both."""

    status = 404


class Forbidden(Refusal):
    """You may see it, but this is not yours to do."""

    status = 403


class Invalid(Refusal):
    """What was sent cannot be accepted.

    ``details["fields"]`` maps a field to its list of sentences where the fault can be placed.
    """

    status = 422
