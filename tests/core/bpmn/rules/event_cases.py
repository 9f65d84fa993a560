"""Rules about events, links, compensation and sub-processes."""

from processes.core.bpmn.rules import compensation, definitions, events, links, scopes
from tests.core.bpmn.rules.cases import (
    START,
    TIMER,
    Case,
    boundary,
    catch,
    event,
    flow,
    link,
    process,
    sub,
    tasks,
    throw,
)

SHARED = '<signal id="s"/><signalEventDefinition id="shared" signalRef="s"/>'
NAMED = "<eventDefinitionRef>{}</eventDefinitionRef>"
ESCALATION = '<escalationEventDefinition escalationRef="e"/>'
HANDLER = '<task id="undo" isForCompensation="true"/>'
UNDONE = tasks("a") + boundary("b", "a", "compensate")
LED = '<association id="as" sourceRef="b" targetRef="undo"/>'


def link_to(id_: str) -> str:
    return f"<target>{id_}</target>"


def link_from(id_: str) -> str:
    return f"<source>{id_}</source>"


CASES = (
    # --- events ---
    Case(
        events.boundary_events_sit_on_an_activity,
        "boundary-on-nothing",
        "b",
        process(START, boundary("b", "start", TIMER)),
        process(tasks("a"), boundary("b", "a", TIMER)),
    ),
    Case(
        events.events_carry_what_they_may,
        "event-definition-not-allowed",
        "t",
        process(throw("t", "timer")),
        process(throw("t", "signal")),
    ),
    Case(
        events.events_carry_what_they_may,
        "event-definition-not-allowed",
        "c",
        process(catch("c", NAMED.format("stop"))) + '<terminateEventDefinition id="stop"/>',
        process(catch("c", NAMED.format("shared"))) + SHARED,
    ),
    Case(
        events.events_carry_what_they_may,
        "event-definition-not-allowed",
        "e",
        process(sub(event("endEvent", "e", "cancel"))),
        process(sub(event("endEvent", "e", "cancel"), kind="transaction")),
    ),
    Case(
        events.events_carry_what_they_may,
        "must-interrupt",
        "b",
        process(tasks("a"), boundary("b", "a", "error", cancelActivity="false")),
        process(tasks("a"), boundary("b", "a", "escalation", cancelActivity="false")),
    ),
    Case(
        events.events_wait_for_something,
        "event-without-definition",
        "c",
        process(catch("c")),
        process(catch("c", "signal")),
    ),
    Case(
        events.named_definitions_are_shared,
        "definition-not-shared",
        "c",
        process(catch("c", NAMED.format("own")), throw("t", '<signalEventDefinition id="own"/>')),
        process(catch("c", NAMED.format("shared"))) + SHARED,
    ),
    # --- definitions ---
    Case(
        definitions.timers_say_one_time,
        "several-times",
        "t",
        process(
            catch(
                "c",
                '<timerEventDefinition id="t"><timeDate>2030-01-01T00:00:00Z</timeDate>'
                "<timeDuration>PT1H</timeDuration></timerEventDefinition>",
            )
        ),
        process(catch("c", TIMER)),
    ),
    Case(
        definitions.timers_say_one_time,
        "timer-without-time",
        "c",
        process(catch("c", "timer")),
        process(catch("c", "timer"), executable=False),
    ),
    Case(
        definitions.what_is_thrown_has_a_code,
        "thrown-without-code",
        "t",
        process(throw("t", ESCALATION)) + '<escalation id="e"/>',
        process(throw("t", ESCALATION)) + '<escalation id="e" escalationCode="late"/>',
    ),
    Case(
        definitions.what_is_thrown_has_a_code,
        "thrown-without-code",
        "e",
        process(event("endEvent", "e", "error")),
        process(event("endEvent", "e", "error"), executable=False),
    ),
    Case(
        definitions.messages_and_signals_are_named,
        "message-missing",
        "c",
        process(catch("c", "message")),
        process(catch("c", '<messageEventDefinition messageRef="m"/>')),
    ),
    Case(
        definitions.messages_and_signals_are_named,
        "signal-missing",
        "t",
        process(throw("t", "signal")),
        process(throw("t", '<signalEventDefinition signalRef="s"/>')),
    ),
    # --- links ---
    Case(
        links.links_come_in_pairs,
        "link-without-target",
        "t",
        process(throw("t", link("1", "x")), catch("c", link("2", "y"))),
        process(throw("t", link("1", "x")), catch("c", link("2", "x"))),
    ),
    Case(
        links.links_come_in_pairs,
        "link-without-source",
        "c",
        process(throw("t", link("1", "x")), sub(catch("c", link("2", "x")))),
        process(throw("t", link("1", "x", link_to("2"))), catch("c", link("2", "y"))),
    ),
    Case(
        links.links_have_one_target,
        "link-with-two-targets",
        "c2",
        process(catch("c1", link("1", "x")), catch("c2", link("2", "x"))),
        process(throw("t1", link("1", "x")), throw("t2", link("2", "x"))),
    ),
    Case(
        links.links_agree_on_each_other,
        "links-disagree",
        "c",
        process(
            throw("t", link("1", "x", link_to("2"))), catch("c", link("2", "x", link_from("3")))
        ),
        process(
            throw("t", link("1", "x", link_to("2"))), catch("c", link("2", "x", link_from("1")))
        ),
    ),
    # --- processes and sub-processes ---
    Case(
        scopes.public_processes_are_not_executed,
        "public-executable",
        "p",
        '<process id="p" processType="Public" isExecutable="true"/>',
        '<process id="p" processType="Public"/>',
    ),
    Case(
        scopes.executed_flows_are_immediate,
        "not-immediate",
        "f",
        process(tasks("a"), '<sequenceFlow id="f" isImmediate="false"/>'),
        process(tasks("a"), '<sequenceFlow id="f" isImmediate="true"/>'),
    ),
    Case(
        scopes.event_sub_processes_begin_with_their_event,
        "flow-of-event-sub-process",
        "a-sub",
        process(tasks("a"), sub(START, event_=True), flow("a", "sub")),
        process(tasks("a"), sub(START), flow("a", "sub")),
    ),
    Case(
        scopes.event_sub_processes_begin_with_their_event,
        "event-sub-process-start",
        "sub",
        process(sub(tasks("a"), event_=True)),
        process(sub(START, tasks("a"), event_=True)),
    ),
    Case(
        scopes.ad_hoc_sub_processes_hold_activities,
        "ad-hoc-without-activity",
        "sub",
        process(sub(kind="adHocSubProcess")),
        process(sub(tasks("a"), kind="adHocSubProcess")),
    ),
    Case(
        scopes.ad_hoc_sub_processes_hold_activities,
        "ad-hoc-event",
        "start",
        process(sub(START, tasks("a"), kind="adHocSubProcess")),
        process(sub(catch("c", TIMER), tasks("a"), kind="adHocSubProcess")),
    ),
    Case(
        scopes.receiving_starts_come_first,
        "flow-into-start",
        "r",
        process('<receiveTask id="r" instantiate="true"/>', tasks("a"), flow("a", "r")),
        process('<receiveTask id="r" instantiate="true"/>', tasks("a"), flow("r", "a")),
    ),
    Case(
        scopes.lanes_hold_steps_of_their_process,
        "foreign-step-in-lane",
        "l",
        process('<laneSet><lane id="l"><flowNodeRef>a</flowNodeRef></lane></laneSet>')
        + process(tasks("a"), id_="q"),
        process('<laneSet><lane id="l"><flowNodeRef>a</flowNodeRef></lane></laneSet>', tasks("a")),
    ),
    Case(
        scopes.correlations_bind_their_key,
        "foreign-property",
        "cs",
        '<collaboration id="c"><correlationKey id="k"/></collaboration>'
        + process(
            '<correlationSubscription id="cs" correlationKeyRef="k"><correlationPropertyBinding '
            'correlationPropertyRef="cp"><dataPath>x</dataPath></correlationPropertyBinding>'
            "</correlationSubscription>"
        ),
        '<collaboration id="c"><correlationKey id="k"><correlationPropertyRef>cp'
        "</correlationPropertyRef></correlationKey></collaboration>"
        + process(
            '<correlationSubscription id="cs" correlationKeyRef="k"><correlationPropertyBinding '
            'correlationPropertyRef="cp"><dataPath>x</dataPath></correlationPropertyBinding>'
            "</correlationSubscription>"
        ),
    ),
    # --- compensation ---
    Case(
        compensation.compensation_has_a_handler,
        "compensation-handler",
        "b",
        process(UNDONE, HANDLER),
        process(UNDONE, HANDLER, LED),
    ),
    Case(
        compensation.compensation_has_a_handler,
        "not-for-compensation",
        "undo",
        process(UNDONE, tasks("undo"), LED),
        process(UNDONE, HANDLER, LED),
    ),
    Case(
        compensation.compensation_has_a_handler,
        "flow-out-of-compensation",
        "b",
        process(UNDONE, HANDLER, LED, flow("b", "a")),
        process(UNDONE, HANDLER, LED),
    ),
    Case(
        compensation.compensating_activities_have_no_flow,
        "flow-of-compensation",
        "undo",
        process(tasks("a"), HANDLER, flow("a", "undo")),
        process(tasks("a", "b"), HANDLER, flow("a", "b")),
    ),
    Case(
        compensation.compensated_activities_are_in_reach,
        "compensation-out-of-reach",
        "t",
        process(sub(tasks("a")), throw("t", '<compensateEventDefinition activityRef="a"/>')),
        process(sub(tasks("a")), throw("t", '<compensateEventDefinition activityRef="sub"/>')),
    ),
    Case(
        compensation.compensated_activities_are_in_reach,
        "compensating-compensation",
        "t",
        process(HANDLER, throw("t", '<compensateEventDefinition activityRef="undo"/>')),
        process(tasks("a"), throw("t", '<compensateEventDefinition activityRef="a"/>')),
    ),
)
