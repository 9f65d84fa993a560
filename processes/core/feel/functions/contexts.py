"""Functions on contexts (DMN 1.5, 10.3.4.12)."""

from __future__ import annotations

from processes.core.feel.budget import Run
from processes.core.feel.values import Value

from .registry import builtin


@builtin("get value", "m: context, key: string", "anything")
def get_value(run: Run, m: dict[str, Value], key: str) -> Value:
    return m.get(key)


@builtin("get value", "context: context, keys: list", "anything")
def get_value_at(run: Run, context: dict[str, Value], keys: list[Value]) -> Value:
    found: Value = context
    run.charge(len(keys) >> 3)
    for key in keys:
        if not isinstance(found, dict) or not isinstance(key, str):
            return None
        found = found.get(key)
    return found if keys else None


@builtin("get entries", "m: context")
def get_entries(run: Run, m: dict[str, Value]) -> Value:
    run.check_items(2 * len(m))
    run.charge(len(m))
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context", "entries: list")
def context(run: Run, entries: list[Value]) -> Value:
    """Return the context with these keys and values; null if one is no entry or comes twice."""
    run.check_items(len(entries))
    run.charge(len(entries))
    made: dict[str, Value] = {}
    for entry in entries:
        if not isinstance(entry, dict) or "value" not in entry:
            return None
        key = entry.get("key")
        if not isinstance(key, str) or key in made:
            return None
        made[key] = entry["value"]
    return made


@builtin("context put", "context: context, key: string, value: any?")
def context_put(run: Run, context: dict[str, Value], key: str, value: Value) -> Value:
    run.check_items(len(context) + 1)
    return {**context, key: value}


@builtin("context put", "context: context, keys: list, value: any?")
def context_put_at(run: Run, context: dict[str, Value], keys: list[Value], value: Value) -> Value:
    """Return the context with a value put at the end of a path; null if the path breaks off."""
    if not keys or not all(isinstance(key, str) for key in keys):
        return None
    steps: list[tuple[dict[str, Value], str]] = []
    here: Value = context
    for key in keys:
        if not isinstance(here, dict):
            return None
        run.check_items(len(here) + 1)
        steps.append((here, str(key)))
        here = here.get(str(key))
    for holder, key in reversed(steps):
        value = {**holder, key: value}
    return value


@builtin("context merge", "contexts: list")
def context_merge(run: Run, contexts: list[Value]) -> Value:
    made: dict[str, Value] = {}
    for part in contexts:
        if not isinstance(part, dict):
            return None
        run.check_items(len(made) + len(part))
        run.charge(len(part) >> 3)
        made.update(part)
    return made
