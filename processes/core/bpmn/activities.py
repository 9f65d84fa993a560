"""From drawn activities to those of the graph (BPMN 2.0.2, 10.3)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal, TypedDict, cast

from processes.core import graph as g
from processes.core.bpmn import loops, machines, people, words
from processes.core.bpmn.associations import inputs_of, outputs_of, result_name
from processes.core.bpmn.data import declared_in
from processes.core.bpmn.draft import TRUE, Drawn, text_of
from processes.core.bpmn.extension import result_variable
from processes.core.bpmn.formal import formal_child
from processes.core.bpmn.step import Step, plain_starts, step_of
from processes.core.bpmn.triggers import message
from processes.core.bpmn.xml import shorten

MAX_QUANTITY = 100


class Active(TypedDict):
    """What every activity has, besides what every node has."""

    id: str
    name: str
    documentation: str
    parent: str | None
    default: str | None
    loop: g.StandardLoop | g.MultiInstance | None
    inputs: tuple[g.Assign, ...]
    outputs: tuple[g.Assign, ...]
    result_variable: str
    for_compensation: bool
    start_quantity: int
    completion_quantity: int


def active(step: Step) -> Active:
    """Return what the step has as an activity."""
    refuse_people(step)
    told = step.told
    named = result_variable(told.holder, step.notes)
    result = result_name(step, named)
    inputs, outputs = inputs_of(step), outputs_of(step, result)
    marker = loops.marker_of(step.drawn)
    loop: g.StandardLoop | g.MultiInstance | None = None
    if marker is not None and marker.kind == "multiInstanceLoopCharacteristics":
        loop = loops.multi_instance(marker, step, inputs, outputs)
        shared = loops.gathered(marker, step)
        inputs = [found for found in inputs if found.end not in shared]
        outputs = [found for found in outputs if found.end not in shared]
    elif marker is not None:
        loop = loops.standard_loop(marker, step)
    refuse_lonely_items(step, loop)
    return Active(
        **step.common,
        loop=loop,
        inputs=(
            *(found.assign for found in inputs),
            *machines.assigns(told.all("input"), "target", "source"),
        ),
        outputs=(
            *(found.assign for found in outputs),
            *machines.assigns(told.all("output"), "target", "source"),
        ),
        result_variable=result if outputs else named,
        for_compensation=step.drawn.flag("isForCompensation"),
        start_quantity=quantity(step, "startQuantity"),
        completion_quantity=quantity(step, "completionQuantity"),
    )


def refuse_people(step: Step) -> None:
    """Write down the standard's words for people, unless ours stand beside them."""
    if step.told.one("assignment") is not None:
        return
    for kind, plain in words.PEOPLE_PARTS.items():
        if not step.drawn.children(kind):
            continue
        if step.drawn.kind == "userTask":
            step.notes.unsupported(
                step.drawn.id,
                "part",
                f"“{step.drawn.label}” has {plain}, which Placet does not run.",
                "Name people and groups in placet:assignment, the form in placet:form.",
            )
        else:
            step.notes.warning(
                step.drawn.id,
                "part",
                f"“{step.drawn.label}” has {plain}, which says nothing here: nobody is asked.",
                "Make it a user task, or remove it.",
            )


def refuse_lonely_items(step: Step, loop: object) -> None:
    """Write down a collection on an activity that no marker makes run several times."""
    part = step.told.one("multiInstance")
    if part is not None and not isinstance(loop, g.MultiInstance):
        part.wrong(
            "no-marker",
            f"“{part.label}” has placet:multiInstance, but runs once.",
            "Add <multiInstanceLoopCharacteristics/>.",
        )


def quantity(step: Step, attribute: str) -> int:
    """Return how many tokens are needed or sent; the rules hold that it is at least one."""
    found = loops.whole(step.drawn.attribute(attribute) or "1")
    if found > MAX_QUANTITY:
        step.notes.unsupported(
            step.drawn.id,
            "quantity",
            f"“{step.drawn.label}” counts {found:,} tokens ({attribute}); "
            f"at most {MAX_QUANTITY} are run.",
            "Use a multi-instance activity.",
        )
        return 1
    return max(found, 1)


# --- tasks ---------------------------------------------------------------------------------------


def plain_task(step: Step) -> g.Node | None:
    return g.PlainTask(**active(step))


