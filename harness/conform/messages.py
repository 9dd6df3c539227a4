"""What an AsyncAPI document says a bus carries: each message by the type that its envelope has on the wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from harness.model import JSON, split
from harness.schema.validation import Validator

_DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class Declared:
    """One message of the contract.

    Attributes:
        name: Its name, such as `invoice.finalised`.
        types: CloudEvents types it has on the wire.
        validator: Of its payload; None where any payload is right.
    """

    name: str
    types: tuple[str, ...]
    validator: Validator | None


def declared_messages(document: Mapping[str, Any]) -> tuple[Declared, ...]:
    """Return the messages of an AsyncAPI document that holds all it refers to.

    Raises:
        UnreadableError: A payload is no valid schema.
    """
    found: dict[str, Declared] = {}
    for key, pointer, message in _messages(document):
        name = str(message.get("name") or key)
        if name not in found:
            found[name] = Declared(name, _types(document, message, key), _validator(document, pointer, message))
    return tuple(found.values())


def _messages(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield key, pointer and value of each message in components and channels, references followed."""
    components = _mapping(document.get("components"))
    holders = [("/components/messages", components.get("messages"))]
    for name, channel in _mapping(document.get("channels")).items():
        place = f"/channels/{_escaped(name)}"
        holders.append((f"{place}/messages", _mapping(channel).get("messages")))
        for action in ("publish", "subscribe"):
            message = _mapping(_mapping(channel).get(action)).get("message")
            if message is not None:
                several = message.get("oneOf") if isinstance(message, dict) else None
                listed = several if isinstance(several, list) else [message]
                base = f"{place}/{action}/message" + ("/oneOf" if isinstance(several, list) else "")
                holders.append((base, {str(index): one for index, one in enumerate(listed)} if several else None))
                if not several:
                    yield from _followed(document, name, base, message)
    for place, messages in holders:
        for key, written in _mapping(messages).items():
            yield from _followed(document, key, f"{place}/{_escaped(key)}", written)


def _followed(document: Mapping[str, Any], key: str, pointer: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    for _ in range(_DEEPEST):
        reference = value.get("$ref") if isinstance(value, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            break
        pointer = reference.removeprefix("#")
        key = split(pointer)[-1]
        value = _at(document, pointer)
    if isinstance(value, dict):
        yield key, pointer, value


def _types(document: Mapping[str, Any], message: Mapping[str, Any], key: str) -> tuple[str, ...]:
    constants = tuple(dict.fromkeys(_constants(document, message.get("payload"), _DEEPEST)))
    return constants or tuple(dict.fromkeys(str(one) for one in (message.get("name"), key) if one))


def _constants(document: Mapping[str, Any], schema: Any, depth: int) -> Iterator[str]:
    """Yield what the property `type` of a payload may be."""
    if not isinstance(schema, dict) or not depth:
        return
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        yield from _constants(document, _at(document, reference.removeprefix("#")), depth - 1)
    kind = _mapping(_mapping(schema.get("properties")).get("type"))
    yield from (one for one in [kind.get("const"), *_listed(kind.get("enum"))] if isinstance(one, str))
    for part in [*_listed(schema.get("allOf")), *_listed(schema.get("oneOf")), *_listed(schema.get("anyOf"))]:
        yield from _constants(document, part, depth - 1)


def _validator(document: Mapping[str, Any], pointer: str, message: Mapping[str, Any]) -> Validator | None:
    payload = message.get("payload")
    if payload is None or payload is True:
        return None
    form = ""
    if isinstance(payload, dict) and "schemaFormat" in payload and "schema" in payload:
        form, pointer = str(payload["schemaFormat"]), f"{pointer}/payload/schema"
    else:
        pointer = f"{pointer}/payload"
    if form and "json" not in form and "asyncapi" not in form:
        return None  # Avro and Protobuf are not JSON on the wire
    # a reference in draft-07 stands alone, so it stands in an allOf; 2020-12 reads that alike
    schema = {**document, "allOf": [{"$ref": f"#{_quoted(pointer)}"}]}
    return Validator(schema, "2020-12" if "2020-12" in form else "draft-07")


def _at(document: Mapping[str, Any], pointer: str) -> Any:
    value: Any = document
    for token in split(pointer):
        if isinstance(value, list) and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        else:
            value = value.get(token) if isinstance(value, dict) else None
    return value


def _quoted(pointer: str) -> str:
    return pointer.replace("%", "%25").replace(" ", "%20").replace("{", "%7B").replace("}", "%7D")


def _escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> list[JSON]:
    return value if isinstance(value, list) else []
