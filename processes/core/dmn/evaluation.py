"""From inputs to the value of a decision or a decision service (DMN 1.5, 10.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from processes.core.dmn.model import (
    Decision,
    DecisionService,
    Element,
    InputData,
    KnowledgeModel,
    Lambda,
    Model,
)
from processes.core.dmn.requirements import Key, Node, in_order, locate
from processes.core.dmn.values import CALL, function_of, held, value_of
from processes.core.dmn.work import Work
from processes.core.feel.budget import Run
from processes.core.feel.calls import invoke
from processes.core.feel.clauses import accepting
from processes.core.feel.env import Env, convert
from processes.core.feel.errors import FeelBudgetError, FeelEvaluationError
from processes.core.feel.values import Function, Overload, Value
from processes.core.findings import Finding
from processes.core.xml import shorten


@dataclass(frozen=True, slots=True)
class Outcome:
    """The value of a decision, and why parts of it are null where that is a fault."""

    value: Value
    problems: tuple[Finding, ...] = ()


class UnknownDecision(LookupError):
    """The model has no decision of this name; the message says which it has."""


def evaluate(
    model: Model, name: str, inputs: Mapping[str, object], *, now: datetime | None = None
) -> Outcome:
    """Return the value of the decision, decision service or knowledge model with this id or name.

    ``inputs`` are plain JSON, dates or FEEL values by the names of the input data; those of an
    imported model may stand in a context under the name of the import. A file that declares no
    inputs, as some modelers draw tables, reads them by any name. Raises UnknownDecision, and
    FeelEvaluationError when the budget is used up or an input has no FEEL value.
    """
    start = locate(model, name)
    if start is None:
        known = ", ".join(f"“{one.name}”" for one in list(model.invocable())[:10])
        raise UnknownDecision(
            f"“{model.name}” has no decision “{shorten(name, 60)}”. It has {known or 'none'}."
        )
    run = Work(inputs if model.is_open else {}, now)
    evaluation = _Evaluation(run, inputs)
    try:
        value = evaluation.answer(start)
    except RecursionError:
        raise FeelBudgetError(
            "expression_calls_too_deep",
            f"“{start.element.name}” goes too deep and was stopped. "
            "Check that no function calls itself without an end.",
        ) from None
    return Outcome(value, tuple(run.problems))


class _Evaluation:
    """What is known so far, by the path of imports and the id of each element."""

    __slots__ = ("inputs", "known", "run")

    def __init__(
        self, run: Run, inputs: Mapping[str, object], known: dict[Key, Value] | None = None
    ):
        self.run = run
        self.inputs = inputs
        self.known: dict[Key, Value] = known or {}

    def answer(self, start: Node) -> Value:
        """Return what was asked for: functions are called with what is given."""
        match start.element:
            case DecisionService():
                self.assume_decisions(start)
                return self.service(start)
            case KnowledgeModel(logic=Lambda() as logic):
                arguments = [convert(self.run, self.inputs.get(one)) for one in logic.parameters]
                return invoke(self.run, self.value(start), arguments, logic.parameters)
        return self.value(start)

    def value(self, start: Node) -> Value:
        """Return the value of an element, after those of all that it needs."""
        if start.key not in self.known:
            nodes = in_order(start, self.known)
            self.make_functions(nodes)
            for node in nodes:
                if node.key not in self.known:
                    self.known[node.key] = self.settle(node)
        return self.known[start.key]

    def make_functions(self, nodes: list[Node]) -> None:
        """Know the functions first: knowledge models may call each other in a circle."""
        scopes: list[tuple[Node, Env]] = []
        for node in nodes:
            if isinstance(node.element, KnowledgeModel):
                env = Env(self.run, None, {})
                logic = node.element.logic
                found = function_of(logic, env) if isinstance(logic, Lambda) else None
                self.known[node.key] = found
                scopes.append((node, env))
            elif isinstance(node.element, DecisionService):
                self.known[node.key] = self.service_function(node)
        for node, env in scopes:
            env.values.update(self.scope(node))
            env.values[node.element.variable] = self.known[node.key]

    def settle(self, node: Node) -> Value:
        element = node.element
        self.run.charge(2)
        if isinstance(element, InputData):
            return self.typed(element, self.input(node))
        if not isinstance(element, Decision):
            return None
        try:
            self.run.enter(element.frames)
            found = value_of(element.logic, Env(self.run, None, self.scope(node)))
            self.run.leave(element.frames)
        except FeelEvaluationError as error:
            raise type(error)(
                error.code, f"“{element.name}” cannot be decided. {error.sentence}"
            ) from error
        return self.typed(element, found)

    def typed(self, element: Element, value: Value) -> Value:
        if element.wanted is None:
            return value
        return held(self.run, value, element.wanted, element.type_name, element.where)

    def scope(self, node: Node) -> dict[str, Value]:
        """Return the names that the logic of an element can read."""
        values: dict[str, Value] = {}
        imported: dict[str, dict[str, Value]] = {}
        for reference in node.element.needs:
            following = node.follow(reference)
            if following is None:
                continue
            value = self.known.get(following.key)
            if reference.via:
                imported.setdefault(reference.via, {})[following.element.variable] = value
            else:
                values[following.element.variable] = value
        return {**imported, **values}

    def input(self, node: Node) -> Value:
        """Return what is given for an input, under the names of its imports or by itself."""
        name = node.element.variable
        holder: object = self.inputs
        for alias in filter(None, node.path):
            holder = holder.get(alias) if isinstance(holder, Mapping) else None
        if isinstance(holder, Mapping) and name in holder:
            return convert(self.run, holder[name])
        return convert(self.run, self.inputs.get(name))

    # --- decision services ---------------------------------------------------------------------

    def assume_decisions(self, node: Node) -> None:
        """Take the decisions that a service has as inputs from what is given."""
        for parameter in self.parameters(node):
            if isinstance(parameter.element, Decision):
                given = self.input(parameter)
                self.known[parameter.key] = self.typed(parameter.element, given)

    def parameters(self, node: Node) -> list[Node]:
        element = node.element
        if not isinstance(element, DecisionService):
            return []
        return [found for one in element.parameters if (found := node.follow(one))]

    def service(self, node: Node) -> Value:
        """Return the value of its only output decision, or the context of all of them."""
        element = node.element
        if not isinstance(element, DecisionService):
            return None
        outputs = [found for one in element.outputs if (found := node.follow(one))]
        values = {found.element.variable: self.value(found) for found in outputs}
        value: Value = next(iter(values.values())) if len(outputs) == 1 else values
        return self.typed(element, value)

    def service_function(self, node: Node) -> Function:
        """Return the function that a decision service is (DMN 1.5, 10.4)."""
        parameters = self.parameters(node)
        names = tuple(parameter.element.variable for parameter in parameters)

        def call(run: Run, *arguments: Value) -> Value:
            known = {
                parameter.key: argument
                for parameter, argument in zip(parameters, arguments, strict=True)
            }
            run.charge(10)
            run.enter(2 * CALL)
            found = _Evaluation(run, {}, known).service(node)
            run.leave(2 * CALL)
            return found

        accepts = tuple(accepting(parameter.element.wanted) for parameter in parameters)
        overload = Overload(names, accepts, len(names), call)
        return Function(node.element.name, (overload,))
