"""What Camunda 7 says about machines: services, scripts, decisions, calls and their variables."""

import re
from collections.abc import Mapping
from itertools import pairwise

from lxml import etree

from processes.core.bpmn.dialects import shared
from processes.core.bpmn.dialects.feel_pieces import quoted
from processes.core.bpmn.dialects.juel import Translation
from processes.core.bpmn.dialects.payload import json_payload
from processes.core.bpmn.dialects.report import NotTranslated
from processes.core.bpmn.dialects.rewriting import Owner
from processes.core.bpmn.draft import text_of
from processes.core.bpmn.forms import unusable_name
from processes.core.feel import parse_duration, to_json

CODE = ("class", "delegateExpression", "expression")
REPETITION = re.compile(r"R(\d{1,6})/(P[0-9A-Z.]+)")
BINDINGS = {"latest": "latest", "deployment": "pinned", "version": "version"}


# --- services ------------------------------------------------------------------------------------


def service(owner: Owner) -> None:
    """Find out who does the work: a worker, a connector, or code of the application."""
    kind, name = owner.attribute("type"), owner.attribute("topic")
    connector = owner.child("connector")
    if kind == "external" or (name and not kind):
        shared.topic(owner, owner.named("topic"), name)
    elif kind:
        owner.left(
            owner.named("type"),
            kind,
            f"Work of the type “{kind[:40]}” is not done here.",
            "Give it to an external worker with placet:topic, or call a system with placet:http.",
        )
    elif connector is not None:
        connected(owner, connector)
    else:
        code(owner)
    for name in ("field", "errorEventDefinition"):
        for found in owner.children(name):
            owner.left(
                owner.named(name),
                " ".join(str(value) for value in found.attrib.values()),
                "It belongs to code that does not run here.",
                "Let the worker report the error, or use placet:errorMapping.",
            )
    result(owner)
    retries(owner)


def code(owner: Owner) -> None:
    for name in CODE:
        value = owner.attribute(name)
        if not value:
            continue
        hint = "Give the work to an external worker with placet:topic, or call a system with "
        hint += "placet:http."
        if name == "expression":
            try:
                found = owner.file.translate(value, owner.file.names)
                hint = f"Draw a script task that sets a variable to ={found.expression}."
            except NotTranslated:
                pass
        owner.left(owner.named(name), value, "Code of the application does not run here.", hint)


def result(owner: Owner) -> None:
    """Keep the result under the name that the file gives, or under one that FEEL can read."""
    name = owner.attribute("resultVariable") or owner.attribute("resultVariableName")
    if not name:
        return
    if reason := unusable_name(name):
        owner.left(
            owner.named("resultVariable"),
            name,
            f"The variable “{name[:60]}” {reason}",
            "Choose another name.",
        )
        return
    owner.keep_result_in(name)
    owner.became(owner.named("resultVariable"), name, name)


def retries(owner: Owner) -> None:
    """Say how often and after which waits a failed call is tried again."""
    what = owner.named("failedJobRetryTimeCycle")
    said = owner.child("failedJobRetryTimeCycle")
    if said is None:
        return
    text = text_of(said)
    found = REPETITION.fullmatch(text)
    spans = [found[2]] if found else [span.strip() for span in text.split(",")]
    if not all(shared.is_span(span) for span in spans):
        owner.left(
            what, text, "These are no waits that are known.", 'Write placet:retry backoff="PT10M".'
        )
        return
    attempts = int(found[1]) if found else len(spans) + 1
    factor = growth(spans)
    shared.retry(
        owner,
        what,
        text,
        attempts,
        backoff=spans[0],
        factor=f"{factor:g}",
        cap=max(spans, key=seconds),
    )


def growth(spans: list[str]) -> float:
    """Return by how much the waits grow on average, between 1 and 10."""
    steps = [seconds(after) / seconds(before) for before, after in pairwise(spans)]
    return round(min(max(sum(steps) / len(steps), 1.0), 10.0), 2) if steps else 1.0


def seconds(span: str) -> float:
    """Return the length of a span roughly, to compare it with others; at least one second."""
    found = re.fullmatch(
        r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?",
        str(to_json(parse_duration(span))),
    )
    units = (31_536_000, 2_592_000, 86_400, 3_600, 60, 1)
    parts = found.groups() if found else ()
    return max(sum(float(p or 0) * unit for p, unit in zip(parts, units, strict=False)), 1.0)


# --- connectors ----------------------------------------------------------------------------------


