"""Match the concrete requests and messages of a pact to the operations and messages of a contract."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.model import JSON, split

_DEEPEST = 12

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


@dataclass(frozen=True, slots=True)
class Operations:
    """What a contract offers: templates by method, and messages by each of their names.

    Attributes:
        templates: Method, template and the template's segments (None is a parameter), most concrete first.
        messages: Any name a message is known by (key, `name`, CloudEvents type) to its canonical name.
        prefixes: Base paths of the servers, each without a trailing slash, longest first.
    """

    templates: tuple[tuple[str, str, tuple[str | None, ...]], ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    prefixes: tuple[str, ...] = ()

    def match(self, method: str, path: str) -> str | None:
        """Return `GET /invoices/{id}` for a concrete request; None if the contract has no such operation.

        A concrete segment wins over a parameter (OpenAPI 3.1, section 4.8.8.2); the query plays no part.
        """
        for candidate in self._without_prefix(path):
            segments = candidate.strip("/").split("/")
            for known, template, pattern in self.templates:
                if known == method.upper() and _fits(pattern, segments):
                    return f"{known} {template}"
        return None

    def message(self, name: str) -> str | None:
        """Return the canonical name of a message; None if the contract has no such message."""
        return dict(self.messages).get(name)

    def _without_prefix(self, path: str) -> Iterable[str]:
        yield path
        for prefix in self.prefixes:
            if path == prefix or path.startswith(prefix + "/"):
                yield path[len(prefix) :] or "/"


def operations(document: JSON) -> Operations:
    """Return what a contract offers; an unknown kind of document offers nothing."""
    if not isinstance(document, dict):
        return Operations()
    return Operations(
        tuple(sorted(_templates(document), key=lambda entry: [segment is None for segment in entry[2]])),
        tuple(sorted(_messages(document))),
        tuple(sorted(_prefixes(document), key=len, reverse=True)),
    )


def _templates(document: dict[str, JSON]) -> Iterable[tuple[str, str, tuple[str | None, ...]]]:
    paths = document.get("paths")
    for template, item in (paths if isinstance(paths, dict) else {}).items():
        segments = tuple(_segment(part) for part in template.strip("/").split("/"))
        # a path item behind $ref is not followed: any method may stand there, and a wrong match only widens
        offered = METHODS if isinstance(item, dict) and "$ref" in item else (item if isinstance(item, dict) else {})
        for method in METHODS:
            if method in offered:
                yield method.upper(), template, segments


def _segment(part: str) -> str | None:
    """A literal segment, or None for one that holds a parameter, wholly or in part (`{id}.json`)."""
    return None if "{" in part else part


def _fits(pattern: tuple[str | None, ...], segments: list[str]) -> bool:
    return len(pattern) == len(segments) and all(
        (known is None and bool(seen)) or known == seen for known, seen in zip(pattern, segments, strict=True)
    )


def _messages(document: dict[str, JSON]) -> Iterable[tuple[str, str]]:
    """Yield every name of every message: AsyncAPI `components.messages` and messages inside channels."""
    for holder in _message_maps(document):
        for key, written in holder.items():
            message = _follow(document, written)
            declared = message.get("name")
            canonical = declared if isinstance(declared, str) and declared else _key(key, written)
            for known in {key, canonical, *_types(document, message)}:
                yield known, canonical


def _message_maps(document: dict[str, JSON]) -> Iterable[dict[str, JSON]]:
    channels = document.get("channels")
    holders = [document.get("components"), *(channels.values() if isinstance(channels, dict) else ())]
    for holder in holders:
        messages = holder.get("messages") if isinstance(holder, dict) else None
        if isinstance(messages, dict):
            yield messages


def _key(key: str, message: JSON) -> str:
    reference = message.get("$ref") if isinstance(message, dict) else None
    if isinstance(reference, str):
        return reference.rsplit("/", 1)[-1].replace("~1", "/").replace("~0", "~")
    return key


def _follow(document: dict[str, JSON], value: JSON) -> dict[str, JSON]:
    """Return what a reference inside the document names; {} for one that leads elsewhere or nowhere."""
    for _ in range(_DEEPEST):
        reference = value.get("$ref") if isinstance(value, dict) else None
        if not isinstance(reference, str):
            break
        value = document if reference.startswith("#/") else None
        for token in split(reference.removeprefix("#")):
            value = value.get(token) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _types(document: dict[str, JSON], value: JSON, depth: int = _DEEPEST) -> Iterable[str]:
    """Yield every `const` of a property `type` in payload and headers: the CloudEvents type of the envelope."""
    message = _follow(document, value)
    if not message or depth == 0:
        return
    properties = message.get("properties")
    declared = _follow(document, properties.get("type")) if isinstance(properties, dict) else {}
    if isinstance(declared.get("const"), str):
        yield str(declared["const"])
    for key in ("payload", "headers", "schema", "allOf"):
        below = message.get(key)
        for part in below if isinstance(below, list) else [below]:
            yield from _types(document, part, depth - 1)


def _prefixes(document: dict[str, JSON]) -> Iterable[str]:
    servers = document.get("servers")
    for server in servers if isinstance(servers, list) else []:
        url = server.get("url") if isinstance(server, dict) else None
        if isinstance(url, str):
            path = "/" + url.split("://", 1)[-1].partition("/")[2] if "://" in url else url
            if path.strip("/"):
                yield path.rstrip("/")
    base = document.get("basePath")
    if isinstance(base, str) and base.strip("/"):
        yield base.rstrip("/")
