"""Read a DMN file: a model that can be evaluated, and findings for everything that is wrong.

In this order: load the XML safely, read the models it imports, its types, its elements with what
they need, then their logic. Reading never raises; what cannot be read becomes null and a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lxml import etree

from processes.core.dmn.boxed import bounded, read_function, read_logic
from processes.core.dmn.model import (
    Boxed,
    Decision,
    DecisionService,
    Element,
    InputData,
    KnowledgeModel,
    Lambda,
    Model,
    Reference,
    Typed,
    Where,
)
from processes.core.dmn.place import Allowance, Place
from processes.core.dmn.requirements import circle
from processes.core.dmn.types import component_names, read_types
from processes.core.dmn.xml import (
    VERSIONS,
    attribute,
    child,
    children,
    kind,
    load,
    text_of,
    type_of,
)
from processes.core.feel.env import Scope
from processes.core.feel.names import Names
from processes.core.feel.types import FeelType, FunctionOf
from processes.core.findings import Finding, Notes
from processes.core.xml import Unreadable, shorten

MAX_IMPORTS = 50
"""Models that one file may bring in, directly or through each other."""

KINDS: dict[str, type[Element]] = {
    "inputData": InputData,
    "decision": Decision,
    "businessKnowledgeModel": KnowledgeModel,
    "decisionService": DecisionService,
}
_NEEDS = {
    "informationRequirement": ("requiredDecision", "requiredInput"),
    "knowledgeRequirement": ("requiredKnowledge",),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. ``model`` is None where it could not be read at all."""

    model: Model | None
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        return not any(finding.stops_publishing for finding in self.findings)


def read(source: bytes, imports: Mapping[str, bytes] | None = None) -> Reading:
    """Return what the file says; ``imports`` are the sources of other models by their namespace."""
    shelf = _Shelf(imports or {})
    model = shelf.model(source)
    return Reading(model, shelf.notes.findings())


