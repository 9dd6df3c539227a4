"""Conventions of what ends: whoever is told that something is deprecated is told until when it works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from harness.catalog.entities import mapping, sequence, text
from harness.conventions.drafts import Subject, draft
from harness.documents import Node
from harness.model import Finding

_DATA = frozenset({"example", "examples", "default", "enum", "const"})
_DEEPEST = 60
_DAY = len("2027-12-31")


def without_sunset(subject: Subject) -> Iterator[Finding]:
    """Deprecated operations, parameters, fields and whole contracts that name no readable day of sunset."""
    info = mapping(mapping(subject.root.value).get("info"))
    if info.get("x-lifecycle") == "deprecated" and not _has_day(info):
        yield _finding(subject, f"{subject.name} is deprecated and names no sunset", subject.root.child("info"))
    for node in _deprecated(subject.root, 0):
        if not _has_day(mapping(node.value)):
            name = _named(node)
            yield _finding(subject, f"{name} is deprecated and names no sunset", node)


def _finding(subject: Subject, title: str, node: Node) -> Finding:
    remedy = 'Say until when it works, such as x-sunset: "2027-12-31".'
    return draft(subject, "deprecated-without-sunset", title, node, remedy, node.pointer)


def _has_day(value: Mapping[str, object]) -> bool:
    said = text(value.get("x-sunset"))[:_DAY]
    try:
        date.fromisoformat(said)
    except ValueError:
        return False
    return True


def _named(node: Node) -> str:
    value = mapping(node.value)
    said = text(value.get("operationId")) or text(value.get("name"))
    tokens = node.pointer.split("/")
    if not said and tokens[1:2] == ["paths"] and len(tokens) > 3:
        said = f"{tokens[3].upper()} {tokens[2].replace('~1', '/').replace('~0', '~')}" if len(tokens) == 4 else ""
    return said or tokens[-1]


def _deprecated(node: Node, depth: int) -> Iterator[Node]:
    """Yield what is marked deprecated in this file, data in examples left out."""
    value = node.value
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for index, one in enumerate(sequence(value)):
            if isinstance(one, (dict, list)):
                yield from _deprecated(node.child(index), depth + 1)
        return
    inner = mapping(value)
    if inner.get("deprecated") is True:
        yield node
    for key, one in inner.items():
        if isinstance(one, (dict, list)) and key not in _DATA and not key.startswith("x-"):
            yield from _deprecated(node.child(key), depth + 1)
