"""What a shape says about a value itself: merged assertions, and their spelling as plain 2020-12 schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

from harness.compat.keywords import spell_types
from harness.compat.shapes import Shape, allowed_values
from harness.compat.versions import canonical
from harness.model import JSON, ContentModel

LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
SEVERAL = ("pattern", "format", "multipleOf")

Local: TypeAlias = dict[str, JSON]
"""Merged assertions: one number for each bound, a sorted list for pattern, format and multipleOf, `enum` a list."""

_FLOAT = 340282346638528859811704183484516925440
_DOUBLE = int(1.7976931348623157e308)
RANGES: dict[str, tuple[int, int]] = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "float": (-_FLOAT, _FLOAT),
    "double": (-_DOUBLE, _DOUBLE),
}
"""Formats that are nothing but ranges (OpenAPI 3.0.3, Data Types)."""
HINTS = frozenset({"password", "binary", "string", "text", "textarea", "html", "markdown"})
"""Formats that tell a form how to show a value and refuse none."""
KNOWN_FORMATS = frozenset(
    {
        "int32", "int64", "float", "double", "byte", "date", "date-time", "time", "duration", "email", "idn-email",
        "hostname", "idn-hostname", "ipv4", "ipv6", "uri", "uri-reference", "iri", "iri-reference", "uuid",
        "json-pointer", "relative-json-pointer", "regex", "uri-template",
    }
)  # fmt: skip
"""Formats of which a specification says what they refuse."""
_BASE64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


_ASSERTING = frozenset({"enum", "uniqueItems", *LOWER, *UPPER, *SEVERAL})


def local_keywords(shape: Shape) -> Local:
    """Return the merged assertions of a shape: the strongest bound, every pattern, the values all lists share."""
    found: Local = {}
    if not _ASSERTING & {key for fragment in shape.fragments for key in fragment.keywords}:
        return found
    values = allowed_values(shape)
    if values is not None:
        found["enum"] = [value for value in values if value is not None]
    for key in LOWER + UPPER:
        numbers = [value for value in shape.values(key) if _is_number(value)]
        if numbers:
            found[key] = max(numbers, key=_size) if key in LOWER else min(numbers, key=_size)
    _strongest(found, "minimum", "exclusiveMinimum", upper=False)
    _strongest(found, "maximum", "exclusiveMaximum", upper=True)
    for key in SEVERAL:
        several = {canonical(value): value for value in shape.values(key)}
        if several:
            found[key] = [several[name] for name in sorted(several)]
    if any(value is True for value in shape.values("uniqueItems")):
        found["uniqueItems"] = True
    return found


def _is_number(value: JSON) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _size(value: JSON) -> Decimal:
    return Decimal(value) if isinstance(value, (int, Decimal)) else Decimal(0)


def _strongest(found: Local, inclusive: str, exclusive: str, *, upper: bool) -> None:
    """Keep the stronger of an inclusive and an exclusive bound."""
    if inclusive not in found or exclusive not in found:
        return
    closed, open_ = _size(found[inclusive]), _size(found[exclusive])
    weaker = inclusive if (open_ <= closed if upper else open_ >= closed) else exclusive
    del found[weaker]


def spell(types: frozenset[str], local: Mapping[str, JSON], model: ContentModel) -> dict[str, JSON]:
    """Return types and merged assertions as a plain 2020-12 schema; `format` asserts unless the model is open."""
    found: dict[str, JSON] = {}
    extras: list[JSON] = []
    if "enum" in local:
        found["enum"] = local["enum"]
    names = spell_types(types)
    found["type"] = names[0] if len(names) == 1 else names
    for key, value in local.items():
        if key in ("enum", "format"):
            continue
        for item in value if key in SEVERAL and isinstance(value, list) else [value]:
            _put(found, extras, {key: strict_pattern(item) if key == "pattern" and isinstance(item, str) else item})
    formats = local.get("format")
    for item in formats if isinstance(formats, list) else ():
        _put(found, extras, spell_format(str(item), types, model))
    if extras:
        found["allOf"] = extras
    return found


_CLASS_THEN_DASH = re.compile(r"\\[wdsWDS]-(?!\])")


def strict_pattern(pattern: str) -> str:
    r"""Return a pattern with `[\w-.]` written as `[\w\-.]`: browsers read it so, strict validators refuse it.

    Source: ECMA-262, annex B.1.2 (ClassEscape before a dash is no range).
    """
    if _CLASS_THEN_DASH.search(pattern) is None:
        return pattern
    found: list[str] = []
    inside = False
    index = 0
    while index < len(pattern):
        size = 2 if pattern[index] == "\\" else 1
        part = pattern[index : index + size]
        inside = part == "[" or (inside and part != "]")
        if inside and _CLASS_THEN_DASH.match(pattern, index):
            part, size = part + "\\-", 3
        found.append(part)
        index += size
    return "".join(found)


def _put(found: dict[str, JSON], extras: list[JSON], part: dict[str, JSON]) -> None:
    if any(key in found for key in part):
        extras.append(part)
    else:
        found.update(part)


def spell_format(name: str, types: frozenset[str], model: ContentModel) -> dict[str, JSON]:
    """Return a format as plain schema: numeric formats are ranges, hints are nothing."""
    if model is not ContentModel.DECLARED:
        return {"format": name}
    if name in RANGES:
        low, high = RANGES[name]
        return {"minimum": low, "maximum": high} if types & {"integer", "fraction"} else {}
    if name not in KNOWN_FORMATS:
        return {}
    if name == "byte":
        return {"pattern": _BASE64}
    return {"format": name}


def tighter(key: str, old: Local, new: Local) -> int:
    """Compare one bound: 1 if `new` allows less, -1 if it allows more, 0 if equal.

    `key` names the pair of bounds by its inclusive member, such as `minimum`.
    """
    exclusive = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}.get(key, "")
    upper = key in UPPER
    before, after = _bound(old, key, exclusive, upper=upper), _bound(new, key, exclusive, upper=upper)
    if before == after:
        return 0
    if before is None:
        return 1
    if after is None:
        return -1
    return 1 if after > before else -1


def _bound(local: Local, inclusive: str, exclusive: str, *, upper: bool) -> tuple[Decimal, bool] | None:
    """Return a bound so that greater means stricter."""
    sign = -1 if upper else 1
    if exclusive in local:
        return sign * _size(local[exclusive]), True
    if inclusive in local:
        return sign * _size(local[inclusive]), False
    return None
