"""One interaction as the comparator sees it: headers and query flattened, the body unwrapped."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from harness.documents.json_text import exact
from harness.pacts.comparator.javascript import MISSING, mapping, truthy

_BROKEN = str.maketrans("", "", "\r\n\0")


class Headers:
    """Header values by name, whatever the case; several values of one name are joined by a comma."""

    def __init__(self, written: object) -> None:
        """Take the headers of a pact: texts or lists of texts by name."""
        self._values: dict[str, str] = {}
        for name, value in mapping(flattened(written)).items():
            key, text = name.lower(), str(value).strip(" \t")
            self._values[key] = f"{self._values[key]}, {text}" if key in self._values else text

    def get(self, name: str) -> str | None:
        """Return a value, None if there is no such header."""
        return self._values.get(name.lower())

    def discard(self, name: str) -> None:
        """Forget a header."""
        self._values.pop(name.lower(), None)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._values))


@dataclass(frozen=True, slots=True)
class Http:
    """A request and its response."""

    pointer: str
    method: str
    path: str
    query: Any
    request_headers: Any
    request_body: Any
    status: int
    response_headers: Any
    response_body: Any
    description: str = ""
    response_rules: Any = None

    @property
    def is_valid_request(self) -> bool:
        """Whether the consumer expects success: a request meant to fail need not satisfy the specification."""
        return self.status < 400


@dataclass(frozen=True, slots=True)
class Content:
    """One message: payload, media type and metadata; MISSING or None where the pact says nothing."""

    pointer: str
    payload: Any
    media_type: Any
    metadata: Any
    rules: Any = None


@dataclass(frozen=True, slots=True)
class Messages:
    """A message the consumer reads, or a request message with its answers.

    Attributes:
        pointer: Of the interaction.
        reference: `comments.references.AsyncAPI`; None if it is not there.
        request: The message of a synchronous interaction that the consumer sends; None if asynchronous.
        answers: What the consumer reads.
    """

    pointer: str
    reference: Any
    request: Content | None
    answers: tuple[Content, ...]
    description: str = ""


_LEADING = re.compile(r"\s*\+?([0-9]{1,9})")
"""The whole number a text begins with, as JavaScript's `parseInt` finds it."""


def interactions(pact: dict[str, Any]) -> Iterator[Http | Messages]:
    """Yield the interactions of a pact of any version; kinds nobody defined are left out."""
    is_v4 = _major(pact) >= 4
    written = pact.get("interactions")
    for index, item in enumerate(written if isinstance(written, list) else []):
        pointer = f"/interactions/{index}"
        if not isinstance(item, dict):
            continue
        kind = item.get("type")
        name = kind.lower() if isinstance(kind, str) else ""
        if (kind is None and isinstance(item.get("request"), dict)) or name == "synchronous/http":
            yield _http(item, pointer, is_v4=is_v4)
        elif name in {"asynchronous/messages", "synchronous/messages"}:
            yield _messages(item, pointer, is_synchronous=name.startswith("s"))


def _major(pact: dict[str, Any]) -> int:
    metadata = mapping(pact.get("metadata"))
    written = (
        mapping(metadata.get("pactSpecification")).get("version")
        or metadata.get("pactSpecificationVersion")
        or mapping(metadata.get("pact-specification")).get("version")
        or "0"
    )
    leading = _LEADING.match(str(written))
    return int(leading[1]) if leading else 0


def _http(item: dict[str, Any], pointer: str, *, is_v4: bool) -> Http:
    request, response = mapping(item.get("request")), mapping(item.get("response"))
    status = response.get("status")
    return Http(
        pointer=pointer,
        method=str(request.get("method") or "GET"),
        path=str(request.get("path") or ""),
        query=flattened(request.get("query")),
        request_headers=request.get("headers"),
        request_body=_body(request, is_v4=is_v4),
        status=int(status) if isinstance(status, (int, Decimal)) and 0 <= status < 100_000 else 200,
        response_headers=response.get("headers"),
        response_body=_body(response, is_v4=is_v4),
        description=str(item.get("description") or ""),
        response_rules=response.get("matchingRules"),
    )


def _body(part: dict[str, Any], *, is_v4: bool) -> Any:
    body = part.get("body", MISSING)
    return unwrapped(body) if is_v4 else body


def unwrapped(body: Any) -> Any:
    """Return the content of `{content, contentType, encoded}`: decoded text where it is encoded."""
    if not truthy(body):
        return MISSING
    written = mapping(body)
    content, encoded = written.get("content", ""), written.get("encoded")
    if not encoded or not isinstance(content, str) or not isinstance(encoded, str):
        return content
    if encoded.upper() == "JSON":
        try:
            return json.loads(content, parse_float=exact)
        except (ValueError, RecursionError):
            return content
    return _decoded(content) if encoded.lower() in {"base64", "base64url"} else content


def _decoded(content: str) -> str:
    try:
        padded = content + "=" * (-len(content) % 4)
        return base64.b64decode(padded, altchars=_alternatives(content)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return content


def _alternatives(content: str) -> bytes | None:
    return b"-_" if set(content) & {"-", "_"} else None


def flattened(values: Any) -> Any:
    """Join lists by commas: `{"a": ["1", "2"]}` becomes `{"a": "1,2"}`; None where there is nothing."""
    if not values:
        return None
    if not isinstance(values, dict):
        return values if isinstance(values, str) else None
    return {
        name: ",".join(_clean(item) for item in value) if isinstance(value, list) else _clean(value)
        for name, value in values.items()
    }


def _clean(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value).translate(_BROKEN)


def _messages(item: dict[str, Any], pointer: str, *, is_synchronous: bool) -> Messages:
    references = mapping(mapping(item.get("comments")).get("references"))
    reference = references.get("AsyncAPI")
    reference = reference if truthy(reference) else None
    description = str(item.get("description") or "")
    if not is_synchronous:
        return Messages(pointer, reference, None, (_content(item, pointer),), description)
    answers = item.get("response")
    listed_answers = answers if isinstance(answers, list) else []
    return Messages(
        pointer,
        reference,
        _content(mapping(item.get("request")), f"{pointer}/request"),
        tuple(_content(mapping(answer), f"{pointer}/response/{index}") for index, answer in enumerate(listed_answers)),
        description,
    )


def _content(part: dict[str, Any], pointer: str) -> Content:
    contents = part.get("contents", MISSING)
    return Content(
        pointer,
        unwrapped(contents),
        mapping(contents).get("contentType"),
        part.get("metadata"),
        part.get("matchingRules"),
    )
