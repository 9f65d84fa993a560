"""What goes wrong with an expression, said in a sentence that tells what to write."""


class FeelError(Exception):
    """The expression cannot be used; ``sentence`` says why and what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class FeelSyntaxError(FeelError):
    """The text is not an expression; ``position`` counts characters from 0."""

    def __init__(self, code: str, sentence: str, position: int = 0) -> None:
        super().__init__(code, sentence)
        self.position = position


class FeelEvaluationError(FeelError):
    """The expression is well formed but has no usable value for these variables.

    ``read`` holds the variables that the expression looked at, where they are known.
    """

    def __init__(self, code: str, sentence: str, read: dict[str, object] | None = None) -> None:
        super().__init__(code, sentence)
        self.read = read or {}


class FeelBudgetError(FeelEvaluationError):
    """The expression asks for more work, memory or depth than one evaluation may take."""
