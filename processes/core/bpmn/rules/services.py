"""Rules about operations, the tasks that call them, and processes that others call (8.5, 10.3)."""

from collections import Counter
from collections.abc import Iterator

from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.carried import definitions_of
from processes.core.bpmn.rules.data import equivalent, item_of
from processes.core.bpmn.rules.model import Model, Part
from processes.core.findings import Finding


def called_operations_get_their_data(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.3: a service task gives its operation one input, and takes its answer."""
    for task in model.all("serviceTask"):
        operation = model.named(task, "operationRef")
        if operation is None or operation.kind != "operation":
            continue
        answer = model.listed(operation, "outMessageRef")
        yield from _counted(task, "inputSet", least=1)
        yield from _counted(task, "dataInput", least=1)
        yield from _counted(task, "outputSet", least=0)
        yield from _counted(task, "dataOutput", least=1 if answer else 0)
        yield from _same_item(model, task, "dataInput", model.listed(operation, "inMessageRef"))
        yield from _same_item(model, task, "dataOutput", answer)


def sent_and_received_data_is_that_of_the_message(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.3: at most one data input of a send task, one output of a receive task."""
    for kind, sets, data in (
        ("sendTask", "inputSet", "dataInput"),
        ("receiveTask", "outputSet", "dataOutput"),
    ):
        for task in model.all(kind):
            yield from _counted(task, sets, least=0)
            yield from _counted(task, data, least=0)
            if message := model.named(task, "messageRef"):
                yield from _same_item(model, task, data, [message])


def _counted(task: Part, kind: str, *, least: int) -> Iterator[Finding]:
    """Yield that the task has more than one of a kind, or fewer than the least."""
    specification = task.first("ioSpecification")
    count = len(specification.all(kind)) if specification is not None else 0
    if not least <= count <= 1:
        yield broken(
            task.owner,
            "data-of-operation",
            f"“{task.label}” has {count} elements <{kind}>; "
            f"{'exactly' if least else 'at most'} one fits its message.",
            "Write an ioSpecification with what the operation takes and gives.",
        )


def _same_item(model: Model, task: Part, kind: str, messages: list[Part]) -> Iterator[Finding]:
    specification = task.first("ioSpecification")
    inside = specification.all(kind) if specification is not None else []
    for data in inside[:1]:
        for message in messages[:1]:
            item = model.named(message, "itemRef")
            if item is not None and not equivalent(item_of(model, data), item):
                yield broken(
                    task.owner,
                    "item-mismatch",
                    f"“{data.label}” of “{task.label}” is not of the kind that the message "
                    f"“{message.label}” carries.",
                    "Give both the same item definition.",
                )


# --- what can be called --------------------------------------------------------------------------


def offered_operations_are_bound(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.4.1: what is offered as a service binds each operation to its data.

    The data is of the kinds that the messages of the operation carry.
    """
    for part in model.all("callableElement"):
        bound = {binding.reference("operationRef") for binding in part.all("ioBinding")}
        for interface in model.listed(part, "supportedInterfaceRef"):
            for operation in interface.all("operation"):
                if operation.id not in bound:
                    yield broken(
                        part.owner,
                        "operation-not-bound",
                        f"“{part.label}” offers the operation “{operation.label}” without a "
                        "binding of its data.",
                        "Add an ioBinding for the operation.",
                    )
        for binding in part.all("ioBinding"):
            yield from _bound(model, part, binding)


def _bound(model: Model, part: Part, binding: Part) -> Iterator[Finding]:
    operation = model.named(binding, "operationRef")
    if operation is None:
        return
    for attribute, message_ref in (
        ("inputDataRef", "inMessageRef"),
        ("outputDataRef", "outMessageRef"),
    ):
        end = model.named(binding, attribute)
        if end is None:
            continue
        data = [end] if end.is_a("dataInput", "dataOutput") else _members(model, end)
        for message in model.listed(operation, message_ref):
            item = model.named(message, "itemRef")
            if item and any(not equivalent(item_of(model, one), item) for one in data):
                yield broken(
                    part.owner,
                    "item-mismatch",
                    f"“{end.label}” of “{part.label}” is bound to “{operation.label}”, "
                    f"whose message “{message.label}” is of another kind.",
                    "Give both the same item definition.",
                )


def _members(model: Model, set_: Part) -> list[Part]:
    return [*model.listed(set_, "dataInputRefs"), *model.listed(set_, "dataOutputRefs")]


def calls_match_what_they_call(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.6: something that can be called, by the data that it asks for."""
    for call in model.all("callActivity"):
        callee = model.named(call, "calledElement")
        if callee is None:
            continue
        if not callee.is_a("callableElement"):
            yield broken(
                call.owner,
                "wrong-reference",
                f"“{call.label}” calls “{callee.label}”, which is no process and no global task.",
                "Name a process.",
            )
            continue
        own, its = call.first("ioSpecification"), callee.first("ioSpecification")
        for kind in ("dataInput", "dataOutput", "inputSet", "outputSet"):
            mine = own.all(kind) if own is not None else []
            theirs = its.all(kind) if its is not None else []
            filled = any(part.all("dataInputRefs", "dataOutputRefs") for part in (*mine, *theirs))
            if len(mine) != len(theirs) and (filled or kind.startswith("data")):
                yield broken(
                    call.owner,
                    "call-data",
                    f"“{call.label}” has {len(mine)} elements <{kind}>, but “{callee.label}”, "
                    f"which it calls, has {len(theirs)}.",
                    "Repeat the inputs and outputs of what is called.",
                )
            elif kind.startswith("data"):
                yield from _same_data(model, call, callee, mine, theirs)


def _same_data(
    model: Model, call: Part, callee: Part, mine: list[Part], theirs: list[Part]
) -> Iterator[Finding]:
    here = [item_of(model, data) for data in mine]
    there = [item_of(model, data) for data in theirs]
    if None not in here and None not in there and _kinds(here) != _kinds(there):
        yield broken(
            call.owner,
            "item-mismatch",
            f"“{call.label}” and “{callee.label}”, which it calls, differ in the kinds of their "
            "data.",
            "Repeat the item definitions of what is called.",
        )


def _kinds(items: list[Part | None]) -> Counter[tuple[str, bool]]:
    return Counter(
        (item.attribute("structureRef") or item.id, item.flag("isCollection"))
        for item in items
        if item is not None
    )


def called_processes_begin_without_an_event(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.5.2: a process that is called has a start event without a trigger."""
    called = {call.reference("calledElement") for call in model.all("callActivity")}
    for process in model.all("process"):
        starts = process.all("startEvent")
        if (
            process.id in called
            and starts
            and all(definitions_of(model, s) or s.all("eventDefinitionRef") for s in starts)
        ):
            yield broken(
                starts[0].owner,
                "called-without-start",
                f"“{process.label}” is called, but begins only with events; nothing starts it.",
                "Add a start event without a trigger.",
            )
