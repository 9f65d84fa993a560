"""Rules about ids, places, references, pools, conditions and loops."""

from processes.core.bpmn.rules import (
    collaboration,
    conditions,
    files,
    loops,
    references,
    structure,
)
from tests.core.bpmn.rules.cases import (
    ITEMS,
    OBJECT,
    SETS,
    START,
    Case,
    event,
    flow,
    instances,
    process,
    takes,
    task,
    tasks,
)

TWO_POOLS = (
    '<collaboration id="c"><participant id="pool1"/><participant id="pool2" processRef="p"/>{}'
    "</collaboration>"
)


def message_flow(source: str, target: str) -> str:
    return TWO_POOLS.format(f'<messageFlow id="m" sourceRef="{source}" targetRef="{target}"/>')


def choreography(participants: str, initiating: str, flows: str = "mf") -> str:
    taking = "".join(f"<participantRef>{p}</participantRef>" for p in participants.split())
    return (
        '<choreography id="ch"><participant id="x"/><participant id="y"/><participant id="z"/>'
        '<messageFlow id="mf" sourceRef="x" targetRef="y"/>'
        f'<choreographyTask id="ct" initiatingParticipantRef="{initiating}">{taking}'
        f"<messageFlowRef>{flows}</messageFlowRef></choreographyTask></choreography>"
    )


