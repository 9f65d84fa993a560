"""Functions on lists (DMN 1.5, 10.3.4.4)."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key

from processes.core.feel.arithmetic import calculate
from processes.core.feel.budget import MAX_DEPTH, Run, too_deep
from processes.core.feel.calls import invoke
from processes.core.feel.values import NUMBERS, Function, Value, order, same

from .registry import builtin


@builtin("list contains", "list: list, element: any?", "boolean")
def list_contains(run: Run, items: list[Value], element: Value) -> Value:
    run.charge(2 * len(items))
    return any(same(run, item, element) for item in items)


@builtin("count", "list: list")
def count(run: Run, items: list[Value]) -> Value:
    return Decimal(len(items))


@builtin("min", "list: list", "anything")
def minimum(run: Run, items: list[Value]) -> Value:
    return _extreme(run, items, -1)


@builtin("min", "c...: any", "anything")
def minimum_of(run: Run, *items: Value) -> Value:
    return _extreme(run, list(items), -1)


@builtin("max", "list: list", "anything")
def maximum(run: Run, items: list[Value]) -> Value:
    return _extreme(run, items, 1)


@builtin("max", "c...: any", "anything")
def maximum_of(run: Run, *items: Value) -> Value:
    return _extreme(run, list(items), 1)


def _extreme(run: Run, items: list[Value], side: int) -> Value:
    run.charge(len(items))
    if not items or order(items[0], items[0]) is None:
        return None
    best = items[0]
    for item in items[1:]:
        placed = order(item, best)
        if placed is None:
            return None
        if placed == side:
            best = item
    return best


def _numbers(run: Run, items: list[Value]) -> list[Decimal] | None:
    """Return the items if all are numbers and there is one at least."""
    run.charge(len(items))
    numbers = [item for item in items if isinstance(item, Decimal)]
    return numbers if numbers and len(numbers) == len(items) else None


def _sum(numbers: list[Decimal]) -> Decimal | None:
    total: Decimal | None = Decimal(0)
    for item in numbers:
        total = total if total is None else calculate(NUMBERS.add, total, item)
    return total


@builtin("sum", "list: list")
def total(run: Run, items: list[Value]) -> Value:
    numbers = _numbers(run, items)
    return _sum(numbers) if numbers else None


@builtin("sum", "n...: any")
def total_of(run: Run, *items: Value) -> Value:
    return total(run, list(items))


@builtin("mean", "list: list")
def mean(run: Run, items: list[Value]) -> Value:
    numbers = _numbers(run, items)
    if not numbers or (found := _sum(numbers)) is None:
        return None
    return calculate(NUMBERS.divide, found, Decimal(len(numbers)))


@builtin("mean", "n...: any")
def mean_of(run: Run, *items: Value) -> Value:
    return mean(run, list(items))


@builtin("product", "list: list")
def product(run: Run, items: list[Value]) -> Value:
    numbers = _numbers(run, items)
    if not numbers:
        return None
    found: Decimal | None = Decimal(1)
    for item in numbers:
        found = found if found is None else calculate(NUMBERS.multiply, found, item)
    return found


@builtin("product", "n...: any")
def product_of(run: Run, *items: Value) -> Value:
    return product(run, list(items))


@builtin("median", "list: list")
def median(run: Run, items: list[Value]) -> Value:
    numbers = _numbers(run, items)
    if not numbers:
        return None
    run.charge(4 * len(numbers))
    numbers.sort()
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return calculate(NUMBERS.divide, NUMBERS.add(numbers[middle - 1], numbers[middle]), Decimal(2))


@builtin("median", "n...: any")
def median_of(run: Run, *items: Value) -> Value:
    return median(run, list(items))


@builtin("stddev", "list: list")
def stddev(run: Run, items: list[Value]) -> Value:
    """Return the standard deviation of a sample; null for fewer than two numbers."""
    numbers = _numbers(run, items)
    middle = mean(run, items)
    if not numbers or len(numbers) < 2 or not isinstance(middle, Decimal):
        return None
    run.charge(4 * len(numbers))
    squares: Decimal | None = Decimal(0)
    for item in numbers:
        distance = NUMBERS.subtract(item, middle)
        square = calculate(NUMBERS.multiply, distance, distance)
        squares = squares if squares is None else calculate(NUMBERS.add, squares, square)
    if squares is None:
        return None
    return NUMBERS.sqrt(NUMBERS.divide(squares, Decimal(len(numbers) - 1)))


@builtin("stddev", "n...: any")
def stddev_of(run: Run, *items: Value) -> Value:
    return stddev(run, list(items))


@builtin("mode", "list: list")
def mode(run: Run, items: list[Value]) -> Value:
    """Return the numbers that come most often, smallest first; an empty list for an empty one."""
    if not items:
        return []
    numbers = _numbers(run, items)
    if not numbers:
        return None
    run.charge(4 * len(numbers))
    counts: dict[Decimal, int] = {}
    for item in numbers:
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values())
    found: list[Value] = []
    found.extend(sorted(item for item, times in counts.items() if times == most))
    return found


@builtin("mode", "n...: any")
def mode_of(run: Run, *items: Value) -> Value:
    return mode(run, list(items)) if items else None


def _settle(run: Run, items: list[Value], decisive: bool) -> Value:
    run.charge(len(items))
    if any(item is decisive for item in items):
        return decisive
    return not decisive if all(isinstance(item, bool) for item in items) else None


@builtin("all", "list: list", "boolean")
def every(run: Run, items: list[Value]) -> Value:
    return _settle(run, items, decisive=False)


@builtin("all", "b...: any?", "boolean")
def every_of(run: Run, *items: Value) -> Value:
    return _settle(run, list(items), decisive=False) if items else None


@builtin("any", "list: list", "boolean")
def some(run: Run, items: list[Value]) -> Value:
    return _settle(run, items, decisive=True)


@builtin("any", "b...: any?", "boolean")
def some_of(run: Run, *items: Value) -> Value:
    return _settle(run, list(items), decisive=True) if items else None


def _index(items: list[Value], position: Decimal) -> int | None:
    """Return the index of a position that counts from 1, or from -1 at the end."""
    if position != position.to_integral_value() or not 0 < abs(position) <= len(items):
        return None
    index = int(position)
    return index - 1 if index > 0 else len(items) + index


@builtin("sublist", "list: list, start position: number, length?: number")
def sublist(
    run: Run, items: list[Value], position: Decimal, length: Decimal | None = None
) -> Value:
    start = _index(items, position)
    if start is None or (length is not None and (length < 1 or length > len(items) - start)):
        return None
    run.check_items(len(items))
    return items[start:] if length is None else items[start : start + int(length)]


@builtin("append", "list: list, item...: any?")
def append(run: Run, items: list[Value], *more: Value) -> Value:
    run.check_items(len(items) + len(more))
    return [*items, *more]


@builtin("concatenate", "list...: list")
def concatenate(run: Run, *lists: list[Value]) -> Value:
    if not lists:
        return None
    run.check_items(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before", "list: list, position: number, newItem: any?")
def insert_before(run: Run, items: list[Value], position: Decimal, item: Value) -> Value:
    index = _index(items, position)
    if index is None:
        return None
    run.check_items(len(items) + 1)
    return [*items[:index], item, *items[index:]]


@builtin("remove", "list: list, position: number")
def remove(run: Run, items: list[Value], position: Decimal) -> Value:
    index = _index(items, position)
    if index is None:
        return None
    run.check_items(len(items))
    return [*items[:index], *items[index + 1 :]]


@builtin("list replace", "list: list, position: number, newItem: any?")
def replace_at(run: Run, items: list[Value], position: Decimal, item: Value) -> Value:
    index = _index(items, position)
    if index is None:
        return None
    run.check_items(len(items))
    return [*items[:index], item, *items[index + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: any?")
def replace_where(run: Run, items: list[Value], match: Function, new: Value) -> Value:
    run.check_items(len(items))
    replaced: list[Value] = []
    for item in items:
        found = invoke(run, match, [item, new])
        if not isinstance(found, bool):
            return None
        replaced.append(new if found else item)
    return replaced


@builtin("reverse", "list: list")
def reverse(run: Run, items: list[Value]) -> Value:
    run.check_items(len(items))
    return items[::-1]


@builtin("index of", "list: list, match: any?")
def index_of(run: Run, items: list[Value], match: Value) -> Value:
    run.charge(2 * len(items))
    return [Decimal(at) for at, item in enumerate(items, 1) if same(run, item, match)]


@builtin("union", "list...: list")
def union(run: Run, *lists: list[Value]) -> Value:
    joined = concatenate(run, *lists)
    return distinct(run, joined) if isinstance(joined, list) else None


@builtin("distinct values", "list: list")
def distinct(run: Run, items: list[Value]) -> Value:
    """Return each value once, where it came first. Texts and numbers are found by a set."""
    seen: set[tuple[type, Value]] = set()
    kept: list[Value] = []
    others: list[Value] = []
    run.charge(len(items))
    for item in items:
        if isinstance(item, str | Decimal | bool):
            key = (type(item), item)
            if key in seen:
                continue
            seen.add(key)
        else:
            run.charge(3 * len(others))
            if any(same(run, item, other) for other in others):
                continue
            others.append(item)
        kept.append(item)
    return kept


@builtin("flatten", "list: list")
def flatten(run: Run, items: list[Value]) -> Value:
    flat: list[Value] = []
    _flatten(run, items, flat, 0)
    return flat


def _flatten(run: Run, items: list[Value], flat: list[Value], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise too_deep()
    run.charge(len(items) + 1)
    for item in items:
        if isinstance(item, list):
            _flatten(run, item, flat, depth + 1)
        else:
            flat.append(item)


class _Unsortable(Exception):
    """Two items have no order."""


@builtin("sort", "list: list")
def sort(run: Run, items: list[Value]) -> Value:
    """Return the items in their natural order; null if two of them have none."""

    def compare(left: Value, right: Value) -> int:
        run.charge(1)
        placed = order(left, right)
        if placed is None:
            raise _Unsortable
        return placed

    run.charge(len(items))
    run.check_items(len(items))
    try:
        return sorted(items, key=cmp_to_key(compare))
    except _Unsortable:
        return None


@builtin("sort", "list: list, precedes: function")
def sort_by(run: Run, items: list[Value], precedes: Function) -> Value:
    """Return the items so that none comes after one it precedes; equals keep their order."""

    def compare(left: Value, right: Value) -> int:
        run.charge(5)
        found = invoke(run, precedes, [left, right])
        if not isinstance(found, bool):
            raise _Unsortable
        if found:
            return -1
        return 1 if invoke(run, precedes, [right, left]) is True else 0

    run.charge(len(items))
    run.check_items(len(items))
    try:
        return sorted(items, key=cmp_to_key(compare))
    except _Unsortable:
        return None
