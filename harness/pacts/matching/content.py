"""Find out what kind of body stands in a pact and in what came, and take it out of its wrapping."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from harness.documents.json_text import exact
from harness.pacts.comparator.interactions import Headers, unwrapped
from harness.pacts.comparator.javascript import MISSING, mapping


@dataclass(frozen=True, slots=True)
class Body:
    """A body: its value (MISSING, None, "" or what stands there) and its media type, "" if nobody says."""

    value: Any
    media_type: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to compare."""
        return self.value is MISSING or self.value is None or self.value == ""


def body_of(part: dict[str, Any], *, is_v4: bool) -> Body:
    """Return the body of a request or response, or the contents of a message."""
    key = "contents" if "contents" in part else "body"
    written = part.get(key, MISSING)
    media_type = Headers(part.get("headers")).get("content-type") or ""
    metadata = mapping(part.get("metaData") or part.get("metadata"))
    media_type = media_type or str(metadata.get("contentType") or metadata.get("Content-Type") or "")
    if is_v4 and isinstance(written, dict) and "content" in written:
        declared = written.get("contentType")
        content = written["content"] if written["content"] in (None, "") else unwrapped(written)
        return Body(content, str(declared) if declared and declared != "*/*" else media_type)
    return Body(written, media_type)


def kind_of(body: Body) -> str:
    """Return `json`, `xml`, `form`, `text` or `other`."""
    base = body.media_type.split(";")[0].strip().lower()
    if base.endswith(("/json", "+json")):
        return "json"
    if base.endswith(("/xml", "+xml")):
        return "xml"
    if base == "application/x-www-form-urlencoded":
        return "form"
    if base.startswith("text/") or not base:
        return _detected(body.value) if not base else "text"
    return "json" if isinstance(body.value, (dict, list)) else "other"


def _detected(value: Any) -> str:
    if not isinstance(value, str):
        return "json"
    start = value.lstrip()[:1]
    if start == "<":
        return "xml"
    return "json" if start in {"{", "["} and parsed(value) is not MISSING else "text"


def parsed(text: str) -> Any:
    """Return the JSON value a text writes, MISSING if it writes none."""
    try:
        return json.loads(text, parse_float=exact)
    except (ValueError, RecursionError):
        return MISSING


def json_value(value: Any) -> Any:
    """Return a JSON body as a value: a text that writes JSON is that JSON, any other text is itself."""
    if not isinstance(value, str):
        return value
    found = parsed(value)
    return value if found is MISSING else found
