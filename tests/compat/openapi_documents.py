"""Small OpenAPI documents for tests, and comparison of two of them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from harness.compat import compare_nodes
from harness.documents import Library, MemoryTree
from harness.model import Change, ContentModel, ContractComparison

AS_OF = date(2026, 7, 1)


def document(paths: dict[str, Any], *, version: str = "3.1.0", **more: Any) -> dict[str, Any]:
    return {"openapi": version, "info": {"title": "billing", "version": "1.0.0"}, "paths": paths, **more}


def taking(schema: Any, *, version: str = "3.1.0", **components: Any) -> dict[str, Any]:
    """A document whose only operation receives `schema`."""
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    operation = {"requestBody": body, "responses": {"204": {"description": "done"}}}
    return document({"/invoices": {"post": operation}}, version=version, components={"schemas": components})


def giving(schema: Any, *, version: str = "3.1.0", **components: Any) -> dict[str, Any]:
    """A document whose only operation sends `schema`."""
    answer = {"description": "done", "content": {"application/json": {"schema": schema}}}
    operation = {"responses": {"200": answer}}
    return document({"/invoices": {"get": operation}}, version=version, components={"schemas": components})


def compare(
    old: dict[str, Any],
    new: dict[str, Any],
    *,
    model: ContentModel | None = None,
    as_of: date | None = AS_OF,
    files: tuple[dict[str, Any], dict[str, Any]] = ({}, {}),
) -> ContractComparison:
    roots = []
    for value, others in zip((old, new), files, strict=True):
        texts = {name: json.dumps(other) for name, other in others.items()}
        library = Library(MemoryTree({"openapi.json": json.dumps(value), **texts}))
        roots.append((library.node("openapi.json"), library))
    (before, old_library), (after, new_library) = roots
    return compare_nodes(before, after, old_library, new_library, content_model=model, as_of=as_of)


def rules(comparison: ContractComparison) -> list[str]:
    return [change.rule for change in comparison.changes]


def only(comparison: ContractComparison) -> Change:
    assert len(comparison.changes) == 1, [change.title for change in comparison.changes]
    return comparison.changes[0]
