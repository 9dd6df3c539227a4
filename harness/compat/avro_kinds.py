"""Kinds of change that only Avro schemas know, in the form of `harness.compat.kinds`."""

from __future__ import annotations

from harness.compat.kinds import Kind

AVRO_KINDS: dict[str, Kind] = {
    "avro-field-added": Kind("avro", "add", "A record has a further field."),
    "avro-field-removed": Kind("avro", "remove", "A record no longer has a field."),
    "avro-field-renamed": Kind("avro", "change", "A field has another name; an alias may join the two."),
    "avro-default-changed": Kind("avro", "change", "What a reader assumes for a missing field or symbol changed."),
    "avro-name-changed": Kind("avro", "change", "A record, enum or fixed has another name."),
    "avro-namespace-changed": Kind("avro", "change", "A named type moved to another namespace."),
    "avro-type-changed": Kind("avro", "change", "A value has a type that neither side can read as its own."),
    "avro-type-promoted": Kind("avro", "change", "A value has a wider type that readers can promote to."),
    "avro-type-demoted": Kind("avro", "change", "A value has a narrower type than it was written with."),
    "avro-symbol-added": Kind("avro", "add", "An enum has a further symbol."),
    "avro-symbol-removed": Kind("avro", "remove", "An enum no longer has a symbol."),
    "avro-fixed-size-changed": Kind("avro", "change", "A fixed has another number of bytes."),
    "avro-branch-added": Kind("avro", "add", "A union has a further branch."),
    "avro-branch-removed": Kind("avro", "remove", "A union no longer has a branch."),
    "avro-decimal-changed": Kind("avro", "change", "A decimal has another precision or scale."),
    "avro-logical-type-changed": Kind("avro", "change", "The same bytes mean something else."),
    "avro-text-changed": Kind("text", "change", "Words for people changed: documentation, custom attributes."),
}
"""Id of a kind of change to its meaning."""
