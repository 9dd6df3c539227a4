"""The languages besides OpenAPI, each loaded when it is asked for."""

from __future__ import annotations

from datetime import date

from harness.documents import Library, Node
from harness.model import ContentModel, ContractComparison, ContractKind


def compare_other(  # noqa: PLR0913, PLR0917  (two documents, where they live, and the question)
    old: Node,
    new: Node,
    old_library: Library,
    new_library: Library,
    kind: ContractKind,
    content_model: ContentModel | None = None,
    as_of: date | None = None,
    *,
    mode: str | None = None,
    format_assertion: bool | None = None,
) -> ContractComparison:
    """Compare two documents of one kind; see `harness.compat.compare_contracts`."""
    if kind is ContractKind.AVRO:
        from harness.compat.avro import compare_avro_nodes  # noqa: PLC0415  (start-up)

        return compare_avro_nodes(old, new, mode=mode or "backward")
    if kind is ContractKind.JSONSCHEMA:
        from harness.compat.jsonschema_kind import compare_jsonschema  # noqa: PLC0415

        return compare_jsonschema(
            old,
            new,
            old_library,
            new_library,
            content_model=content_model,
            mode=mode or "backward",
            format_assertion=format_assertion,
        )
    from harness.compat.asyncapi import compare_asyncapi  # noqa: PLC0415

    return compare_asyncapi(old, new, old_library, new_library, content_model or ContentModel.DECLARED, as_of)