def user_task(step: Step) -> g.Node | None:
    return g.UserTask(**active(step), **people.user_task(step.told))


def service_task(step: Step) -> g.Node | None:
    return g.ServiceTask(**active(step), **machines.machine_work(step.told))


def send_task(step: Step) -> g.Node | None:
    if machines.done_by_machine(step.told):
        machines.refuse(step.told, ("message",), "because a machine does it")
        return service_task(step)
    machines.refuse(step.told, machines.ONLY_MACHINES, "without placet:http or placet:topic")
    found = message(step.drawn, step.drawn, step.told, step.context)
    common = active(step)
    return g.SendTask(**common, message=found) if found is not None else None


def receive_task(step: Step) -> g.Node | None:
    found = message(step.drawn, step.drawn, step.told, step.context)
    common = active(step)
    instantiate = step.drawn.flag("instantiate")
    if instantiate and common["parent"] is not None:
        step.notes.unsupported(
            step.drawn.id,
            "instantiate-inside",
            f"“{step.drawn.label}” begins a process, but lies in a sub-process.",
            "Move it to the level of the process, or remove the attribute “instantiate”.",
        )
    if common["loop"] is not None and (instantiate or behind_event_gateway(step)):
        step.notes.unsupported(
            step.drawn.id,
            "loop-on-first",
            f"“{step.drawn.label}” runs several times, but the message that comes first begins "
            "a process or decides a gateway.",
            "Put a second receive task behind it, and let that one loop.",
        )
    if found is None:
        return None
    return g.ReceiveTask(**common, message=found, instantiate=instantiate)


def behind_event_gateway(step: Step) -> bool:
    return any(node.kind == "eventBasedGateway" for node in step.context.before(step.drawn))


def script_task(step: Step) -> g.Node | None:
    """A script is a FEEL expression or our assignments, never code (10.3.3)."""
    common = active(step)
    assignments = machines.assigns(step.told.all("assign"), "variable", "value")
    script = next((text_of(child) for child in step.drawn.children("script")), "")
    language = step.drawn.attribute("scriptFormat") or step.drawn.attribute("scriptLanguage")
    if not script:
        return g.ScriptTask(**common, assignments=assignments)
    if "feel" not in language.lower():
        step.notes.unsupported(
            step.drawn.id,
            "script",
            f"“{step.drawn.label}” has a script in {shorten(language, 60) or 'no language'}. "
            "Placet runs no code.",
            'Set variables with <placet:assign variable="total" value="=price * 2" />, or let a '
            "service task do it.",
        )
        return None
    expression = step.notes.expression(step.drawn.id, f"The script of “{step.drawn.label}”", script)
    return g.ScriptTask(**common, assignments=assignments, expression=expression)


def business_rule_task(step: Step) -> g.Node | None:
    if machines.done_by_machine(step.told):
        machines.refuse(step.told, ("decision",), "because a machine does it")
        return service_task(step)
    machines.refuse(step.told, machines.ONLY_MACHINES, "without placet:http or placet:topic")
    common = active(step)
    part = step.told.one("decision")
    if part is None:
        step.notes.unsupported(
            step.drawn.id,
            "no-decision",
            f"“{step.drawn.label}” does not say which decision it asks.",
            'Add <placet:decision ref="…" /> with the id or name of a DMN decision.',
        )
        return None
    ref = part.needed("ref")
    return g.DecisionTask(**common, ref=ref) if ref else None


# --- calls ---------------------------------------------------------------------------------------


def call_activity(step: Step) -> g.Node | None:
    called = step.drawn.reference("calledElement")
    task = step.context.beside.root(called, *words.GLOBAL_TASKS)
    if task is not None:
        return call_of_task(step, task)
    common = active(step)
    if not called or step.drawn.attribute("calledElement").startswith("="):
        step.notes.unsupported(
            step.drawn.id,
            "calls-nothing",
            f"“{step.drawn.label}” does not name the process that it calls.",
            "Write the id of a process as calledElement.",
        )
        return None
    if step.context.processes.get(called) is False:
        step.notes.unsupported(
            step.drawn.id,
            "calls-a-picture",
            f"“{step.drawn.label}” calls “{shorten(called, 60)}”, which is not marked as "
            "executable.",
            'Set isExecutable="true" on it.',
        )
    return g.CallActivity(**common, process=called, **machines.call(step.told))


