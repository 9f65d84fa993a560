"""Our own FEEL: what DMN 1.5, chapter 10 says, told in small cases."""

from datetime import UTC, datetime

from processes.core.feel import compile_expression, to_json

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def value(text: str, /, **variables: object) -> object:
    """Return what the expression gives, in the terms of JSON."""
    return to_json(compile_expression(text).evaluate(variables, now=NOW))
