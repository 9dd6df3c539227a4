"""What changed about one message, in the directions it travels (content models, section 6)."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

from harness.compat.asyncapi_reading import Message, Payload
from harness.compat.avro import avro_change, directions, places_of, resolve_both
from harness.compat.avro_reading import read_avro
from harness.compat.cloudevents import data_schema, is_attribute
from harness.compat.drafts import Draft
from harness.compat.proof import FINE, RULED_OUT, Proof
from harness.compat.schemas import Found, SchemaComparison
from harness.compat.sides import Sides
from harness.compat.versions import Site, Version, canonical
from harness.documents import Document, Node
from harness.model import JSON, Change, ContentModel, Direction, Level, Verdict

_TEXTS = ("title", "summary", "description", "tags", "externalDocs")
_ORDERING = ("key", "partitions")
_HARMLESS = ("bindingVersion", "replicas")
_SILENT = ("topicConfiguration", "groupId", "clientId", "qos", "retain", "lastWill", "keepAlive", "cleanSession")
_WITHDRAWALS = ("field-withdrawn", "field-renamed", "field-became-read-only", "event-type-changed")


@dataclass(frozen=True, slots=True)
class Carried:
    """One message of both versions as it travels one way; `replay`: new readers meet old messages again."""

    old: Message
    new: Message
    direction: Direction
    carrier: str
    replay: bool = False


class MessageComparison:
    """Compares messages; schemas they share are compared once."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides
        self._schemas = SchemaComparison(sides)
        # Who reads old messages again ignores what he does not know, so nothing is withdrawn from him.
        self._replays = SchemaComparison(replace(sides, model=_replay_model(sides.model)))
        self._avro: list[Change] = []
        self._found: list[Found] = []
        self._typed: set[str] = set()
        self._examples: dict[str, Draft] = {}

    def compare(self, carried: Carried) -> None:
        """Compare one message in one direction."""
        old, new = carried.old, carried.new
        if not carried.replay:
            self._found.extend(Found(draft, (carried.carrier,)) for draft in self._elements(carried))
        walk = self._replays if carried.replay else self._schemas
        headers = self._headers(old, self._sides.old), self._headers(new, self._sides.new)
        if headers != (None, None):
            walk.compare(*headers, carried.direction, carried.carrier)
        self._payloads(carried, walk)

    def found(self) -> Iterator[Found]:
        """Yield every draft but those on attributes that are judged as attributes."""
        yield from self._found
        if self._examples:
            first = next(iter(self._examples.values()))
            title = f"other examples of {len(self._examples)} messages" if len(self._examples) > 1 else "other examples"
            yield Found(replace(first, title=title, subject="examples"), tuple(sorted(self._examples)))
        plain = [one for one in self._schemas.drafts() if not self._is_attribute(one)]
        yield from plain
        said = {
            (one.draft.rule, _place(one.draft)) for one in plain if one.draft.proof.verdict is not Verdict.COMPATIBLE
        }
        for one in self._replays.drafts():
            repeated = (one.draft.rule, _place(one.draft)) in said or one.draft.rule in _WITHDRAWALS
            harmless = one.draft.proof.verdict is Verdict.COMPATIBLE
            if not repeated and not harmless and not self._is_attribute(one):
                yield one

    def changes(self) -> list[Change]:
        """Return the changes of Avro payloads, which are judged by their own rules."""
        return self._avro

    def _is_attribute(self, one: Found) -> bool:
        place = _place(one.draft)
        judged = one.draft.rule.startswith("enum-") and any(map(is_attribute, place))
        return judged and set(one.carriers) <= self._typed

    def _elements(self, carried: Carried) -> Iterator[Draft]:
        """Yield what changed about the message besides its schemas."""
        old, new, direction = carried.old, carried.new, carried.direction

        def draft(rule: str, title: str, before: object, after: object) -> Draft:
            return Draft(
                rule, old.node, new.node, direction, RULED_OUT, None, f"event {new.name}",
                str(before) or None, str(after) or None, title=title, carriers=(carried.carrier,),
            )  # fmt: skip

        if old.name != new.name:
            yield draft("message-name-changed", f"{old.name} is now called {new.name}", old.name, new.name)
        if _media(old) != _media(new):
            title = f"{new.name} is written as {_media(new) or 'anything'} instead of {_media(old) or 'anything'}"
            yield draft("message-content-type-changed", title, old.content_type, new.content_type)
        if old.correlation != new.correlation and old.correlation:
            title = f"the correlation id of {new.name} is elsewhere: {new.correlation or 'nowhere'}"
            yield draft("correlation-id-changed", title, old.correlation, new.correlation)
        yield from self._cloudevents(carried, draft("event-type-changed", "", old.event_type, new.event_type))
        yield from binding_drafts(
            (old.bindings, new.bindings),
            Draft("binding-changed", old.node, new.node, direction, carriers=(carried.carrier,)),
            new.name,
        )
        wording = Draft("text-changed", old.node, new.node, None, FINE, Level.INFO, f"event {new.name}")
        if texts(old.node) != texts(new.node):
            yield replace(wording, title=f"{new.name} is described otherwise")
        elif _examples(old.node) != _examples(new.node):
            self._examples[carried.carrier] = wording

    def _cloudevents(self, carried: Carried, draft: Draft) -> Iterator[Draft]:
        old, new = carried.old, carried.new
        names = [
            data_schema(side.payload.node if side.payload else None, version)
            for side, version in ((old, self._sides.old), (new, self._sides.new))
        ]
        if (old.event_type and new.event_type) or all(names):
            self._typed |= {carried.carrier, replay_carrier(new)}
        if old.event_type and new.event_type and old.event_type != new.event_type:
            yield replace(draft, title=f"{new.name} has the type {new.event_type} instead of {old.event_type}")
        if all(names) and names[0] != names[1]:
            title = f"{new.name} names another data schema: {names[1]}"
            subject = f"data schema of {new.name}"
            yield replace(
                draft, proof=FINE, level=Level.WARNING, title=title, subject=subject, before=names[0], after=names[1]
            )

    def _headers(self, message: Message, version: Version) -> Site | None:
        """Return the schema of all headers: one as it is, several joined by allOf."""
        if len(message.headers) < 2:
            return Site(message.headers[0], "draft-07") if message.headers else None
        home = message.headers[0].document.path
        parts: list[JSON] = [{"$ref": _reference(part, home)} for part in message.headers]
        path = f"{home}~headers-of-{quote(message.key, safe='')}"
        whole: JSON = {"allOf": parts}
        document = Document(path=path, digest=path, text=json.dumps(whole), value=whole, is_json=True)
        version.library.add(document)
        return Site(document.root, "2020-12")

    def _payloads(self, carried: Carried, walk: SchemaComparison) -> None:
        old, new = carried.old.payload, carried.new.payload
        languages = {payload.language for payload in (old, new) if payload is not None}
        if not languages:
            return
        if languages == {"json"}:
            walk.compare(_site(old), _site(new), carried.direction, carried.carrier)
        elif languages == {"avro"} and old is not None and new is not None:
            self._avro_payloads(old, new, carried)
        elif not carried.replay:
            self._found.extend(Found(draft, (carried.carrier,)) for draft in _unread(old, new, carried))

    def _is_told(self, change: Change) -> bool:
        """Whether the same place is already said to break those who read new messages."""
        return any(_is_same(one, change) and one.verdict is not Verdict.COMPATIBLE for one in self._avro)

    def _avro_payloads(self, old: Payload, new: Payload, carried: Carried) -> None:
        places = places_of(old.node), places_of(new.node)
        found = resolve_both(read_avro(old.node.value, places[0]), read_avro(new.node.value, places[1]))
        mode = "backward" if carried.direction is Direction.RECEIVED else "forward"
        for item in found.differences:
            change = avro_change(item, directions(found, mode), *places, carried.direction)
            if not carried.replay or (change.verdict is not Verdict.COMPATIBLE and not self._is_told(change)):
                self._avro.append(replace(change, reached_from=(carried.carrier,)))


