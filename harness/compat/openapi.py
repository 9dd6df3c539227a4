"""Two OpenAPI documents to changes: paths, operations, callbacks and webhooks paired, everything below compared.

Source: content models, section 5. Paths are paired by their shape, because the names of path parameters mean
nothing; callbacks and webhooks swap direction, because the provider sends their requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from harness.compat.change_log import SHARED, finish
from harness.compat.drafts import Draft
from harness.compat.keywords import LATEST
from harness.compat.lifecycle import lifecycle_changes, may_go
from harness.compat.openapi_bodies import body_changes, response_changes
from harness.compat.openapi_dynamic import dynamic_changes
from harness.compat.openapi_parameters import parameter_changes
from harness.compat.openapi_reading import PathItem, Reader
from harness.compat.openapi_security import security_changes
from harness.compat.proof import FINE, RULED_OUT
from harness.compat.renames import join_renames
from harness.compat.schemas import Found, SchemaComparison
from harness.compat.sides import Sides
from harness.compat.versions import canonical
from harness.documents import Library, Node
from harness.model import JSON, Change, ContentModel, Direction, Level

_TEMPLATE = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class OperationPair:
    """One operation in both versions.

    Attributes:
        name: What people call it: `GET /invoices/{id}`.
        items: The path items, old and new.
        nodes: The operation objects, old and new.
        templates: The paths as written, old and new.
        direction: Which way the request flows.
    """

    name: str
    items: tuple[PathItem, PathItem]
    nodes: tuple[Node, Node]
    direction: Direction


class OpenApiComparison:
    """One comparison under way."""

    def __init__(self, old: Node, new: Node, sides: Sides) -> None:
        self.sides = sides
        self.readers = Reader(old, sides.old), Reader(new, sides.new)
        for views in (sides.old_views, sides.new_views):
            views.shaper.null_is_a_value = all(reader.dialect == LATEST for reader in self.readers)
        sides.start(old, new)
        self.schemas = SchemaComparison(sides)
        self.found: list[Found] = []
        self._schemes_differ = canonical(self._security_text(0)) != canonical(self._security_text(1))

    def _security_text(self, index: int) -> JSON:
        reader = self.readers[index]
        schemes = {name: node.value for name, node in reader.security_schemes().items()}
        return [schemes, reader.value.get("security")]

    def run(self) -> tuple[Change, ...]:
        """Return every change."""
        self._items(self.readers[0].paths(), self.readers[1].paths(), "", Direction.RECEIVED)
        self._webhooks()
        self._servers()
        self._info()
        self.found.extend(Found(draft, ()) for draft in dynamic_changes(self.readers[0].root, self.readers[1].root))
        return finish(join_renames([*self.found, *self.schemas.drafts()], self.sides), self.sides)

    def add(self, drafts: Iterator[Draft], carrier: str) -> None:
        """Keep drafts of an element that `carrier` reaches."""
        for draft in drafts:
            shared = draft.shared or (SHARED if self._stands_outside(draft) else "")
            self.found.append(Found(replace(draft, carriers=(carrier,), shared=shared), (carrier,)))

    def _stands_outside(self, draft: Draft) -> bool:
        """Whether what changed is written outside of the operation: a component, its path, the document's default."""
        places = (draft.old, self.readers[0]), (draft.new, self.readers[1])
        return all(node is None or _outside(node, reader.root) for node, reader in places)

    def _items(self, old: dict[str, PathItem], new: dict[str, PathItem], prefix: str, direction: Direction) -> None:
        pairs, gone, come = pair_paths(old, new)
        for before, after in pairs:
            for method in sorted(before.operations.keys() | after.operations.keys()):
                name = f"{prefix}{method.upper()} {after.template}"
                first, second = before.operations.get(method), after.operations.get(method)
                if first is None and second is not None:
                    self._added(second, name)
                elif first is not None and second is None:
                    self._removed(first, f"{prefix}{method.upper()} {before.template}")
                elif first is not None and second is not None:
                    self._operation(OperationPair(name, (before, after), (first, second), direction))
        for item in gone:
            for method, node in sorted(item.operations.items()):
                self._removed(node, f"{prefix}{method.upper()} {item.template}")
        for item in come:
            for method, node in sorted(item.operations.items()):
                self._added(node, f"{prefix}{method.upper()} {item.template}")

    def _removed(self, node: Node, name: str) -> None:
        free, unreadable = may_go(node.value if isinstance(node.value, dict) else {}, self.sides.as_of)
        title = f"{name} removed" + (" though its sunset date cannot be read" if unreadable else "")
        draft = Draft("operation-removed", node, None, None, FINE if free else RULED_OUT, subject=name, title=title)
        self.add(iter([draft]), name)

    def _added(self, node: Node, name: str) -> None:
        draft = Draft("operation-added", None, node, None, FINE, subject=name, title=f"{name} added")
        self.add(iter([draft]), name)

    def _operation(self, pair: OperationPair) -> None:
        if pair.direction is Direction.RECEIVED:
            drafts = security_changes(self.readers, pair, rootwise=self._schemes_differ)
            self.add(drafts, pair.name)
        if self._same(pair):
            return
        old, new = pair.nodes
        if old.value != new.value:
            self.add(lifecycle_changes(old, new, pair.name, "operation"), pair.name)
            self.add(_words(old, new, pair.name), pair.name)
        self._own_servers(pair)
        parameter_changes(self, pair)
        body_changes(self, pair)
        response_changes(self, pair)
        self._callbacks(pair)

    def _same(self, pair: OperationPair) -> bool:
        """Whether nothing of the operation changed, the parameters of its path included."""
        same = self.sides.sameness.same
        if not same(*pair.nodes):
            return False
        if _TEMPLATE.sub("{}", pair.items[0].template) != _TEMPLATE.sub("{}", pair.items[1].template):
            return False
        if any(isinstance(item.node.value, dict) and "servers" in item.node.value for item in pair.items):
            return False
        shared = [item.node.value.get("parameters") for item in pair.items if isinstance(item.node.value, dict)]
        if shared == [None, None]:
            return True
        return len(shared) == 2 and None not in shared and same(*(item.node.child("parameters") for item in pair.items))

    def _callbacks(self, pair: OperationPair) -> None:
        old, new = (reader.callbacks(node) for reader, node in zip(self.readers, pair.nodes, strict=True))
        self._called_back(old, new, f"{pair.name} callback ", "callback", pair.direction.opposite)

    def _webhooks(self) -> None:
        old, new = (reader.paths("webhooks") for reader in self.readers)
        self._called_back(old, new, "webhook ", "webhook", Direction.SENT)

    def _called_back(
        self, old: dict[str, PathItem], new: dict[str, PathItem], prefix: str, kind: str, direction: Direction
    ) -> None:
        """Compare what the provider calls: the request is sent, the answer received."""
        for name in sorted(old.keys() | new.keys()):
            title = f"{prefix}{name}"
            if name not in new:
                draft = Draft(f"{kind}-removed", old[name].node, None, None, RULED_OUT, subject=title)
                self.add(iter([replace(draft, title=f"{title} removed")]), title)
            elif name not in old:
                draft = Draft(f"{kind}-added", None, new[name].node, None, FINE, subject=title, title=f"{title} added")
                self.add(iter([draft]), title)
            else:
                self._items(
                    {name: replace(old[name], template=name)},
                    {name: replace(new[name], template=name)},
                    prefix,
                    direction,
                )

    def _servers(self) -> None:
        old, new = (reader.servers() for reader in self.readers)
        self._addresses(old, new, "servers", "")

    def _own_servers(self, pair: OperationPair) -> None:
        """Compare the servers that an operation has for itself, or with its path."""
        old, new = (
            reader.servers_of(node) or reader.servers_of(item.node)
            for reader, node, item in zip(self.readers, pair.nodes, pair.items, strict=True)
        )
        if old or new:
            self._addresses(
                old or self.readers[0].servers(), new or self.readers[1].servers(), pair.name, f"{pair.name} "
            )

    def _addresses(self, old: dict[str, Node], new: dict[str, Node], carrier: str, prefix: str) -> None:
        for address in sorted(old.keys() - new.keys()):
            draft = Draft("server-removed", old[address], None, None, FINE, Level.WARNING, before=address)
            title = f"{prefix}server {address or '/'} removed"
            self.add(iter([replace(draft, subject=prefix + (address or "/"), title=title)]), carrier)
        for address in sorted(new.keys() - old.keys()):
            draft = Draft("server-added", None, new[address], None, FINE, after=address)
            title = f"{prefix}server {address or '/'} added"
            self.add(iter([replace(draft, subject=prefix + (address or "/"), title=title)]), carrier)

    def _info(self) -> None:
        values = [reader.value.get("info") for reader in self.readers]
        texts = [
            canonical(
                {key: item for key, item in value.items() if key != "version"} if isinstance(value, dict) else None
            )
            for value in values
        ]
        if texts[0] != texts[1]:
            nodes = [reader.root.child("info") if "info" in reader.value else reader.root for reader in self.readers]
            draft = Draft("text-changed", nodes[0], nodes[1], subject="info", title="info is described differently")
            self.found.append(Found(draft, ()))


