"""Which business-object field a place in a contract stands for.

A schema says `x-business-object: invoice`; its properties are fields of that object by name, or by
`x-canonical-field: invoice.tax` where the names differ; `x-local: why` says a property is no field of any object.
A place inside a shared schema without a mark of its own stands for every field that refers to the schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from harness.documents import Library, Node
from harness.model import JSON, HarnessError, Location, join, split

_DEEPEST_USE = 4
_OPERATION_TOKENS = 3


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One field of one business object.

    Attributes:
        object: Name as contracts write it, such as `invoice`.
        field: Dotted path, "" for the whole object.
        financial: Whether the contract itself says `x-classification: financial` there.
    """

    object: str
    field: str
    financial: bool = False


def marks_at(library: Library, root: Node, place: Location, names: tuple[str, ...] = ()) -> tuple[Mark, ...]:
    """Return the fields that a changed place stands for, sorted; none where no mark leads to it.

    Args:
        library: Reads the files that `root` refers to.
        root: The whole contract.
        place: The changed node.
        names: Property names by which a changed `required` differs: the change is about those fields only.
    """
    try:
        document = library.node(place.file, "") if place.file else root
    except HarnessError:
        return ()
    tokens = split(place.pointer)
    if tokens[:1] == ["paths"] and len(tokens) <= _OPERATION_TOKENS:
        return tuple(sorted(set(_of_operation(library, document, place.pointer))))
    found = set(_chain(document.value, tokens))
    if not found:
        found = set(_through_references(library, root, document.document.path, place.pointer))
    if "required" in tokens[-2:] and names:
        found = {_below(mark, name) for mark in found for name in names}
    return tuple(sorted(found))


def _below(mark: Mark, name: str) -> Mark:
    return Mark(mark.object, f"{mark.field}.{name}" if mark.field else name, mark.financial)


@dataclass(slots=True)
class _Walk:
    """Where a walk from the root of a document to a place stands."""

    object: str = ""
    field: tuple[str, ...] = ()
    financial: bool = False
    message: bool = False

    def enter(self, value: dict[str, JSON], name: str | None) -> None:
        """Enter a mapping; `name` is the property it describes, if it is one."""
        if name is not None:
            self.field = (*self.field, name)
            if self.message and self.field == ("data",):
                self.field = ()  # the envelope of a CloudEvent is no field of the object
        canonical, whole = value.get("x-canonical-field"), value.get("x-business-object")
        if isinstance(canonical, str) and canonical:
            self.object, *path = canonical.split(".")
            self.field = tuple(path)
        elif isinstance(whole, str) and whole:
            self.object, self.field = whole, ()
            self.message = "payload" in value
        elif "x-local" in value:
            self.object, self.field = "", ()
        self.financial = value.get("x-classification") == "financial" if name is not None else self.financial


def _chain(value: JSON, tokens: list[str]) -> Iterator[Mark]:
    """Yield the mark that the ancestors of a place give it."""
    walk = _Walk()
    for position, token in enumerate(["", *tokens]):
        if position:
            value = _step(value, token)
        if isinstance(value, dict):
            is_property = position > 1 and tokens[position - 2] == "properties"
            walk.enter(value, token if is_property else None)
    if walk.object:
        yield Mark(walk.object, ".".join(walk.field), walk.financial)


def _step(value: JSON, token: str) -> JSON:
    if isinstance(value, dict):
        return value.get(token)
    if isinstance(value, list) and token.isdecimal() and int(token) < len(value):
        return value[int(token)]
    return None


def _through_references(library: Library, root: Node, file: str, pointer: str) -> Iterator[Mark]:
    """Yield the marks of every place that refers to a schema around `pointer`, going up at most four references."""
    users = _users(library, root.document.path)
    waiting = [(file, pointer, "", _DEEPEST_USE)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        here, place, below, depth = waiting.pop()
        for target in _ancestors(place):
            inner = ".".join(part for part in (".".join(_property_names(split(place[len(target) :]))), below) if part)
            for user_file, user_pointer in users.get((here, target), ()):
                marks = tuple(_chain(library.node(user_file).value, split(user_pointer)))
                yield from (_below(mark, inner) if inner else mark for mark in marks)
                if not marks and depth > 1 and (user_file, user_pointer) not in seen:
                    seen.add((user_file, user_pointer))
                    waiting.append((user_file, user_pointer, inner, depth - 1))


def _ancestors(pointer: str) -> Iterator[str]:
    """Yield the pointer and everything above it but the whole document."""
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _property_names(tokens: list[str]) -> list[str]:
    return [token for before, token in pairwise(tokens) if before == "properties"]


@lru_cache(maxsize=16)
def _users(library: Library, path: str) -> Mapping[tuple[str, str], tuple[tuple[str, str], ...]]:
    """Return who refers to what, as (file, pointer) pairs, over every file that a contract consists of.

    Empty where no file bears a mark: then no reference could lead to one, and a large contract is not walked.
    """
    documents = [
        library.node(file) for file in sorted({path, *library.references(path)}) if _is_readable(library, file)
    ]
    if not any(word in one.document.text for one in documents for word in ("x-business-object", "x-canonical-field")):
        return {}
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for node in (each for one in documents for each in _referring(one)):
        try:
            target = library.resolve(node, str(node.value["$ref"]))  # type: ignore[index,call-overload]  # _referring saw it
        except HarnessError:
            continue
        found.setdefault((target.document.path, target.pointer), []).append((node.document.path, node.pointer))
    return {target: tuple(users) for target, users in found.items()}


def _is_readable(library: Library, path: str) -> bool:
    try:
        library.load(path)
    except HarnessError:
        return False
    return True


def _referring(top: Node) -> Iterator[Node]:
    waiting: list[tuple[str, JSON]] = [("", top.value)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield top.child(*split(pointer)) if pointer else top
            waiting.extend((join(pointer, key), item) for key, item in value.items())
        elif isinstance(value, list):
            waiting.extend((join(pointer, index), item) for index, item in enumerate(value))


def _of_operation(library: Library, document: Node, pointer: str) -> Iterator[Mark]:
    """Yield the whole objects that an operation carries."""
    value: JSON = document.value
    for token in split(pointer):
        value = _step(value, token)
    if value is None:
        return
    start = document.child(*split(pointer))
    for node in _referring(start):
        try:
            target = library.follow(node).value
        except HarnessError:
            continue
        if isinstance(target, dict) and isinstance(target.get("x-business-object"), str):
            yield Mark(str(target["x-business-object"]), "")
