"""How a rule says that it does not hold."""

from processes.core.findings import Finding


def broken(element: str | None, code: str, sentence: str, hint: str = "") -> Finding:
    """Return the finding that a rule of the standard does not hold."""
    return Finding(element or None, "error", code, sentence, hint)