def _is_same(one: Change, other: Change) -> bool:
    return (one.rule, one.location, one.subject) == (other.rule, other.location, other.subject)


def _site(payload: Payload | None) -> Site | None:
    return None if payload is None else Site(payload.node, payload.dialect)


def _reference(node: Node, home: str) -> str:
    """Return a reference to `node` as it is written in a document that stands beside `home`."""
    file = posixpath.relpath(node.document.path, posixpath.dirname(home) or ".")
    return f"{quote(file)}#{quote(node.pointer, safe='/~')}"


def _replay_model(model: ContentModel) -> ContentModel:
    return ContentModel.LENIENT if model is ContentModel.DECLARED else model


def _place(draft: Draft) -> tuple[str, str]:
    return tuple("" if node is None else node.pointer for node in (draft.old, draft.new))  # type: ignore[return-value]


def _media(message: Message) -> str:
    """Return the media type without parameters and case (RFC 9110, 8.3.1)."""
    return message.content_type.partition(";")[0].strip().lower()


def _unread(old: Payload | None, new: Payload | None, carried: Carried) -> Iterator[Draft]:
    """Yield the draft for payloads in languages that are not compared."""
    before, after = (one.language if one is not None else "nothing" for one in (old, new))
    places = [one.node if one is not None else None for one in (old, new)]
    if before == after and old is not None and new is not None:
        if canonical(old.node.value) == canonical(new.node.value):
            return
        reason, rule = f"payloads in {after} are not read by this program", "schema-changed"
    else:
        reason, rule = f"{before} and {after} cannot be compared", "message-schema-format-changed"
    title = f"the payload of {carried.new.name} is described in {after} instead of {before}"
    if rule == "schema-changed":
        title = f"the payload of {carried.new.name} changed, in {after}"
    settle = "Describe the payload as JSON Schema or Avro, or have its owner accept it."
    yield Draft(
        rule, places[0], places[1], carried.direction, Proof(Verdict.UNPROVEN, reason=reason), None,
        f"event {carried.new.name}", before, after, settle, title=title, carriers=(carried.carrier,),
    )  # fmt: skip


