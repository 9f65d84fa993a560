"""Files of Camunda 7, and of Activiti and Flowable, whose words are mostly the same.

What a process needs Java for stays undone here and is named in the report.
"""

from collections.abc import Callable, Mapping

from lxml import etree

from processes.core.bpmn import words
from processes.core.bpmn.dialects import camunda7_people as people
from processes.core.bpmn.dialects import camunda7_work as work
from processes.core.bpmn.dialects.juel import translate
from processes.core.bpmn.dialects.report import Taken
from processes.core.bpmn.dialects.rewriting import Owner, Rewriting, step_around
from processes.core.bpmn.draft import TRUE
from processes.core.bpmn.xml import BPMN

NAMESPACES = {
    "http://camunda.org/schema/1.0/bpmn": "camunda",
    "http://activiti.org/bpmn": "activiti",
    "http://flowable.org/bpmn": "flowable",
}
EVERY_STEP = "Every step is kept durably here, and retried from where it stands."
SCHEDULING = "Jobs are done in the order in which they are due."
KEPT: Mapping[str, str] = {
    "asyncBefore": EVERY_STEP,
    "asyncAfter": EVERY_STEP,
    "async": EVERY_STEP,
    "exclusive": EVERY_STEP,
    "jobPriority": SCHEDULING,
    "taskPriority": SCHEDULING,
    "failedJobRetryTimeCycle": EVERY_STEP,
    "historyTimeToLive": "How long history is kept is set for the portal.",
    "versionTag": "Versions are numbered here.",
    "isStartableInTasklist": "Who may start the process is told by rights.",
    "diagramRelationId": "It is only for the modeler.",
    "modelerTemplate": "It is only for the modeler.",
    "modelerTemplateVersion": "It is only for the modeler.",
    "modelerTemplateIcon": "It is only for the modeler.",
    "properties": "They are notes of the modeler, and stay in the file.",
    "variableName": "The condition is looked at whenever a variable changes.",
    "variableEvents": "The condition is looked at whenever a variable changes.",
}
TIMERS = ("timeDate", "timeDuration", "timeCycle")


def rewrite(root: etree._Element) -> tuple[Taken, ...]:
    """Add what the file says in Camunda's words in ours, and return the report."""
    used = set(root.nsmap.values())
    prefixes = {uri: prefix for uri, prefix in NAMESPACES.items() if uri in used}
    file = Rewriting(root, prefixes or NAMESPACES, translate)
    for start in root.iter(f"{{{BPMN}}}startEvent"):
        note_initiator(Owner(file, start))
    for element in list(root.iter(etree.Element)):
        name = etree.QName(element)
        if name.namespace == BPMN:
            rewrite_element(Owner(file, element, step_around(element)), name.localname)
    return tuple(file.report)


def note_initiator(start: Owner) -> None:
    variable = start.attribute("initiator")
    if variable:
        start.file.names[variable] = "process.initiator"


def rewrite_element(owner: Owner, kind: str) -> None:
    if kind in words.ACTIVITIES:
        work.variables(owner, people.field_paths(owner))
    for step in STEPS.get(kind, ()):
        step(owner)
    listeners(owner)
    owner.rest(KEPT)


def listeners(owner: Owner) -> None:
    for name in ("executionListener", "taskListener"):
        for listener in owner.children(name):
            code = [f"{key!s}={value!s}" for key, value in listener.items() if key != "event"]
            code += [f"script ({child.get('scriptFormat')})" for child in listener.iterchildren()]
            owner.left(
                owner.named(name),
                f"{listener.get('event') or ''}: {', '.join(code)}".strip(": "),
                "Code that listens to the engine does not run here.",
                "Draw what it does as a step of its own, before or after this one.",
            )


def start(owner: Owner) -> None:
    if variable := owner.attribute("initiator"):
        owner.became(owner.named("initiator"), variable, "process.initiator")
    people.start_form(owner)


