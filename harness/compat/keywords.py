"""Schema keywords of every supported dialect, read as JSON Schema 2020-12 means them.

Only one level is read at a time: children stay where they are, so that locations stay true.
Sources: OpenAPI 3.0.3 (Schema Object), 2.0 (Schema Object), JSON Schema 2020-12 and drafts 4 to 2019-09.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from harness.model import JSON, Location, UnreadableError

OPENAPI_30 = "openapi-3.0"
SWAGGER_20 = "swagger-2.0"
LATEST = "2020-12"

ALL_TYPES = frozenset({"null", "boolean", "integer", "fraction", "string", "array", "object"})
"""`fraction` is a number that is not an integer: `number` means both."""
NOT_NULL: tuple[JSON, ...] = ("boolean", "number", "string", "array", "object")
"""What a schema without type takes in OpenAPI 3.0."""
TYPE_NAMES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object", "file"})
"""How schemas spell types; `file` is OpenAPI 2.0's."""
SCALARS = frozenset({"boolean", "integer", "fraction", "string"})

_COMPOSITION = frozenset({"$ref", "allOf", "anyOf", "oneOf"})
ANNOTATIONS = frozenset(
    {
        "title",
        "description",
        "example",
        "examples",
        "xml",
        "externalDocs",
        "$comment",
        "$id",
        "$schema",
        "$anchor",
        "$defs",
        "definitions",
    }
)
"""Keywords that say nothing about a value."""


def siblings_count(dialect: str) -> bool:
    """Whether keywords beside `$ref` are read (from 2019-09 on)."""
    return dialect in (LATEST, "2019-09")


def read_keywords(value: Mapping[str, JSON], dialect: str) -> dict[str, JSON]:
    """Return one level of a schema in 2020-12 spelling, without composition and annotations."""
    found = {key: item for key, item in value.items() if key not in _COMPOSITION and key not in ANNOTATIONS}
    if dialect in (OPENAPI_30, SWAGGER_20):
        _read_openapi_30(found)
    elif found.get("nullable") is True and "type" in found:
        # Left over from 3.0: read as meant, so that an upgrade by itself is no change.
        _read_openapi_30(found)
    if "const" in found:
        constant = found.pop("const")
        found["enum"] = [constant]
    _read_exclusive(found)
    if dialect not in (LATEST, "2019-09"):
        _read_old_drafts(found)
    if isinstance(found.get("items"), list) or "additionalItems" in found:
        _read_tuple(found)
    for noise in ("uniqueItems", "deprecated", "readOnly", "writeOnly"):
        if found.get(noise) is False:
            del found[noise]
    return found


def check_readable(value: Mapping[str, JSON], location: Location) -> None:
    """Refuse what cannot be read as a schema at all; finer mistakes are the prover's to find.

    Raises:
        UnreadableError: A type has no name that schemas know, or fields are no map.
    """
    spelled = value.get("type")
    for name in spelled if isinstance(spelled, list) else [spelled] if spelled is not None else []:
        if not isinstance(name, str) or name not in TYPE_NAMES:
            raise UnreadableError(
                f"{name} is no type of a schema.",
                location=location,
                remedy=f"Say one of {', '.join(sorted(TYPE_NAMES - {'file'}))}.",
            )
    for key in ("properties", "patternProperties"):
        if not isinstance(value.get(key, {}), dict):
            raise UnreadableError(
                f"{key} must map names to schemas.", location=location, remedy="Write an object here."
            )


def _read_openapi_30(found: dict[str, JSON]) -> None:
    if found.get("type") == "file":
        found["type"], found["format"] = "string", "binary"
    nullable = bool(found.pop("nullable", False)) or found.pop("x-nullable", False) is True
    kind = found.get("type")
    if kind is None:
        if not nullable and "enum" not in found:
            # 3.0.3: "nullable ... Default value is false": a schema without type takes all types but null.
            found["type"] = [*NOT_NULL]
        return
    if nullable:
        found["type"] = [*(kind if isinstance(kind, list) else [kind]), "null"]
        enum = found.get("enum")
        if isinstance(enum, list) and None not in enum:
            # Meant as "or null" by everyone who writes it, though 3.0.3 would refuse null here.
            found["enum"] = [*enum, None]


def _read_exclusive(found: dict[str, JSON]) -> None:
    for exclusive, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        flag = found.get(exclusive)
        if isinstance(flag, bool):
            del found[exclusive]
            if flag and inclusive in found:
                found[exclusive] = found.pop(inclusive)


def _read_old_drafts(found: dict[str, JSON]) -> None:
    dependencies = found.pop("dependencies", None)
    if isinstance(dependencies, dict):
        names: dict[str, JSON] = {key: item for key, item in dependencies.items() if isinstance(item, list)}
        schemas: dict[str, JSON] = {key: item for key, item in dependencies.items() if not isinstance(item, list)}
        if names:
            found["dependentRequired"] = names
        if schemas:
            found["dependentSchemas"] = schemas


def _read_tuple(found: dict[str, JSON]) -> None:
    if isinstance(found.get("items"), list):
        found["prefixItems"] = found.pop("items")
        if "additionalItems" in found:
            found["items"] = found.pop("additionalItems")
    else:
        found.pop("additionalItems", None)


def types_of(keywords: Mapping[str, JSON]) -> frozenset[str]:
    """Return the types a schema level allows; `number` counts as integer and fraction."""
    declared = keywords.get("type")
    names = declared if isinstance(declared, list) else [declared]
    found = ALL_TYPES if declared is None else frozenset(one for name in names for one in _expand(str(name)))
    enum = keywords.get("enum")
    if isinstance(enum, list):
        found &= frozenset(type_of(item) for item in enum)
    return found


def _expand(name: str) -> tuple[str, ...]:
    return ("integer", "fraction") if name == "number" else (name,)


def type_of(value: JSON) -> str:
    """Return the type of one value, in the vocabulary of `ALL_TYPES`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, Decimal, float)):
        return "integer" if value == int(value) else "fraction"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def spell_types(types: frozenset[str]) -> list[JSON]:
    """Return JSON Schema's spelling of a set of types, sorted."""
    names = set(types)
    if "fraction" in names:
        names -= {"fraction", "integer"}
        names.add("number")
    return [*sorted(names)]
