"""Rules about data, operations, calls and resources."""

from processes.core.bpmn.rules import data, resources, services
from tests.core.bpmn.rules.cases import (
    ITEMS,
    OBJECT,
    SETS,
    Case,
    event,
    gives,
    process,
    takes,
    task,
)

MESSAGES = (
    f'{ITEMS}<message id="in" itemRef="text"/><message id="out" itemRef="text"/>'
    '<interface id="i" name="i"><operation id="op" name="op"><inMessageRef>in</inMessageRef>'
    "</operation></interface>"
)
REFERENCE = (
    '<dataObjectReference id="dr" dataObjectRef="do" name="{}"><dataState name="paid"/>'
    "</dataObjectReference>"
)
RESOURCE = '<resource id="r" name="r"><resourceParameter id="rp" isRequired="true"/></resource>'
BINDING = (
    '<resourceParameterBinding parameterRef="rp"><formalExpression>x</formalExpression>'
    "</resourceParameterBinding>"
)
BY_EXPRESSION = (
    "<resourceAssignmentExpression><formalExpression>x</formalExpression>"
    "</resourceAssignmentExpression>"
)


def into(source: str, target: str, *more: str) -> str:
    return (
        f'<dataInputAssociation id="da"><sourceRef>{source}</sourceRef>{"".join(more)}'
        f"<targetRef>{target}</targetRef></dataInputAssociation>"
    )


def out_of(source: str, target: str) -> str:
    return (
        f'<dataOutputAssociation id="da"><sourceRef>{source}</sourceRef>'
        f"<targetRef>{target}</targetRef></dataOutputAssociation>"
    )


def owner(*inside: str) -> str:
    return process(task(f'<potentialOwner id="po">{"".join(inside)}</potentialOwner>'))


def named_resource(id_: str = "r") -> str:
    return f"<resourceRef>{id_}</resourceRef>"