def process(owner: Owner) -> None:
    for name in ("candidateStarterUsers", "candidateStarterGroups"):
        if value := owner.attribute(name):
            owner.left(
                owner.named(name),
                value,
                "Who may start a process is not told in its file here.",
                "Give the right to start to these people on the page of the process.",
            )


def condition(owner: Owner) -> None:
    """Translate a condition, unless it is written in another language than JUEL."""
    element = owner.element
    language = (element.get("language") or "").strip()
    if owner.attribute("resource"):
        owner.left("condition", "", "It stands in another file.", "Write it here, in FEEL.")
    elif "feel" in language.lower():
        old = text_of(element)
        owner.became("condition", old, old)
    elif language and language.lower() not in ("juel", "el"):
        owner.left(
            "condition",
            text_of(element),
            f"It is a script in {language[:40]}, which does not run here.",
            "Write it in FEEL, for example =amount > 1000.",
        )
    else:
        before = len(owner.file.report)
        owner.expression("condition", element)
        if owner.file.report[before].standing != "left":
            element.attrib.pop("language", "")


def time(owner: Owner) -> None:
    owner.expression(owner.kind, owner.element)


def loop(owner: Owner) -> None:
    """Say over which items an activity runs; the counters of the engine have other names."""
    activity = owner.around
    what = owner.named("collection")
    collection, element = owner.attribute("collection"), owner.attribute("elementVariable")
    if collection:
        text = collection if "{" in collection else f"${{{collection}}}"
        if (found := owner.feel(what, text)) and not found.plain:
            activity.put("multiInstance", collection=found.marked, element=element)
            new = found.marked + (f" as {element}" if element else "")
            owner.became(what, collection, new, " ".join(found.remarks))
    for name in ("loopCardinality", "completionCondition"):
        if (part := owner.standard(name)) is not None:
            owner.expression(name, part)


def triggered(owner: Owner) -> None:
    """Report what an event definition says beside the standard: data that goes along."""
    for name in ("in", "out"):
        if found := owner.children(name):
            owner.left(
                owner.named(name),
                ", ".join(str(value) for one in found for value in one.attrib.values()),
                "What a signal carries is told on the event here.",
                'Write <placet:signal payload="={…}"/> into the event.',
            )
    for name in ("errorCodeVariable", "errorMessageVariable", "escalationCodeVariable"):
        if variable := owner.attribute(name):
            owner.left(
                owner.named(name),
                variable,
                "The code is known from the event that catches it.",
                "Catch each code with an event of its own where the way depends on it.",
            )


def message_event(owner: Owner) -> None:
    event = owner.around
    scope = event.around.element.get("triggeredByEvent") or ""
    starts = event.kind == "startEvent" and scope not in TRUE
    throws = event.kind in ("intermediateThrowEvent", "endEvent")
    if throws and any(owner.attribute(name) for name in (*work.CODE, "type", "topic")):
        owner.left(
            owner.named("type"),
            owner.attribute("topic") or owner.attribute("class"),
            "A message event sends its message itself here.",
            "Draw a send task with placet:topic where a worker is to send it.",
        )
    elif not throws and not starts:
        missing_key(event)
    triggered(owner)


def receive(owner: Owner) -> None:
    missing_key(owner)


def missing_key(event: Owner) -> None:
    """Remind that Camunda 7 tells instances apart in the call that brings the message."""
    if event.says("message"):
        return
    event.report(
        "message",
        "left",
        sentence="Which instance a message is for is said by who brings it there. Here the event "
        "says it; without a key any instance that waits for the name may get it.",
        hint='Write for example <placet:message correlationKey="=process.businessKey"/>.',
    )


def text_of(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext()).strip()


STEPS: Mapping[str, tuple[Callable[[Owner], None], ...]] = {
    "process": (process,),
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
    "signalEventDefinition": (triggered,),
    "errorEventDefinition": (triggered,),
    "escalationEventDefinition": (triggered,),
    **dict.fromkeys(TIMERS, (time,)),
}
