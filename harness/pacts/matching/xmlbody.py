"""Match an XML body against an example; the parser knows no document types, no entities and no outside.

A place in XML is written in more than one way (`$.people.person`, `$.people[0]`, `$.people[*].person`): a matcher
applies if any of them fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from harness.pacts.matching.matchers import apply_rules, shown
from harness.pacts.matching.paths import STAR, STAR_INDEX, Token, fits
from harness.pacts.matching.rules import Rules
from harness.pacts.matching.values import Mismatch, RuleList

DEEPEST: Final = 100
LONGEST: Final = 5_000_000
Step = tuple[str, int]
"""Local name of an element and its place among the children of its parent."""


class UnreadableXmlError(ValueError):
    """A text that is no XML we read, with the reason."""


@dataclass(slots=True)
class Element:
    """One element: qualified name (`namespace name` or `name`), attributes, children and own text."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    @property
    def local(self) -> str:
        """The name without namespace."""
        return self.name.rpartition(" ")[2]


def read_xml(text: str) -> Element:
    """Return the root element.

    Raises:
        UnreadableXmlError: No well-formed XML, a document type, or more than we read.
    """
    if len(text) > LONGEST:
        raise UnreadableXmlError("more XML than is read here")
    parser = expat.ParserCreate(namespace_separator=" ")
    root: list[Element] = []
    stack: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        element = Element(name, attributes)
        if len(stack) >= DEEPEST:
            raise UnreadableXmlError("XML nested too deeply")
        (stack[-1].children if stack else root).append(element)
        stack.append(element)

    def data(characters: str) -> None:
        if stack:
            stack[-1].text += characters

    def refuse(*_: object) -> None:
        raise UnreadableXmlError("XML with a document type is not read")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: stack.pop()
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass") if not text.startswith("<?xml") else _recoded(text), True)  # noqa: FBT003  (expat's signature)
    except expat.ExpatError as problem:
        raise UnreadableXmlError(f"no well-formed XML: {problem}") from None
    except ValueError as problem:
        raise UnreadableXmlError(str(problem)) from None
    return root[0]


def _recoded(text: str) -> bytes:
    """Return UTF-8 without the XML declaration, which may name the encoding the text once had."""
    end = text.find("?>")
    return (text if end == -1 else text[end + 2 :]).encode("utf-8", "surrogatepass")


