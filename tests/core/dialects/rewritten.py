"""Files of other tools, rewritten, and what tests ask about them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from processes.core.bpmn.dialects import DIALECTS, Taken, with_our_prefix
from processes.core.bpmn.xml import BPMN, PLACET, load

FILES = Path(__file__).parent / "files"
NAMESPACES = (
    f'xmlns="{BPMN}" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
)


@dataclass(frozen=True)
class Rewritten:
    root: etree._Element
    report: tuple[Taken, ...]

    def element(self, id_: str) -> etree._Element:
        [found] = [element for element in self.root.iter(etree.Element) if element.get("id") == id_]
        return found

    def said(self, id_: str, kind: str) -> list[dict[str, str]]:
        """Return the attributes of our elements of one kind on the element."""
        path = f"{{{BPMN}}}extensionElements/{{{PLACET}}}{kind}"
        return [dict(part.items()) for part in self.element(id_).iterfind(path)]

    def text(self, id_: str, kind: str) -> str:
        path = f"{{{BPMN}}}extensionElements/{{{PLACET}}}{kind}"
        return self.element(id_).findtext(path) or ""

    def inner(self, id_: str, kind: str) -> str:
        """Return the text of a standard element within the element, at any depth."""
        [found] = self.element(id_).iter(f"{{{BPMN}}}{kind}")
        return found.text or ""

    def result_variable(self, id_: str) -> str | None:
        return self.element(id_).get(f"{{{PLACET}}}resultVariable")

    def told(self, id_: str, what: str = "") -> list[Taken]:
        return [taken for taken in self.report if taken.element == id_ and what in taken.what]

    def standing(self, id_: str, what: str) -> str:
        [found] = self.told(id_, what)
        return found.standing


def rewritten(dialect: str, source: bytes) -> Rewritten:
    root = with_our_prefix(load(source))
    return Rewritten(root, DIALECTS[dialect](root))


def of_file(dialect: str, name: str) -> Rewritten:
    return rewritten(dialect, (FILES / name).read_bytes())


def process(dialect: str) -> Callable[..., Rewritten]:
    """Return a function that rewrites a process made of these elements."""

    def make(*elements: str) -> Rewritten:
        body = "".join(elements)
        source = (
            f'<definitions {NAMESPACES} id="d" targetNamespace="urn:t">'
            f'<process id="p" isExecutable="true">{body}</process></definitions>'
        )
        return rewritten(dialect, source.encode())

    return make
