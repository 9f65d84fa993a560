"""What Camunda 8 says about machines: workers, connectors, scripts, decisions, calls."""

from lxml import etree

from processes.core.bpmn.dialects import shared
from processes.core.bpmn.dialects.camunda8_people import field_paths
from processes.core.bpmn.dialects.feel_pieces import quoted
from processes.core.bpmn.dialects.payload import json_payload
from processes.core.bpmn.dialects.report import NotTranslated
from processes.core.bpmn.dialects.rewriting import Owner
from processes.core.bpmn.forms import unusable_name
from processes.core.bpmn.parts import split
from processes.core.feel import FeelError, compile_expression

HTTP = "io.camunda:http-json"
BINDINGS = {"latest": "latest", "deployment": "pinned"}
OF_CONNECTION = "Headers and credentials belong to the connection."


# --- services ------------------------------------------------------------------------------------


def service(owner: Owner) -> None:
    said = owner.child("taskDefinition")
    if said is None:
        return
    kind = said.get("type") or ""
    headers = headers_of(owner)
    if is_http(owner):
        connected(owner, headers)
    else:
        shared.topic(owner, owner.named("taskDefinition"), kind)
        for key, value in headers.items():
            owner.left(
                f"{owner.named('header')} {key}",
                value,
                "A job carries variables here, and no headers.",
                f"Give it as a variable: placet:input target={quoted(key)}.",
            )
    retries(owner, said.get("retries") or "", headers.get("retryBackoff") or "")


def is_http(owner: Owner) -> bool:
    said = owner.child("taskDefinition")
    return said is not None and (said.get("type") or "").startswith(HTTP)


def headers_of(owner: Owner) -> dict[str, str]:
    return {
        header.get("key") or "": header.get("value") or ""
        for holder in owner.children("taskHeaders")
        for header in owner.inside(holder, "header")
    }


def retries(owner: Owner, text: str, backoff: str) -> None:
    if not text:
        return
    what = owner.named("retries")
    count = text.removeprefix("=").strip()
    if not count.isdigit():
        owner.left(what, text, "The number of tries is fixed here.", "Write placet:retry.")
        return
    waits = {"backoff": backoff, "factor": "1"} if backoff and shared.is_span(backoff) else {}
    shared.retry(owner, what, text, int(count[:6]), **waits)


# --- the HTTP connector --------------------------------------------------------------------------


def connected(owner: Owner, headers: dict[str, str]) -> None:
    """Make a call over a named connection out of the connector's inputs."""
    what = owner.named("taskDefinition")
    inputs = {
        one.get("target") or "": one.get("source") or ""
        for mapping in owner.children("ioMapping")
        for one in owner.inside(mapping, "input")
    }
    url = owner.feel(f"{what} url", inputs.pop("url", ""))
    method = inputs.pop("method", "GET").removeprefix("=").strip(' "') or "GET"
    body = body_of(owner, f"{what} body", inputs.pop("body", ""))
    for name, value in inputs.items():
        if name == "authentication.type" and value == "noAuth":
            owner.kept(f"{what} {name}", value, OF_CONNECTION)
        elif name.startswith(("authentication", "headers")):
            owner.left(f"{what} {name}", "", OF_CONNECTION, "Set them up there.")
        elif name == "queryParameters":
            owner.left(
                f"{what} {name}", value, "They belong to the path.", "Write path?name=value."
            )
        else:
            owner.kept(f"{what} {name}", value, "The connector of Camunda is not used.")
    if url is not None and shared.http(owner, what, url, method, body):
        connector_result(owner, headers)


def body_of(owner: Owner, what: str, text: str) -> str:
    """Return what is sent, as an expression with its ``=``."""
    if not text:
        return ""
    if text.lstrip().startswith("="):
        found = owner.feel(what, text)
        return found.marked if found else ""
    try:
        return f"={json_payload(text, {})}"
    except NotTranslated as problem:
        owner.left(what, text, str(problem), "Write it in FEEL: ={id: orderId}.")
        return ""


def connector_result(owner: Owner, headers: dict[str, str]) -> None:
    """Keep the response, and set what an expression makes of it."""
    variable, expression = (
        headers.get("resultVariable") or "",
        headers.get("resultExpression") or "",
    )
    if variable and not unusable_name(variable) and not expression:
        owner.keep_result_in(variable)
        owner.became(owner.named("resultVariable"), variable, variable)
        return
    if not expression:
        return
    what = owner.named("resultExpression")
    found = entries_of(expression)
    if not found:
        owner.left(
            what,
            expression,
            "Only the entries of a written context become variables.",
            "Write ={name: response.body.value}.",
        )
        return
    owner.keep_result_in(owner.variable)
    for name, text in found:
        source = owner.feel(what, f"={text}", {"response": owner.variable})
        if source is not None:
            shared.mapped(owner, "output", what, name, source, f"{name}: {text}")


