"""Decide whether one change hits one interaction: hit, not hit, or unknown; never not hit by default.

The verdict of a change is proof and comes from the contracts alone. Here only the question is asked whether an
interaction of a pact rests on what changed. Where that cannot be decided the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.documents import Library, Node
from harness.impact.bodies import body_schemas
from harness.impact.touch import TooWideError, Touched, touched
from harness.impact.values import Hit
from harness.model import JSON, Change, Direction, Location, Side, escape, split
from harness.pacts import FieldUse

_AT_ONCE = frozenset({"type", "nullable", "enum", "const", "$ref", "readOnly", "writeOnly"})
_MUST_SEND = frozenset({"field-became-required", "field-added-required", "field-required-undeclared"})
"""Rules that hurt by absence: who sends the field is fine, who does not send it is hit."""
_SCHEMA_MAPS = (("components", "schemas"), ("components", "messages"))
_DOCUMENT_PARTS = frozenset({"paths", "components", "channels", "operations", "security", "servers", "webhooks"})
_OPERATION_PARTS = frozenset({"parameters", "headers", "security", "securitySchemes", "servers", "callbacks"})


@dataclass(frozen=True, slots=True)
class Document:
    """One side of a changed contract: its root and the library that resolves its references."""

    side: Side
    root: Node
    library: Library


@dataclass(frozen=True, slots=True)
class Answer:
    """Hit, not hit or unknown, and the pointers into the body that it is about."""

    hit: Hit
    fields: tuple[str, ...] = ()


def worst(answers: Iterable[Answer]) -> Answer:
    """Hit beats unknown beats not hit; the fields of the winning kind are kept."""
    listed = tuple(answers)
    for kind in (Hit.HIT, Hit.UNKNOWN):
        fields = [field for answer in listed if answer.hit is kind for field in answer.fields]
        if any(answer.hit is kind for answer in listed):
            return Answer(kind, tuple(dict.fromkeys(fields)))
    return Answer(Hit.NOT_HIT)


def interaction_hit(change: Change, uses: tuple[FieldUse, ...], documents: tuple[Document, ...]) -> Answer:
    """Whether `change` hits one interaction, given all its field uses.

    Args:
        change: A breaking or unproven change.
        uses: Every use of one interaction of one consumer.
        documents: The old and the new contract, as far as they exist.
    """
    if not uses or not uses[0].matched:
        return Answer(Hit.UNKNOWN)
    carried = _carried(change, uses[0])
    if carried is False:
        return Answer(Hit.NOT_HIT)
    if change.direction is None or not _in_schema(change.location.pointer):
        return _operation_level(change, uses[0], certain=bool(carried))
    if change.direction is Direction.RECEIVED:
        answer = _received(change, uses, documents)
    else:
        relevant = [use for use in uses if use.direction is Direction.SENT and _same_status(change, use)]
        answer = worst(_use_hit(change, use, documents) for use in relevant)
    if carried is None and answer.hit is Hit.HIT:
        return Answer(Hit.UNKNOWN, answer.fields)
    return answer


def _carried(change: Change, use: FieldUse) -> bool | None:
    """Whether the change is reached from the operation of `use`; None if the change does not say."""
    if not change.reached_from:
        return None
    operation = use.operation.removeprefix("message ")
    is_message = use.operation.startswith("message ")
    for carrier in change.reached_from:
        if is_message and operation in carrier.split():
            return True
        if not is_message and (carrier == operation or carrier.startswith(operation + " ")):
            return True
    return False


def _same_status(change: Change, use: FieldUse) -> bool:
    """Whether one of the carriers of the change may be the response that `use` reads."""
    prefix = use.operation + " "
    tails = [carrier.removeprefix(prefix) for carrier in change.reached_from if carrier.startswith(prefix)]
    statuses = {tail.split()[0] for tail in tails if tail}
    if not use.status or not statuses:
        return True
    # a carrier that does not name a status may be any of them
    if not all(status[:1].isdecimal() or status == "default" for status in statuses):
        return True
    return bool({use.status, f"{use.status[:1]}XX", f"{use.status[:1]}xx", "default"} & statuses)


def _in_schema(pointer: str) -> bool:
    """Whether a location is inside the schema of a body, by the fixed fields of OpenAPI and AsyncAPI."""
    tokens = split(pointer)
    if tuple(tokens[:2]) in _SCHEMA_MAPS or tokens[:1] in (["definitions"], ["$defs"]):
        return True
    if not tokens or tokens[0] not in _DOCUMENT_PARTS:
        return True  # a file that holds nothing but a schema
    for position, token in enumerate(tokens):
        if token in {"schema", "payload"}:
            return not set(tokens[:position]) & _OPERATION_PARTS
    return False


def _operation_level(change: Change, use: FieldUse, *, certain: bool) -> Answer:
    """A change of the operation itself: its removal and its security hit every user; other parts may not."""
    tokens = split(change.location.pointer)
    whole = (tokens[:1] == ["paths"] and len(tokens) <= 3) or tokens[:1] == ["security"] or "security" in tokens
    whole = whole or (tokens[:1] in (["channels"], ["operations"]) and len(tokens) <= 2)
    if certain and whole:
        return Answer(Hit.HIT, (use.operation,))
    return Answer(Hit.UNKNOWN, (use.operation,))


def _received(change: Change, uses: tuple[FieldUse, ...], documents: tuple[Document, ...]) -> Answer:
    """A change of what the consumer sends: hit by a field it sends, or by one that it now has to send."""
    sent = tuple(use for use in uses if use.direction is Direction.RECEIVED)
    if not sent:
        return Answer(Hit.UNKNOWN)
    pointers = frozenset(use.pointer for use in sent)
    return worst(_use_hit(change, use, documents, pointers) for use in sent)


def _use_hit(
    change: Change, use: FieldUse, documents: tuple[Document, ...], sent: frozenset[str] | None = None
) -> Answer:
    """Whether one use rests on the changed node, on either side of the change."""
    places = [(change.side, change.location)]
    if change.counterpart is not None:
        places.append((Side.NEW if change.side is Side.OLD else Side.OLD, change.counterpart))
    answers = []
    for side, place in places:
        document = next((document for document in documents if document.side is side), None)
        answers.append(_on_side(change, use, place, document, sent) if document else Answer(Hit.UNKNOWN))
    return worst(answers)


def _on_side(change: Change, use: FieldUse, place: Location, document: Document, sent: frozenset[str] | None) -> Answer:
    schemas = body_schemas(document.library, document.root, use.operation, use.status, use.direction)
    if not schemas:
        # the operation or its body does not exist on this side: the other side answers
        return Answer(Hit.NOT_HIT if change.counterpart is not None else Hit.UNKNOWN)
    try:
        nodes = [node for schema in schemas for node in touched(document.library, schema, use.pointer)]
    except TooWideError:
        return Answer(Hit.UNKNOWN, (use.pointer,))
    file = place.file or document.root.document.path
    above = [node for node in nodes if node.file == file and _holds(node.pointer, place.pointer)]
    if not above:
        swallowed = use.leaf and any(node.has_children and not node.rest for node in nodes)
        return Answer(Hit.UNKNOWN, (use.pointer,)) if swallowed else Answer(Hit.NOT_HIT)
    deepest = max(len(node.pointer) for node in above)
    return worst(
        _at_node(change, use, node, tuple(split(place.pointer[len(node.pointer) :])), sent)
        for node in above
        if len(node.pointer) == deepest
    )


def _holds(pointer: str, place: str) -> bool:
    return place == pointer or place.startswith(pointer + "/")


def _at_node(
    change: Change, use: FieldUse, node: Touched, remainder: tuple[str, ...], sent: frozenset[str] | None
) -> Answer:
    """Decide for the deepest touched node that holds the changed place; `remainder` leads from it to the place."""
    if sent is not None and change.rule in _MUST_SEND:
        return _must_send(change, node, remainder, sent)
    if not remainder:
        return _whole_node(change, use, node, sent)
    keyword = remainder[0]
    if keyword == "required":
        return _required(change, node, use, sent)
    if keyword in {"properties", "patternProperties"}:
        return _other_property(change, node, remainder, use, sent)
    certain = keyword in _AT_ONCE or (not node.rest and use.leaf)
    return Answer(Hit.HIT if certain else Hit.UNKNOWN, (use.pointer,))


def _must_send(change: Change, node: Touched, remainder: tuple[str, ...], sent: frozenset[str]) -> Answer:
    """A field that must be sent from now on; the change stands at the field, or at the object if undeclared."""
    if remainder[:1] == ("properties",) and len(remainder) == 2:
        named = f"{node.body}/{escape(remainder[1])}"
    elif not remainder and split(node.pointer)[-2:-1] == ["properties"] and node.body:
        named = node.body
    else:
        named = f"{node.body}/{escape(change.subject.rpartition('.')[2])}"
    return Answer(Hit.NOT_HIT) if named in sent else Answer(Hit.HIT, (named,))


def _whole_node(change: Change, use: FieldUse, node: Touched, sent: frozenset[str] | None) -> Answer:
    """The change stands at the node itself: whoever reads it or below is hit, unless the proof names a field."""
    failing = _failing(change)
    if failing and node.rest:
        same = all(lost == read for lost, read in zip(failing, node.rest, strict=False))
        return Answer(Hit.HIT if same else Hit.UNKNOWN, (use.pointer,))
    if failing and not use.leaf:
        return Answer(Hit.NOT_HIT)  # the uses below this one name the fields that are read
    if sent is not None and change.side is Side.NEW and change.counterpart is None:
        # a field the consumer already sends is declared now: whether its value fits cannot be told
        return Answer(Hit.UNKNOWN, (use.pointer,))
    return Answer(Hit.HIT, (use.pointer,))


def _failing(change: Change) -> tuple[str, ...]:
    """What the witness says a reader loses below the changed node, as tokens with arrays indexed by `*`."""
    if change.witness is None:
        return ()
    place, lost = split(change.location.pointer), split(change.witness.failing)
    if place[-2:-1] == ["properties"] and lost and lost[-1] == place[-1]:
        return ()  # the witness is the object around the field: the field itself is what is lost
    value: JSON = change.witness.instance
    tokens: list[str] = []
    for token in split(change.witness.failing):
        is_list = isinstance(value, list)
        tokens.append("*" if is_list else token)
        if isinstance(value, list):
            value = value[int(token)] if token.isdecimal() and int(token) < len(value) else None
        else:
            value = value.get(token) if isinstance(value, dict) else None
    return tuple(tokens)


def _names(change: Change) -> frozenset[str]:
    """The property names by which two `required` lists differ; none if the change does not carry the lists."""
    sides = [
        {str(item) for item in side} if isinstance(side, list) else set() for side in (change.before, change.after)
    ]
    names = sides[0] ^ sides[1]
    if not names:
        names = {str(side) for side in (change.before, change.after) if isinstance(side, str)}
    failing = _failing(change)
    return frozenset(names or failing[:1])


def _required(change: Change, node: Touched, use: FieldUse, sent: frozenset[str] | None) -> Answer:
    names = _names(change)
    if not names:
        return Answer(Hit.UNKNOWN, (use.pointer,))
    if sent is not None:
        missing = tuple(f"{node.body}/{name}" for name in sorted(names) if f"{node.body}/{name}" not in sent)
        return Answer(Hit.HIT, missing) if missing else Answer(Hit.NOT_HIT)
    if node.rest:
        return Answer(Hit.HIT, (use.pointer,)) if node.rest[0] in names else Answer(Hit.NOT_HIT)
    return Answer(Hit.UNKNOWN, (use.pointer,)) if use.leaf else Answer(Hit.NOT_HIT)


def _other_property(
    change: Change, node: Touched, remainder: tuple[str, ...], use: FieldUse, sent: frozenset[str] | None
) -> Answer:
    """The changed place is in a property that this use does not touch."""
    named = f"{node.body}/{remainder[1]}" if len(remainder) > 1 else node.body
    if sent is not None and len(remainder) == 2 and change.side is Side.NEW and change.counterpart is None:
        # a property that the provider now insists on and that this interaction does not send
        return Answer(Hit.NOT_HIT) if named in sent else Answer(Hit.HIT, (named,))
    open_end = use.leaf and not node.rest
    return Answer(Hit.UNKNOWN, (named,)) if open_end else Answer(Hit.NOT_HIT)
