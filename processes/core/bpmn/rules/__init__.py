"""The rules of BPMN 2.0.2 that a file can break, one function for each.

A rule looks at drawn elements, not at what we run, so a file is judged by the standard alone. Add
a rule by writing a function and naming it here.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from lxml import etree

from processes.core.bpmn.draft import Draft
from processes.core.bpmn.rules import (
    collaboration,
    compensation,
    conditions,
    data,
    definitions,
    events,
    files,
    flows,
    gateways,
    links,
    loops,
    references,
    resources,
    scopes,
    services,
    structure,
)
from processes.core.bpmn.rules.model import Model, model_of
from processes.core.findings import Finding

FILE_RULES: tuple[Callable[[Model], Iterator[Finding]], ...] = (
    files.ids_are_unique,
    files.ids_are_names,
    structure.elements_have_their_place,
    structure.elements_have_what_they_need,
    structure.attributes_hold_what_they_may,
    structure.texts_name_their_format,
    structure.scripts_name_their_language,
    references.references_lead_somewhere,
    collaboration.pools_show_processes_that_exist,
    collaboration.message_flows_connect_two_pools,
    collaboration.conversation_links_connect_participants,
    collaboration.global_conversations_are_plain,
    collaboration.only_collaborations_name_choreographies,
    collaboration.choreographies_hold_no_work,
    collaboration.choreography_tasks_name_their_participants,
    events.events_carry_what_they_may,
    events.events_wait_for_something,
    events.named_definitions_are_shared,
    definitions.timers_say_one_time,
    definitions.what_is_thrown_has_a_code,
    definitions.messages_and_signals_are_named,
    links.links_come_in_pairs,
    links.links_have_one_target,
    links.links_agree_on_each_other,
    gateways.event_gateways_offer_a_choice,
    gateways.event_gateways_lead_to_events,
    scopes.public_processes_are_not_executed,
    scopes.executed_flows_are_immediate,
    scopes.event_sub_processes_begin_with_their_event,
    scopes.ad_hoc_sub_processes_hold_activities,
    scopes.receiving_starts_come_first,
    scopes.lanes_hold_steps_of_their_process,
    scopes.correlations_bind_their_key,
    compensation.compensation_has_a_handler,
    compensation.compensating_activities_have_no_flow,
    compensation.compensated_activities_are_in_reach,
    conditions.conditions_are_true_or_false,
    conditions.instances_are_counted_by_a_number,
    loops.tokens_are_counted_from_one,
    loops.loops_have_a_sound_maximum,
    loops.instances_are_counted,
    loops.collections_of_instances_are_in_reach,
    loops.thrown_events_fit_the_behavior,
    data.collections_agree_with_their_item,
    data.data_references_bear_the_name_of_their_object,
    data.sets_list_data_of_their_own,
    data.sets_are_paired,
    data.sub_processes_take_data_from_around_them,
    data.data_flows_from_outputs_to_inputs,
    data.data_changes_its_kind_only_by_rule,
    services.called_operations_get_their_data,
    services.sent_and_received_data_is_that_of_the_message,
    services.offered_operations_are_bound,
    services.calls_match_what_they_call,
    services.called_processes_begin_without_an_event,
    resources.resources_are_named_one_way,
)
RULES: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    flows.flows_connect_nodes,
    flows.start_events_have_no_incoming_flow,
    flows.boundary_events_have_no_incoming_flow,
    flows.end_events_have_no_outgoing_flow,
    flows.link_events_begin_or_end_a_path,
    flows.start_and_end_come_together,
    flows.every_step_is_connected,
    flows.references_agree_with_flows,
    gateways.default_flows_leave_their_node,
    gateways.default_flows_need_no_condition,
    gateways.conditions_stand_where_a_choice_is_made,
    gateways.gateways_split_or_merge,
    gateways.gateways_keep_their_direction,
    events.boundary_events_sit_on_an_activity,
)


MAX_BROKEN = 1_000  # how often one rule may say that it does not hold


def judge(root: etree._Element, drafts: Iterable[Draft]) -> Iterator[Finding]:
    """Yield what the file breaks; ``drafts`` are its processes."""
    model = model_of(root)
    for rule in FILE_RULES:
        yield from islice(rule(model), MAX_BROKEN)
    for draft in drafts:
        for draft_rule in RULES:
            yield from islice(draft_rule(draft), MAX_BROKEN)
