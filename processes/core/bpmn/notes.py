"""Where a reading writes down what it finds, and turns text into expressions."""

from processes.core import findings
from processes.core.bpmn.xml import shorten
from processes.core.feel import Expression, compile_expression
from processes.core.feel.errors import FeelError


class Notes(findings.Notes):
    """Collects findings and turns text into expressions."""

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
