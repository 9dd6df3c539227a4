"""The field-usage index of one pact against its specification: every part that is used, and the schema behind it.

Beside body fields also parameters, headers, statuses and metadata; for body fields the place in the specification,
through references and the alternatives that the example satisfies. A field that is not here is not known to be
unused: a consumer without a pact may read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from harness.model import JSON, Direction, join
from harness.pacts.comparator import Comparator
from harness.pacts.comparator.bodies import response_schema
from harness.pacts.comparator.coercion import has_type, types_of
from harness.pacts.comparator.context import Operation
from harness.pacts.comparator.interactions import Content, Headers, Http, Messages, flattened, interactions
from harness.pacts.comparator.javascript import MISSING, listed, mapping, tokens, value_at
from harness.pacts.comparator.querystrings import parse_flat
from harness.pacts.matching.paths import Token
from harness.pacts.matching.rules import Rules, read_rules
from harness.pacts.usage import is_sensitive

DEEPEST: Final = 60
MOST_PLACES: Final = 12


@dataclass(frozen=True, slots=True, order=True)
class IndexRow:
    """One part of an operation or message that one interaction uses.

    Attributes:
        operation: `GET /invoices/{id}` by template, else as the pact writes it; `message onInvoice` by operationId.
        direction: Seen from the provider: `sent` is read by the consumer, `received` is written by it.
        part: `body`, `header`, `query`, `status` or `metadata`.
        field: JSON pointer into the body with `*` for list items; a name for the other parts; the status itself.
        matcher: Names of the matchers; `equality` where exactly the example's value is expected.
        value_sensitive: Whether another value of the same type may fail the consumer.
        schema: JSON pointers into the specification that describe a body field; none where nothing does.
        interaction: JSON pointer of the interaction in the pact.
    """

    operation: str
    direction: Direction
    part: str
    field: str
    matcher: str
    value_sensitive: bool
    schema: tuple[str, ...] = ()
    interaction: str = ""


def index_of(
    pact: dict[str, Any], openapi: dict[str, Any] | None = None, asyncapi: dict[str, Any] | None = None
) -> tuple[IndexRow, ...]:
    """Return the rows of one pact, sorted, each once.

    Args:
        pact: The pact as written.
        openapi: The provider's OpenAPI document; None if there is none.
        asyncapi: The provider's AsyncAPI document (version 2 or 3); None if there is none.
    """
    comparator = Comparator(openapi, asyncapi)
    rows: set[IndexRow] = set()
    for interaction in interactions(pact):
        written = mapping(value_at(pact, tokens(f"#{interaction.pointer}")))
        if isinstance(interaction, Http):
            rows |= set(_http(interaction, written, comparator.operation(interaction), openapi))
        else:
            rows |= set(_messages(interaction, comparator, asyncapi))
    return tuple(sorted(rows))


def _http(
    interaction: Http, written: dict[str, Any], operation: Operation | None, openapi: dict[str, Any] | None
) -> Iterator[IndexRow]:
    name = f"{interaction.method.upper()} {operation.found.route.path if operation else interaction.path}"
    request, answer = (read_rules(mapping(written.get(side)).get("matchingRules")) for side in ("request", "response"))
    at = interaction.pointer
    received, sent = Direction.RECEIVED, Direction.SENT
    query = interaction.query
    for parameter in parse_flat(query) if isinstance(query, str) else mapping(query):
        yield _named(name, received, "query", parameter, request.of("query"), at)
    for header in Headers(interaction.request_headers):
        yield _named(name, received, "header", header, request.of("header"), at)
    for header in Headers(interaction.response_headers):
        yield _named(name, sent, "header", header, answer.of("header"), at)
    status = answer.of("status").best(())
    matcher = "equality" if status is None else _names(status)
    yield IndexRow(name, sent, "status", str(interaction.status), matcher, is_sensitive(matcher), (), at)
    places = _http_schemas(operation)
    bodies = (
        (received, interaction.request_body, request.of("body"), places[0]),
        (sent, interaction.response_body, answer.of("body"), places[1]),
    )
    for direction, body, rules, schema in bodies:
        yield from _body(_Walk(openapi, rules, name, direction, at), body, schema)


def _http_schemas(operation: Operation | None) -> tuple[list[str], list[str]]:
    """Return the places of the schemas of request and response; none where there is no schema."""
    if operation is None:
        return [], []
    request = [
        join(operation.pointer, "requestBody", "content", media, "schema")
        for media, item in operation.request_content.items()
        if mapping(item).get("schema") is not None
    ]
    key = operation.response_key
    if key is None:
        return request, []
    media_type, schema = response_schema(operation)
    if schema is None:
        return request, []
    place = join(operation.pointer, "responses", key)
    is_swagger = operation.response.get("schema") is not None
    return request, [join(place, "schema") if is_swagger else join(place, "content", media_type, "schema")]


def _named(operation: str, direction: Direction, part: str, name: str, rules: Rules, at: str) -> IndexRow:
    best = rules.best((name,))
    matcher = "equality" if best is None else _names(best)
    return IndexRow(operation, direction, part, name, matcher, is_sensitive(matcher), (), at)


def _names(rules: Any) -> str:
    return ",".join(sorted({rule.name for rule in rules.rules}))


def _messages(interaction: Messages, comparator: Comparator, asyncapi: dict[str, Any] | None) -> Iterator[IndexRow]:
    reference = mapping(interaction.reference).get("operationId")
    name = f"message {reference or interaction.description}"
    matched = {
        result.pact: result.spec for result in comparator.interaction(interaction) if result.code == "message.matched"
    }
    sides: list[tuple[Direction, Content]] = [(Direction.SENT, answer) for answer in interaction.answers]
    if interaction.request is not None:
        sides.append((Direction.RECEIVED, interaction.request))
    for direction, content in sides:
        rules = read_rules(content.rules)
        for key in mapping(flattened(content.metadata)):
            yield _named(name, direction, "metadata", key, rules.of("metadata"), interaction.pointer)
        places = [f"{matched[content.pointer]}/payload"] if content.pointer in matched else []
        walk = _Walk(asyncapi, rules.of("body"), name, direction, interaction.pointer)
        yield from _body(walk, content.payload, places)


@dataclass(frozen=True, slots=True)
class _Walk:
    """What stays the same while one body is walked."""

    document: Any
    rules: Rules
    operation: str
    direction: Direction
    at: str


def _body(walk: _Walk, body: JSON, places: list[str]) -> Iterator[IndexRow]:
    if body is not MISSING and body is not None:
        yield from _fields(walk, body, ("", ()), places, 0)


def _fields(
    walk: _Walk, value: JSON, place: tuple[str, tuple[Token, ...]], schemas: list[str], depth: int
) -> Iterator[IndexRow]:
    pointer, path = place
    best = walk.rules.best(path)
    matcher = "equality" if best is None else _names(best)
    leaf = not isinstance(value, (dict, list)) or not value
    found = _alternatives(walk.document, schemas, value)
    shown = tuple(sorted(found)[:MOST_PLACES])
    sensitive = leaf and is_sensitive(matcher)
    yield IndexRow(walk.operation, walk.direction, "body", pointer, matcher, sensitive, shown, walk.at)
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            below = [join(schema, "properties", name) for schema in found]
            below = [schema for schema in below if value_at(walk.document, tokens(f"#{schema}")) is not MISSING]
            yield from _fields(walk, item, (join(pointer, name), (*path, name)), below, depth + 1)
    elif isinstance(value, list):
        below = [join(schema, "items") for schema in found]
        for index, item in enumerate(value):
            yield from _fields(walk, item, (join(pointer, "*"), (*path, index)), below, depth + 1)


def _alternatives(document: Any, schemas: list[str], value: JSON) -> list[str]:
    """Return the places that describe a value: references followed, allOf, oneOf and anyOf opened."""
    found: list[str] = []
    waiting = list(schemas)
    seen: set[str] = set()
    while waiting and len(seen) < MOST_PLACES * 10:
        place = waiting.pop(0)
        if place in seen:
            continue
        seen.add(place)
        schema = value_at(document, tokens(f"#{place}"))
        if not isinstance(schema, dict):
            continue
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith("#"):
            waiting.append(reference[1:])
            found.append(place)
            continue
        for word in ("allOf", "oneOf", "anyOf"):
            branches = enumerate(listed(schema.get(word)))
            waiting += [join(place, word, index) for index, branch in branches if _may_be(document, branch, value)]
        if _fits(schema, value):
            found.append(place)
    return found


def _may_be(document: Any, branch: Any, value: JSON) -> bool:
    """Whether a branch can describe the value: of its type, and closed only if it declares every field."""
    for _ in range(DEEPEST):
        reference = mapping(branch).get("$ref")
        if not isinstance(reference, str):
            break
        branch = value_at(document, tokens(reference))
    schema = mapping(branch)
    declared = mapping(schema.get("properties"))
    if isinstance(value, dict) and schema.get("additionalProperties") is False and not value.keys() <= declared.keys():
        return False
    constants = {name: mapping(part) for name, part in declared.items() if isinstance(value, dict) and name in value}
    wrong = [
        name
        for name, part in constants.items()
        if isinstance(value, dict)
        and (
            ("const" in part and part["const"] != value[name]) or (part.get("enum") and value[name] not in part["enum"])
        )
    ]
    return not wrong and _fits(schema, value)


def _fits(schema: dict[str, Any], value: JSON) -> bool:
    types = types_of(schema)
    return not types or any(has_type(name, value) for name in types)