CASES = (
    # --- ids, places and attributes ---
    Case(
        files.ids_are_unique,
        "duplicate-id",
        "a",
        process(tasks("a", "a")),
        process(tasks("a", "b")),
    ),
    Case(files.ids_are_names, "bad-id", "1a", process(tasks("1a")), process(tasks("a1"))),
    Case(
        structure.elements_have_their_place,
        "unknown-element",
        "x",
        '<property id="x"/>',
        process('<property id="x"/>'),
    ),
    Case(
        structure.elements_have_what_they_need,
        "missing-element",
        "a",
        process(task("<ioSpecification><inputSet/></ioSpecification>")),
        process(task(f"<ioSpecification>{SETS}</ioSpecification>")),
    ),
    Case(
        structure.elements_have_what_they_need,
        "missing-attribute",
        "as",
        process(tasks("a"), '<association id="as" sourceRef="a"/>'),
        process(tasks("a"), '<association id="as" sourceRef="a" targetRef="a"/>'),
    ),
    Case(
        structure.elements_have_what_they_need,
        "too-many",
        "a",
        process(task(instances(), instances())),
        process(task(instances())),
    ),
    Case(
        structure.attributes_hold_what_they_may,
        "attribute-value",
        "a",
        process('<task id="a" isForCompensation="perhaps"/>'),
        process('<task id="a" isForCompensation="1"/>'),
    ),
    Case(
        structure.attributes_hold_what_they_may,
        "attribute-value",
        "p",
        '<process id="p" processType="Secret"/>',
        '<process id="p" processType="Private"/>',
    ),
    Case(
        structure.attributes_hold_what_they_may,
        "attribute-value",
        "t",
        process('<transaction id="t" method="100%"/>'),
        process('<transaction id="t" method="##Store"/>'),
    ),
    Case(
        structure.attributes_hold_what_they_may,
        "unknown-attribute",
        "a",
        process('<task id="a" isForCompensatoin="true"/>'),
        process('<task id="a" isForCompensation="true"/>'),
    ),
    Case(
        structure.texts_name_their_format,
        "mime-type",
        "t",
        process('<textAnnotation id="t" textFormat="plain"/>'),
        process('<textAnnotation id="t" textFormat="text/plain"/>'),
    ),
    Case(
        structure.scripts_name_their_language,
        "script-without-language",
        "s",
        process('<scriptTask id="s"><script>x</script></scriptTask>'),
        process('<scriptTask id="s" scriptFormat="feel"><script>x</script></scriptTask>'),
    ),
    Case(
        structure.scripts_name_their_language,
        "mime-type",
        "s",
        '<globalScriptTask id="s" scriptLanguage="tea"><script>x</script></globalScriptTask>',
        '<globalScriptTask id="s" scriptLanguage="text/x-groovy"><script>x</script>'
        "</globalScriptTask>",
    ),
    # --- references ---
    Case(
        references.references_lead_somewhere,
        "dangling-reference",
        "r",
        process('<receiveTask id="r" messageRef="m"/>'),
        process('<receiveTask id="r" messageRef="m"/>') + '<message id="m"/>',
    ),
    Case(
        references.references_lead_somewhere,
        "wrong-reference",
        "r",
        process('<receiveTask id="r" messageRef="s"/>') + '<signal id="s"/>',
        process('<receiveTask id="r" xmlns:other="urn:other" messageRef="other:s"/>'),
    ),
    Case(
        references.references_lead_somewhere,
        "unknown-type",
        "s",
        '<signal id="s" structureRef="order"/>',
        '<signal id="s" structureRef="order"/><itemDefinition id="order"/>',
    ),
    # --- pools and conversations ---
    Case(
        collaboration.pools_show_processes_that_exist,
        "dangling-reference",
        "pool2",
        TWO_POOLS.format(""),
        TWO_POOLS.format("") + process(),
    ),
    Case(
        collaboration.pools_show_processes_that_exist,
        "multiplicity",
        "x",
        '<collaboration id="c"><participant id="x"><participantMultiplicity minimum="3" '
        'maximum="2"/></participant></collaboration>',
        '<collaboration id="c"><participant id="x"><participantMultiplicity minimum="0" '
        'maximum="1"/></participant></collaboration>',
    ),
    Case(
        collaboration.message_flows_connect_two_pools,
        "message-flow-within-pool",
        "m",
        message_flow("a", "pool2") + process(tasks("a")),
        message_flow("a", "pool1") + process(tasks("a")),
    ),
    Case(
        collaboration.message_flows_connect_two_pools,
        "message-flow-end",
        "m",
        message_flow("pool1", "start") + process(START),
        message_flow("pool1", "start") + process(event("startEvent", "start", "message")),
    ),
    Case(
        collaboration.message_flows_connect_two_pools,
        "dangling-message-flow",
        "m",
        message_flow("pool1", "nowhere") + process(),
        message_flow("pool1", "pool2") + process(),
    ),
    Case(
        collaboration.conversation_links_connect_participants,
        "conversation-link",
        "l",
        TWO_POOLS.format('<conversationLink id="l" sourceRef="pool1" targetRef="pool2"/>'),
        TWO_POOLS.format(
            '<conversation id="t"/><conversationLink id="l" sourceRef="pool1" targetRef="t"/>'
        ),
    ),
    Case(
        collaboration.global_conversations_are_plain,
        "global-conversation",
        "t",
        '<globalConversation id="gc"><conversation id="t"/></globalConversation>',
        '<globalConversation id="gc"><participant id="t"/></globalConversation>',
    ),
    Case(
        collaboration.only_collaborations_name_choreographies,
        "choreography-reference",
        "gc",
        '<globalConversation id="gc"><choreographyRef>x</choreographyRef></globalConversation>',
        '<collaboration id="gc"><choreographyRef>x</choreographyRef></collaboration>',
    ),
    Case(
        collaboration.choreographies_hold_no_work,
        "wrong-activity",
        "a",
        f'<choreography id="ch">{tasks("a")}</choreography>',
        choreography("x y", "x"),
    ),
    Case(
        collaboration.choreography_tasks_name_their_participants,
        "initiating-participant",
        "ct",
        choreography("x y", "z"),
        choreography("x y", "y"),
    ),
    Case(
        collaboration.choreography_tasks_name_their_participants,
        "choreography-participants",
        "ct",
        choreography("x y z", "x"),
        choreography("x y", "x"),
    ),
    Case(
        collaboration.choreography_tasks_name_their_participants,
        "choreography-message",
        "ct",
        choreography("x z", "x"),
        choreography("x y", "x"),
    ),
    # --- conditions, numbers and loops ---
    Case(
        conditions.conditions_are_true_or_false,
        "condition-not-boolean",
        "a-b",
        process(tasks("a", "b"), flow("a", "b", "23")),
        process(tasks("a", "b"), flow("a", "b", "x = 23")),
    ),
    Case(
        conditions.instances_are_counted_by_a_number,
        "loop-cardinality",
        "a",
        process(task(instances("<loopCardinality>2.5</loopCardinality>"))),
        process(task(instances("<loopCardinality>count(items)</loopCardinality>"))),
    ),
    Case(
        loops.tokens_are_counted_from_one,
        "quantity",
        "a",
        process(task(startQuantity="0")),
        process(task(startQuantity="2")),
    ),
    Case(
        loops.loops_have_a_sound_maximum,
        "loop-maximum",
        "a",
        process(task('<standardLoopCharacteristics loopMaximum="-1"/>')),
        process(task('<standardLoopCharacteristics loopMaximum="3"/>')),
    ),
    Case(
        loops.instances_are_counted,
        "instances-unknown",
        "a",
        process(task(instances())),
        process(task(instances("<loopCardinality>3</loopCardinality>"))),
    ),
    Case(
        loops.collections_of_instances_are_in_reach,
        "loop-data",
        "a",
        ITEMS
        + process(
            task(instances("<loopDataInputRef>do</loopDataInputRef>")), OBJECT.format("texts")
        ),
        ITEMS
        + process(
            task(takes("x", "texts"), instances("<loopDataInputRef>x</loopDataInputRef>")),
        ),
    ),
    Case(
        loops.collections_of_instances_are_in_reach,
        "loop-data",
        "sub",
        ITEMS
        + process(
            f'<subProcess id="sub">{instances("<loopDataInputRef>do</loopDataInputRef>")}'
            "</subProcess>",
            OBJECT.format("text"),
        ),
        ITEMS
        + process(
            f'<subProcess id="sub">{instances("<loopDataInputRef>do</loopDataInputRef>")}'
            "</subProcess>",
            OBJECT.format("texts"),
        ),
    ),
    Case(
        loops.collections_of_instances_are_in_reach,
        "loop-item",
        "item",
        ITEMS
        + process(
            task(
                takes("x", "texts"),
                instances(
                    "<loopDataInputRef>x</loopDataInputRef>",
                    '<inputDataItem id="item" itemSubjectRef="int"/>',
                ),
            )
        ),
        ITEMS
        + process(
            task(
                takes("x", "texts"),
                instances(
                    "<loopDataInputRef>x</loopDataInputRef>",
                    '<inputDataItem id="item" itemSubjectRef="text"/>',
                ),
            )
        ),
    ),
    Case(
        loops.thrown_events_fit_the_behavior,
        "behavior-without-event",
        "a",
        process(task('<multiInstanceLoopCharacteristics behavior="One"/>')),
        process(task('<multiInstanceLoopCharacteristics behavior="One" oneBehaviorEventRef="x"/>')),
    ),
)