def connected(owner: Owner, connector: etree._Element) -> None:
    """Make a call out of Camunda's HTTP connector; others are code."""
    called = next((text_of(child) for child in owner.inside(connector, "connectorId")), "")
    what = owner.named("connector")
    if called != "http-connector":
        owner.left(
            what,
            called,
            f"The connector “{called[:60]}” is code that does not run here.",
            "Give the work to an external worker with placet:topic.",
        )
        return
    inputs: dict[str, Translation] = {}
    body = ""
    mappings = owner.inside(connector, "inputOutput")
    for parameter in (p for m in mappings for p in owner.inside(m, "inputParameter")):
        name = parameter.get("name") or ""
        if name == "headers":
            owner.left(
                f"{what} headers", "", "Headers belong to the connection.", "Set them up there."
            )
        elif name == "payload":
            body = payload(owner, f"{what} payload", parameter)
        elif value := value_of(owner, f"{what} {name}", parameter, {}):
            inputs[name] = value
    if "url" not in inputs:
        owner.left(what, called, "It calls no address.", "Add placet:http.")
        return
    method = inputs["method"].text if "method" in inputs else "GET"
    if not shared.http(owner, what, inputs["url"], method, body):
        return
    owner.keep_result_in(owner.variable)
    names = {"response": f"{owner.variable}.body", "statusCode": f"{owner.variable}.status"}
    for parameter in (p for m in mappings for p in owner.inside(m, "outputParameter")):
        output(owner, parameter, names)


def payload(owner: Owner, what: str, parameter: etree._Element) -> str:
    """Return the JSON that is sent as an expression; empty after reporting why there is none."""
    if len(parameter):
        owner.left(what, "", "Scripts do not run here.", "Write the body in FEEL: ={id: orderId}.")
        return ""
    try:
        body = json_payload(text_of(parameter), owner.file.names)
    except NotTranslated as problem:
        owner.left(what, text_of(parameter), str(problem), "Write it in FEEL: ={id: orderId}.")
        return ""
    owner.became(what, text_of(parameter), f"={body}")
    return f"={body}"


# --- variables -----------------------------------------------------------------------------------


def variables(owner: Owner, fields: Mapping[str, str]) -> None:
    """Map what goes in and comes out of an activity.

    ``fields`` tells outputs where the fields of its form are.
    """
    for mapping in owner.children("inputOutput"):
        for parameter in owner.inside(mapping, "inputParameter"):
            what = f"{owner.named('inputParameter')} {parameter.get('name') or ''}"
            if value := value_of(owner, what, parameter, {}):
                shared.mapped(
                    owner, "input", what, parameter.get("name") or "", value, text_of(parameter)
                )
        for parameter in owner.inside(mapping, "outputParameter"):
            output(owner, parameter, fields)


def output(owner: Owner, parameter: etree._Element, names: Mapping[str, str]) -> None:
    name = parameter.get("name") or ""
    what = f"{owner.named('outputParameter')} {name}"
    if value := value_of(owner, what, parameter, names):
        shared.mapped(owner, "output", what, name, value, text_of(parameter))


def value_of(
    owner: Owner, what: str, parameter: etree._Element, names: Mapping[str, str]
) -> Translation | None:
    """Return what a parameter is set to: a text or expression, a list, a map; never a script."""
    for child in parameter.iterchildren(etree.Element):
        match etree.QName(child).localname:
            case "list":
                items = [value_text(owner, what, item, names) for item in child.iterchildren()]
                return whole(f"[{', '.join(i for i in items if i)}]", items)
            case "map":
                entries = [
                    (entry.get("key") or "", value_text(owner, what, entry, names))
                    for entry in child.iterchildren(etree.Element)
                ]
                inside = ", ".join(f"{quoted(key)}: {value}" for key, value in entries if value)
                return whole(f"{{{inside}}}", [value for _, value in entries])
            case "script":
                owner.left(
                    what,
                    f"script ({child.get('scriptFormat') or ''})",
                    "Scripts do not run here.",
                    "Write an expression in FEEL.",
                )
                return None
    return owner.feel(what, text_of(parameter), names)


def value_text(owner: Owner, what: str, item: etree._Element, names: Mapping[str, str]) -> str:
    if etree.QName(item).localname == "script":
        owner.left(what, "script", "Scripts do not run here.", "Write an expression in FEEL.")
        return ""
    found = owner.feel(what, text_of(item), names)
    return found.expression if found else ""


def whole(text: str, pieces: list[str]) -> Translation | None:
    """Return the list or context, or nothing when a piece of it could not be translated."""
    return Translation(text) if all(pieces) else None


