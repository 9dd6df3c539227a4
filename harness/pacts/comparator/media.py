"""Media types: which declared one a header means, and which bodies can be held against a schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from harness.pacts.comparator.javascript import MISSING, mapping

_QUALITY = re.compile(r";q=([01].?\d*)")
_WITHOUT_QUALITY = re.compile(r";q=[01].?\d*")
_SPACE = re.compile(r"\s+")
VALIDATABLE = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")

_REQUEST = (
    "accept accept-charset accept-datetime accept-encoding accept-language authorization cache-control connection "
    "content-length content-md5 content-type cookie date expect forwarded from host if-match if-modified-since "
    "if-none-match if-range if-unmodified-since max-forwards origin pragma proxy-authorization range referer te "
    "upgrade user-agent via warning"
)
_RESPONSE = (
    "access-control-allow-origin accept-patch accept-ranges age allow alt-svc cache-control connection "
    "content-disposition content-encoding content-language content-length content-location content-md5 content-range "
    "date etag expires last-modified link location p3p pragma proxy-authenticate public-key-pins refresh retry-after "
    "server set-cookie status strict-transport-security trailer transfer-encoding tsv upgrade vary via warning "
    "www-authenticate x-frame-options"
)
STANDARD_REQUEST_HEADERS = frozenset(_REQUEST.split())
STANDARD_RESPONSE_HEADERS = tuple(_RESPONSE.split())


def best_match(wanted: str, offered: Iterable[str]) -> str | None:
    """Return the declared media type that a Content-Type or Accept header means, None if none does.

    Tried in this order, each for every wanted type by quality: the same text, the same without parameters, the same
    without vendor prefix (`application/hal+json` is `application/json`), declared ranges, wanted ranges.
    """
    declared = list(offered)
    if not declared:
        return None
    accept = [_SPACE.sub("", part).lower() for part in wanted.split(",")]
    accept = [_WITHOUT_QUALITY.sub("", part, count=1) for part in sorted(accept, key=_quality, reverse=True)]
    available = [_SPACE.sub("", part).lower() for part in declared]
    found: int | str | None = _first(accept, available, lambda want, have: want == have)
    if found is None:
        accept = [part.split(";")[0] for part in accept]
        available = [part.split(";")[0] for part in available]
        found = _loosely(accept, available)
    return declared[found] if isinstance(found, int) else found


def _loosely(accept: list[str], available: list[str]) -> int | str | None:
    steps: tuple[Callable[[str, str], bool], ...] = (
        lambda want, have: want == have,
        lambda want, have: _type(have) == _type(want) and _subtype(have) == _subtype(want),
        lambda want, have: _subtype(have) == "*" and _type(have) == _type(want),
    )
    for step in steps:
        found = _first(accept, available, step)
        if found is not None:
            return found
    if "*/*" in available:
        return "*/*"
    found = _first(accept, available, lambda want, have: _subtype(want) == "*" and _type(have) == _type(want))
    return found if found is not None else (0 if "*/*" in accept else None)


def _first(accept: list[str], available: list[str], fits: Callable[[str, str], bool]) -> int | None:
    return next((index for want in accept for index, have in enumerate(available) if fits(want, have)), None)


def _quality(part: str) -> Decimal:
    found = _QUALITY.search(part)
    try:
        return Decimal(found[1].rstrip(".")) if found else Decimal(1)
    except InvalidOperation:
        return Decimal(1)


def _type(text: str) -> str:
    return text.split("/", maxsplit=1)[0]


def _subtype(text: str) -> str | None:
    parts = text.split("/")
    return parts[1].split("+")[-1] if len(parts) > 1 else None


def content_for(content: object, media_type: str) -> dict[str, Any]:
    """Return the media type object that fits; {} if none does."""
    offered = mapping(content)
    found = best_match(media_type, offered)
    return mapping(offered.get(found)) if found is not None else {}


def body_status(media_type: object, body: object, *, multipart: bool = True) -> str:
    """Return `validate`, `skip` or `warn`: whether a body of this type can be held against a schema."""
    if not isinstance(media_type, str):
        return "skip"
    if best_match(media_type, VALIDATABLE if multipart else VALIDATABLE[:2]):
        return "validate"
    return "warn" if body is not MISSING else "skip"
