"""Where a `$ref` leads: schema resources, their base URIs and anchors, inside one document.

Nothing is fetched. A reference leads to a JSON pointer into its own resource, to a subschema that declares the
identifier, or to one of the published metaschemas, which travel with this package (`metaschemas.py`).
Sources: JSON Schema core 2020-12 sections 8.2 and 9.2; 2019-09 section 8.2; draft-07 section 8.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from harness.model import Location, UnreadableError, escape, join
from harness.schema.dialects import Dialect, declared

_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies")
_SINGLE = (
    "not", "if", "then", "else", "additionalProperties", "additionalItems", "contains", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties", "contentSchema",
)  # fmt: skip


class AbsentResourceError(UnreadableError):
    """A reference by absolute URI to a document that is not at hand: what it says is unknown, not wrong."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A schema with its own identity: the document itself, or a subschema with `$id`."""

    uri: str
    pointer: str
    value: object
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class Place:
    """A schema in a document: its value, its pointer from the document's root, and the resource it belongs to."""

    value: object
    pointer: str
    resource: Resource

    def child(self, *tokens: str | int) -> Place:
        """Return the place below, which may open a resource of its own."""
        value: object = self.value
        for token in tokens:
            value = value[token]  # type: ignore[index]  # the caller looked
        return enter(value, join(self.pointer, *tokens), self.resource)


def enter(value: object, pointer: str, around: Resource) -> Place:
    """Return the place of `value`, in a new resource if it names itself."""
    if isinstance(value, dict):
        uri = value.get(around.dialect.id_keyword)
        if (
            isinstance(uri, str)
            and not uri.startswith("#")
            and not ("$ref" in value and around.dialect.ref_stands_alone)
        ):
            dialect = declared(value) or around.dialect
            return Place(value, pointer, Resource(urljoin(around.uri, urldefrag(uri)[0]), pointer, value, dialect))
    return Place(value, pointer, around)


@dataclass(slots=True)
class Schemas:
    """One document of schemas, indexed when a reference first needs it.

    Attributes:
        root: The document.
        dialect: Of the document, where it does not say otherwise itself.
        name: Distinguishes documents that are compiled together.
        uri: Where the document would be found, for its own relative references.
    """

    root: object
    dialect: Dialect
    name: str = ""
    uri: str = ""
    top: Resource = field(init=False)
    _index: dict[str, Place] | None = None
    _anchors: dict[tuple[str, str], Place] = field(default_factory=dict)
    _dynamic: dict[tuple[str, str], Place] = field(default_factory=dict)
    _uses_scope: bool | None = None

    def __post_init__(self) -> None:
        """Open the resource of the document itself."""
        outside = Resource(self.uri, "", self.root, self.dialect)
        self.top = enter(self.root, "", outside).resource

    @property
    def start(self) -> Place:
        """The document's root as a schema."""
        return Place(self.root, "", self.top)

    def at(self, pointer: str, *, within: Resource | None = None) -> Place:
        """Return the place a JSON pointer leads to from a resource's root.

        Raises:
            UnreadableError: It leads nowhere.
        """
        base = within or self.top
        place = Place(base.value, base.pointer, base)
        for raw in pointer.split("/")[1:]:
            token = raw.replace("~1", "/").replace("~0", "~")
            place = self._step(place, token, pointer)
        return place

    @staticmethod
    def _step(place: Place, token: str, pointer: str) -> Place:
        value = place.value
        if isinstance(value, dict) and token in value:
            return enter(value[token], place.pointer + "/" + escape(token), place.resource)
        if isinstance(value, list) and token.isdecimal() and int(token) < len(value):
            return enter(value[int(token)], place.pointer + "/" + token, place.resource)
        raise UnreadableError(
            f"the reference to “#{pointer}” leads nowhere: there is no “{token}”",
            location=Location(None, place.pointer),
            remedy="correct the reference, or add the schema it names",
        )

    def resolve(self, place: Place, reference: str) -> tuple[Place, str]:
        """Return where `reference` leads from `place`, and the plain-name fragment it used ("" for none).

        Raises:
            AbsentResourceError: It names another document, by an absolute URI.
            UnreadableError: It leads nowhere inside the document.
        """
        target, fragment = urldefrag(reference)
        fragment = unquote(fragment)
        if not target:
            resource = place.resource
        else:
            found = self._named(urljoin(place.resource.uri, target))
            if found is None:
                raise _unresolved(place, reference, kind=_absence(urljoin(place.resource.uri, target)))
            if not fragment:
                return found, ""
            resource = (
                found.resource
                if found.pointer == found.resource.pointer
                else Resource(found.resource.uri, found.pointer, found.value, found.resource.dialect)
            )
        if not fragment or fragment.startswith("/"):
            return self.at(fragment, within=resource), ""
        self._indexed()
        anchored = self._anchors.get((resource.uri, fragment))
        if anchored is None:
            raise _unresolved(place, reference)
        return anchored, fragment

    def dynamic_anchors(self, resource: Resource) -> Iterator[tuple[str, Place]]:
        """Yield the dynamic anchors of a resource; the name "" is `$recursiveAnchor` of 2019-09."""
        self._indexed()
        for (uri, name), place in self._dynamic.items():
            if uri == resource.uri:
                yield name, place

    @property
    def uses_scope(self) -> bool:
        """Whether any `$dynamicRef` or `$recursiveRef` occurs, so that the dynamic scope matters."""
        if self._uses_scope is None:
            self._uses_scope = _mentions(self.root, {"$dynamicRef", "$recursiveRef"})
        return self._uses_scope

    def _named(self, uri: str) -> Place | None:
        index = self._indexed()
        if uri not in index:
            metaschema = published().get(uri)
            dialect = declared(metaschema)
            if metaschema is not None and dialect is not None:
                self._note(Place(metaschema, "", Resource(uri, "", metaschema, dialect)))
        return index.get(uri)

    def _indexed(self) -> dict[str, Place]:
        if self._index is None:
            self._index = {}
            self._note(self.start)
        return self._index

    def _note(self, start: Place) -> None:
        pending = [start]
        index = self._index
        assert index is not None  # noqa: S101  (made by the only caller)
        index.setdefault(start.resource.uri, start)
        while pending:
            place = pending.pop()
            if not isinstance(place.value, dict):
                continue
            if place.resource.pointer == place.pointer:
                index.setdefault(place.resource.uri, place)
            self._note_anchors(place, place.value)
            pending.extend(_below(place, place.value))

    def _note_anchors(self, place: Place, value: dict[str, object]) -> None:
        uri = place.resource.uri
        for keyword in ("$anchor", "$dynamicAnchor"):
            name = value.get(keyword)
            if isinstance(name, str):
                self._anchors.setdefault((uri, name), place)
                if keyword == "$dynamicAnchor":
                    self._dynamic.setdefault((uri, name), place)
        if value.get("$recursiveAnchor") is True:
            self._dynamic.setdefault((uri, ""), place)
        plain = value.get(place.resource.dialect.id_keyword)
        if isinstance(plain, str) and "#" in plain and place.resource.dialect.ref_stands_alone:
            target, fragment = urldefrag(plain)
            if fragment and not target:
                self._anchors.setdefault((uri, fragment), place)
            elif fragment:
                self._anchors.setdefault((urljoin(uri, target), fragment), place)


