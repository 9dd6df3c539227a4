"""The operations of an OpenAPI document, Swagger 2.0 to OpenAPI 3.2, with what conventions ask of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.catalog.entities import mapping, sequence, text
from harness.documents import Library, Node

METHODS = ("get", "put", "post", "delete", "patch", "query", "options", "head", "trace")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        library: Follows its references.
        root: The document.
        item: The path item it stands in.
        node: The operation itself.
        method: In lower case.
        path: As written, such as `/invoices/{id}`.
    """

    library: Library
    root: Node
    item: Node
    node: Node
    method: str
    path: str

    @property
    def marks(self) -> Mapping[str, object]:
        """The members of the operation, extensions included."""
        return mapping(self.node.value)

    @property
    def name(self) -> str:
        """`operationId`, else method and path."""
        return text(self.marks.get("operationId")) or f"{self.method.upper()} {self.path}"

    @property
    def interaction(self) -> str:
        """`x-interaction`, "" where nothing is said."""
        return text(self.marks.get("x-interaction"))

    @property
    def has_old_form(self) -> bool:
        """Whether the document is Swagger 2.0."""
        return "swagger" in mapping(self.root.value)

    def parameters(self) -> Iterator[Mapping[str, object]]:
        """Yield the parameters of the operation and of its path item, references followed."""
        for holder in (self.node, self.item):
            for index, _ in enumerate(sequence(mapping(holder.value).get("parameters"))):
                yield mapping(self.library.follow(holder.child("parameters", index)).value)

    def headers(self) -> dict[str, Mapping[str, object]]:
        """Return the header parameters by name in lower case."""
        return {text(one.get("name")).lower(): one for one in self.parameters() if one.get("in") == "header"}

    def queries(self) -> frozenset[str]:
        """Return the names of the query parameters in lower case."""
        return frozenset(text(one.get("name")).lower() for one in self.parameters() if one.get("in") == "query")

    def responses(self) -> Iterator[tuple[str, Node]]:
        """Yield status and response, references followed."""
        for status in mapping(self.marks.get("responses")):
            if not status.startswith("x-"):
                yield status, self.library.follow(self.node.child("responses", status))

    def media(self, holder: Node) -> dict[str, Node | None]:
        """Return the media types of a response or request body with their schemas."""
        value = mapping(holder.value)
        if self.has_old_form:
            kinds = sequence(self.marks.get("produces")) or sequence(mapping(self.root.value).get("produces"))
            schema = holder.child("schema") if "schema" in value else None
            return {text(kind): schema for kind in kinds or ["application/json"]} if schema else {}
        content = mapping(value.get("content"))
        return {
            kind: holder.child("content", kind, "schema") if "schema" in mapping(media) else None
            for kind, media in content.items()
        }

    def bodies(self) -> Iterator[Node]:
        """Yield the schemas of the request body."""
        if "requestBody" in self.marks:
            request = self.library.follow(self.node.child("requestBody"))
            yield from (schema for schema in self.media(request).values() if schema is not None)
        for holder in (self.node, self.item):
            for index, _ in enumerate(sequence(mapping(holder.value).get("parameters"))):
                found = self.library.follow(holder.child("parameters", index))
                if mapping(found.value).get("in") == "body" and "schema" in mapping(found.value):
                    yield found.child("schema")

    def answers(self) -> Iterator[Node]:
        """Yield the schemas of what is answered on success."""
        for status, response in self.responses():
            if status.startswith("2"):
                yield from (schema for schema in self.media(response).values() if schema is not None)


def operations(library: Library, root: Node) -> Iterator[Operation]:
    """Yield every operation under `paths`; of an operation a server calls (webhooks, callbacks) nothing is asked."""
    for path in mapping(mapping(root.value).get("paths")):
        if path.startswith("x-"):
            continue
        item = library.follow(root.child("paths", path))
        for method in METHODS:
            if isinstance(mapping(item.value).get(method), dict):
                yield Operation(library, root, item, item.child(method), method, path)
