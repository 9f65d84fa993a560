"""Rules about who does the work: resources and their parameters (8.4.12, 10.3.1)."""

from collections.abc import Iterator

from processes.core.bpmn.rules.broken import broken
from processes.core.bpmn.rules.model import Model, Part
from processes.core.findings import Finding


def resources_are_named_one_way(model: Model) -> Iterator[Finding]:
    """BPMN 2.0.2, 10.3.1: by a reference or by an expression; parameters only with the first."""
    for role in model.all("resourceRole"):
        if role.all("resourceRef") and role.all("resourceAssignmentExpression"):
            yield broken(
                role.owner,
                "resource-twice",
                f"“{role.label}” is found both by a resource and by an expression.",
                "Keep one of resourceRef and resourceAssignmentExpression.",
            )
        if role.all("resourceParameterBinding") and not role.all("resourceRef"):
            yield broken(
                role.owner,
                "parameter-without-resource",
                f"“{role.label}” gives parameters without naming the resource that asks for them.",
                "Add a resourceRef.",
            )
        for resource in model.listed(role, "resourceRef"):
            yield from _parameters(role, resource)


def _parameters(role: Part, resource: Part) -> Iterator[Finding]:
    known = {parameter.id: parameter for parameter in resource.all("resourceParameter")}
    bound = {b.reference("parameterRef") for b in role.all("resourceParameterBinding")}
    if unknown := sorted(bound - set(known)):
        yield broken(
            role.owner,
            "foreign-parameter",
            f"“{role.label}” gives the parameter “{unknown[0][:60]}”, which “{resource.label}” "
            "does not have.",
            "Name a parameter of the resource.",
        )
    for id_, parameter in known.items():
        if parameter.flag("isRequired") and id_ not in bound:
            yield broken(
                role.owner,
                "parameter-missing",
                f"“{role.label}” does not give the parameter “{parameter.label}”, which "
                f"“{resource.label}” asks for.",
                "Add a resourceParameterBinding.",
            )
