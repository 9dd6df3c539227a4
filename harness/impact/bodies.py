"""Find the schema of a body in a contract: the response of a status, the request, or the payload of a message."""

from __future__ import annotations

from collections.abc import Iterator

from harness.documents import Library, Node
from harness.model import Direction, HarnessError


def body_schemas(library: Library, root: Node, operation: str, status: str, direction: Direction) -> tuple[Node, ...]:
    """Return the schemas that describe one body; none if the contract does not say.

    Args:
        library: Resolves references of `root`.
        root: The whole contract.
        operation: `GET /invoices/{id}` or `message invoice.finalised`.
        status: Concrete status of a response.
        direction: `SENT` for a response or message, `RECEIVED` for a request.
    """
    try:
        if operation.startswith("message "):
            return tuple(_payloads(library, root, operation.removeprefix("message ")))
        found = _operation(library, root, operation)
        if found is None:
            return ()
        if direction is Direction.RECEIVED:
            return tuple(_request(library, found))
        return tuple(_response(library, found, status))
    except HarnessError:
        return ()


def _operation(library: Library, root: Node, operation: str) -> Node | None:
    method, _, template = operation.partition(" ")
    item = _descend(library, root, "paths", template)
    return _descend(library, item, method.lower()) if item else None


def _response(library: Library, operation: Node, status: str) -> Iterator[Node]:
    for key in (status, f"{status[:1]}XX", f"{status[:1]}xx", "default"):
        response = _descend(library, operation, "responses", key)
        if response:
            yield from _media(library, response)
            swagger = _descend(library, response, "schema", follow=False)
            if swagger:
                yield swagger
            return


def _request(library: Library, operation: Node) -> Iterator[Node]:
    body = _descend(library, operation, "requestBody")
    if body:
        yield from _media(library, body)
    parameters = operation.value.get("parameters") if isinstance(operation.value, dict) else None
    for index in range(len(parameters) if isinstance(parameters, list) else 0):
        parameter = _descend(library, operation, "parameters", str(index))
        if parameter and isinstance(parameter.value, dict) and parameter.value.get("in") == "body":
            yield parameter.child("schema")


def _media(library: Library, holder: Node) -> Iterator[Node]:
    content = _descend(library, holder, "content")
    if content and isinstance(content.value, dict):
        for media in content.value:
            schema = _descend(library, content, media, "schema", follow=False)
            if schema:
                yield schema


def _payloads(library: Library, root: Node, name: str) -> Iterator[Node]:
    """Yield payload and payload traits of a message; a payload may be wrapped as `{schemaFormat, schema}`."""
    for holder in _messages(library, root, name):
        payload = _descend(library, holder, "payload", follow=False)
        if payload is None:
            continue
        if isinstance(payload.value, dict) and "schemaFormat" in payload.value:
            yield payload.child("schema")
        else:
            yield payload


def _messages(library: Library, root: Node, name: str) -> Iterator[Node]:
    """Yield the messages that are called `name`, by their declared name or else by their key."""
    seen: set[tuple[str, str]] = set()
    for holder in _message_maps(library, root):
        for key in holder.value if isinstance(holder.value, dict) else ():
            found = _descend(library, holder, key)
            called = found.value.get("name", key) if found and isinstance(found.value, dict) else key
            if found and name in {called, key} and (found.document.path, found.pointer) not in seen:
                seen.add((found.document.path, found.pointer))
                yield found


def _message_maps(library: Library, root: Node) -> Iterator[Node]:
    components = _descend(library, root, "components", "messages")
    if components:
        yield components
    channels = _descend(library, root, "channels")
    for key in channels.value if channels and isinstance(channels.value, dict) else ():
        messages = _descend(library, channels, key, "messages")
        if messages:
            yield messages


def _descend(library: Library, node: Node | None, *tokens: str, follow: bool = True) -> Node | None:
    """Go down token by token, following references; `follow=False` leaves the last one where it stands."""
    current = library.follow(node) if node else None
    for position, token in enumerate(tokens):
        if current is None or not isinstance(current.value, (dict, list)):
            return None
        if isinstance(current.value, list):
            if not token.isdecimal() or int(token) >= len(current.value):
                return None
        elif token not in current.value:
            return None
        current = current.child(token)
        if follow or position < len(tokens) - 1:
            current = library.follow(current)
    return current
