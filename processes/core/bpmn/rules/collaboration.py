"""Rules about pools, the messages between them, conversations and choreographies."""

from collections.abc import Iterator

from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.carried import definitions_of
from processes.core.bpmn.rules.model import Model, Part
from processes.core.bpmn.xml import shorten
from processes.core.findings import Finding

SENDERS = ("participant", "activity", "endEvent", "intermediateThrowEvent", "conversationNode")
RECEIVERS = (
    *("participant", "activity", "startEvent", "intermediateCatchEvent", "boundaryEvent"),
    "conversationNode",
)
CHOREOGRAPHED = ("choreographyActivity",)


def pools_show_processes_that_exist(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 9.3: a process of the file, and a number of instances that is possible."""
    for pool in model.all("participant"):
        shown = pool.reference("processRef")
        process = model.by_id.get(shown)
        if shown and (process is None or process.kind != "process"):
            yield broken(
                pool.owner,
                "dangling-reference",
                f"The pool “{pool.label}” shows the process "
                f"“{shorten(shown, 60)}”, which is not in the file.",
            )
        for multiplicity in pool.all("participantMultiplicity"):
            low, high = (
                number(multiplicity.attribute("minimum"), 0),
                number(multiplicity.attribute("maximum"), 1),
            )
            if low < 0 or high < 1 or high < low:
                yield broken(
                    pool.owner,
                    "multiplicity",
                    f"The pool “{pool.label}” has at least {low} and at most {high} participants, "
                    "which cannot be.",
                    "The minimum is 0 or more, the maximum 1 or more and not below the minimum.",
                )


def number(text: str, default: int) -> int:
    """Return a whole number; the default when there is none."""
    try:
        return int(text[:18]) if text else default
    except ValueError:
        return default


def message_flows_connect_two_pools(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 7.6.2, 9.4 and 11.4: between pools or steps of different pools."""
    for flow in model.all("messageFlow"):
        source, target = model.named(flow, "sourceRef"), model.named(flow, "targetRef")
        if source is None or target is None:
            yield broken(
                flow.owner,
                "dangling-message-flow",
                f"The message flow “{flow.label}” "
                f"{'starts' if source is None else 'ends'} at nothing.",
                "Connect both ends or remove it.",
            )
        elif pool_of(model, source) is pool_of(model, target):
            yield broken(
                flow.owner,
                "message-flow-within-pool",
                f"The message flow “{flow.label}” stays within one pool; "
                "messages go between pools.",
                "Use a sequence flow inside of a pool.",
            )
        elif not sends(model, source) or not receives(model, target):
            yield broken(
                flow.owner,
                "message-flow-end",
                f"The message flow “{flow.label}” connects elements that send or receive nothing.",
                "Connect pools, tasks and message events.",
            )


def pool_of(model: Model, part: Part) -> Part:
    """Return the pool that a part is or lies in, else its process, else the part itself."""
    process = part if part.kind == "process" else part.around("process")
    return part if process is None else model.pools.get(process.id, process)


def sends(model: Model, part: Part) -> bool:
    """BPMN 2.0.2, 10.5.3 and 10.5.4: an event sends with a message among its definitions."""
    return part.is_a(*SENDERS) and (not part.is_a("event") or _has_message(model, part))


def receives(model: Model, part: Part) -> bool:
    return part.is_a(*RECEIVERS) and (not part.is_a("event") or _has_message(model, part))


def _has_message(model: Model, event: Part) -> bool:
    return any(word == "message" for word, _ in definitions_of(model, event))


# --- conversations -------------------------------------------------------------------------------


def conversation_links_connect_participants(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 9.5.5: from a conversation to a participant, or the other way round."""
    for link in model.all("conversationLink"):
        ends = [model.named(link, "sourceRef"), model.named(link, "targetRef")]
        talks = [end is not None and end.is_a("conversationNode") for end in ends]
        if None not in ends and talks.count(True) != 1:
            yield broken(
                link.owner,
                "conversation-link",
                f"The link “{link.label}” does not lead from a conversation to a participant.",
                "Connect one conversation and one pool, task or event.",
            )


def global_conversations_are_plain(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 9.5.7: participants, message flows and correlation keys, nothing else."""
    for part in model.all("globalConversation"):
        for child in part.parts:
            if child.is_a("conversationNode", "artifact") or child.name in (
                *("conversationAssociation", "participantAssociation"),
                *("messageFlowAssociation", "conversationLink"),
            ):
                yield broken(
                    child.owner,
                    "global-conversation",
                    f"The global conversation “{part.label}” holds a <{child.name}>; it may only "
                    "hold participants, message flows and correlation keys.",
                    "Make it a collaboration.",
                )


def only_collaborations_name_choreographies(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, table 9.1: not on a choreography nor on a global conversation."""
    for part in model.all("choreography", "globalConversation"):
        if part.all("choreographyRef"):
            yield broken(
                part.owner,
                "choreography-reference",
                f"“{part.label}” names a choreography, but only a collaboration may do that.",
                "Remove the choreographyRef.",
            )


# --- choreographies ------------------------------------------------------------------------------


def choreographies_hold_no_work(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 11.2 and 11.5: activities belong to processes, choreography ones do not."""
    for part in model.all("activity", *CHOREOGRAPHED):
        around = part.holder
        in_choreography = around is not None and around.is_a("choreography", "subChoreography")
        if part.is_a("activity") == in_choreography:
            yield broken(
                part.owner,
                "wrong-activity",
                f"“{part.label}” is a <{part.name}>, which cannot lie in a "
                f"{'choreography' if in_choreography else 'process'}.",
                "Choreography tasks belong to choreographies, other tasks to processes.",
            )


def choreography_tasks_name_their_participants(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 11.5: who begins takes part, and messages go between those who take part."""
    for task in model.all(*CHOREOGRAPHED):
        taking = {child.target for child in task.all("participantRef")}
        initiator = task.reference("initiatingParticipantRef")
        if initiator and initiator not in taking:
            yield broken(
                task.owner,
                "initiating-participant",
                f"“{shorten(initiator, 60)}” begins “{task.label}” without taking part in it.",
                "Name it as one of the participants.",
            )
        if task.kind != "choreographyTask":
            continue
        if len(taking) != 2 and len(task.all("participantRef")) != 2:
            yield broken(
                task.owner,
                "choreography-participants",
                f"“{task.label}” has {len(taking)} participants; a choreography task has two.",
            )
        for flow in model.listed(task, "messageFlowRef"):
            ends = {flow.reference("sourceRef"), flow.reference("targetRef")}
            if flow.kind == "messageFlow" and not ends <= taking:
                yield broken(
                    task.owner,
                    "choreography-message",
                    f"The message flow “{flow.label}” does not go between the participants "
                    f"of “{task.label}”.",
                )
