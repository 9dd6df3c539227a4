"""The messages of an event contract, AsyncAPI 2 and 3, wherever they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.catalog.entities import mapping, sequence, text
from harness.documents import Library, Node


def messages(library: Library, root: Node) -> Iterator[tuple[str, Node]]:
    """Yield the messages of an event contract by name, each once: in components, channels or operations."""
    document = mapping(root.value)
    if "asyncapi" not in document:
        return
    seen: set[tuple[str, str]] = set()
    for name, node in _listed(library, root, document):
        key = (node.document.path, node.pointer)
        if key not in seen:
            seen.add(key)
            yield text(mapping(node.value).get("name")) or name, node


def _listed(library: Library, root: Node, document: Mapping[str, object]) -> Iterator[tuple[str, Node]]:
    for key in mapping(mapping(document.get("components")).get("messages")):
        yield key, library.follow(root.child("components", "messages", key))
    for channel in mapping(document.get("channels")):
        for name, message in messages_of(library, library.follow(root.child("channels", channel))):
            yield name or channel, message


def messages_of(library: Library, channel: Node) -> Iterator[tuple[str, Node]]:
    """Yield the messages of one channel; of AsyncAPI 2, which names none, under ""."""
    for key in mapping(mapping(channel.value).get("messages")):
        yield key, library.follow(channel.child("messages", key))
    for verb in ("publish", "subscribe"):
        if "message" not in mapping(mapping(channel.value).get(verb)):
            continue
        message = library.follow(channel.child(verb, "message"))
        several = sequence(mapping(message.value).get("oneOf"))
        if not several:
            yield "", message
        for index, _ in enumerate(several):
            yield "", library.follow(message.child("oneOf", index))
