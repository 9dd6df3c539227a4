"""What `format` says where it is an assertion, and realistic samples of each format.

Number formats are plain ranges (OpenAPI format registry). String formats are atoms: nothing here parses them; what is
known is inclusion, disjointness, samples, and for some a regular superset. Membership of one string is asked of the
independent validator. Formats nobody knows are equal to themselves and otherwise undecided.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from harness.schema.nodes import Node
from harness.schema.store import Store

_FLOATS = {"float": int(3.4028234663852886e38), "double": int(1.7976931348623157e308)}
_INTEGERS = {"int8": 7, "int16": 15, "int32": 31, "int64": 63}
_UNSIGNED = {"uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64}

_SAMPLES: dict[str, tuple[str, ...]] = {
    "date": ("2026-01-31", "2024-02-29", "1999-12-31"),
    "time": ("09:30:00Z", "23:59:59.5+01:00"),
    "date-time": ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00.123+01:00"),
    "duration": ("P1M", "PT1H", "P1Y2M10DT2H30M"),
    "email": ("anna@example.com", "a@b.co", "anna.long-name@accounts.example.com"),
    "idn-email": ("anna@example.com", "änne@example.com", "a@b.co"),
    "hostname": ("example.com", "a", "long-name.accounts.example.com"),
    "idn-hostname": ("example.com", "bücher.example", "a"),
    "ipv4": ("192.0.2.1", "1.1.1.1", "192.168.100.200"),
    "ipv6": ("2001:db8::1", "::1", "2001:0db8:0000:0000:0000:0000:0000:0001", "::"),
    "uri": ("https://example.com/a", "a:b", "urn:example:a-b", "https://accounts.example.com/invoices/2026/01?page=2"),
    "uri-reference": ("https://example.com/a", "/a", "a", "", "/a-b"),
    "iri": ("https://example.com/a", "https://example.com/ä", "a:b"),
    "iri-reference": ("https://example.com/a", "/ä", "a", ""),
    "uri-template": ("/a/{id}", "a", "/invoices/{id}/lines{?page}"),
    "uuid": ("123e4567-e89b-12d3-a456-426614174000", "0b5fd2cd-1ba7-4f18-9a7b-7cd38c4d0ea4"),
    "json-pointer": ("/a/0", "", "/a", "/a-b/some/longer/pointer"),
    "relative-json-pointer": ("0/a", "1", "0#"),
    "regex": ("^a+$", "a", "a-b", ".", "^[a-z]{1,20}$"),
    "byte": ("YWJj", "YQ==", "YWJjZGVmZ2hpamtsbW5vcA==", ""),
}
_WITHIN: dict[str, tuple[str, ...]] = {
    "email": ("idn-email",),
    "hostname": ("idn-hostname",),
    "uri": ("uri-reference", "iri", "iri-reference"),
    "uri-reference": ("iri-reference",),
    "iri": ("iri-reference",),
}
_APART = frozenset({"date", "time", "date-time", "duration", "email", "ipv4", "ipv6", "uuid"})
_SUPERSETS = {
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "date-time": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
    "time": r"^[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
    "duration": r"^P[0-9A-Z]+$",
    "email": r"@",
    "idn-email": r"@",
    "ipv4": r"^[0-9]{1,3}(\.[0-9]{1,3}){3}$",
    "ipv6": r"^[0-9A-Fa-f:.]{2,45}$",
    "uuid": r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
    "uri": r"^[A-Za-z][A-Za-z0-9+.-]*:",
    "byte": r"^[A-Za-z0-9+/=_-]*$",
}
_NO_ASSERTION = frozenset({"binary", "password"})


def number_range(name: str) -> tuple[int, int, bool] | None:
    """Return (least, greatest, whether integers only) for a number format, None for others."""
    if name in _FLOATS:
        return -_FLOATS[name], _FLOATS[name], False
    if name in _INTEGERS:
        return -(2 ** _INTEGERS[name]), 2 ** _INTEGERS[name] - 1, True
    return (0, 2 ** _UNSIGNED[name] - 1, True) if name in _UNSIGNED else None


def formula(store: Store, name: str) -> Node:
    """Return what `format: name` asserts."""
    bounds = number_range(name)
    if bounds is None:
        return store.true if name in _NO_ASSERTION else store.atom("FORMAT", name)
    least, greatest, whole = bounds
    return store.conj(
        [
            store.atom("GE", Fraction(least)),
            store.atom("LE", Fraction(greatest)),
            store.atom("MULT", Fraction(1)) if whole else store.true,
        ]
    )


def with_ranges(schema: object) -> object:
    """Return a schema in which number formats are spelled out, for validators that know formats of strings only."""
    if isinstance(schema, list):
        return [with_ranges(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {
        keyword: value if keyword in {"enum", "const", "default", "examples", "example"} else with_ranges(value)
        for keyword, value in schema.items()
    }
    bounds = number_range(schema["format"]) if isinstance(schema.get("format"), str) else None
    if bounds is not None:
        least, greatest, whole = bounds
        spelled: dict[str, object] = {"minimum": least, "maximum": greatest, **({"multipleOf": 1} if whole else {})}
        given = result.get("allOf")
        result["allOf"] = [*(given if isinstance(given, list) else ()), spelled]
    return result


def samples(name: str) -> tuple[str, ...]:
    """Return realistic members of a string format; none if nobody knows it."""
    return _SAMPLES.get(name, ())


def superset(name: str) -> str | None:
    """Return an ECMA-262 pattern that every member of the format matches, if one is known."""
    return _SUPERSETS.get(name)


def contradicts(wanted: str, other: str, *, refused: bool) -> bool:
    """Whether no string has format `wanted` and (`refused`: not) format `other`."""
    if refused:
        return wanted == other or other in _WITHIN.get(wanted, ())
    return wanted != other and wanted in _APART and other in _APART


def matches(name: str, text: str) -> bool | None:
    """Whether a string has a format; None for a format nobody knows."""
    if name not in _SAMPLES:
        return None
    return bool(_checker(name).is_valid(text))  # type: ignore[attr-defined]  # a validator of jsonschema_rs


@cache
def _checker(name: str) -> object:
    from harness.schema.validation import format_checker  # noqa: PLC0415  (start-up)

    return format_checker(name)