# --- scripts, decisions, calls -------------------------------------------------------------------


def script(owner: Owner) -> None:
    """Translate an expression; a script in a programming language does not run here."""
    result(owner)
    language = (owner.element.get("scriptFormat") or "").strip()
    body = owner.standard("script")
    if resource := owner.attribute("resource"):
        owner.left("script", resource, "It stands in another file.", "Write FEEL expressions.")
    elif body is None:
        return
    elif language.lower() in ("juel", "feel"):
        before = len(owner.file.report)
        if language.lower() == "juel":
            owner.expression("script", body)
        else:
            owner.became("script", text_of(body), text_of(body))
        if owner.file.report[before].standing != "left":
            owner.element.set("scriptFormat", "feel")
    elif not owner.says("assign"):
        owner.left(
            "script",
            text_of(body),
            f"A script in {language[:40] or 'no named language'} does not run here.",
            'Write assignments, for example <placet:assign variable="total" value="=a + b"/>.',
        )


def decision(owner: Owner) -> None:
    """Let a decision table answer, or whoever does it in the other engine."""
    ref = owner.attribute("decisionRef")
    if not ref:
        service(owner)
        return
    found = owner.feel(owner.named("decisionRef"), ref)
    if found is not None and not found.plain:
        owner.left(
            owner.named("decisionRef"),
            ref,
            "Which decision it is, is only known when it runs.",
            "Write the id of one decision into placet:decision.",
        )
    elif found is not None:
        owner.put("decision", ref=ref)
        owner.became(owner.named("decisionRef"), ref, ref)
    if kind := owner.attribute("mapDecisionResult"):
        owner.kept(
            owner.named("mapDecisionResult"),
            kind,
            "The result is what the decision gives: one value, one context, or a list of them.",
        )
    for name in ("decisionRefBinding", "decisionRefVersion", "decisionRefVersionTag"):
        if value := owner.attribute(name):
            owner.kept(owner.named(name), value, "The decision is looked up by its name.")
    result(owner)
    retries(owner)


def call(owner: Owner) -> None:
    """Say which process is called, in which version, and what goes in and comes out."""
    called = (owner.element.get("calledElement") or "").strip()
    if "{" in called:
        owner.left(
            "calledElement",
            called,
            "Which process it is, is only known when it runs.",
            "Call one process by its id; choose between several with a gateway.",
        )
    binding = owner.attribute("calledElementBinding") or "latest"
    version = owner.attribute("calledElementVersion")
    everything = passed(owner)
    if binding in BINDINGS and not (binding == "version" and not version.isdigit()):
        said = {"version": version} if binding == "version" else {}
        owner.put("call", binding=BINDINGS[binding], propagateAll=everything, **said)
        if owner.attribute("calledElementBinding"):
            new = " ".join((BINDINGS[binding], *said.values()))
            owner.became(owner.named("calledElementBinding"), f"{binding} {version}".strip(), new)
    else:
        owner.left(
            owner.named("calledElementBinding"),
            f"{binding} {version} {owner.attribute('calledElementVersionTag')}".strip(),
            "Versions are known by their numbers here.",
            'Write binding="version" with a number, or binding="latest".',
        )
    for name in ("calledElementTenantId", "caseTenantId"):
        if value := owner.attribute(name):
            owner.kept(owner.named(name), value, "There are no tenants here.")
    for name in ("caseRef", "variableMappingClass", "variableMappingDelegateExpression"):
        if value := owner.attribute(name):
            owner.left(owner.named(name), value, "It is not run here.", "Map variables one by one.")


def passed(owner: Owner) -> str:
    """Map variables to and from the called process; return whether all of them go both ways."""
    everything = False
    for name, way in (("in", "input"), ("out", "output")):
        for mapping in owner.children(name):
            what = owner.named(name)
            if mapping.get("variables") == "all":
                everything = True
                new = "all variables, both ways"
                owner.became(what, "variables: all", new)
            elif key := mapping.get("businessKey"):
                owner.left(
                    what,
                    f"businessKey: {key}",
                    "A called process has the key of its caller.",
                    "Give what it needs to know as a variable.",
                )
            else:
                move(owner, what, way, mapping)
    return "true" if everything else ""


def move(owner: Owner, what: str, way: str, mapping: etree._Element) -> None:
    target, source = mapping.get("target") or "", mapping.get("source")
    text = f"${{{source}}}" if source else mapping.get("sourceExpression") or ""
    found = owner.feel(what, text)
    if found is not None:
        shared.mapped(owner, way, what, target, found, f"{source or text} to {target}")
