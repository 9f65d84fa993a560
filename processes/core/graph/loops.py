"""How often an activity runs (BPMN 2.0.2, 10.3.8)."""

from dataclasses import dataclass
from typing import Literal

from processes.core.feel import Expression
from processes.core.graph.triggers import Trigger


@dataclass(frozen=True, slots=True)
class StandardLoop:
    """Run again while the condition holds (BPMN 2.0.2, 10.3.8). No condition: until ``maximum``."""

    condition: Expression | None = None
    test_before: bool = False
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class InstanceEvent:
    """What a multi-instance activity throws when an instance is done and the condition holds."""

    trigger: Trigger
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """Run once for each item, side by side or one after another (BPMN 2.0.2, 10.3.8).

    One of ``cardinality`` and ``collection`` says how often. ``element`` is the variable of the
    item; ``output`` gathers ``output_element``, evaluated as each instance completes, in the order
    of the items. ``behavior`` says when ``events`` are thrown.
    """

    sequential: bool = False
    cardinality: Expression | None = None
    collection: Expression | None = None
    element: str = ""
    output: str = ""
    output_element: Expression | None = None
    completion: Expression | None = None
    behavior: Literal["all", "one", "none", "complex"] = "all"
    events: tuple[InstanceEvent, ...] = ()
