"""Files of Camunda 8, whose engine is Zeebe. Its expressions are FEEL already."""

from collections.abc import Callable, Mapping

from lxml import etree

from processes.core.bpmn import words
from processes.core.bpmn.dialects import camunda8_people as people
from processes.core.bpmn.dialects import camunda8_work as work
from processes.core.bpmn.dialects.report import Taken
from processes.core.bpmn.dialects.rewriting import Owner, Rewriting, step_around
from processes.core.bpmn.dialects.zeebe_feel import translate
from processes.core.bpmn.draft import TRUE
from processes.core.bpmn.xml import BPMN

NAMESPACES = {"http://camunda.org/schema/zeebe/1.0": "zeebe"}
MODELER = "It is only for the modeler."
KEPT: Mapping[str, str] = {
    **dict.fromkeys(("modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"), MODELER),
    "properties": "They are notes of the modeler, and stay in the file.",
    "versionTag": "Versions are numbered here.",
    "jobPriorityDefinition": "Jobs are done in the order in which they are due.",
    "conditionalFilter": "The condition is looked at whenever a variable changes.",
    "userTaskForm": "It is read where a task refers to it.",
    "subscription": "It is read where an event waits for the message.",
}


def rewrite(root: etree._Element) -> tuple[Taken, ...]:
    """Add what the file says in Zeebe's words in ours, and return the report."""
    file = Rewriting(root, NAMESPACES, translate)
    for element in list(root.iter(etree.Element)):
        name = etree.QName(element)
        if name.namespace == BPMN:
            rewrite_element(Owner(file, element, step_around(element)), name.localname)
    return tuple(file.report)


def rewrite_element(owner: Owner, kind: str) -> None:
    for step in STEPS.get(kind, ()):
        step(owner)
    if kind in words.ACTIVITIES:
        work.variables(owner)
    elif kind in words.EVENTS:
        event_variables(owner)
    listeners(owner)
    owner.rest(KEPT)


def listeners(owner: Owner) -> None:
    for name in ("executionListener", "taskListener"):
        for holder in owner.children(f"{name}s"):
            for listener in owner.inside(holder, name):
                owner.left(
                    owner.named(name),
                    f"{listener.get('eventType') or ''}: {listener.get('type') or ''}",
                    "Workers that listen to the engine are not called here.",
                    "Draw what it does as a step of its own, before or after this one.",
                )


def event_variables(owner: Owner) -> None:
    """Report mappings on events; what comes with an event becomes variables of the same names."""
    for mapping in owner.children("ioMapping"):
        for one in mapping.iterchildren(etree.Element):
            owner.left(
                f"{owner.named(etree.QName(one).localname)} {one.get('target') or ''}",
                one.get("source") or "",
                "Events have no mappings here: what comes with one becomes variables of the same "
                "names.",
                "Set the variable in a script task behind the event.",
            )
    if owner.child("taskDefinition") is not None:
        owner.left(
            owner.named("taskDefinition"),
            "",
            "A message event sends its message itself here.",
            "Draw a send task with placet:topic where a worker is to send it.",
        )


def start(owner: Owner) -> None:
    people.start_form(owner)


def condition(owner: Owner) -> None:
    owner.expression("condition", owner.element)


def time(owner: Owner) -> None:
    owner.expression(owner.kind, owner.element)


def loop(owner: Owner) -> None:
    """Say over which items an activity runs, and what is gathered."""
    for name in ("loopCardinality", "completionCondition"):
        if (part := owner.standard(name)) is not None:
            owner.expression(name, part)
    said = owner.child("loopCharacteristics")
    if said is None:
        return
    what = owner.named("loopCharacteristics")
    collection = owner.feel(what, said.get("inputCollection") or "")
    if collection is None or collection.plain:
        return
    gathered = said.get("outputElement") or ""
    result = owner.feel(what, gathered) if gathered else None
    owner.around.put(
        "multiInstance",
        collection=collection.marked,
        element=said.get("inputElement") or "",
        outputCollection=said.get("outputCollection") or "",
        outputElement=result.marked if result else "",
    )
    old = said.get("inputCollection") or ""
    new = f"{collection.marked} as {said.get('inputElement') or 'no variable'}"
    owner.became(what, old, new)


def message_event(owner: Owner) -> None:
    correlate(owner.around, owner.element.get("messageRef") or "")


def receive(owner: Owner) -> None:
    correlate(owner, owner.element.get("messageRef") or "")


def correlate(event: Owner, reference: str) -> None:
    """Say on the event which instance a message is for; Zeebe says it on the message.

    A message that starts the process needs no key.
    """
    within = event.around.element.get("triggeredByEvent") or ""
    throws = event.kind in ("intermediateThrowEvent", "endEvent", "sendTask")
    if throws or (event.kind == "startEvent" and within not in TRUE):
        return
    message = event.file.with_id(reference.rpartition(":")[2])
    if message is None:
        return
    for said in Owner(event.file, message).children("subscription"):
        key = said.get("correlationKey") or ""
        what = event.named("correlationKey")
        if (found := event.feel(what, key)) is not None:
            event.put("message", correlationKey=f"={found.expression}")
            event.became(what, key, f"={found.expression}")


STEPS: Mapping[str, tuple[Callable[[Owner], None], ...]] = {
    "startEvent": (start,),
    "userTask": (people.user_task,),
    "serviceTask": (work.service,),
    "sendTask": (work.service,),
    "businessRuleTask": (work.decision,),
    "scriptTask": (work.script,),
    "callActivity": (work.call,),
    "receiveTask": (receive,),
    "conditionExpression": (condition,),
    "condition": (condition,),
    "multiInstanceLoopCharacteristics": (loop,),
    "messageEventDefinition": (message_event,),
    **dict.fromkeys(("timeDate", "timeDuration", "timeCycle"), (time,)),
}
