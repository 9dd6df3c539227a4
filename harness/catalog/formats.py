r"""Field formats of Backstage: names, namespaces, keys, tags, URLs.

Source: @backstage/catalog-model 1.10.1, `validation/`. The patterns are Backstage's; they are matched with
`fullmatch`, since JavaScript's `$` does not match before a final newline as Python's does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from harness.catalog.urls import is_valid_url

__all__ = [
    "is_dns_label",
    "is_dns_subdomain",
    "is_non_empty_string",
    "is_prefix_and_or_suffix",
    "is_valid_annotation_value",
    "is_valid_api_version",
    "is_valid_key",
    "is_valid_kind",
    "is_valid_label_value",
    "is_valid_object_name",
    "is_valid_tag",
    "is_valid_url",
    "trimmed",
]

_LONGEST = 63
_LONGEST_SUBDOMAIN = 253
_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_LABEL = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
_KIND = re.compile(r"[a-zA-Z][a-z0-9A-Z]*")
_VERSION = re.compile(r"[a-z0-9A-Z]+")
_TAG = re.compile(r"[a-z0-9:+#]+(-[a-z0-9:+#]+)*")
_OLD_TAG = re.compile(r"[a-z0-9+#]+(-[a-z0-9+#]+)*")
# What String.prototype.trim removes (ECMA-262, WhiteSpace and LineTerminator); Python's strip differs.
_JS_BLANK = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= _LONGEST and pattern.fullmatch(value) is not None


def is_valid_object_name(value: object) -> bool:
    """Whether `value` may be a name: at most 63 of `[A-Za-z0-9]`, with `-_.` between."""
    return _matches(_NAME, value)


def is_dns_label(value: object) -> bool:
    """Whether `value` is one lower-case DNS label (RFC 1123); also the format of a namespace."""
    return _matches(_LABEL, value)


def is_dns_subdomain(value: object) -> bool:
    """Whether `value` is labels joined by dots, at most 253 characters."""
    return (
        isinstance(value, str)
        and 1 <= len(value) <= _LONGEST_SUBDOMAIN
        and all(is_dns_label(part) for part in value.split("."))
    )


def is_valid_kind(value: object) -> bool:
    """Whether `value` may be a kind."""
    return _matches(_KIND, value)


def is_valid_tag(value: object) -> bool:
    """Whether `value` may be a tag (the policy's own pattern, which allows a colon)."""
    return _matches(_TAG, value)


def is_common_tag(value: object) -> bool:
    """Backstage's deprecated tag function, without the colon; no policy uses it."""
    return _matches(_OLD_TAG, value)


def is_prefix_and_or_suffix(
    value: object, separator: str, prefix: Callable[[str], bool], suffix: Callable[[str], bool]
) -> bool:
    """Whether `value` is `suffix`, or `prefix` + separator + `suffix`."""
    if not isinstance(value, str):
        return False
    parts = value.split(separator)
    if len(parts) == 1:
        return suffix(parts[0])
    return len(parts) == 2 and prefix(parts[0]) and suffix(parts[1])


def is_valid_api_version(value: object) -> bool:
    """Whether `value` may be an apiVersion: `[group/]version`."""
    return isinstance(value, str) and _is_api_version(value)


@lru_cache(maxsize=256)
def _is_api_version(value: str) -> bool:
    return is_prefix_and_or_suffix(value, "/", is_dns_subdomain, lambda part: _matches(_VERSION, part))


def is_valid_key(value: object) -> bool:
    """Whether `value` may be the key of a label or annotation: `[dns-subdomain/]name`."""
    return isinstance(value, str) and _is_key(value)


@lru_cache(maxsize=4096)  # thousands of entities use the same few keys
def _is_key(value: str) -> bool:
    return is_prefix_and_or_suffix(value, "/", is_dns_subdomain, is_valid_object_name)


def is_valid_label_value(value: object) -> bool:
    """Whether `value` may be the value of a label: a name, or empty."""
    return value == "" or is_valid_object_name(value)


def is_valid_annotation_value(value: object) -> bool:
    """Whether `value` may be the value of an annotation: any string."""
    return isinstance(value, str)


def is_non_empty_string(value: object) -> bool:
    """Whether `value` is a string that is not blank as JavaScript trims."""
    return isinstance(value, str) and trimmed(value) != ""


def trimmed(value: str) -> str:
    """Return `value` as JavaScript's `trim` leaves it: a byte order mark goes, a unit separator stays."""
    return value.strip(_JS_BLANK)
