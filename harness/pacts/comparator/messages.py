"""Messages of a pact against the messages of the AsyncAPI operation that the pact names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from harness.model import join
from harness.pacts.comparator.context import Compiled
from harness.pacts.comparator.interactions import Content, Messages
from harness.pacts.comparator.javascript import MISSING, copied, follow, listed, mapping, truthy
from harness.pacts.comparator.media import body_status
from harness.pacts.comparator.schemas import received_schema, resolved_schema, united_schema
from harness.pacts.comparator.values import Result

_REFERENCE = "/comments/references/AsyncAPI"
Candidate = tuple[str, dict[str, Any]]
"""JSON pointer of a message and the message itself."""


def compare_messages(compiled: Compiled, asyncapi: dict[str, Any] | None, interaction: Messages) -> Iterator[Result]:
    """Yield the results of one message, or of a request message and its answers."""
    refused = _unnamed(asyncapi, interaction)
    if refused is not None or asyncapi is None:
        yield refused or Result("message.spec.missing", "No AsyncAPI document provided", interaction.pointer)
        return
    name = str(mapping(interaction.reference)["operationId"])
    operation = mapping(mapping(asyncapi.get("operations"))[name])
    place = join("/operations", name)
    offered = list(_candidates(asyncapi, operation.get("messages"), f"{place}/messages"))
    if interaction.request is None:
        yield from _matched(compiled, asyncapi, offered, interaction.answers[0], sent=True)
        return
    results = list(_matched(compiled, asyncapi, offered, interaction.request, sent=False))
    yield from results
    if any(result.code == "message.matched" for result in results):
        yield from _answers(compiled, asyncapi, interaction, operation, place)


def _answers(
    compiled: Compiled,
    asyncapi: dict[str, Any],
    interaction: Messages,
    operation: dict[str, Any],
    place: str,
) -> Iterator[Result]:
    reply = operation.get("reply")
    listed_messages = listed(mapping(reply).get("messages"))
    pointer = interaction.pointer
    if not listed_messages:
        what = "reply defines no messages" if truthy(reply) else "has no reply"
        message = f"The operation's {what} in the AsyncAPI document" if truthy(reply) else f"The operation {what}"
        yield Result("message.reply.missing", message, pointer + _REFERENCE, place, "asyncapi")
        return
    if not interaction.answers:
        message = "The interaction defines no answer to hold against the reply"
        yield Result("message.response.missing", message, f"{pointer}/response", f"{place}/reply/messages", "asyncapi")
        return
    offered = list(_candidates(asyncapi, listed_messages, f"{place}/reply/messages"))
    for answer in interaction.answers:
        yield from _matched(compiled, asyncapi, offered, answer, sent=True)


def _unnamed(asyncapi: dict[str, Any] | None, interaction: Messages) -> Result | None:
    """Return why the operation of a message cannot be found, None if it can."""
    pointer = interaction.pointer
    kind = "Async" if interaction.request is None else "Sync"
    if asyncapi is None:
        message = f"No AsyncAPI document provided to validate {kind.lower()} interaction"
        return Result("message.spec.missing", message, pointer)
    if interaction.reference is None:
        message = f"{kind} interaction names no operation in comments.references.AsyncAPI"
        return Result("message.references.missing", message, pointer)
    name = mapping(interaction.reference).get("operationId")
    if not name:
        message = f"{kind} interaction names no operationId in comments.references.AsyncAPI"
        return Result("message.references.missing", message, pointer + _REFERENCE)
    if not truthy(mapping(asyncapi.get("operations")).get(str(name))):
        message = f"Operation not defined in the AsyncAPI document: {name}"
        return Result(
            "message.operation.unknown", message, f"{pointer}{_REFERENCE}/operationId", "/operations", "asyncapi"
        )
    return None


def _candidates(asyncapi: dict[str, Any], messages: object, place: str) -> Iterator[Candidate]:
    for index, written in enumerate(listed(messages)):
        if not isinstance(written, dict):
            continue
        found, reference = follow(written, asyncapi)
        if isinstance(found, dict):
            yield reference.removeprefix("#") or join(place, index), found


def _matched(
    compiled: Compiled, asyncapi: dict[str, Any], offered: list[Candidate], content: Content, *, sent: bool
) -> Iterator[Result]:
    """Yield what the first message that fits says, else that none does.

    Args:
        compiled: Validators.
        asyncapi: The document.
        offered: Messages of the operation.
        content: The message of the pact.
        sent: Whether the consumer reads it, so that it may use part of it; else it must satisfy the whole schema.
    """
    causes: list[Result] = []
    for pointer, message in offered:
        results = [
            *_payload(compiled, asyncapi, pointer, message.get("payload"), content, sent=sent),
            *_headers(compiled, asyncapi, pointer, message.get("headers"), content, sent=sent),
        ]
        errors = [result for result in results if result.code.endswith(".incompatible")]
        if not errors:
            yield from results
            yield Result("message.matched", "The message fits", content.pointer, pointer, "asyncapi")
            return
        causes += errors
    message_text = "No message of the operation fits the interaction"
    if causes:
        message_text += f": {causes[0].message}"
    yield Result("message.no.match", message_text, content.pointer, "/operations", "asyncapi", tuple(causes))


def _payload(
    compiled: Compiled, asyncapi: dict[str, Any], pointer: str, schema: Any, content: Content, *, sent: bool
) -> Iterator[Result]:
    status = body_status(content.media_type, content.payload)
    place = f"{content.pointer}/contents/content"
    if status == "warn":
        message = f"A payload of type '{content.media_type}' cannot be held against a schema"
        yield Result("message.payload.unvalidatable", message, place, pointer, "asyncapi")
    elif status == "validate" and not truthy(follow(schema, asyncapi)[0]):
        if content.payload is not MISSING:
            message = "No schema found for message payload"
            yield Result("message.payload.unknown", message, place, pointer, "asyncapi")
    elif status == "validate":
        yield from _failures(
            compiled,
            f"{pointer}/payload {_side(sent=sent)}",
            content.payload,
            lambda: _schema(compiled, asyncapi, schema, sent=sent),
            place,
            "message.payload.incompatible",
        )


def _headers(
    compiled: Compiled, asyncapi: dict[str, Any], pointer: str, schema: Any, content: Content, *, sent: bool
) -> Iterator[Result]:
    metadata = content.metadata
    if metadata is not None and compiled.unites:
        # Pact's libraries write the type of the content there, whatever the consumer reads
        metadata = {name: value for name, value in mapping(metadata).items() if name != "contentType"} or None
    if truthy(schema) and metadata is not None:
        yield from _failures(
            compiled,
            f"{pointer}/headers {_side(sent=sent)}",
            metadata,
            lambda: _schema(compiled, asyncapi, schema, sent=sent),
            f"{content.pointer}/metadata",
            "message.headers.incompatible",
        )


def _schema(compiled: Compiled, asyncapi: dict[str, Any], schema: Any, *, sent: bool) -> Any:
    found = copied(resolved_schema(schema, asyncapi))
    if compiled.unites:
        found = united_schema(found)
    return received_schema(found) if sent else found


def _side(*, sent: bool) -> str:
    return "sent" if sent else "received"


def _failures(
    compiled: Compiled, name: str, value: Any, schema: Callable[[], Any], place: str, code: str
) -> Iterator[Result]:
    """Hold a value against a schema; `name` is the schema's pointer and the direction, which changes it."""
    pointer = name.rpartition(" ")[0]
    for failure in compiled.failures(name, value, schema):
        message = f"{failure.instance or 'it'} {failure.message}"
        yield Result(code, message, place + failure.instance, pointer + failure.schema, "asyncapi")