class XmlMatcher:
    """Compares one pair of elements; `strict` as for JSON."""

    def __init__(self, rules: Rules, *, strict: bool) -> None:
        """Take the rules of the body."""
        self.rules = rules
        self.strict = strict

    def compare(self, expected: Element, actual: Element, steps: tuple[Step, ...] = ()) -> Iterator[Mismatch]:
        """Yield what is wrong at and below an element."""
        path = steps or ((expected.local, 0),)
        if expected.name != actual.name:
            yield self._wrong(path, f"expected the element {expected.name} but got {actual.name}")
            return
        yield from self._attributes(expected, actual, path)
        yield from self._children(expected, actual, path)
        yield from self._text(expected, actual, path)

    def _wrong(self, steps: Sequence[Step], message: str, last: str = "", *, certain: bool = True) -> Mismatch:
        place = "$" + "".join(f".{name}" for name, _ in steps) + (f"['{last}']" if last else "")
        return Mismatch("body", place, message, certain)

    def _attributes(self, expected: Element, actual: Element, path: tuple[Step, ...]) -> Iterator[Mismatch]:
        missing = [name for name in expected.attributes if name not in actual.attributes]
        unexpected = [name for name in actual.attributes if name not in expected.attributes]
        if missing:
            yield self._wrong(path, f"missing attributes: {', '.join(missing)}")
        if unexpected and self.strict:
            yield self._wrong(path, f"attributes not expected: {', '.join(unexpected)}")
        for name, value in expected.attributes.items():
            if name in actual.attributes:
                yield from self._value(value, actual.attributes[name], path, f"@{name.rpartition(' ')[2]}")

    def _text(self, expected: Element, actual: Element, path: tuple[Step, ...]) -> Iterator[Mismatch]:
        yield from self._value(expected.text.strip(), actual.text.strip(), path, "#text")

    def _value(self, expected: str, actual: str, path: tuple[Step, ...], last: str) -> Iterator[Mismatch]:
        rules = self._rules(path, last)
        if rules is None:
            if expected != actual:
                yield self._wrong(path, f"expected {shown(expected)} but got {shown(actual)}", last)
            return
        answer, message = apply_rules(rules, expected, actual, as_text=True)
        if not answer:
            yield self._wrong(path, message, last, certain=answer is False)

    def _children(self, expected: Element, actual: Element, path: tuple[Step, ...]) -> Iterator[Mismatch]:
        own = self._rules(path)
        if own is not None and not own.cascaded:
            yield from self._size(own, actual, path)
        groups = list(dict.fromkeys(child.name for child in expected.children))
        for name in groups:
            wanted = [child for child in expected.children if child.name == name]
            found = [child for child in actual.children if child.name == name]
            yield from self._group(wanted, found, actual, path)
        if self.strict:
            for child in actual.children:
                if child.name not in groups:
                    yield self._wrong(path, f"the element {child.local} is not expected")

    def _size(self, rules: RuleList, actual: Element, path: tuple[Step, ...]) -> Iterator[Mismatch]:
        for rule in rules.rules:
            least, most, size = rule.parameters.get("min"), rule.parameters.get("max"), len(actual.children)
            if isinstance(least, int) and size < least:
                yield self._wrong(path, f"expected at least {least} element(s) but got {size}")
            if isinstance(most, int) and size > most:
                yield self._wrong(path, f"expected at most {most} element(s) but got {size}")

    def _group(
        self, wanted: list[Element], found: list[Element], parent: Element, path: tuple[Step, ...]
    ) -> Iterator[Mismatch]:
        """Compare the children of one name: all with the first example where a matcher says so, else in order."""
        local = wanted[0].local
        if not found:
            yield self._wrong(path, f"the element {local} is missing")
            return
        repeated = self._rules((*path, (local, 0))) is not None
        for index, element in enumerate(found):
            if index >= len(wanted) and not repeated:
                if self.strict:
                    yield self._wrong(path, f"expected {len(wanted)} element(s) {local} but got {len(found)}")
                break
            example = wanted[index] if index < len(wanted) else wanted[0]
            place = next(i for i, child in enumerate(parent.children) if child is element)
            yield from self.compare(example, element, (*path, (local, place)))
        if len(found) < len(wanted) and not repeated:
            yield self._wrong(path, f"expected {len(wanted)} element(s) {local} but got {len(found)}")

    def _rules(self, steps: tuple[Step, ...], last: str = "") -> RuleList | None:
        """Return the matchers of an element, attribute or text, else of its nearest parent."""
        best, most = None, 0
        for expression, rules in self.rules.entries:
            value, whole = _aligned(expression, steps, last)
            if value > most:
                best, most = RuleList(rules.rules, rules.any_of, cascaded=not whole), value
        return best


def _aligned(expression: Sequence[Token], steps: Sequence[Step], last: str) -> tuple[int, bool]:
    """Return how well an expression fits an element (0: not at all) and whether it names it rather than a parent."""
    if not expression:
        return 1, not steps
    best, whole = 0, False
    if not steps:
        own = bool(last) and len(expression) == 1 and expression[0] in {last, STAR}
        return (3, True) if own else (0, False)
    name, index = steps[0]
    head = expression[0]
    for used, quality in _spellings(expression, name, index, head):
        value, complete = _aligned(expression[used:], steps[1:], last)
        if value:
            complete = complete and not (used == len(expression) and last and len(steps) == 1)
            value = value * quality + 10
            if value > best:
                best, whole = value, complete
    return best, whole


def _spellings(expression: Sequence[Token], name: str, index: int, head: Token) -> Iterator[tuple[int, int]]:
    """Yield how many tokens may stand for one element, and how exactly: name, index, or both in either order."""
    by_name = 2 if isinstance(head, str) and (head == name or head.rpartition(":")[2] == name) else 0
    by_name = by_name or (1 if head == STAR else 0)
    by_index = fits(head, index) if head != STAR else 0
    second = expression[1] if len(expression) > 1 else None
    if by_name:
        yield 1, by_name
        if second == STAR_INDEX or (isinstance(second, int) and second == index):
            yield 2, by_name
    if by_index:
        yield 1, by_index
        if isinstance(second, str) and second == name:
            yield 2, 2
