"""Sentences for people: what changed, in words that an accountant may read."""

from __future__ import annotations

from harness.model import JSON, split

_SUFFIXES = frozenset({"anyOf", "oneOf", "allOf"})
_DEFINED = ("schemas", "definitions", "$defs")


def subject_of(pointer: str, carriers: tuple[str, ...]) -> str:
    """Return a short name for a schema place: `Invoice.tax_amount`, `lines[].price in POST /invoices request`."""
    tokens = split(pointer)
    for index, token in enumerate(tokens):
        if token in _DEFINED and index + 1 < len(tokens) and (index < 2 or tokens[index - 1] == "components"):
            return tokens[index + 1] + _fields(tokens[index + 2 :])
    start = max((index for index, token in enumerate(tokens) if token in ("schema", "payload", "headers")), default=-1)
    if "schema" in tokens:
        start = tokens.index("schema")
    fields = _fields(tokens[start + 1 :]).lstrip(".")
    carrier = carriers[0] if carriers else ""
    if fields and carrier:
        return f"{fields} in {carrier}"
    return carrier or fields or "the document"


def _fields(tokens: list[str]) -> str:
    found = ""
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token == "properties" and index + 1 < len(tokens):  # noqa: S105  (a keyword of JSON Schema)
            found += f".{tokens[index + 1]}"
            index += 1
        elif token in _SUFFIXES or token in ("prefixItems", "patternProperties", "dependentSchemas"):
            index += 1
            found += "[]" if token == "prefixItems" else ""  # noqa: S105  (a keyword of JSON Schema)
        elif token == "items":  # noqa: S105  (a keyword of JSON Schema)
            found += "[]"
        elif token == "additionalProperties":  # noqa: S105  (a keyword of JSON Schema)
            found += ".*"
        index += 1
    return found


_TITLES: dict[str, str] = {
    "field-added": "{s} added",
    "field-added-required": "{s} added and required",
    "field-became-optional": "{s} may now be missing",
    "field-became-read-only": "{s} is no longer taken from clients",
    "field-became-required": "{s} is now required",
    "field-became-write-only": "{s} is no longer sent",
    "field-no-longer-read-only": "{s} is now taken from clients",
    "field-no-longer-write-only": "{s} is now sent",
    "field-renamed": "{s} renamed to {a}",
    "field-required-undeclared": "{s} is required but never declared",
    "field-withdrawn": "{s} removed",
    "field-deprecated": "{s} is deprecated",
    "field-reinstated": "{s} is no longer deprecated",
    "additional-properties-closed": "{s} no longer takes undeclared fields",
    "additional-properties-opened": "{s} now takes undeclared fields",
    "additional-properties-changed": "{s} takes other undeclared fields",
    "closed-reader": "{s} is sent to readers that refuse undeclared fields",
    "pattern-properties-changed": "{s} declares other patterns of field names",
    "property-names-changed": "{s} allows other field names",
    "property-count-tightened": "{s} allows fewer numbers of fields",
    "property-count-loosened": "{s} allows more numbers of fields",
    "dependent-required-changed": "{s} ties other fields together",
    "dependent-schemas-changed": "{s} has other conditions on fields that come together",
    "unevaluated-changed": "{s} lets other fields or items through",
    "type-changed": "{s} changed type from {b} to {a}",
    "type-narrowed": "{s} may now only be {a}",
    "type-widened": "{s} may now be {a}",
    "null-allowed": "{s} may now be null",
    "null-refused": "{s} may no longer be null",
    "enum-added": "{s} is now limited to {a}",
    "enum-removed": "{s} is no longer limited to {b}",
    "enum-value-added": "{s} may now be {a}",
    "enum-value-removed": "{s} may no longer be {b}",
    "extensible-enum-value-added": "{s} may now be {a}, as announced",
    "extensible-enum-value-removed": "{s} may no longer be {b}",
    "bounds-tightened": "{s} has tighter bounds: {b} became {a}",
    "bounds-loosened": "{s} has wider bounds: {b} became {a}",
    "multiple-of-changed": "{s} comes in other steps: {b} became {a}",
    "length-tightened": "{s} has a tighter length: {b} became {a}",
    "length-loosened": "{s} has a wider length: {b} became {a}",
    "pattern-added": "{s} must now match {a}",
    "pattern-changed": "{s} must match {a} instead of {b}",
    "pattern-removed": "{s} need no longer match {b}",
    "format-added": "{s} must now be a {a}",
    "format-changed": "{s} is a {a} instead of a {b}",
    "format-removed": "{s} need no longer be a {b}",
    "content-changed": "{s} holds text content encoded or described differently",
    "default-changed": "{s} has another default: {b} became {a}",
    "item-count-tightened": "{s} allows fewer numbers of items: {b} became {a}",
    "item-count-loosened": "{s} allows more numbers of items: {b} became {a}",
    "unique-items-added": "{s} may no longer repeat items",
    "unique-items-removed": "{s} may now repeat items",
    "contains-changed": "{s} must contain something else",
    "union-branch-added": "{s} allows a further alternative, {a}",
    "union-branch-removed": "{s} no longer allows the alternative {b}",
    "oneof-overlap": "{s} has alternatives that overlap: {a} matches two of them",
    "union-changed": "{s} has other alternatives",
    "discriminator-changed": "{s} tells its alternatives apart differently",
    "discriminator-mapping-changed": "{s} names its alternatives differently",
    "not-changed": "{s} excludes other values",
    "condition-changed": "{s} has other conditions",
    "keyword-of-later-version": "{s} uses {a}, which this version of OpenAPI does not have",
    "schema-empty": "{s} can hold no value at all",
    "schema-changed": "{s} changed in several ways that only break together",
    "sunset-added": "{s} ends on {a}",
    "sunset-moved-earlier": "{s} ends on {a} instead of {b}",
    "sunset-moved-later": "{s} ends on {a} instead of {b}",
    "sunset-removed": "{s} is deprecated but lost its sunset date",
    "sunset-unreadable": "{s} has a sunset date that cannot be read",
    "stability-lowered": "{s} promises less stability",
    "stability-raised": "{s} promises more stability",
    "stability-unknown": "{s} has no known stability level",
    "text-changed": "{s} is described differently",
}
_ONCE_VALUE = 60


