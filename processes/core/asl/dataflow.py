"""How data goes through a state: one variable holds what the next state gets.

``InputPath`` and ``Parameters`` choose what a state works on, ``ResultSelector`` and ``ResultPath``
where its result goes, ``OutputPath`` what is handed on (Amazon States Language, Input and Output
Processing). The variable is called ``state``.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from processes.core.asl import paths
from processes.core.asl.document import State
from processes.core.asl.templates import template
from processes.core.bpmn.dialects.feel_pieces import quoted
from processes.core.bpmn.dialects.report import NotTranslated, Standing, Taken
from processes.core.bpmn.xml import shorten
from processes.core.feel import FeelError, compile_expression

STATE = "state"
MAX_SHOWN = 200


@dataclass(slots=True)
class Flow:
    """The data flow of one state, with a report of each field. ``node`` is its id in the file."""

    state: State
    node: str
    report: list[Taken]
    _chosen: dict[str, str] = field(default_factory=dict)

    # --- the report ------------------------------------------------------------------------------

    def add(self, what: str, standing: Standing, old: str = "", new: str = "", **more: str) -> None:
        self.report.append(
            Taken(
                self.node,
                self.state.name,
                what,
                standing,
                shorten(old, MAX_SHOWN),
                shorten(new, MAX_SHOWN),
                **more,
            )
        )

    def left(self, what: str, old: object, sentence: str, hint: str = "") -> None:
        place = f"{self.state.place}.{what}: {sentence}"
        self.add(what, "left", shown(old), sentence=place, hint=hint)

    def feel(self, what: str, old: object, make: Callable[[], str], otherwise: str) -> str:
        """Return what ``make`` says, reported; ``otherwise`` where it cannot be said in FEEL."""
        try:
            found = make()
            compile_expression(found)
        except (NotTranslated, FeelError) as problem:
            now = f"; now it is {otherwise}" if otherwise else ""
            self.left(what, old, str(problem), f"Write it in FEEL{now}.")
            return otherwise
        self.add(what, "translated", shown(old), f"={found}")
        return found

    # --- the fields ------------------------------------------------------------------------------

    def chosen(self, base: str = STATE) -> str:
        """Return FEEL for what ``InputPath`` chooses."""
        says = self.state.says
        if "InputPath" not in says:
            return base
        if says["InputPath"] is None:
            return "{}"
        if base not in self._chosen:
            self._chosen[base] = self.path("InputPath", base)
        return self._chosen[base]

    def path(self, what: str, base: str) -> str:
        text = self.state.says[what]
        return self.feel(what, text, lambda: paths.translate(str(text), base), base)

    def effective(self, what: str = "Parameters", base: str = STATE) -> str:
        """Return FEEL for what the state works on."""
        chosen = self.chosen(base)
        if what not in self.state.says:
            return chosen
        value = self.state.says[what]
        return self.feel(what, value, lambda: template(value, chosen), chosen)

    def selected(self, result: str) -> str:
        """Return FEEL for what ``ResultSelector`` makes of a result."""
        if "ResultSelector" not in self.state.says:
            return result
        value = self.state.says["ResultSelector"]
        return self.feel("ResultSelector", value, lambda: template(value, result), result)

    def handed_on(self, result: str) -> list[str]:
        """Return what ``state`` becomes, one after the other, after the state gave ``result``."""
        steps = [self.placed(result, self.state.says.get("ResultPath", "$"))]
        steps += self.output()
        return [step for step in steps if step != STATE] or [STATE]

    def output(self) -> list[str]:
        if "OutputPath" not in self.state.says:
            return []
        if self.state.says["OutputPath"] is None:
            return ["{}"]
        return [self.path("OutputPath", STATE)]

    def placed(self, result: str, where: Any) -> str:
        """Return FEEL for the state with the result at its place."""
        if where is None:
            return STATE
        if where == "$":
            return result
        return self.feel("ResultPath", where, lambda: put(STATE, keys(where), result), STATE)


def keys(where: Any) -> list[str]:
    """Return the names that lead to the place. Raises NotTranslated."""
    found = paths.reference(str(where))
    if not str(where).startswith("$") or not all(isinstance(key, str) for key in found):
        raise NotTranslated("A result goes to a place that is named, not counted.")
    return [str(key) for key in found]


def put(base: str, names: list[str], value: str) -> str:
    """Return FEEL for ``base`` with the value at a path; contexts on the way are made."""
    if not names:
        return value
    name = quoted(names[0])
    if len(names) == 1:
        return f"context put({base}, {name}, {value})"
    inner = f"get value({base}, {name})"
    within = f"if {inner} instance of context<> then {inner} else {{}}"
    if len(names) > 2:
        raise NotTranslated("A result goes at most two names deep.")
    return f"context put({base}, {name}, context put({within}, {quoted(names[1])}, {value}))"


def shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