def replay_carrier(message: Message) -> str:
    """Return what a message is called where new readers meet its old instances."""
    return f"event {message.name} (replay)"


def _examples(node: Node) -> str:
    value = node.value if isinstance(node.value, dict) else {}
    return canonical(value.get("examples"))


def texts(node: Node) -> dict[str, str]:
    """Return what a node says to people, canonical."""
    value = node.value if isinstance(node.value, dict) else {}
    return {key: canonical(value[key]) for key in _TEXTS if key in value}


def binding_drafts(bindings: tuple[object, object], base: Draft, name: str) -> Iterator[Draft]:
    """Yield what changed about protocol bindings: keys and partitions, routes, and settings that break nothing."""
    before, after = (one if isinstance(one, dict) else {} for one in bindings)
    for protocol in sorted({*before, *after}):
        old, new = (one.get(protocol) for one in (before, after))
        old, new = (one if isinstance(one, dict) else {} for one in (old, new))
        for key in sorted({*old, *new} - set(_HARMLESS)):
            if _bare(old.get(key)) != _bare(new.get(key)):
                yield _binding(base, f"{name}: {protocol} {key}", key, old.get(key), new.get(key))


def _binding(base: Draft, subject: str, key: str, before: object, after: object) -> Draft:
    shown = [None if value is None else json.dumps(value, default=str, sort_keys=True) for value in (before, after)]
    draft = replace(base, subject=subject, before=shown[0], after=shown[1], title=f"{subject} changed")
    if key in _ORDERING:
        return replace(draft, rule="key-changed", proof=RULED_OUT)
    if key in _SILENT or before is None:
        return replace(draft, proof=FINE, level=Level.WARNING if before is not None else Level.INFO)
    return replace(draft, proof=RULED_OUT)


def _bare(value: JSON) -> str:
    """Return a binding's value without words for people."""
    if isinstance(value, dict):
        value = {key: inner for key, inner in value.items() if key not in _TEXTS}
    return canonical(value)