CASES = (
    # --- data ---
    Case(
        data.collections_agree_with_their_item,
        "collection-mismatch",
        "x",
        ITEMS + process(task(takes("x", "texts", isCollection="false"))),
        ITEMS + process(task(takes("x", "texts", isCollection="true"))),
    ),
    Case(
        data.data_references_bear_the_name_of_their_object,
        "data-reference-name",
        "dr",
        process(OBJECT.format("text"), REFERENCE.format("Bill [paid]")),
        process(OBJECT.format("text"), REFERENCE.format("Order [paid]")),
    ),
    Case(
        data.sets_list_data_of_their_own,
        "data-in-no-set",
        "x",
        process(task(f'<ioSpecification><dataInput id="x"/>{SETS}</ioSpecification>')),
        process(task(takes("x"))),
    ),
    Case(
        data.sets_list_data_of_their_own,
        "set-without-member",
        "a",
        process(
            task(
                takes("x").replace(
                    "</inputSet>", "<optionalInputRefs>y</optionalInputRefs></inputSet>"
                )
            )
        ),
        process(
            task(
                takes("x").replace(
                    "</inputSet>", "<optionalInputRefs>x</optionalInputRefs></inputSet>"
                )
            )
        ),
    ),
    Case(
        data.sets_list_data_of_their_own,
        "set-of-foreign-data",
        "a",
        process(
            task(
                takes("x").replace(
                    "<dataInputRefs>", "<dataInputRefs>y</dataInputRefs><dataInputRefs>"
                )
            ),
            f'<task id="b">{takes("y")}</task>',
        ),
        process(task(takes("x")), f'<task id="b">{takes("y")}</task>'),
    ),
    Case(
        data.sets_are_paired,
        "sets-not-paired",
        "i",
        process(
            task(
                '<ioSpecification><inputSet id="i"><outputSetRefs>o</outputSetRefs></inputSet>'
                '<outputSet id="o"/></ioSpecification>'
            )
        ),
        process(
            task(
                '<ioSpecification><inputSet id="i"><outputSetRefs>o</outputSetRefs></inputSet>'
                '<outputSet id="o"><inputSetRefs>i</inputSetRefs></outputSet></ioSpecification>'
            )
        ),
    ),
    Case(
        data.sub_processes_take_data_from_around_them,
        "data-of-sub-process",
        "a",
        process(task(takes("x"), kind="subProcess")),
        process(task(takes("x"), kind="callActivity")),
    ),
    Case(
        data.data_flows_from_outputs_to_inputs,
        "written-input",
        "da",
        process(takes("y"), task(gives("x"), out_of("x", "y"))),
        process(OBJECT.format("text"), task(gives("x"), out_of("x", "do"))),
    ),
    Case(
        data.data_flows_from_outputs_to_inputs,
        "read-output",
        "da",
        process(gives("y"), task(takes("x"), into("y", "x"))),
        process(takes("y"), task(takes("x"), into("y", "x"))),
    ),
    Case(
        data.data_flows_from_outputs_to_inputs,
        "association-end",
        "da",
        process(OBJECT.format("text"), task(into("do", "y")), f'<task id="b">{takes("y")}</task>'),
        process(OBJECT.format("text"), task(takes("x"), into("do", "x"))),
    ),
    Case(
        data.data_changes_its_kind_only_by_rule,
        "several-sources",
        "da",
        process(
            OBJECT.format("text"),
            task(takes("x"), into("do", "x", "<sourceRef>do</sourceRef>")),
        ),
        process(
            OBJECT.format("text"),
            task(
                takes("x"),
                into("do", "x", "<sourceRef>do</sourceRef>").replace(
                    "</targetRef>", "</targetRef><transformation>x</transformation>"
                ),
            ),
        ),
    ),
    Case(
        data.data_changes_its_kind_only_by_rule,
        "item-mismatch",
        "da",
        ITEMS + process(OBJECT.format("int"), task(takes("x"), into("do", "x"))),
        ITEMS + process(OBJECT.format("text"), task(takes("x"), into("do", "x"))),
    ),
    # --- services and calls ---
    Case(
        services.called_operations_get_their_data,
        "data-of-operation",
        "a",
        MESSAGES + process(task(kind="serviceTask", operationRef="op")),
        MESSAGES + process(task(takes("x"), kind="serviceTask", operationRef="op")),
    ),
    Case(
        services.called_operations_get_their_data,
        "item-mismatch",
        "a",
        MESSAGES + process(task(takes("x", "int"), kind="serviceTask", operationRef="op")),
        MESSAGES + process(task(kind="serviceTask")),
    ),
    Case(
        services.sent_and_received_data_is_that_of_the_message,
        "item-mismatch",
        "a",
        MESSAGES + process(task(gives("x", "int"), kind="receiveTask", messageRef="in")),
        MESSAGES + process(task(gives("x"), kind="receiveTask", messageRef="in")),
    ),
    Case(
        services.sent_and_received_data_is_that_of_the_message,
        "data-of-operation",
        "a",
        process(task(takes("x").replace("<inputSet>", "<inputSet/><inputSet>"), kind="sendTask")),
        process(task(takes("x"), kind="sendTask")),
    ),
    Case(
        services.offered_operations_are_bound,
        "operation-not-bound",
        "g",
        f'{MESSAGES}<globalTask id="g"><supportedInterfaceRef>i</supportedInterfaceRef>'
        f"{takes('x')}</globalTask>",
        f'{MESSAGES}<globalTask id="g"><supportedInterfaceRef>i</supportedInterfaceRef>'
        f'{takes("x")}<ioBinding operationRef="op" inputDataRef="x" outputDataRef="x"/>'
        "</globalTask>",
    ),
    Case(
        services.offered_operations_are_bound,
        "item-mismatch",
        "g",
        f'{MESSAGES}<globalTask id="g">{takes("x", "int")}<ioBinding operationRef="op" '
        'inputDataRef="x" outputDataRef="x"/></globalTask>',
        f'{MESSAGES}<globalTask id="g">{takes("x")}<ioBinding operationRef="op" '
        'inputDataRef="x" outputDataRef="x"/></globalTask>',
    ),
    Case(
        services.calls_match_what_they_call,
        "call-data",
        "a",
        f'<globalTask id="g">{takes("y")}</globalTask>'
        + process(task(kind="callActivity", calledElement="g")),
        f'<globalTask id="g">{takes("y")}</globalTask>'
        + process(task(takes("x"), kind="callActivity", calledElement="g")),
    ),
    Case(
        services.calls_match_what_they_call,
        "item-mismatch",
        "a",
        f'{ITEMS}<globalTask id="g">{takes("y", "int")}</globalTask>'
        + process(task(takes("x"), kind="callActivity", calledElement="g")),
        process(task(kind="callActivity", calledElement="elsewhere")),
    ),
    Case(
        services.calls_match_what_they_call,
        "wrong-reference",
        "a",
        '<message id="m"/>' + process(task(kind="callActivity", calledElement="m")),
        process(task(kind="callActivity", calledElement="q")) + process(id_="q"),
    ),
    Case(
        services.called_processes_begin_without_an_event,
        "called-without-start",
        "start",
        process(task(kind="callActivity", calledElement="q"))
        + process(event("startEvent", "start", "message"), id_="q"),
        process(task(kind="callActivity", calledElement="q"))
        + process(event("startEvent", "start", "message"), event("startEvent", "also"), id_="q"),
    ),
    # --- resources ---
    Case(
        resources.resources_are_named_one_way,
        "resource-twice",
        "po",
        '<resource id="r" name="r"/>' + owner(named_resource(), BY_EXPRESSION),
        '<resource id="r" name="r"/>' + owner(named_resource()),
    ),
    Case(
        resources.resources_are_named_one_way,
        "parameter-without-resource",
        "po",
        RESOURCE + owner(BINDING),
        RESOURCE + owner(named_resource(), BINDING),
    ),
    Case(
        resources.resources_are_named_one_way,
        "foreign-parameter",
        "po",
        RESOURCE + '<resource id="q" name="q"/>' + owner(named_resource("q"), BINDING),
        RESOURCE + owner(named_resource(), BINDING),
    ),
    Case(
        resources.resources_are_named_one_way,
        "parameter-missing",
        "po",
        RESOURCE + owner(named_resource()),
        RESOURCE + owner(BY_EXPRESSION),
    ),
)
