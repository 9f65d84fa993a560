"""A file of another tool on its way to one that runs here.

The rewriting adds `placet:` elements beside the foreign ones, which stay as they are, and puts FEEL
in the place of expressions of other languages. What the file already says in `placet:` elements
wins: importing a file twice changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from processes.core.bpmn import words
from processes.core.bpmn.dialects.juel import Translation
from processes.core.bpmn.dialects.report import NotTranslated, Standing, Taken
from processes.core.bpmn.draft import id_of, name_of
from processes.core.bpmn.extension import ELEMENTS
from processes.core.bpmn.xml import BPMN, PLACET, shorten

MAX_SHOWN = 200
# Our elements that an activity may have several times.
MANY = frozenset(
    {kind for kind, shape in ELEMENTS.items() if shape.many}
    | {"input", "output", "assign", "errorMapping"}
)


@dataclass(slots=True)
class Rewriting:
    """The whole file: whose words are read, how its expressions are translated, and the report.

    ``prefixes`` are the prefixes for the report by namespace. ``names`` tells what FEEL calls a
    variable that has another name there.
    """

    root: etree._Element
    prefixes: Mapping[str, str]
    translate: Callable[[str, Mapping[str, str]], Translation]
    names: dict[str, str] = field(default_factory=dict)
    report: list[Taken] = field(default_factory=list)
    _by_id: dict[str, etree._Element] = field(default_factory=dict)

    def with_id(self, id_: str) -> etree._Element | None:
        """Return the element with this id, foreign ones among them."""
        if not self._by_id:
            for element in self.root.iter(etree.Element):
                self._by_id.setdefault(element.get("id") or "", element)
        return self._by_id.get(id_) if id_ else None


@dataclass(slots=True)
class Owner:
    """A BPMN element with what another tool says on it. What is read counts as answered for.

    ``about`` is the step that the report names, where the element is only a part of it.
    """

    file: Rewriting
    element: etree._Element
    about: etree._Element | None = None
    _read: set[str] = field(default_factory=set)
    _present: frozenset[str] | None = None

    @property
    def kind(self) -> str:
        return etree.QName(self.element).localname

    @property
    def id(self) -> str:
        return id_of(self.element if self.about is None else self.about)

    @property
    def label(self) -> str:
        around = self.element if self.about is None else self.about
        return shorten(name_of(around) or self.id, 60)

    @property
    def variable(self) -> str:
        """Return the name under which the result of this step can be read in expressions."""
        said = (self.element.get(f"{{{PLACET}}}resultVariable") or "").strip()
        plain = "".join(sign if sign.isalnum() else "_" for sign in self.id) or "step"
        return said or (plain if plain.isidentifier() else f"step_{plain}")

    @property
    def around(self) -> "Owner":
        """Return the step that this part lies in; the part itself when it lies in none."""
        parent = self.element.getparent()
        return Owner(self.file, self.element if parent is None else parent)

    # --- reading ---------------------------------------------------------------------------------

    def attribute(self, name: str) -> str:
        """Return what the attribute of the other tool says; empty when it is not there."""
        for namespace in self.file.prefixes:
            value = self.element.get(f"{{{namespace}}}{name}")
            if value is not None:
                self._read.add(f"@{name}")
                return value.strip()
        return ""

    def children(self, name: str) -> list[etree._Element]:
        """Return the extension elements of the other tool with this name."""
        found = [child for child in self._foreign() if etree.QName(child).localname == name]
        if found:
            self._read.add(name)
        return found

    def child(self, name: str) -> etree._Element | None:
        return next(iter(self.children(name)), None)

    def inside(self, element: etree._Element, name: str) -> list[etree._Element]:
        """Return the foreign elements of this name directly within a foreign element."""
        return [
            child
            for namespace in self.file.prefixes
            for child in element.findall(f"{{{namespace}}}{name}")
        ]

    def standard(self, name: str) -> etree._Element | None:
        return self.element.find(f"{{{BPMN}}}{name}")

    def named(self, what: str) -> str:
        """Return the word for the report, with the prefix of the tool."""
        return f"{next(iter(self.file.prefixes.values()))}:{what}"

    # --- writing ---------------------------------------------------------------------------------

    def says(self, kind: str) -> bool:
        """Tell whether the file said this in `placet:` elements before it was asked for."""
        if self._present is None:
            self._present = frozenset(
                etree.QName(child).localname
                for holder in self._holders()
                for child in holder.iterfind(f"{{{PLACET}}}*")
            )
        return kind in self._present

    def put(self, element: str, text: str = "", /, **attributes: str) -> None:
        """Add one of our elements, unless the file had it. Empty attributes are left out."""
        kind = element
        if self.says(kind):
            return
        holder = next(self._holders(), None)
        if holder is None:
            holder = etree.Element(f"{{{BPMN}}}extensionElements")
            documented = len(self.element.findall(f"{{{BPMN}}}documentation"))
            self.element.insert(documented, holder)
        found = None if kind in MANY else holder.find(f"{{{PLACET}}}{kind}")
        part = etree.SubElement(holder, f"{{{PLACET}}}{kind}") if found is None else found
        for name, value in attributes.items():
            if value:
                part.set(name, value)
        if text:
            part.text = text

    def keep_result_in(self, name: str) -> None:
        """Name the variable of the result, unless the file did."""
        if self.element.get(f"{{{PLACET}}}resultVariable") is None:
            self.element.set(f"{{{PLACET}}}resultVariable", name)

    # --- the report ------------------------------------------------------------------------------

    def report(
        self,
        what: str,
        standing: Standing,
        *,
        old: str = "",
        new: str = "",
        sentence: str = "",
        hint: str = "",
    ) -> None:
        self.file.report.append(
            Taken(
                self.id or None,
                self.label,
                what,
                standing,
                shorten(old, MAX_SHOWN),
                shorten(new, MAX_SHOWN),
                sentence,
                hint,
            )
        )

    def became(self, what: str, old: str, new: str, sentence: str = "") -> None:
        """Report what is said here now; the same words are taken, others are a translation."""
        self.report(
            what, "taken" if old == new else "translated", old=old, new=new, sentence=sentence
        )

    def kept(self, what: str, old: str, sentence: str) -> None:
        self.report(what, "kept", old=old, sentence=sentence)

    def left(self, what: str, old: str, sentence: str, hint: str) -> None:
        self.report(what, "left", old=old, sentence=sentence, hint=hint)

    def feel(
        self, what: str, text: str, names: Mapping[str, str] | None = None
    ) -> Translation | None:
        """Return the text in FEEL, or None after reporting why it stays as it is.

        ``names`` are known here beside those of the file.
        """
        try:
            return self.file.translate(text, {**self.file.names, **(names or {})})
        except NotTranslated as problem:
            self.left(what, text, str(problem), "Write it in FEEL, for example =amount > 1000.")
            return None

    def expression(self, what: str, element: etree._Element) -> None:
        """Put FEEL in the place of the text of a standard element, such as a condition."""
        old = "".join(str(part) for part in element.itertext()).strip()
        found = self.feel(what, old)
        if found is None:
            return
        new = found.marked
        if new != old:
            for child in list(element):
                element.remove(child)
            element.text = new
        self.became(what, old, new, " ".join(found.remarks))

    def rest(self, kept: Mapping[str, str]) -> None:
        """Report everything that nobody read: harmless words, and those that are not known."""
        for name in self._unread():
            what = self.named(name.removeprefix("@"))
            value = self._value(name)
            if sentence := kept.get(name.removeprefix("@")):
                self.kept(what, value, sentence)
            else:
                self.left(
                    what,
                    value,
                    "Placet has nothing that means this.",
                    "Say it in placet: elements, or remove it.",
                )

    def _unread(self) -> list[str]:
        names = [
            f"@{etree.QName(str(name)).localname}"
            for name in self.element.attrib
            if etree.QName(str(name)).namespace in self.file.prefixes
        ]
        names += [etree.QName(child).localname for child in self._foreign()]
        return [name for name in dict.fromkeys(names) if name not in self._read]

    def _value(self, name: str) -> str:
        if name.startswith("@"):
            return self.attribute(name[1:])
        child = self.child(name)
        return " ".join(str(value) for value in child.attrib.values()) if child is not None else ""

    def _holders(self) -> Iterator[etree._Element]:
        return self.element.iterfind(f"{{{BPMN}}}extensionElements")

    def _foreign(self) -> Iterator[etree._Element]:
        for holder in self._holders():
            for child in holder.iterchildren(etree.Element):
                if etree.QName(child).namespace in self.file.prefixes:
                    yield child


def with_our_prefix(root: etree._Element) -> etree._Element:
    """Return the root with our namespace declared on it, so that it is declared once."""
    if PLACET in root.nsmap.values():
        return root
    prefix = "placet" if "placet" not in root.nsmap else "placet1"
    declared: dict[Any, str] = {prefix: PLACET}
    declared.update(root.nsmap)
    new = etree.Element(root.tag, nsmap=declared)
    for name, value in root.items():
        new.set(name, value)
    new.text = root.text
    new.extend(list(root))
    return new


def step_around(element: etree._Element) -> etree._Element:
    """Return the step, flow or process that an element belongs to, for the report."""
    around: etree._Element | None = element
    while around is not None:
        kind = etree.QName(around).localname
        if kind in words.FLOW_NODES or kind in ("sequenceFlow", "process", "message"):
            return around
        around = around.getparent()
    return element