class _Shelf:
    """The models that are read together, each of them once."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self.sources = sources
        self.notes = Notes()
        self.allowance = Allowance()
        self.models: dict[str, Model | None] = {}

    def model(self, source: bytes) -> Model | None:
        try:
            root = load(source)
        except Unreadable as refusal:
            self.notes.extend([refusal.finding])
            return None
        self.models[attribute(root, "namespace")] = None
        model = _File(root, self.imported(root), self.notes, self.allowance).read()
        self.models[model.namespace] = model
        return model

    def imported(self, root: etree._Element) -> dict[str, Model]:
        """Return the models that a file imports by the names it gives them."""
        found: dict[str, Model] = {}
        for element in children(root, "import"):
            name, namespace = attribute(element, "name"), attribute(element, "namespace")
            if attribute(element, "importType") not in VERSIONS:
                self.notes.unsupported(
                    attribute(element, "id") or None,
                    "import-type",
                    f"The import “{name or namespace}” is no DMN model; only those are imported.",
                    "Write what it holds into the model.",
                )
            elif (model := self.named(name, namespace)) is not None:
                if name in found:
                    model = _joined(found[name], model)
                found[name] = model
        return found

    def named(self, name: str, namespace: str) -> Model | None:
        """Return the model of that namespace, read now if it was not before."""
        if namespace in self.models:
            model = self.models[namespace]
            if model is None:
                self._cannot(name, namespace, "imports itself, directly or by another model")
            return model
        if namespace not in self.sources:
            self._cannot(name, namespace, "is not there")
        elif len(self.models) > MAX_IMPORTS:
            self._cannot(name, namespace, f"would be more than {MAX_IMPORTS} models together")
        else:
            return self.model(self.sources[namespace])
        return None

    def _cannot(self, name: str, namespace: str, why: str) -> None:
        self.notes.error(
            None,
            "import",
            f"The imported model “{shorten(name or namespace, 80)}” {why}.",
            f"Add the file whose namespace is {shorten(namespace, 120)}, or remove the import.",
        )


def _joined(first: Model, second: Model) -> Model:
    """Return both models as one: several may be imported without a name."""
    return replace(
        first,
        elements={**second.elements, **first.elements},
        types={**second.types, **first.types},
        imports={**second.imports, **first.imports},
    )


def _given(body: Boxed, element: KnowledgeModel) -> Boxed:
    """Return what a knowledge model calculates, held to the type of its result.

    Its variable has the type of the function or, as many modelers write it, that of the result.
    """
    wanted = element.wanted
    result = wanted.result if isinstance(wanted, FunctionOf) else wanted
    return body if result is None else Typed(body, result, element.type_name, element.where)


class _File:
    """One file while it is read."""

    def __init__(
        self,
        root: etree._Element,
        imports: Mapping[str, Model],
        notes: Notes,
        allowance: Allowance,
    ) -> None:
        self.root = root
        self.imports = imports
        self.notes = notes
        self.allowance = allowance
        self.namespace = attribute(root, "namespace")
        self.names = component_names(root)
        imported = {
            f"{alias}.{name}" if alias else name: kind_of_type
            for alias, model in imports.items()
            for name, kind_of_type in model.types.items()
        }
        self.types: Mapping[str, FeelType] = read_types(root, imported, notes, allowance)
        self.elements: dict[str, Element] = {}
        self.is_open = child(root, "inputData") is None

    def read(self) -> Model:
        sources = self.sources()
        for key, source in sources.items():
            self.elements[key] = self.element(key, source)
        outline = Model(
            attribute(self.root, "name"), self.namespace, self.elements, self.types, self.imports
        )
        for key, source in sources.items():
            self.elements[key] = self.whole(outline, self.elements[key], source)
        self.tell_circle(outline)
        self.tell_doubles()
        return outline

    def sources(self) -> dict[str, etree._Element]:
        """Return the elements of the file by id, or by name where they have none."""
        found: dict[str, etree._Element] = {}
        for source in children(self.root, *KINDS):
            key = attribute(source, "id") or attribute(source, "name")
            if key in found:
                self.notes.error(
                    key,
                    "id-twice",
                    f"Two elements have the id “{shorten(key, 60)}”, or neither id nor name.",
                    "Give one of them another id.",
                )
            found.setdefault(key, source)
        return found

    # --- elements ------------------------------------------------------------------------------

    def element(self, key: str, source: etree._Element) -> Element:
        """Return what can be known of an element before the others are."""
        name = attribute(source, "name")
        variable = child(source, "variable")
        type_name = type_of(variable)
        wanted = self.place(Where(key, name)).type(type_name)
        needs = tuple(
            reference
            for edge, ends in _NEEDS.items()
            for requirement in children(source, edge)
            for end in children(requirement, *ends)
            if (reference := self.reference(end, Where(key, name)))
        )
        return KINDS[kind(source)](
            key, name, attribute(variable, "name") or name, wanted, type_name, needs
        )

    def whole(self, model: Model, element: Element, source: etree._Element) -> Element:
        """Return the element with its logic, now that all names are known."""
        place = self.place(element.where)
        self.know_needs(model, element, place)
        match element:
            case Decision():
                logic, frames = bounded(read_logic(source, place), place)
                question = text_of(source, "question")
                return replace(element, logic=logic, frames=frames, question=question)
            case KnowledgeModel():
                return self.knowledge(element, source, place)
            case DecisionService():
                return self.service(element, source)
        return element

    def knowledge(
        self, element: KnowledgeModel, source: etree._Element, place: Place
    ) -> KnowledgeModel:
        logic = child(source, "encapsulatedLogic")
        if logic is None:
            return element
        place.know(element.variable)
        function = read_function(logic, place, element.name)
        if isinstance(function, Lambda) and element.wanted is not None:
            function = replace(function, body=_given(function.body, element))
        return replace(element, logic=function)

    def service(self, element: DecisionService, source: etree._Element) -> DecisionService:
        def references(*names: str) -> tuple[Reference, ...]:
            return tuple(
                found
                for name in names
                for end in children(source, name)
                if (found := self.reference(end, element.where))
            )

        return replace(
            element,
            outputs=references("outputDecision"),
            parameters=references("inputData", "inputDecision"),
        )

    def place(self, where: Where) -> Place:
        return Place(
            Scope(None, set()),
            Names(parent=self.names),
            self.types,
            where,
            self.notes,
            self.allowance,
            is_open=self.is_open,
        )

    def know_needs(self, model: Model, element: Element, place: Place) -> None:
        """Let the logic of an element read what it requires, and nothing else."""
        for reference in element.needs:
            found = model.target(reference)
            if found is None:
                self.tell_absent(element.where, reference)
                continue
            variable = found[1].variable
            if reference.via:
                place.know(reference.via)
                place.names.add(variable)
            else:
                place.know(variable)

    # --- references ----------------------------------------------------------------------------

    def reference(self, end: etree._Element, where: Where) -> Reference | None:
        """Return what an href points to: an element of this file or of an imported one."""
        namespace, _, key = attribute(end, "href").rpartition("#")
        if namespace in ("", self.namespace):
            return Reference(None, key)
        for alias, model in self.imports.items():
            if model.namespace == namespace or (not alias and key in model.elements):
                return Reference(alias, key)
        self.notes.error(
            where.element,
            "unknown-model",
            f"“{where.label}” needs something of the model {shorten(namespace, 120)}, which is not "
            "imported.",
            "Import that model, or remove the requirement.",
        )
        return None

    def tell_absent(self, where: Where, reference: Reference) -> None:
        self.notes.error(
            where.element,
            "unknown-element",
            f"“{where.label}” needs an element with the id {shorten(reference.id, 80)}, and there "
            "is none.",
            "Connect it to an element of the model again.",
        )

    # --- the model as a whole ------------------------------------------------------------------

    def tell_circle(self, model: Model) -> None:
        found = circle(model)
        if found:
            names = ", ".join(f"“{decision.name}”" for decision in found)
            self.notes.error(
                found[0].id,
                "requirement-circle",
                f"The decisions {names} need each other in a circle.",
                "Remove one of the requirements between them.",
            )

    def tell_doubles(self) -> None:
        seen: dict[str, Element] = {}
        for element in self.elements.values():
            if element.name in seen:
                self.notes.error(
                    element.id,
                    "name-twice",
                    f"Two elements are called “{shorten(element.name, 60)}”.",
                    "Give one of them another name.",
                )
            seen.setdefault(element.name, element)
