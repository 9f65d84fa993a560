"""The built-in functions (DMN 1.5, 10.3.4); importing this package registers all of them."""

from . import contexts, conversion, lists, numeric, ranges, strings, temporal
from .registry import BUILTINS, GIVES_ANYTHING, GIVES_BOOLEAN

__all__ = [
    "BUILTINS", "GIVES_ANYTHING", "GIVES_BOOLEAN", "contexts", "conversion", "lists", "numeric",
    "ranges", "strings", "temporal",
]  # fmt: skip
