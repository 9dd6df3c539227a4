"""OpenAPI 2.0, 3.0, 3.1 and 3.2 documents read into one set of elements; places stay those of the document.

Sources: OpenAPI 2.0, 3.0.3, 3.1.0, 3.2.0. A 2.0 document is read as the 3.x one it stands for, so an upgrade is no
change by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.compat.keywords import LATEST, OPENAPI_30, SWAGGER_20
from harness.compat.versions import Site, Version, below
from harness.documents import Node
from harness.model import JSON, UnreadableError

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that the specification tells readers to ignore (3.0.3, Parameter Object)."""


@dataclass(frozen=True, slots=True)
class Media:
    """One media type of a body: its schema, if any, and how parts of a form are encoded."""

    name: str
    node: Node
    site: Site | None
    encoding: dict[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter or a header, with effective defaults.

    Attributes:
        where: `path`, `query`, `header`, `cookie`, or `response` for a response header.
        explode: Whether items of arrays and objects are written apart.
    """

    name: str
    where: str
    node: Node
    required: bool
    site: Site | None
    style: str
    explode: bool
    media: tuple[Media, ...] = ()

    def flag(self, name: str) -> bool:
        """Return a boolean field, false where absent."""
        return isinstance(self.node.value, dict) and self.node.value.get(name) is True


@dataclass(frozen=True, slots=True)
class Body:
    """A request body."""

    node: Node
    required: bool
    media: tuple[Media, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """What an operation answers with one status, range of statuses, or by default."""

    status: str
    node: Node
    media: tuple[Media, ...]
    headers: dict[str, Parameter]


@dataclass(frozen=True, slots=True)
class PathItem:
    """The operations at one path, with the parameters they share."""

    template: str
    node: Node
    operations: dict[str, Node]


_STYLES = {"query": ("form", True), "cookie": ("form", True), "path": ("simple", False), "header": ("simple", False)}
FORM = "/(form)"
"""Pointer, below an operation of 2.0, of the form that its parameters stand for; nothing stands there."""
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_COLLECTIONS = {
    "csv": ("", False),
    "multi": ("form", True),
    "ssv": ("spaceDelimited", False),
    "pipes": ("pipeDelimited", False),
    "tsv": ("tabDelimited", False),
}


class Reader:
    """Reads the elements of one version of an OpenAPI document."""

    def __init__(self, root: Node, version: Version) -> None:
        value = root.value
        if not isinstance(value, dict) or not ("openapi" in value or "swagger" in value):
            raise UnreadableError(
                "This is not an OpenAPI document: it says neither openapi nor swagger.",
                location=root.location,
                remedy="Start it with a line such as openapi: 3.1.0.",
            )
        self.root = root
        self.value = value
        self.version = version
        spelled = str(value.get("openapi", value.get("swagger")))
        self.is_swagger = "openapi" not in value
        self.dialect = SWAGGER_20 if self.is_swagger else OPENAPI_30 if spelled.startswith("3.0") else LATEST

    def paths(self, section: str = "paths") -> dict[str, PathItem]:
        """Return every path (or webhook) with its operations, by template."""
        found: dict[str, PathItem] = {}
        for name, node in self._members(self.root, section):
            if not name.startswith("x-"):
                found[name] = self.path_item(name, node)
        return found

    def path_item(self, name: str, node: Node) -> PathItem:
        """Return one path item."""
        node = self.version.follow(node)
        operations = {method: child for method, child in self._members(node) if method in METHODS}
        operations.update(self._members(node, "additionalOperations"))
        return PathItem(name, node, operations)

    def _members(self, node: Node, *tokens: str) -> Iterator[tuple[str, Node]]:
        """Yield the members of an object below a node; nothing where there is none."""
        for token in tokens:
            if not isinstance(node.value, dict) or not isinstance(node.value.get(token), dict):
                return
            node = below(node, token)
        if isinstance(node.value, dict):
            for name in node.value:
                if isinstance(node.value[name], (dict, list, str, bool)):
                    yield name, below(node, name)

    def parameters(self, item: PathItem, operation: Node) -> list[Parameter]:
        """Return the parameters of an operation, its own over those of the path; no bodies."""
        found: dict[tuple[str, str], Parameter] = {}
        for holder in (item.node, operation):
            for node in self._list(holder, "parameters"):
                value = node.value
                if isinstance(value, dict) and value.get("in") not in ("body", "formData"):
                    parameter = self._parameter(node, str(value.get("name", "")), str(value.get("in", "query")))
                    found[parameter.where, parameter.name] = parameter
        return list(found.values())

    def _list(self, holder: Node, key: str) -> Iterator[Node]:
        value = holder.value.get(key) if isinstance(holder.value, dict) else None
        for index in range(len(value) if isinstance(value, list) else 0):
            yield self.version.follow(below(below(holder, key), index))

    def _parameter(self, node: Node, name: str, where: str) -> Parameter:
        value = node.value if isinstance(node.value, dict) else {}
        style, explode = _STYLES.get(where, ("simple", False))
        if self.is_swagger:
            chosen, explode = _COLLECTIONS.get(str(value.get("collectionFormat", "csv")), ("", False))
            style = chosen or style
        else:
            style = str(value.get("style", style))
            said = value.get("explode")
            explode = said if isinstance(said, bool) else style == "form"
        required = value.get("required") is True or where == "path"
        site: Site | None = None
        if self.is_swagger and "schema" not in value:
            site = Site(node, self.dialect)
        elif "schema" in value:
            site = Site(below(node, "schema"), self.dialect)
        return Parameter(name, where, node, required, site, style, explode, self._media(node))

    def body(self, item: PathItem, operation: Node) -> Body | None:
        """Return the request body of an operation."""
        if self.is_swagger:
            return self._swagger_body(item, operation)
        if not isinstance(operation.value, dict) or "requestBody" not in operation.value:
            return None
        node = self.version.follow(operation.child("requestBody"))
        required = isinstance(node.value, dict) and node.value.get("required") is True
        return Body(node, required, self._media(node))

    def _swagger_body(self, item: PathItem, operation: Node) -> Body | None:
        for holder in (operation, item.node):
            for node in self._list(holder, "parameters"):
                value = node.value
                if isinstance(value, dict) and value.get("in") == "body":
                    site = Site(below(node, "schema"), self.dialect) if "schema" in value else None
                    media = tuple(Media(name, node, site) for name in self._types(operation, "consumes"))
                    return Body(node, value.get("required") is True, media)
        return self._form(item, operation)

    def _form(self, item: PathItem, operation: Node) -> Body | None:
        """Return the form that `formData` parameters of 2.0 stand for, its fields referring to the parameters."""
        fields: dict[str, JSON] = {}
        required: list[JSON] = []
        files = False
        for holder in (item.node, operation):
            for node in self._list(holder, "parameters"):
                value = node.value
                if isinstance(value, dict) and value.get("in") == "formData":
                    name = str(value.get("name", ""))
                    fields[name] = {"$ref": f"#{node.pointer}"}
                    files = files or value.get("type") == "file"
                    required += [name] if value.get("required") is True else []
        if not fields:
            return None
        schema: dict[str, JSON] = {"type": "object", "properties": fields, "required": required}
        node = Node(operation.document, operation.pointer + FORM, schema)
        named = [name for name in self._types(operation, "consumes") if name in _FORMS]
        names = named or [_FORMS[1] if files else _FORMS[0]]
        media = tuple(Media(name, operation, Site(node, self.dialect)) for name in names)
        return Body(operation, bool(required), media)

    def _types(self, operation: Node, key: str) -> list[str]:
        for holder in (operation.value, self.value):
            listed = holder.get(key) if isinstance(holder, dict) else None
            if isinstance(listed, list) and listed:
                return [str(name) for name in listed]
        return ["application/json"]

    def _media(self, node: Node) -> tuple[Media, ...]:
        found = []
        for name, child in self._members(node, "content"):
            media = self.version.follow(child)
            value = media.value if isinstance(media.value, dict) else {}
            key = "schema" if "schema" in value else "itemSchema"
            site = Site(media.child(key), self.dialect) if key in value else None
            encoding = value.get("encoding")
            found.append(Media(name, media, site, encoding if isinstance(encoding, dict) else {}))
        return tuple(found)

    def responses(self, operation: Node) -> dict[str, Response]:
        """Return the answers of an operation by status, upper case ranges."""
        found: dict[str, Response] = {}
        for status, child in self._members(operation, "responses"):
            if status.startswith("x-"):
                continue
            node = self.version.follow(child)
            headers = {
                name.lower(): self._parameter(self.version.follow(header), name, "response")
                for name, header in self._members(node, "headers")
                if name.lower() != "content-type"
            }
            media = self._swagger_media(operation, node) if self.is_swagger else self._media(node)
            key = status if status == "default" else status.upper()
            found[key] = Response(key, node, media, headers)
        return found

    def _swagger_media(self, operation: Node, node: Node) -> tuple[Media, ...]:
        if not isinstance(node.value, dict) or "schema" not in node.value:
            return ()
        site = Site(below(node, "schema"), self.dialect)
        return tuple(Media(name, node, site) for name in self._types(operation, "produces"))

    def callbacks(self, operation: Node) -> dict[str, PathItem]:
        """Return the callbacks of an operation by name and expression."""
        found: dict[str, PathItem] = {}
        for name, child in self._members(operation, "callbacks"):
            callback = self.version.follow(child)
            for expression, item in self._members(callback):
                if not expression.startswith("x-"):
                    found[f"{name} {expression}"] = self.path_item(expression, item)
        return found

    def security(self, operation: Node) -> tuple[list[dict[str, JSON]], Node]:
        """Return the alternatives that let a caller in, and where they are written; none = everybody."""
        for holder in (operation, self.root):
            listed = holder.value.get("security") if isinstance(holder.value, dict) else None
            if isinstance(listed, list):
                return [item for item in listed if isinstance(item, dict)], holder.child("security")
        return [], self.root

    def security_schemes(self) -> dict[str, Node]:
        """Return the declared security schemes by name."""
        tokens = ("securityDefinitions",) if self.is_swagger else ("components", "securitySchemes")
        return {name: self.version.follow(node) for name, node in self._members(self.root, *tokens)}

    def servers(self) -> dict[str, Node]:
        """Return the servers of the document by address."""
        if self.is_swagger:
            host, base = self.value.get("host"), self.value.get("basePath", "")
            schemes = self.value.get("schemes")
            if host is None:
                return {}
            names = [str(one) for one in schemes] if isinstance(schemes, list) and schemes else ["https"]
            return {f"{scheme}://{host}{str(base).rstrip('/')}": self.root for scheme in names}
        return self.servers_of(self.root)

    def servers_of(self, holder: Node) -> dict[str, Node]:
        """Return the servers that a document, path or operation lists itself, by address."""
        found: dict[str, Node] = {}
        for node in self._list(holder, "servers"):
            if isinstance(node.value, dict):
                found[str(node.value.get("url", "")).rstrip("/")] = node
        return found