def title_of(rule: str, subject: str, before: JSON, after: JSON) -> str:
    """Return one clause that says what changed about `subject`."""
    template = _TITLES.get(rule)
    if template is None:
        return subject
    return template.format(s=subject, b=_shown(before), a=_shown(after))


def _shown(value: JSON) -> str:
    """Return a value short enough for a sentence."""
    if value is None:
        return "none"
    if isinstance(value, list):
        text = ", ".join(_shown(item) if item is not None else "null" for item in value)
    elif isinstance(value, dict):
        text = ", ".join(f"{key} {_shown(item)}" for key, item in value.items())
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = str(value)
    return text if len(text) <= _ONCE_VALUE else text[: _ONCE_VALUE - 1] + "…"


_SETTLE: dict[str, str] = {
    "field-withdrawn": "Keep the field, mark it deprecated with an x-sunset date, and remove it after that date.",
    "field-became-write-only": "Keep sending the field, deprecate it with an x-sunset date, and stop after that date.",
    "field-became-read-only": "Keep taking the field and ignore it until clients stop sending it.",
    "field-added-required": "Add the field as optional or with a default; require it in the next major version.",
    "field-became-required": "Keep the field optional or give it a default; require it in the next major version.",
    "field-became-optional": "Keep sending the field always, or publish a new major version.",
    "field-renamed": "Expand and contract: send and take both names, move every consumer, then remove the old name.",
    "null-allowed": "Leave the field out, or add a new field that may be null beside this one.",
    "enum-value-added": "Announce the list as open with x-extensible-enum; let readers handle unknown values first.",
    "type-changed": "Add a new field of the new type beside this one, move every consumer, then remove the old one.",
    "operation-removed": "Mark the operation deprecated with an x-sunset date, and remove it after that date.",
    "parameter-removed": "Keep taking the parameter and ignore it until no client sends it.",
    "parameter-added-required": "Add the parameter as optional or with a default.",
    "parameter-became-required": "Keep the parameter optional or with a default.",
    "response-removed": "Keep answering with this status, or publish a new major version.",
    "media-type-removed": "Keep the media type beside the new one until every client has moved.",
    "security-added": "Accept unauthenticated calls beside the new scheme until every client has moved.",
    "security-alternative-removed": "Keep the old way to authenticate beside the new one until every client has moved.",
    "scope-added": "Grant the new scope to existing clients before it is demanded.",
    "request-body-added-required": "Let the body be optional.",
    "request-body-became-required": "Let the body stay optional.",
}


_OTHERWISE = "Publish it as a new major version, or offer old and new side by side until every consumer has moved."


def settle_of(rule: str) -> str:
    """Return the way out of a breaking change of this kind."""
    return _SETTLE.get(rule, _OTHERWISE)


_REASONS: dict[str, str] = {
    "operation-removed": "Callers of this operation get an error; no payload can show that.",
    "parameter-removed": "Callers still send it, and nobody reads what they ask for.",
    "parameter-added-required": "Calls made for the old version do not carry it.",
    "parameter-became-required": "Calls made for the old version may leave it out.",
    "parameter-default-changed": "Callers that leave it out now get something else.",
    "parameter-style-changed": "The same value is now written differently on the wire.",
    "header-removed": "Readers of this header no longer find it.",
    "header-became-optional": "Readers that rely on this header may no longer find it.",
    "response-removed": "Callers wait for an answer that no longer comes.",
    "media-type-removed": "Who sends or asks for this media type is no longer served.",
    "request-body-removed": "Callers still send a body that nobody reads.",
    "request-body-added-required": "Calls made for the old version carry no body.",
    "request-body-became-required": "Calls made for the old version may carry no body.",
    "union-branch-added": "Readers tell alternatives apart by shape or name; this one is new to them.",
    "union-branch-removed": "Writers still send this alternative; the new version does not know it.",
    "discriminator-changed": "Alternatives are told apart by another field than readers look at.",
    "discriminator-mapping-changed": "Alternatives are named by values that the other side does not know.",
    "security-added": "Callers without these credentials are refused.",
    "security-alternative-removed": "Callers that use these credentials are refused.",
    "scope-added": "Callers without this scope are refused.",
}


def reason_of(rule: str) -> str:
    """Return why a change breaks though no payload can show it."""
    return _REASONS.get(rule, "It breaks by its kind: no payload can show it.")
