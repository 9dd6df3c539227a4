"""Conventions of event contracts: AsyncAPI 2 and 3."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.catalog.entities import mapping, sequence, text
from harness.catalog.messages import messages, messages_of
from harness.conventions.drafts import Subject, draft
from harness.documents import Library, Node
from harness.model import Finding

_VERSION = re.compile(r"(?:^|[^A-Za-z0-9])v[0-9]+(?:[^A-Za-z0-9]|$)|[a-z]V[0-9]+$|/[0-9]+\.[0-9]+", re.IGNORECASE)
_VERSION_FIELD = frozenset(
    {"version", "schema_version", "schemaversion", "event_version", "eventversion", "dataschema"}
)
_CORRELATION = frozenset({"correlationid", "correlation_id", "traceparent", "trace_id", "traceid", "ce_correlationid"})
_DEEPEST = 8


def payloads(library: Library, root: Node) -> Iterator[tuple[str, Node]]:
    """Yield the payload schema of every message; of another schema language nothing is known."""
    for name, node in messages(library, root):
        payload = mapping(mapping(node.value).get("payload"))
        if payload and "schemaFormat" not in payload:
            yield name, node.child("payload")
        elif isinstance(payload.get("schema"), dict) and "json" in text(payload.get("schemaFormat")):
            yield name, node.child("payload", "schema")


def unversioned(subject: Subject) -> Iterator[Finding]:
    """Messages whose version a reader cannot tell: not by channel, name, type, schema or a field."""
    channels = _channels_of(subject)
    for name, node in messages(subject.library, subject.root):
        if _says_version(subject, name, node, channels.get((node.document.path, node.pointer), ())):
            continue
        yield draft(
            subject,
            "event-unversioned",
            f"{name} does not say which version of it a reader meets",
            node,
            "Put the version into the type (invoice.finalised.v2), the channel address or a field `dataschema`.",
            name,
        )


def _channels_of(subject: Subject) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the addresses a message travels by."""
    library, root = subject.library, subject.root
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for channel, value in mapping(mapping(root.value).get("channels")).items():
        address = text(mapping(value).get("address")) or channel
        for _, one in messages_of(library, library.follow(root.child("channels", channel))):
            key = (one.document.path, one.pointer)
            found[key] = (*found.get(key, ()), address)
    return found


def _says_version(subject: Subject, name: str, node: Node, addresses: tuple[str, ...]) -> bool:
    message = mapping(node.value)
    if any(_VERSION.search(said) for said in (name, text(message.get("messageId")), *addresses)):
        return True
    if text(message.get("x-version")) or isinstance(message.get("x-version"), int):
        return True
    return any(
        part in message and _holds_version(subject.library, node.child(part), 0) for part in ("payload", "headers")
    )


def _holds_version(library: Library, node: Node, depth: int) -> bool:
    schema = library.follow(node)
    value = mapping(schema.value)
    if _VERSION.search(text(value.get("$id"))):
        return True
    for key, written in mapping(value.get("properties")).items():
        said = [text(mapping(written).get("const")), *map(text, sequence(mapping(written).get("enum")))]
        if key.lower().replace("-", "_") in _VERSION_FIELD or any(_VERSION.search(one) for one in said):
            return True
    inner = [schema.child("allOf", index) for index, _ in enumerate(sequence(value.get("allOf")))]
    return depth < _DEEPEST and any(_holds_version(library, one, depth + 1) for one in inner)


def uncorrelated(subject: Subject) -> Iterator[Finding]:
    """Messages that cannot be tied to the transaction they belong to."""
    for name, node in messages(subject.library, subject.root):
        message = mapping(node.value)
        parts = [node.child(part) for part in ("payload", "headers") if part in message]
        if "correlationId" in message or any(_holds(subject.library, one, 0) for one in parts):
            continue
        yield draft(
            subject,
            "event-uncorrelated",
            f"{name} carries no correlation id and no trace context",
            node,
            "Declare correlationId, or a header or field traceparent or correlationid.",
            name,
        )


def _holds(library: Library, node: Node, depth: int) -> bool:
    schema = library.follow(node)
    value = mapping(schema.value)
    if any(
        key.lower().replace("-", "_").removeprefix("x_") in _CORRELATION for key in mapping(value.get("properties"))
    ):
        return True
    inner = [schema.child("allOf", index) for index, _ in enumerate(sequence(value.get("allOf")))]
    return depth < _DEEPEST and any(_holds(library, one, depth + 1) for one in inner)
