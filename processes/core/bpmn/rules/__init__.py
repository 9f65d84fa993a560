"""The rules of BPMN 2.0.2 that a file can break, one function for each.

A rule looks at drawn elements, not at what we run, so a file is judged by the standard alone. Add
a rule by writing a function and naming it here.
"""

from collections.abc import Callable, Iterator

from lxml import etree

from processes.core.bpmn.draft import Draft
from processes.core.bpmn.rules import elements, events, files, flows, gateways
from processes.core.findings import Finding

FILE_RULES: tuple[Callable[[etree._Element], Iterator[Finding]], ...] = (
    files.ids_are_unique,
    files.pools_show_processes_that_exist,
    files.message_flows_connect_two_pools,
)
RULES: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    flows.ids_are_names,
    flows.flows_connect_nodes,
    flows.start_events_have_no_incoming_flow,
    flows.boundary_events_have_no_incoming_flow,
    flows.end_events_have_no_outgoing_flow,
    flows.start_and_end_come_together,
    flows.every_step_is_connected,
    flows.references_agree_with_flows,
    gateways.default_flows_leave_their_node,
    gateways.default_flows_need_no_condition,
    gateways.conditions_stand_where_a_choice_is_made,
    gateways.gateways_split_or_merge,
    gateways.gateways_keep_their_direction,
    events.boundary_events_sit_on_an_activity,
    events.events_carry_what_they_may,
    elements.elements_belong_to_the_standard,
)