def entries_of(expression: str) -> list[tuple[str, str]]:
    """Return the names and expressions in a context such as ``={id: response.body.id}``."""
    body = expression.strip().removeprefix("=").strip()
    if not body.startswith("{") or not body.endswith("}"):
        return []
    entries = [entry.partition(":") for entry in split(body[1:-1])]
    return [(name.strip(' "'), text.strip()) for name, _, text in entries]


# --- variables -----------------------------------------------------------------------------------


def variables(owner: Owner) -> None:
    """Map what goes in and comes out of an activity."""
    names = field_paths(owner)
    for mapping in owner.children("ioMapping"):
        for one in owner.inside(mapping, "input"):
            if not is_http(owner):
                move(owner, "input", one, {})
        for one in owner.inside(mapping, "output"):
            move(owner, "output", one, names)


def move(owner: Owner, way: str, one: etree._Element, names: dict[str, str]) -> None:
    source, target = one.get("source") or "", one.get("target") or ""
    what = f"{owner.named(way)} {target}"
    if way == "output" and owner.child("taskDefinition") is not None:
        names = names | result_paths(owner, source)
    found = owner.feel(what, source, names)
    if found is not None:
        shared.mapped(owner, way, what, target, found, source)


def result_paths(owner: Owner, source: str) -> dict[str, str]:
    """Return where an output of a job finds what it reads: in the answer, else outside.

    In Zeebe the answer's entries lie over the variables of the process.
    """
    if not source.startswith("="):
        return {}
    try:
        read = compile_expression(source).names
    except FeelError:
        return {}
    return {
        name: f"if {owner.variable}.{name} != null then {owner.variable}.{name} else {name}"
        for name in sorted(read)
        if not unusable_name(name) and name != owner.variable
    }


# --- scripts, decisions, calls -------------------------------------------------------------------


def script(owner: Owner) -> None:
    said = owner.child("script")
    if said is None:
        if (definition := owner.child("taskDefinition")) is not None:
            owner.left(
                owner.named("taskDefinition"),
                definition.get("type") or "",
                "A script task computes expressions here.",
                "Make it a service task with placet:topic.",
            )
        return
    what, text = owner.named("script"), said.get("expression") or ""
    variable = said.get("resultVariable") or ""
    found = owner.feel(what, text)
    if found is None:
        return
    if reason := unusable_name(variable):
        owner.left(what, variable, f"The variable “{variable[:60]}” {reason}", "Rename it.")
        return
    owner.put("assign", variable=variable, value=f"={found.expression}")
    owner.became(what, text, f"{variable} = {found.expression}")


def decision(owner: Owner) -> None:
    said = owner.child("calledDecision")
    if said is None:
        service(owner)
        return
    ref, variable = said.get("decisionId") or "", said.get("resultVariable") or ""
    if not ref or ref.startswith("="):
        owner.left(
            owner.named("decisionId"),
            ref,
            "Which decision it is, is only known when it runs.",
            "Write the id of one decision into placet:decision.",
        )
        return
    owner.put("decision", ref=ref)
    owner.became(owner.named("decisionId"), ref, ref)
    if variable and not unusable_name(variable):
        owner.keep_result_in(variable)
        owner.became(owner.named("resultVariable"), variable, variable)
    if said.get("retries"):
        owner.kept(owner.named("retries"), said.get("retries") or "", "A decision is made at once.")


def call(owner: Owner) -> None:
    said = owner.child("calledElement")
    if said is None:
        return
    process = said.get("processId") or ""
    what = owner.named("calledElement")
    if not process or process.startswith("="):
        owner.left(
            what,
            process,
            "Which process it is, is only known when it runs.",
            "Call one process by its id; choose between several with a gateway.",
        )
    else:
        owner.element.set("calledElement", process)
        owner.became(what, process, process)
    binding = said.get("bindingType") or "latest"
    everything = said.get("propagateAllChildVariables") != "false"
    if binding in BINDINGS:
        owner.put("call", binding=BINDINGS[binding], propagateAll="true" if everything else "false")
    else:
        tag = said.get("versionTag") or ""
        owner.left(
            owner.named("bindingType"),
            f"{binding} {tag}".strip(),
            "Versions are known by their numbers here.",
            'Write binding="version" with a number, or binding="latest".',
        )
    if not everything and said.get("propagateAllParentVariables") != "false" and not inputs(owner):
        owner.left(
            owner.named("propagateAllParentVariables"),
            "true",
            "Here a called process gets all variables and gives all back, or neither.",
            'Name what it needs: <placet:input target="amount" source="=amount"/>.',
        )


def inputs(owner: Owner) -> bool:
    return any(owner.inside(mapping, "input") for mapping in owner.children("ioMapping"))
