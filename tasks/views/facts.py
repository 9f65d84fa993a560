"""Variables as people read them: money as money, days as days, and long texts as texts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from processes.core import graph as g
from processes.core.fields import label_of

LONG = 120
CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Fact:
    """``kind`` is text, long, number, money, list, hidden or none."""

    label: str
    text: str = ""
    kind: str = "text"
    items: tuple[str, ...] = ()


def facts(
    graph: g.Graph, names: Iterable[str], values: Mapping[str, Any], *, sensitive: bool = False
) -> list[Fact]:
    """Return these variables for a page; ``sensitive`` shows even those that are declared so.

    A currency stands with its amount, so it is no fact of its own.
    """
    names = list(names)
    currency = values.get(CURRENCY)
    with_money = isinstance(currency, str) and any(is_amount(name, values) for name in names)
    found = []
    for name in names:
        declared = graph.variables.get(name)
        label = label_for(graph, name)
        if declared is not None and declared.sensitive and not sensitive:
            found.append(Fact(label, kind="hidden"))
        elif with_money and name == CURRENCY:
            continue
        elif with_money and is_amount(name, values):
            found.append(Fact(label, f"{currency} {number(values[name], places=2)}", "money"))
        else:
            found.append(fact(label, values.get(name)))
    return found


def answers(schema: g.JsonSchema | None, data: Mapping[str, Any]) -> list[Fact]:
    """Return what was filled into a form, in the form's order and words."""
    fields = (schema or {}).get("properties", {})
    return [
        fact(says.get("title") or label_of(name), data[name])
        for name, says in fields.items()
        if name in data
    ]


def label_for(graph: g.Graph, name: str) -> str:
    declared = graph.variables.get(name)
    if declared is not None and declared.label:
        return declared.label
    asked = (graph.start_form or {}).get("properties", {}).get(name, {})
    return str(asked.get("title") or label_of(name))


def is_amount(name: str, values: Mapping[str, Any]) -> bool:
    """Tell whether a currency belongs to this variable: by its name, as processes spell it."""
    value = values.get(name)
    number_like = isinstance(value, int | float) and not isinstance(value, bool)
    return number_like and name.lower().endswith("amount")


def fact(label: str, value: Any) -> Fact:
    match value:
        case None | "" | [] | {}:
            return Fact(label, kind="none")
        case bool():
            return Fact(label, _("Yes") if value else _("No"))
        case int() | float():
            return Fact(label, number(value), "number")
        case str():
            text = day(value)
            return Fact(label, text, "long" if len(text) > LONG or "\n" in text else "text")
        case list():
            return Fact(label, kind="list", items=tuple(plain(item) for item in value))
        case dict():
            items = tuple(f"{label_of(str(name))}: {plain(item)}" for name, item in value.items())
            return Fact(label, kind="list", items=items)
    return Fact(label, plain(value))


def plain(value: Any) -> str:
    """Return one value inside a list or a context as a short text."""
    match value:
        case bool():
            return _("Yes") if value else _("No")
        case int() | float():
            return number(value)
        case list():
            return ", ".join(map(plain, value))
        case dict():
            return ", ".join(
                f"{label_of(str(name))}: {plain(item)}" for name, item in value.items()
            )
    return day(str(value))


def number(value: float, *, places: int | None = None) -> str:
    """Return a number with its thousands set apart, exactly as it is stored."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if places is None:
        places = max(0, -int(exact.as_tuple().exponent)) if exact % 1 else 0
    return formats.number_format(exact, decimal_pos=places, use_l10n=True, force_grouping=True)


def day(text: str) -> str:
    """Return an ISO 8601 day or moment in words; any other text as it is."""
    if len(text) < 10 or text[4:5] != "-":
        return text
    try:
        if len(text) == 10:
            return formats.date_format(date.fromisoformat(text), "j F Y")
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if timezone.is_aware(at):
        at = timezone.localtime(at)
    return formats.date_format(at, "j F Y, H:i")
