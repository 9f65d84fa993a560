"""The nodes of a process: events, activities and gateways (BPMN 2.0.2, chapter 10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from processes.core.feel import Expression
from processes.core.graph.loops import MultiInstance, StandardLoop
from processes.core.graph.triggers import Message, Trigger
from processes.core.graph.work import (
    APPROVE_OR_REJECT,
    Assignment,
    Deadline,
    ErrorMapping,
    HttpCall,
    Outcome,
    Policy,
    Quorum,
    Retry,
    Rung,
    Tier,
    Topic,
)

VariableType = Literal["string", "number", "boolean", "date", "dateTime", "list", "context", "any"]
JsonSchema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Variable:
    """A declared process variable. A sensitive one is never shown to lists, logs or messages.

    What is ``searchable`` can be looked for, and filtered by, in inboxes.
    """

    name: str
    type: VariableType = "any"
    label: str = ""
    sensitive: bool = False
    searchable: bool = False


@dataclass(frozen=True, slots=True)
class Assign:
    """The variable ``target`` is set to what ``source`` gives."""

    target: str
    source: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What every node has. ``parent`` is the sub-process it lies in; None is the process."""

    id: str
    name: str = ""
    documentation: str = ""
    parent: str | None = None
    default: str | None = None

    @property
    def label(self) -> str:
        return self.name or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Catching(Element):
    """An event that occurs. Several triggers: any of them, or with ``parallel`` all of them.

    What comes with it is kept in ``result_variable``, or in the variable of its id.
    """

    triggers: tuple[Trigger, ...] = ()
    parallel: bool = False
    result_variable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEvent(Catching):
    """Without a trigger it starts on request. ``interrupting`` counts in event sub-processes."""

    interrupting: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchEvent(Catching):
    """An intermediate event that waits in the flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryEvent(Catching):
    """An event on the edge of an activity; interrupting ends the activity when it occurs.

    On a compensation event ``handler`` is the activity that undoes (10.5.3, association).
    """

    attached_to: str
    interrupting: bool = True
    handler: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrowEvent(Element):
    triggers: tuple[Trigger, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEvent(Element):
    triggers: tuple[Trigger, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Element):
    """What tasks, sub-processes and calls have in common.

    ``inputs`` are variables of its own, ``outputs`` are set outside when it is done; without
    outputs its result is. ``start_quantity`` tokens are needed to begin, ``completion_quantity``
    leave on each flow. One ``for_compensation`` only runs to undo another.
    """

    loop: StandardLoop | MultiInstance | None = None
    inputs: tuple[Assign, ...] = ()
    outputs: tuple[Assign, ...] = ()
    result_variable: str = ""
    for_compensation: bool = False
    start_quantity: int = 1
    completion_quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTask(Activity):
    """A task without a kind, or a manual one: done as soon as it is reached (13.3.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTask(Activity):
    assignment: Assignment = field(default_factory=Assignment)
    outcomes: tuple[Outcome, ...] = APPROVE_OR_REJECT
    deadline: Deadline | None = None
    escalations: tuple[Rung, ...] = ()
    quorum: Quorum | None = None
    tiers: tuple[Tier, ...] = ()
    priority: Expression | None = None
    policy: Policy = field(default_factory=Policy)
    evidence: tuple[str, ...] = ()
    form: JsonSchema | None = None
    instructions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTask(Activity):
    """A service task, or a send or business rule task that a machine outside does."""

    call: HttpCall | Topic
    retry: Retry
    result: Expression | None = None
    errors: tuple[ErrorMapping, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTask(Activity):
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveTask(Activity):
    """Waits for a message; with ``instantiate`` the message starts the process."""

    message: Message
    instantiate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptTask(Activity):
    """Assignments in order, each seeing those before it; or one expression for the result."""

    assignments: tuple[Assign, ...] = ()
    expression: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTask(Activity):
    """A business rule task that a DMN decision answers; ``ref`` is its id or name."""

    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallActivity(Activity):
    """Runs another process as an instance of its own and waits for its end.

    ``binding``: the version that is published when the call is made, the one that was when this
    process was published, or the one with the number ``version``. With ``everything`` the callee
    gets all visible variables and gives all of its own back.
    """

    process: str
    binding: Literal["latest", "pinned", "version"] = "latest"
    version: int | None = None
    everything: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubProcess(Activity):
    """``variables`` are its data objects and properties, which shadow those outside.

    An ``event`` sub-process has no flow: its start event begins it (10.3.5). An ``ad_hoc`` one
    starts what nothing leads to, in parallel or one after another, until ``completion`` holds.
    """

    kind: Literal["embedded", "event", "transaction", "ad_hoc"] = "embedded"
    variables: Mapping[str, Variable] = field(default_factory=dict)
    sequential: bool = False
    completion: Expression | None = None
    cancel_remaining: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusiveGateway(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelGateway(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusiveGateway(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplexGateway(Element):
    """``activation`` may read ``activationCount``; without one it joins like a parallel gateway."""

    activation: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventGateway(Element):
    """Waits for the first of the events behind it (13.4.4).

    With ``instantiate`` these events start the process; a ``parallel`` one then wants them all.
    """

    instantiate: bool = False
    parallel: bool = False


Task = PlainTask | UserTask | ServiceTask | SendTask | ReceiveTask | ScriptTask | DecisionTask
Event = StartEvent | CatchEvent | BoundaryEvent | ThrowEvent | EndEvent
Gateway = ExclusiveGateway | ParallelGateway | InclusiveGateway | ComplexGateway | EventGateway
Node = Event | Task | CallActivity | SubProcess | Gateway
