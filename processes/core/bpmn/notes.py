"""Where a reading writes down what it finds."""

from collections.abc import Iterable

from processes.core.bpmn.xml import shorten
from processes.core.feel import Expression, compile_expression
from processes.core.feel.errors import FeelError
from processes.core.findings import Finding, Severity, gravest_first

MAX_FINDINGS = 200


class Notes:
    """Collects findings and turns text into expressions."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []

    def add(
        self, severity: Severity, element: str | None, code: str, sentence: str, hint: str = ""
    ) -> None:
        self._findings.append(Finding(element, severity, code, sentence, hint))

    def error(self, element: str | None, code: str, sentence: str, hint: str = "") -> None:
        self.add("error", element, code, sentence, hint)

    def unsupported(self, element: str | None, code: str, sentence: str, hint: str = "") -> None:
        self.add("unsupported", element, code, sentence, hint)

    def warning(self, element: str | None, code: str, sentence: str, hint: str = "") -> None:
        self.add("warning", element, code, sentence, hint)

    def extend(self, findings: Iterable[Finding]) -> None:
        self._findings.extend(findings)

    def findings(self) -> tuple[Finding, ...]:
        """Return what was found, the gravest kinds first, and no more than a person can read."""
        ordered = gravest_first(self._findings)
        more = len(ordered) - MAX_FINDINGS
        if more <= 0:
            return tuple(ordered)
        rest = Finding(
            None,
            "warning",
            "more-findings",
            f"{more:,} more findings are not shown.",
            "Mend these first, then read the file again.",
        )
        return (*ordered[:MAX_FINDINGS], rest)

    def expression(self, element: str, what: str, text: str) -> Expression | None:
        """Return the compiled text, or None after writing down why it is no expression.

        ``what`` opens the sentence, such as “The condition of “Too much?””. A leading ``=`` is
        allowed, as Camunda 8 writes it.
        """
        body = text.strip().removeprefix("=").strip()
        if not body:
            self.error(
                element,
                "empty-expression",
                f"{what} is empty.",
                "Write a FEEL expression, for example =amount > 1000.",
            )
            return None
        if body.startswith(("${", "#{")):
            self.unsupported(
                element,
                "juel",
                f"{what}, {shorten(body, 60)}, is written in JUEL, the language of Camunda 7.",
                "Write it in FEEL, for example =amount > 1000.",
            )
            return None
        try:
            return compile_expression(body)
        except FeelError as error:
            self.error(
                element,
                "expression",
                f"{what}, {shorten(body, 60)}, cannot be read.",
                shorten(str(error), 300),
            )
            return None