def call_of_task(step: Step, task: Drawn) -> g.Node | None:
    """Return the call as the global task that it uses, under its own id (10.3.6, 10.3.7)."""
    known = step.context.global_tasks
    if task.id not in known:
        kind = words.GLOBAL_TASKS[task.kind]
        drawn = Drawn(task.id, kind, step.context.draft.id, task.element)
        node = READERS[kind](step_of(drawn, step.context))
        known[task.id] = node if isinstance(node, g.Activity) else None
    own, used = active(step), known[task.id]
    if used is None:
        return None
    own["name"] = own["name"] or used.name
    own["documentation"] = own["documentation"] or used.documentation
    own["result_variable"] = own["result_variable"] or used.result_variable
    own["inputs"] = (*own["inputs"], *used.inputs)
    own["outputs"] = (*used.outputs, *own["outputs"])
    return cast(g.Node, replace(used, **own))


# --- sub-processes -------------------------------------------------------------------------------

Kind = Literal["embedded", "event", "transaction", "ad_hoc"]


def sub_process(step: Step) -> g.Node | None:
    return g.SubProcess(**active(step), **inside(step, "embedded"))


def transaction(step: Step) -> g.Node | None:
    method = step.drawn.attribute("method")
    if method not in ("", "##Compensate", "compensate"):
        step.notes.unsupported(
            step.drawn.id,
            "transaction-method",
            f"The transaction “{step.drawn.label}” asks for {shorten(method, 60)}; "
            "Placet undoes by compensation.",
            "Remove the attribute “method”.",
        )
    return g.SubProcess(**active(step), **inside(step, "transaction"))


def ad_hoc_sub_process(step: Step) -> g.Node | None:
    drawn = step.drawn
    return g.SubProcess(
        **active(step),
        **inside(step, "ad_hoc"),
        sequential=drawn.attribute("ordering") == "Sequential",
        completion=formal_child(
            drawn, "completionCondition", drawn, "The completion condition", step.notes
        ),
        cancel_remaining=(drawn.attribute("cancelRemainingInstances") or "true") in TRUE,
    )


class Inside(TypedDict):
    kind: Kind
    variables: Mapping[str, g.Variable]


def inside(step: Step, kind: Kind) -> Inside:
    """Return the kind and the variables of a sub-process, after looking at how it begins."""
    drawn, context = step.drawn, step.context
    if drawn.flag("triggeredByEvent"):
        refuse_odd_event_sub_process(step, kind)
        kind = "event"
    starts = plain_starts(context.draft.levels.get(drawn.id, ()))
    for start in starts[1:]:
        context.notes.unsupported(
            start.id,
            "several-starts",
            f"“{start.label}” is a second start event of “{drawn.label}”; Placet starts a "
            "sub-process at one place.",
            "Begin with one start event and a parallel gateway behind it.",
        )
    return Inside(kind=kind, variables=declared_in(drawn.element, context.data, context.beside))


def refuse_odd_event_sub_process(step: Step, kind: Kind) -> None:
    drawn = step.drawn
    odd = ""
    if kind != "embedded":
        odd = f"is {words.SUB_PROCESSES[drawn.kind]}"
    elif loops.marker_of(drawn) is not None:
        odd = "has a loop marker"
    elif step.told.all("input") or drawn.children("dataInputAssociation"):
        odd = "has inputs"
    elif drawn.flag("isForCompensation"):
        odd = "is there for compensation"
    if odd:
        step.notes.unsupported(
            drawn.id,
            "event-sub-process",
            f"“{drawn.label}” is started by an event and {odd}. Placet does not run both.",
            "Put a sub-process with that into it.",
        )


READERS: Mapping[str, Callable[[Step], g.Node | None]] = {
    "task": plain_task,
    "manualTask": plain_task,
    "userTask": user_task,
    "serviceTask": service_task,
    "sendTask": send_task,
    "receiveTask": receive_task,
    "scriptTask": script_task,
    "businessRuleTask": business_rule_task,
    "callActivity": call_activity,
    "subProcess": sub_process,
    "transaction": transaction,
    "adHocSubProcess": ad_hoc_sub_process,
}
