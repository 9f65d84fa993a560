"""Rules about data: what an element needs and gives, and how data gets there (10.4)."""

from collections.abc import Iterator

from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.model import Model, Part
from processes.core.bpmn.xml import shorten
from processes.core.findings import Finding


def collections_agree_with_their_item(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.4.1: isCollection is that of the item definition."""
    for part in model.all("dataInput", "dataOutput", "dataObject"):
        item = model.named(part, "itemSubjectRef")
        if (
            item is not None
            and item.kind == "itemDefinition"
            and part.attribute("isCollection")
            and part.flag("isCollection") != item.flag("isCollection")
        ):
            yield broken(
                part.owner,
                "collection-mismatch",
                f"“{part.label}” and its item definition “{item.label}” disagree on whether "
                "it is a collection.",
                "Give isCollection the same value in both.",
            )


def data_references_bear_the_name_of_their_object(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.4.1: the name is that of the data object, with the state in brackets."""
    for part in model.all("dataObjectReference"):
        known = model.named(part, "dataObjectRef")
        state = part.first("dataState")
        if known is None or state is None:
            continue
        name, object_name = part.attribute("name"), known.attribute("name")
        if not name or not object_name or not state.attribute("name"):
            continue
        wanted = f"{object_name} [{state.attribute('name')}]"
        if "".join(name.split()) != "".join(wanted.split()):
            yield broken(
                part.owner,
                "data-reference-name",
                f"The data object reference “{part.label}” must be named after its object "
                "and state.",
                f"Write “{shorten(wanted, 80)}”, or remove the name.",
            )


def sets_list_data_of_their_own(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.4.1: each input and output is in a set beside it.

    What is optional, or read while executing, is one of the set.
    """
    for part in model.all("inputOutputSpecification", "catchEvent", "throwEvent"):
        for kind, holder, optional in (
            ("dataInput", "inputSet", ("optionalInputRefs", "whileExecutingInputRefs")),
            ("dataOutput", "outputSet", ("optionalOutputRefs", "whileExecutingOutputRefs")),
        ):
            own = {data.id: data for data in part.all(kind) if data.id}
            sets = part.all(holder)
            listed = {one.target for set_ in sets for one in set_.all(f"{kind}Refs")}
            if part.is_a("inputOutputSpecification"):
                yield from _in_no_set(part, own, listed, holder)
            for set_ in sets:
                yield from _wrongly_listed(model, set_, kind, own, optional)


def _in_no_set(
    part: Part, own: dict[str, Part], listed: set[str], holder: str
) -> Iterator[Finding]:
    for id_, data in own.items():
        if id_ not in listed:
            yield broken(
                id_,
                "data-in-no-set",
                f"“{data.label}” of “{part.label}” is in no <{holder}>, so nothing asks for it.",
                f"List it in an <{holder}>.",
            )


def _wrongly_listed(
    model: Model, set_: Part, kind: str, own: dict[str, Part], optional: tuple[str, ...]
) -> Iterator[Finding]:
    members = {one.target for one in set_.all(f"{kind}Refs")}
    for data in model.listed(set_, f"{kind}Refs"):
        if data.kind == kind and data.id not in own:
            yield broken(
                set_.owner,
                "set-of-foreign-data",
                f"A set of “{set_.label}” lists “{data.label}”, which belongs to another element.",
                "List the data of this element.",
            )
    for role in optional:
        for one in set_.all(role):
            if one.target not in members:
                yield broken(
                    set_.owner,
                    "set-without-member",
                    f"A set of “{set_.label}” names “{shorten(one.target, 60)}” as {role} "
                    f"without listing it in {kind}Refs.",
                    f"List it in {kind}Refs as well.",
                )


def sub_processes_take_data_from_around_them(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.4.1: a sub-process has no inputs and outputs, for it sees those outside."""
    for part in model.all("subProcess"):
        for specification in part.all("ioSpecification"):
            if specification.all("dataInput", "dataOutput"):
                yield broken(
                    part.owner,
                    "data-of-sub-process",
                    f"The sub-process “{part.label}” has data inputs or outputs of its own.",
                    "Use a data object: what lies in it sees the data around it.",
                )


def sets_are_paired(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.4.1: outputSetRefs and inputSetRefs name each other."""
    for kind, there, back in (
        ("inputSet", "outputSetRefs", "inputSetRefs"),
        ("outputSet", "inputSetRefs", "outputSetRefs"),
    ):
        for set_ in model.all(kind):
            for other in model.listed(set_, there):
                if set_.id not in {one.target for one in other.all(back)}:
                    yield broken(
                        set_.owner,
                        "sets-not-paired",
                        f"“{set_.label}” names “{other.label}” as {there}, "
                        f"which does not name it as {back}.",
                        "Let each name the other.",
                    )


# --- associations --------------------------------------------------------------------------------


def data_flows_from_outputs_to_inputs(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.4.1 and 10.4.2: into an input of the element, out of one of its outputs.

    The inputs of the process are only read, its outputs only written.
    """
    for flow in model.all("dataAssociation"):
        holder = flow.holder
        if holder is None:
            continue
        targets = model.listed(flow, "targetRef")
        sources = model.listed(flow, "sourceRef")
        for data in targets:
            if data.kind == "dataInput" and _of_process(data):
                yield broken(
                    flow.owner,
                    "written-input",
                    f"The data association “{flow.label}” writes “{data.label}”, an input of "
                    "the process; only its caller may.",
                    "Write a data object instead.",
                )
        for data in sources:
            if data.kind == "dataOutput" and _of_process(data):
                yield broken(
                    flow.owner,
                    "read-output",
                    f"The data association “{flow.label}” reads “{data.label}”, an output of "
                    "the process; only its caller may.",
                    "Read a data object instead.",
                )
        if flow.kind == "dataInputAssociation":
            yield from _own_end(flow, holder, targets, "dataInput")
        if flow.kind == "dataOutputAssociation":
            yield from _own_end(flow, holder, sources, "dataOutput")


def _of_process(data: Part) -> bool:
    around = data.around("callableElement", "activity", "event")
    return around is not None and around.is_a("callableElement")


def _own_end(flow: Part, holder: Part, ends: list[Part], kind: str) -> Iterator[Finding]:
    """Yield an end that lies in another element than the one which the data is for."""
    for data in ends:
        if data.is_a("itemAwareElement") and data.around("activity", "event") is not holder:
            yield broken(
                flow.owner,
                "association-end",
                f"The data association “{flow.label}” of “{holder.label}” "
                f"{'ends' if kind == 'dataInput' else 'begins'} at “{data.label}”, "
                f"which is no <{kind}> of it.",
                f"Name a <{kind}> of “{holder.label}”.",
            )


def data_changes_its_kind_only_by_rule(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.4.2: without a transformation or assignment, one source of the same kind."""
    for flow in model.all("dataAssociation"):
        if flow.first("transformation") or flow.first("assignment"):
            continue
        if len(flow.all("sourceRef")) > 1:
            yield broken(
                flow.owner,
                "several-sources",
                f"The data association “{flow.label}” has several sources, but does not say "
                "how to make one value of them.",
                "Add a transformation, or leave one source.",
            )
            continue
        items = [
            item_of(model, data)
            for data in (*model.listed(flow, "sourceRef"), *model.listed(flow, "targetRef"))
        ]
        if len(items) == 2 and None not in items and not equivalent(items[0], items[1]):
            yield broken(
                flow.owner,
                "item-mismatch",
                f"The data association “{flow.label}” connects data of different kinds, but has "
                "no transformation.",
                "Give both ends the same item definition, or add a transformation.",
            )


def item_of(model: Model, data: Part) -> Part | None:
    """Return the item definition of some data; a reference has that of its object or store."""
    for pointer in ("dataObjectRef", "dataStoreRef"):
        if target := model.named(data, pointer):
            data = target
    item = model.named(data, "itemSubjectRef")
    return item if item is not None and item.kind == "itemDefinition" else None


def equivalent(one: Part | None, other: Part | None) -> bool:
    """Tell whether two item definitions mean the same things, also when both are absent."""
    if one is None or other is None or one is other:
        return one is other
    return (
        one.attribute("structureRef") == other.attribute("structureRef") != ""
        and one.flag("isCollection") == other.flag("isCollection")
        and (one.attribute("itemKind") or "Information")
        == (other.attribute("itemKind") or "Information")
    )
