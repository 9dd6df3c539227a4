"""One catalog entity as a value that remembers where each of its nodes stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from harness.catalog.references import DEFAULT_NAMESPACE, normal_ref
from harness.model import JSON, Location, join

ANNOTATIONS = "contract-harness.io/"
"""Prefix of our own annotations; they are strings, as every annotation is."""


class Positions(Protocol):
    """What an entity needs of the document it was read from."""

    def position(self, pointer: str) -> tuple[int, int]:
        """Return (line, column) of a node, both from 1."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity as written, with `$json` and `$yaml` placeholders resolved.

    Attributes:
        kind: As written, such as `Component`.
        namespace: As written, or `default`.
        name: As written.
        metadata: The whole `metadata`.
        spec: The whole `spec`; empty if there is none. A `$text` placeholder stays as it is: see `text_path`.
        file: Path of its file in the tree; None where it was given inline.
        refused: Why the ingestion pipeline of Backstage would refuse it; empty if it accepts it.
    """

    kind: str
    namespace: str
    name: str
    metadata: Mapping[str, JSON] = field(hash=False)
    spec: Mapping[str, JSON] = field(hash=False)
    file: str | None = None
    refused: tuple[str, ...] = ()
    document: Positions | None = field(default=None, repr=False, compare=False)

    @property
    def ref(self) -> str:
        """The normal form, such as `component:default/erp`."""
        return f"{self.kind}:{self.namespace}/{self.name}".lower()

    @property
    def location(self) -> Location:
        """The root of the entity; its line is looked up when it is asked for."""
        return self.at()

    @property
    def type(self) -> str:
        """`spec.type`, "" if there is none."""
        return text(self.spec.get("type"))

    @property
    def title(self) -> str:
        """What a person reads: `metadata.title`, else the name."""
        return text(self.metadata.get("title")) or self.name

    @property
    def owner(self) -> str:
        """Normal form of `spec.owner`, "" if nobody owns it."""
        return self.refer(self.spec.get("owner"), "group")

    @property
    def governance(self) -> Mapping[str, JSON]:
        """`spec.x-governance`, empty if there is none."""
        return mapping(self.spec.get("x-governance"))

    def annotation(self, key: str) -> str:
        """Return our annotation `contract-harness.io/<key>`, "" if it is not there."""
        return text(mapping(self.metadata.get("annotations")).get(ANNOTATIONS + key))

    def refer(self, written: JSON, default_kind: str | None = None) -> str:
        """Return the normal form of a reference written in this entity (same namespace by default), or ""."""
        if not isinstance(written, str):
            return ""
        return normal_ref(written, default_kind, self.namespace or DEFAULT_NAMESPACE)

    def at(self, *tokens: str | int) -> Location:
        """Return the place of a node of this entity, such as `at("spec", "owner")`."""
        pointer = join("", *tokens)
        if self.document is None:
            return Location(self.file, pointer)
        line, column = self.document.position(pointer)
        return Location(self.file, pointer, line, column)

    def text_path(self, *tokens: str) -> str:
        """Return the path in the tree that a `$text` placeholder names, "" if the node is none."""
        value: JSON = dict(self.spec)
        for token in tokens:
            value = mapping(value).get(token)
        return resolve_path(self.file or "", text(mapping(value).get("$text")))


def resolve_path(base: str, target: str) -> str:
    """Return `target`, relative to the file `base`, as a path from the root of the tree.

    A path that leaves the tree, a URL and "" give "": nothing outside is ever read.
    """
    if not target or "://" in target or "\x00" in target or target.startswith(("/", "~")):
        return ""
    parts = base.split("/")[:-1]
    for part in target.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def text(value: object) -> str:
    """Return a string as it is, a number in its written form, anything else as ""."""
    if isinstance(value, bool) or value is None or isinstance(value, (dict, list)):
        return ""
    return str(value)


def mapping(value: object) -> Mapping[str, JSON]:
    """Return an object as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[JSON]:
    """Return a list as it is, anything else as an empty one."""
    return value if isinstance(value, list) else []


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list; one text counts as a list of one."""
    items: list[object] = list(value) if isinstance(value, list) else [value]
    return tuple(found for found in map(text, items) if found)
