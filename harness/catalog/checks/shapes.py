"""Checks that the content of our extra entries has the shape its schema says."""

from __future__ import annotations

from collections.abc import Iterator

from harness.catalog.checks.context import Context
from harness.catalog.entities import Entity
from harness.catalog.extension_schemas import SCHEMAS, schema_for
from harness.model import Finding, Level, split

_MOST = 20  # of one entity; the rest are usually the same mistake


def misshapen(context: Context) -> Iterator[Finding]:
    """Entries whose `x-governance` their editor schema refuses."""
    for entity in context.catalog.entities:
        name = schema_for(entity.kind, entity.type)
        if name and not entity.refused:
            yield from _errors(entity, name)


def _errors(entity: Entity, name: str) -> Iterator[Finding]:
    value = {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": entity.kind,
        "metadata": dict(entity.metadata),
        "spec": dict(entity.spec),
    }
    for count, (pointer, message) in enumerate(SCHEMAS.errors(name, value)):
        if count == _MOST:
            return
        yield Finding(
            rule="catalog-extension-shape",
            title=f"{entity.name}: {message}",
            level=Level.ERROR,
            location=entity.at(*split(pointer)),
            detail=message,
            remedy=f"The shape is harness/schemas/{name}; editors show it while typing.",
            values=(entity.ref, pointer),
        )
