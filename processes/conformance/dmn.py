"""Run cases of the DMN Technology Compatibility Kit, laid out after its testCases.xsd.

A folder holds models and files of cases: what is given to the inputs, and what decisions must give
for it. A case passes when all of its results do. The level is the name of a folder above.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lxml import etree

from processes.conformance.report import Count, Failure
from processes.core import dmn
from processes.core.feel import FeelError
from processes.core.feel.durations import DaysTime, YearsMonths, read_duration
from processes.core.feel.functions.conversion import shown
from processes.core.feel.moment_text import read_date, read_date_time, read_time
from processes.core.feel.moments import Date, DateTime, Time
from processes.core.feel.values import Value
from processes.core.xml import Unreadable, root_of

CASES = "http://www.omg.org/spec/DMN/20160719/testcase"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
TOLERANCE = Decimal("0.00000001")
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""The clock of the cases, which is one that they cannot know."""

_MOMENTS = {
    "date": read_date,
    "time": read_time,
    "dateTime": read_date_time,
    "duration": read_duration,
}


@dataclass(slots=True)
class DmnReport:
    """What passed and failed: level 2, and level 3 by whether a case expects any value."""

    level2: Count = field(default_factory=Count)
    level3_valued: Count = field(default_factory=Count)
    level3_null: Count = field(default_factory=Count)

    @property
    def groups(self) -> list[tuple[str, Count]]:
        return [
            ("level 2", self.level2),
            ("level 3, a value", self.level3_valued),
            ("level 3, null", self.level3_null),
        ]

    @property
    def failures(self) -> list[Failure]:
        return [failure for _, count in self.groups for failure in count.failures]

    def table(self) -> list[tuple[str, ...]]:
        rows = [
            (name, f"{count.passed:,}", f"{count.failed:,}", f"{count.share:.1%}")
            for name, count in self.groups
        ]
        return [("group", "passed", "failed", "share"), *rows]

    def as_json(self) -> dict[str, object]:
        return {
            "level2": self.level2.as_json(),
            "level3_valued": {
                **self.level3_valued.as_json(),
                "share": self.level3_valued.share,
            },
            "level3_null": self.level3_null.as_json(),
            "failures": [failure.as_json() for failure in self.failures],
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What one decision must give; None stands for null and for an error."""

    name: str
    namespace: str
    expected: Value


@dataclass(frozen=True, slots=True)
class Case:
    """One case; ``invokes`` names the function that gives all of its results, if one does."""

    name: str
    inputs: tuple[tuple[str, str, Value], ...]
    results: tuple[Result, ...]
    invokes: str

    @property
    def expects_value(self) -> bool:
        return any(result.expected is not None for result in self.results)


def holds_cases(folder: Path) -> bool:
    """Tell whether there are files of cases somewhere in the folder."""
    return (folder / "testCases.xsd").is_file() or any(folder.rglob("*-test-*.xml"))


def run(folder: Path) -> DmnReport:
    """Run all cases below the folder."""
    report = DmnReport()
    for path in sorted(folder.rglob("*-test-*.xml")):
        is_level_2 = "compliance-level-2" in path.parts
        for case, failure in run_file(path):
            count = (
                report.level2
                if is_level_2
                else report.level3_valued
                if case.expects_value
                else report.level3_null
            )
            if failure is None:
                count.passed += 1
            else:
                count.failures.append(failure)
    return report


def run_file(path: Path) -> Iterator[tuple[Case, Failure | None]]:
    """Run the cases of one file on the models beside it; each comes with how it failed, if so."""
    root = root_of(path.read_bytes(), "test case")
    sources = {model.name: model.read_bytes() for model in sorted(path.parent.glob("*.dmn"))}
    namespaces = {_namespace(source): source for source in sources.values()}
    name = (root.findtext(f"{{{CASES}}}modelName") or "").strip()
    model = dmn.read(sources[name], namespaces).model if name in sources else None
    for element in root.iterfind(f"{{{CASES}}}testCase"):
        case = read_case(element)
        label = f"{path.stem} {case.name}"
        if model is None:
            yield case, Failure(label, "a model", f"{name} cannot be read", path.parent.name)
        else:
            failed = _failed(model, case)
            yield case, failed and Failure(label, *failed, path.parent.name)


def _namespace(source: bytes) -> str:
    try:
        return root_of(source, "DMN").get("namespace") or ""
    except Unreadable:
        return ""


# --- running -------------------------------------------------------------------------------------


def _failed(model: dmn.Model, case: Case) -> tuple[str, str] | None:
    """Return what was expected and what came instead, of the first result that is wrong."""
    inputs = _inputs(model, case)
    for result in case.results:
        try:
            value = _value(model, case, result, inputs)
        except (dmn.UnknownDecision, FeelError) as error:
            if result.expected is not None:
                return f"{result.name} = {shown(result.expected)}", str(error)
            continue
        if not matches(result.expected, value):
            return f"{result.name} = {shown(result.expected)}", shown(value)
    return None


def _value(model: dmn.Model, case: Case, result: Result, inputs: dict[str, Value]) -> Value:
    """Return what a decision gives, or what a decision service gives for one of its outputs."""
    if not case.invokes:
        paths = _paths(model, result.namespace) if result.namespace else []
        name = ".".join((*paths[0], result.name)) if paths else result.name
        return dmn.evaluate(model, name, inputs, now=NOW).value
    service = model.find(case.invokes)
    value = dmn.evaluate(model, case.invokes, inputs, now=NOW).value
    several = isinstance(service, dmn.DecisionService) and len(service.outputs) > 1
    if several and isinstance(value, dict) and result.name != case.invokes:
        return value.get(result.name)
    return value


def _inputs(model: dmn.Model, case: Case) -> dict[str, Value]:
    """Return what is given by name; what belongs to an imported model, under that import's name."""
    given: dict[str, Value] = {}
    for name, namespace, value in case.inputs:
        paths = _paths(model, namespace) if namespace else []
        for path in paths or [()]:
            holder = given
            for alias in path:
                inner = holder.setdefault(alias, {})
                holder = inner if isinstance(inner, dict) else {}
            holder[name] = value
    return given


def _paths(model: dmn.Model, namespace: str) -> list[tuple[str, ...]]:
    """Return the ways, by the names of imports, to the models of a namespace."""
    found: list[tuple[str, ...]] = []
    for alias, imported in model.imports.items():
        own = (alias,) if alias else ()
        if imported.namespace == namespace:
            found.append(own)
        found += [(*own, *path) for path in _paths(imported, namespace)]
    return found


def matches(expected: Value, value: Value) -> bool:
    """Tell whether the value is the expected one: numbers by eight decimals, all else exactly."""
    if isinstance(expected, Decimal) and isinstance(value, Decimal):
        return abs(expected - value) < TOLERANCE
    if type(expected) is not type(value):
        return False
    if isinstance(expected, list) and isinstance(value, list):
        return len(expected) == len(value) and all(map(matches, expected, value))
    if isinstance(expected, dict) and isinstance(value, dict):
        return expected.keys() == value.keys() and all(
            matches(part, value[key]) for key, part in expected.items()
        )
    if isinstance(expected, DateTime) and isinstance(value, DateTime):
        return expected.with_offset() == value.with_offset()
    return expected == value


# --- reading -------------------------------------------------------------------------------------


def read_case(element: etree._Element) -> Case:
    """Return what a ``testCase`` element says."""
    results = [
        Result((node.get("name") or "").strip(), node.get("namespace") or "", _expected(node))
        for node in element.iterfind(f"{{{CASES}}}resultNode")
    ]
    inputs = [
        ((node.get("name") or "").strip(), node.get("namespace") or "", read_value(node))
        for node in element.iterfind(f"{{{CASES}}}inputNode")
    ]
    invokes = element.get("type") in ("decisionService", "bkm")
    called = element.get("invocableName") if invokes else None
    return Case(element.get("id") or "", tuple(inputs), tuple(results), (called or "").strip())


def _expected(node: etree._Element) -> Value:
    expected = node.find(f"{{{CASES}}}expected")
    if expected is None or node.get("errorResult") == "true":
        return None
    return read_value(expected)


def read_value(holder: etree._Element) -> Value:
    """Return the value, list or components that an element holds."""
    components = holder.findall(f"{{{CASES}}}component")
    if components:
        return {(part.get("name") or "").strip(): read_value(part) for part in components}
    items = holder.find(f"{{{CASES}}}list")
    if items is not None:
        if items.get(f"{XSI}nil") == "true":
            return None
        return [read_value(item) for item in items.iterfind(f"{{{CASES}}}item")]
    value = holder.find(f"{{{CASES}}}value")
    if value is None or value.get(f"{XSI}nil") == "true":
        return None
    return _simple(value.text or "", (value.get(f"{XSI}type") or "").rpartition(":")[2])


def _simple(text: str, kind: str) -> Value:
    """Return the value of a text of a type of XML Schema."""
    if kind == "boolean":
        return text.strip() in ("true", "1")
    if kind in ("decimal", "double", "float", "integer", "int", "long", "short"):
        try:
            return Decimal(text.strip())
        except InvalidOperation:
            return text
    if kind in _MOMENTS:
        found: Date | Time | DateTime | DaysTime | YearsMonths | None = _MOMENTS[kind](text.strip())
        return text if found is None else found
    return text