def _outside(node: Node, root: Node) -> bool:
    """Whether a place belongs to no single operation."""
    tokens = node.pointer.split("/")
    if node.document.path != root.document.path or len(tokens) < 2 or tokens[1] not in ("paths", "webhooks"):
        return True
    return len(tokens) > 3 and tokens[3] == "parameters"


def pair_paths(
    old: dict[str, PathItem], new: dict[str, PathItem]
) -> tuple[list[tuple[PathItem, PathItem]], list[PathItem], list[PathItem]]:
    """Pair paths by their text, then by their shape: parameters are named by their place."""
    pairs = [(old[name], new[name]) for name in old if name in new]
    gone = [old[name] for name in old if name not in new]
    shapes = {_TEMPLATE.sub("{}", name): new[name] for name in new if name not in old}
    left = []
    for item in gone:
        partner = shapes.pop(_TEMPLATE.sub("{}", item.template), None)
        if partner is None:
            left.append(item)
        else:
            pairs.append((item, partner))
    return pairs, left, list(shapes.values())


def _words(old: Node, new: Node, name: str) -> Iterator[Draft]:
    """Yield changes of an operation that only people and tools read."""
    before, after = (node.value if isinstance(node.value, dict) else {} for node in (old, new))
    for rule, keys, verb in (
        ("operation-id-changed", ("operationId",), "has another operationId"),
        ("tags-changed", ("tags",), "has other tags"),
        ("text-changed", ("summary", "description", "externalDocs"), "is described differently"),
    ):
        parts = [[value.get(key) for key in keys] for value in (before, after)]
        if parts[0] != parts[1]:
            was, now = (part[0] if len(keys) == 1 else None for part in parts)
            yield Draft(rule, old, new, None, FINE, None, name, was, now, title=f"{name} {verb}")


def compare_openapi(
    old: Node,
    new: Node,
    old_library: Library,
    new_library: Library,
    model: ContentModel,
    as_of: date | None,
) -> tuple[Change, ...]:
    """Return every change between two OpenAPI documents, sorted.

    Raises:
        UnreadableError: A document is no OpenAPI, or refers to nothing.
    """
    comparison = OpenApiComparison(old, new, Sides.of(old_library, new_library, model, as_of))
    if _identical(old, new, old_library, new_library):
        return ()
    return comparison.run()


def _identical(old: Node, new: Node, old_library: Library, new_library: Library) -> bool:
    """Whether both versions are the same bytes, the files they refer to included."""
    if old.document.digest != new.document.digest or old.pointer != new.pointer:
        return False
    return old_library.digest(old.document.path) == new_library.digest(new.document.path)
