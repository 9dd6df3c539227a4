"""Which component's contract lets a field of a business object be written: by an operation's body or an event.

A schema says what it carries by `x-business-object: invoice` (properties of the same name), a property by
`x-canonical-field: invoice.tax`, or that it exists only there by `x-local`. Where a contract says nothing, a canonical
binding of the catalog says it for the payload it binds, and the path does by its name: `/invoices/{id}` takes an
invoice, of which the fields with an owner count. Read-only properties are not written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.catalog.bindings import Binding
from harness.catalog.catalog import Catalog
from harness.catalog.entities import Entity, mapping, sequence, text
from harness.catalog.messages import messages
from harness.documents import Library, Node
from harness.model import HarnessError

_METHODS = ("post", "put", "patch", "delete")
_DEEPEST = 24
_HOLDERS = ("properties", "allOf", "anyOf", "oneOf", "items", "patternProperties", "additionalProperties")
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
    found = (*_messages(library, root), *_operations(library, root))
    rows = {thing.name: thing for thing in catalog.business_objects()}
    names = {thing.ref: thing.name for thing in rows.values()}
    bound = {(one.file, one.pointer): (names.get(one.object, ""), one) for one in catalog.bindings()}
    for provider in catalog.providers_of(entity.ref):
        for one in found:
            walk = _Walk(library, bound)
            for body in one.bodies:
                walk.visit(body, one.default, "", 0)
            named = rows.get(one.named)
            if named is not None and not walk.found:  # nothing in it says what it is, so its name does
                walk = _Walk(library, {})
                for body in one.bodies:
                    walk.visit(body, named.name, "", 0)
                walk.found = [write for write in walk.found if named.fields_at(write[1])]
            if named is not None and one.patches:
                walk.found += [(named.name, row.path, one.node) for row in named.fields]
            for thing, path, carrier in dict.fromkeys(walk.found):
                yield Write(provider.ref, name, one.name, thing, path, one.event, one.node, carrier)


@dataclass(frozen=True, slots=True)
class _Found:
    """An operation or message that may write: its name, place and schemas, and what they carry if they do not say."""

    name: str
    node: Node
    bodies: tuple[Node, ...]
    default: str = ""
    named: str = ""
    event: bool = False
    patches: bool = False


def _operations(library: Library, root: Node) -> Iterator[_Found]:
    """Yield the operations that may write, every one with a body but a POST that only asks, and what webhooks tell."""
    for path in mapping(mapping(root.value).get("paths")):
        item = library.follow(root.child("paths", path))
        for node, method in _methods(item):
            operation = mapping(node.value)
            if method == "post" and operation.get("x-interaction") in _READS:
                continue
            name = text(operation.get("operationId")) or f"{method.upper()} {path}"
            bodies, patches = tuple(_bodies(library, node, operation)), _is_patch(library, node, operation)
            yield _Found(name, node, bodies, named=_thing_of(path), patches=patches)
    for hook in mapping(mapping(root.value).get("webhooks")):
        item = library.follow(root.child("webhooks", hook))
        for node, _ in _methods(item):
            yield _Found(hook, node, tuple(_bodies(library, node, mapping(node.value))), event=True)


def _methods(item: Node) -> Iterator[tuple[Node, str]]:
    value = mapping(item.value)
    for method in _METHODS:
        if isinstance(value.get(method), dict):
            yield item.child(method), method
    for method, operation in mapping(value.get("additionalOperations")).items():  # OpenAPI 3.2
        if isinstance(operation, dict):
            yield item.child("additionalOperations", method), method.lower()


def _is_patch(library: Library, node: Node, operation: Mapping[str, object]) -> bool:
    """Whether the body names by pointer what it changes (RFC 6902): its schema says nothing of the fields."""
    if "requestBody" not in operation:
        return "application/json-patch+json" in sequence(operation.get("consumes"))
    content = mapping(mapping(library.follow(node.child("requestBody")).value).get("content"))
    return any(media.partition(";")[0].strip().lower() == "application/json-patch+json" for media in content)


def _thing_of(path: str) -> str:
    """Return the business object that a path is called after: `/v1/credit-notes/{id}` a credit-note."""
    named = [part for part in path.split("/") if part and not part.startswith("{")]
    last = named[-1].lower().replace("_", "-") if named else ""
    if last.endswith("ies"):
        return last[:-3] + "y"
    return last.removesuffix("s")


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


def _messages(library: Library, root: Node) -> Iterator[_Found]:
    """Yield the messages with what they carry; of a CloudEvent only `data` is business."""
    for name, message in messages(library, root):
        body = mapping(message.value)
        if "payload" in body:
            payload = message.child("payload")
            if "schema" in mapping(body["payload"]) and "schemaFormat" in mapping(body["payload"]):
                payload = payload.child("schema")
            bodies = tuple(_data(library, payload, 0)) or (payload,)
            yield _Found(name, message, bodies, text(body.get("x-business-object")), event=True)


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
    bound: Mapping[tuple[str, str], tuple[str, Binding]]
    found: list[tuple[str, str, Node]] = field(default_factory=list)
    seen: set[tuple[str, str, str, str]] = field(default_factory=set)

    def visit(self, node: Node, thing: str, prefix: str, depth: int) -> None:
        """Take in the schema at `node`, whose properties are fields of `thing` below `prefix`."""
        schema = self.library.follow(node)
        beside = mapping(node.value)
        if "$ref" in beside and any(key in beside for key in _HOLDERS):
            self._members(node, beside, thing, prefix, depth)
        value = mapping(schema.value)
        thing = text(value.get("x-business-object")) or text(beside.get("x-business-object")) or thing
        key = (schema.document.path, schema.pointer, thing, prefix)
        if key in self.seen or depth > _DEEPEST or value.get("readOnly") is True:
            return
        self.seen.add(key)
        binding = self.bound.get((schema.document.path, schema.pointer))
        if binding is not None and not thing:
            self._bound(schema, *binding)
        else:
            self._members(schema, value, thing, prefix, depth)

    def _members(self, schema: Node, value: Mapping[str, object], thing: str, prefix: str, depth: int) -> None:
        for keyword in ("allOf", "anyOf", "oneOf", "prefixItems"):
            for index, _ in enumerate(sequence(value.get(keyword))):
                self.visit(schema.child(keyword, index), thing, prefix, depth + 1)
        for keyword in ("items", "additionalProperties", "unevaluatedProperties", "then", "else"):
            if mapping(value.get(keyword)):
                self.visit(schema.child(keyword), thing, prefix, depth + 1)
        for keyword in ("patternProperties", "dependentSchemas"):
            for name in mapping(value.get(keyword)):
                self.visit(schema.child(keyword, name), thing, prefix, depth + 1)
        for name in mapping(value.get("properties")):
            self._property(schema.child("properties", name), name, thing, prefix, depth)

    def _bound(self, schema: Node, thing: str, binding: Binding) -> None:
        """Take in a payload that says nothing itself, by what the catalog binds it to."""
        rows = {source: row.to for row in binding.fields for source in row.sources}
        dropped = {one.path for one in binding.dropped}
        for name in mapping(mapping(schema.value).get("properties")):
            node = schema.child("properties", name)
            marks = {**mapping(self.library.follow(node).value), **mapping(node.value)}
            if marks.get("readOnly") is not True and name not in dropped:
                self.found.append((thing, rows.get(name, name), node))

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
