"""DMN files for tests, as short as they can be."""

from xml.sax.saxutils import escape, quoteattr

from processes.core.dmn import Model, Outcome, evaluate, read

DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def file(*parts: str, namespace: str = "urn:test", version: str = DMN) -> bytes:
    return (
        f'<definitions xmlns="{version}" name="Test" namespace="{namespace}">'
        f"{''.join(parts)}</definitions>"
    ).encode()


def model(*parts: str) -> Model:
    """Return the model of a file without findings that stop it."""
    reading = read(file(*parts))
    assert reading.ok, reading.findings
    assert reading.model
    return reading.model


def value(*parts: str, of: str = "d", **inputs: object) -> object:
    """Return what the decision gives in a model of these parts, without problems."""
    outcome = evaluate(model(*parts), of, inputs)
    assert not outcome.problems
    return outcome.value


def outcome(*parts: str, of: str = "d", **inputs: object) -> Outcome:
    """Return what the decision gives, whatever was found in the file."""
    read_as = read(file(*parts)).model
    assert read_as
    return evaluate(read_as, of, inputs)


def given(name: str, kind: str = "") -> str:
    typed = f" typeRef={quoteattr(kind)}" if kind else ""
    return (
        f"<inputData id={quoteattr(name)} name={quoteattr(name)}>"
        f"<variable name={quoteattr(name)}{typed}/></inputData>"
    )


def decision(
    logic: str, *needs: str, name: str = "d", kind: str = "", knows: tuple[str, ...] = ()
) -> str:
    """Return a decision; ``needs`` are ids of inputs, or of decisions after an exclamation mark."""
    typed = f" typeRef={quoteattr(kind)}" if kind else ""
    edges = "".join(
        f"<informationRequirement><required{'Decision' if need.startswith('!') else 'Input'} "
        f"href={quoteattr(_href(need.lstrip('!')))}/></informationRequirement>"
        for need in needs
    )
    return (
        f"<decision id={quoteattr(name)} name={quoteattr(name)}>"
        f"<variable name={quoteattr(name)}{typed}/>{edges}{knowing(*knows)}{logic}</decision>"
    )


def knowing(*names: str) -> str:
    return "".join(
        f"<knowledgeRequirement><requiredKnowledge href={quoteattr(_href(name))}/>"
        "</knowledgeRequirement>"
        for name in names
    )


def _href(name: str) -> str:
    return name if "#" in name else f"#{name}"


def feel(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def knowledge(name: str, parameters: str, body: str, *knows: str) -> str:
    """Return a business knowledge model; ``parameters`` such as ``a: number, b``."""
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}"><variable name="{name}"/>'
        f"<encapsulatedLogic>{formal(parameters)}{body}</encapsulatedLogic>{knowing(*knows)}"
        "</businessKnowledgeModel>"
    )


def formal(parameters: str) -> str:
    found = ""
    for parameter in filter(None, parameters.split(", ")):
        name, _, kind = parameter.partition(": ")
        typed = f" typeRef={quoteattr(kind)}" if kind else ""
        found += f"<formalParameter name={quoteattr(name)}{typed}/>"
    return found


def context(*entries: tuple[str, str]) -> str:
    """Return a boxed context of names and expressions; an empty name is the result."""
    found = ""
    for name, logic in entries:
        variable = f"<variable name={quoteattr(name)}/>" if name else ""
        found += f"<contextEntry>{variable}{logic}</contextEntry>"
    return f"<context>{found}</context>"


def item(
    name: str, kind: str = "", *, many: bool = False, allowed: str = "", parts: str = ""
) -> str:
    """Return an item definition."""
    typed = f"<typeRef>{escape(kind)}</typeRef>" if kind else ""
    values = f"<allowedValues><text>{escape(allowed)}</text></allowedValues>" if allowed else ""
    return (
        f'<itemDefinition id="{name}" name="{name}" isCollection="{str(many).lower()}">'
        f"{typed}{values}{parts}</itemDefinition>"
    )


def part(name: str, kind: str) -> str:
    return f'<itemComponent name="{name}"><typeRef>{escape(kind)}</typeRef></itemComponent>'


def table(
    policy: str,
    inputs: list[str],
    outputs: list[str],
    *rows: tuple[list[str], list[str]],
    aggregation: str = "",
) -> str:
    """Return a decision table.

    An input is its expression, with the values it may have after ``|``. An output is its name,
    with its values after ``|`` and its default after another one.
    """
    found = f'<decisionTable hitPolicy="{policy}"'
    found += f' aggregation="{aggregation}">' if aggregation else ">"
    for column in inputs:
        text, _, values = column.partition("|")
        found += f"<input><inputExpression>{_text(text)}</inputExpression>"
        found += f"<inputValues>{_text(values)}</inputValues></input>" if values else "</input>"
    for column in outputs:
        name, values, default = [*column.split("|"), "", ""][:3]
        named = f" name={quoteattr(name)}" if name else ""
        found += f"<output{named}>"
        found += f"<outputValues>{_text(values)}</outputValues>" if values else ""
        found += f"<defaultOutputEntry>{_text(default)}</defaultOutputEntry>" if default else ""
        found += "</output>"
    for tests, values in rows:
        found += "<rule>" + "".join(f"<inputEntry>{_text(test)}</inputEntry>" for test in tests)
        found += "".join(f"<outputEntry>{_text(one)}</outputEntry>" for one in values) + "</rule>"
    return found + "</decisionTable>"


def _text(text: str) -> str:
    return f"<text>{escape(text)}</text>"