def _below(place: Place, value: dict[str, object]) -> Iterator[Place]:
    if "$ref" in value and place.resource.dialect.ref_stands_alone:
        yield from _inside_maps(place, value, ("$defs", "definitions"))
        return
    for keyword in _SINGLE:
        if isinstance(value.get(keyword), dict):
            yield place.child(keyword)
    for keyword in (*_LISTS, "items"):
        inside = value.get(keyword)
        if isinstance(inside, list):
            for position in range(len(inside)):
                yield place.child(keyword, position)
        elif keyword == "items" and isinstance(inside, dict):
            yield place.child(keyword)
    yield from _inside_maps(place, value, _MAPS)


def _inside_maps(place: Place, value: dict[str, object], keywords: tuple[str, ...]) -> Iterator[Place]:
    for keyword in keywords:
        inside = value.get(keyword)
        if isinstance(inside, dict):
            for name, below in inside.items():
                if isinstance(below, dict):
                    yield place.child(keyword, name)


def _mentions(value: object, keywords: set[str]) -> bool:
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            if not keywords.isdisjoint(current) or "json-schema.org/draft/20" in str(current.get("$ref", "")):
                return True
            pending.extend(current.values())
        elif isinstance(current, list):
            pending.extend(current)
    return False


@cache
def published() -> dict[str, object]:
    """Return the metaschemas of all dialects by URI (json-schema.org, BSD licence)."""
    from importlib.resources import files  # noqa: PLC0415  (start-up; hardly any schema refers to a metaschema)

    text = files("harness.schema.metaschemas").joinpath("published.json").read_text(encoding="utf-8")
    table: dict[str, object] = json.loads(text)
    return table


def _absence(uri: str) -> type[UnreadableError]:
    """Return what the lack of a document is: a relative name is a file that is missing, a mistake."""
    return AbsentResourceError if urlsplit(uri).scheme else UnreadableError


def _unresolved(place: Place, reference: str, *, kind: type[UnreadableError] = UnreadableError) -> UnreadableError:
    return kind(
        f"the reference “{reference}” leads to nothing inside this document",
        location=Location(None, place.pointer),
        remedy="bundle the schema it names into the document (for instance under $defs, with its $id); "
        "nothing is fetched from the network",
    )
