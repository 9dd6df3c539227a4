"""Which component's contract lets a field of a business object be written: by an operation's body or an event.

A schema says what it carries by `x-business-object: invoice` (properties of the same name), a property by
`x-canonical-field: invoice.tax`, or that it exists only there by `x-local`. Read-only properties are not written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.catalog.catalog import Catalog
from harness.catalog.entities import Entity, mapping, sequence, text
from harness.documents import Library, Node
from harness.model import HarnessError

_METHODS = ("post", "put", "patch", "delete")
_DEEPEST = 24
_READS = frozenset({"validate", "reconcile"})


@dataclass(frozen=True, slots=True)
class Write:
    """One field that one operation or message may set.

    Attributes:
        component: Reference of the component that provides the contract, so the one whose record changes.
        contract: Name of the contract.
        operation: `operationId`, else method and path; the name of the message for an event.
        object: Name of the business object.
        path: Field of it.
        event: Whether it is sent as an event rather than accepted as a request.
        node: The operation or message.
        property: The property that carries the field.
    """

    component: str
    contract: str
    operation: str
    object: str
    path: str
    event: bool
    node: Node
    property: Node


def writes(catalog: Catalog, library: Library) -> Iterator[Write]:
    """Yield every field that a contract of the catalog lets somebody write, by contract.

    A contract that cannot be read yields nothing: that it is unreadable is told where contracts are read.
    """
    for name in catalog.contracts():
        entity = catalog.api_for_contract(name)
        path = entity.text_path("definition") if entity else ""
        if entity is None or not path:
            continue
        try:
            yield from _of_contract(catalog, library, entity, name, library.node(path))
        except HarnessError:
            continue


def _of_contract(catalog: Catalog, library: Library, entity: Entity, name: str, root: Node) -> Iterator[Write]:
    document = mapping(root.value)
    messages = "asyncapi" in document
    found = _messages(library, root) if messages else _operations(library, root)
    for provider in catalog.providers_of(entity.ref):
        for operation, node, bodies, default in found:
            walk = _Walk(library)
            for body in bodies:
                walk.visit(body, default, "", 0)
            for thing, path, carrier in walk.found:
                yield Write(provider.ref, name, operation, thing, path, messages, node, carrier)


_Found = tuple[str, Node, list[Node], str]


def _operations(library: Library, root: Node) -> list[_Found]:
    """Return the operations that may write: every one with a body, but a POST that only asks (`validate`)."""
    found: list[_Found] = []
    for path, item in mapping(mapping(root.value).get("paths")).items():
        for method in _METHODS:
            operation = mapping(mapping(item).get(method))
            if not operation or (method == "post" and operation.get("x-interaction") in _READS):
                continue
            node = root.child("paths", path, method)
            name = text(operation.get("operationId")) or f"{method.upper()} {path}"
            found.append((name, node, _bodies(library, node, operation), ""))
    return found


def _bodies(library: Library, node: Node, operation: Mapping[str, object]) -> list[Node]:
    """Return the schemas of a request: OpenAPI 3 `requestBody`, or the `body` parameter of Swagger 2."""
    bodies = []
    if "requestBody" in operation:
        request = library.follow(node.child("requestBody"))
        for media, content in mapping(mapping(request.value).get("content")).items():
            if "schema" in mapping(content):
                bodies.append(request.child("content", media, "schema"))
    for index, _ in enumerate(sequence(operation.get("parameters"))):
        parameter = library.follow(node.child("parameters", str(index)))
        if mapping(parameter.value).get("in") == "body" and "schema" in mapping(parameter.value):
            bodies.append(parameter.child("schema"))
    return bodies


def _messages(library: Library, root: Node) -> list[_Found]:
    """Return the messages with what they carry; of a CloudEvent only `data` is business."""
    found: list[_Found] = []
    for key in mapping(mapping(mapping(root.value).get("components")).get("messages")):
        message = library.follow(root.child("components", "messages", key))
        body = mapping(message.value)
        if "payload" in body:
            payload = message.child("payload")
            bodies = list(_data(library, payload, 0)) or [payload]
            default = text(body.get("x-business-object"))
            found.append((text(body.get("name")) or key, message, bodies, default))
    return found


def _data(library: Library, node: Node, depth: int) -> Iterator[Node]:
    followed = library.follow(node)
    value = mapping(followed.value)
    if "data" in mapping(value.get("properties")):
        yield followed.child("properties", "data")
    for index, _ in enumerate(sequence(value.get("allOf"))):
        if depth < _DEEPEST:
            yield from _data(library, followed.child("allOf", str(index)), depth + 1)


@dataclass(slots=True)
class _Walk:
    """Collects the business fields below a schema; each schema is visited once for each object and place."""

    library: Library
    found: list[tuple[str, str, Node]] = field(default_factory=list)
    seen: set[tuple[str, str, str, str]] = field(default_factory=set)

    def visit(self, node: Node, thing: str, prefix: str, depth: int) -> None:
        """Take in the schema at `node`, whose properties are fields of `thing` below `prefix`."""
        schema = self.library.follow(node)
        value = mapping(schema.value)
        thing = text(value.get("x-business-object")) or thing
        key = (schema.document.path, schema.pointer, thing, prefix)
        if key in self.seen or depth > _DEEPEST or value.get("readOnly") is True:
            return
        self.seen.add(key)
        for keyword in ("allOf", "anyOf", "oneOf"):
            for index, _ in enumerate(sequence(value.get(keyword))):
                self.visit(schema.child(keyword, str(index)), thing, prefix, depth + 1)
        for keyword in ("items", "additionalProperties"):
            if mapping(value.get(keyword)):
                self.visit(schema.child(keyword), thing, prefix, depth + 1)
        for name in mapping(value.get("properties")):
            self._property(schema.child("properties", name), name, thing, prefix, depth)

    def _property(self, node: Node, name: str, thing: str, prefix: str, depth: int) -> None:
        target = self.library.follow(node)
        marks = {**mapping(target.value), **mapping(node.value)}
        if marks.get("readOnly") is True or "x-local" in marks:
            return
        canonical = text(marks.get("x-canonical-field"))
        if canonical:
            owner, _, path = canonical.partition(".")
            self.found.append((owner, path, node))
        elif "x-business-object" in marks or not thing:
            self.visit(node, thing, prefix, depth + 1)  # a whole object of its own, or an unmarked wrapper
        else:
            self.found.append((thing, prefix + name, node))
