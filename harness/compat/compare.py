"""Two versions of one contract: recognise the language, compare, and say the verdict over the document."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path

from harness.compat.bumps import required_bump
from harness.documents import Library, MemoryTree, Node
from harness.model import (
    JSON,
    Change,
    ContentModel,
    ContractComparison,
    ContractKind,
    UnreadableError,
    UsageError,
    Verdict,
)

Given = str | Path | Node | dict[str, JSON] | list[JSON] | bool
"""A contract as a caller may give it: a text is a path."""


def compare_contracts(  # noqa: PLR0913  (two documents, where they live, and the question)
    old: Given,
    new: Given,
    *,
    kind: ContractKind | str | None = None,
    content_model: ContentModel | str | None = None,
    as_of: date | str | None = None,
    old_library: Library | None = None,
    new_library: Library | None = None,
) -> ContractComparison:
    """Compare two versions of a contract.

    Args:
        old: The version that consumers know: its path, the document itself as Python values, or the root node of a
            document read by `harness.documents`.
        new: The proposed version, likewise.
        kind: Language; None recognises it from the document.
        content_model: `open`, `declared` or `lenient`; None takes the default of the language.
        as_of: Day at which sunsets are judged, or its ISO date; None = no sunset has passed.
        old_library: Where the references of a node given as `old` resolve.
        new_library: Where the references of a node given as `new` resolve.

    Raises:
        UnreadableError: A document cannot be read, is not of the kind, or refers to nothing.
        UsageError: The kind or content model is unknown, or the two documents are of different kinds.
    """
    old_node, old_library = _loaded(old, old_library)
    new_node, new_library = _loaded(new, new_library)
    return compare_nodes(
        old_node,
        new_node,
        old_library,
        new_library,
        _kind(kind),
        _model(content_model),
        date.fromisoformat(as_of) if isinstance(as_of, str) else as_of,
    )


def compare_nodes(  # noqa: PLR0913, PLR0917  (two documents, where they live, and the question)
    old: Node,
    new: Node,
    old_library: Library,
    new_library: Library,
    kind: ContractKind | str | None = None,
    content_model: ContentModel | str | None = None,
    as_of: date | None = None,
    *,
    mode: str | None = None,
    format_assertion: bool | None = None,
) -> ContractComparison:
    """Compare two loaded documents; see `compare_contracts`.

    `mode` (backward, forward, full) and `format_assertion` concern JSON Schema and Avro only.
    """
    kind = _kind(kind) or _agreed(old, new)
    content_model = _model(content_model)
    if kind in {ContractKind.OPENAPI, ContractKind.ASYNCAPI}:
        _refuse(kind, {"mode": mode, "format assertion": format_assertion})
    if kind is ContractKind.OPENAPI:
        from harness.compat.openapi import compare_openapi  # noqa: PLC0415  (start-up)

        model = content_model or ContentModel.DECLARED
        changes = compare_openapi(old, new, old_library, new_library, model, as_of)
        return conclude(kind, model, changes, old, new, as_of)
    from harness.compat.other_kinds import compare_other  # noqa: PLC0415  (start-up)

    return compare_other(
        old,
        new,
        old_library,
        new_library,
        kind,
        content_model,
        as_of,
        mode=mode,
        format_assertion=format_assertion,
    )


def conclude(
    kind: ContractKind,
    model: ContentModel,
    changes: tuple[Change, ...],
    old: Node,
    new: Node,
    as_of: date | None,
) -> ContractComparison:
    """Return the verdict over a document (content models, section 7)."""
    versions = [_version(node) for node in (old, new)]
    return ContractComparison(
        kind=kind,
        verdict=Verdict.worst([change.verdict for change in changes]),
        changes=changes,
        required_bump=required_bump(changes, versions[0]),
        content_model=model,
        old_version=versions[0],
        new_version=versions[1],
        as_of=as_of,
    )


def recognise(node: Node) -> ContractKind:
    """Return the language a document says it is written in.

    Raises:
        UnreadableError: It is no contract.
    """
    value = node.value
    if isinstance(value, dict):
        if "openapi" in value or "swagger" in value:
            return ContractKind.OPENAPI
        if "asyncapi" in value:
            return ContractKind.ASYNCAPI
        if value.get("type") in ("record", "enum", "fixed") or "namespace" in value:
            return ContractKind.AVRO
    if isinstance(value, (dict, bool)):
        return ContractKind.JSONSCHEMA
    if isinstance(value, (list, str)):
        return ContractKind.AVRO
    raise UnreadableError(
        "This is no contract: neither OpenAPI, AsyncAPI, JSON Schema nor Avro.",
        location=node.location,
        remedy="Name a contract document, or say its kind with --kind.",
    )


def _refuse(kind: ContractKind, given: dict[str, object]) -> None:
    """Refuse what has no meaning for documents whose directions and content model decide it."""
    for name, value in given.items():
        if value is not None:
            raise UsageError(
                f"{name} is for JSON Schema and Avro; {kind} says itself what travels which way and how it is read",
                remedy="Leave it out, or choose a content model.",
            )


def _agreed(old: Node, new: Node) -> ContractKind:
    kinds = recognise(old), recognise(new)
    if kinds[0] is not kinds[1]:
        raise UsageError(
            f"The two documents are of different kinds: {kinds[0]} and {kinds[1]}.",
            location=new.location,
            remedy="Compare two versions of one contract, or say --kind.",
        )
    return kinds[0]


def _loaded(given: Given, library: Library | None) -> tuple[Node, Library]:
    if isinstance(given, (dict, list, bool)):
        from harness.compat.inline import inline_node  # noqa: PLC0415  (only for documents in memory)

        own, root = inline_node(given)
        return root, own
    if isinstance(given, Path):
        given = str(given)
    if isinstance(given, Node):
        if library is None:
            library = Library(MemoryTree({}))
            library.add(given.document)
        return given, library
    if library is None:
        from harness.registry import open_operand  # noqa: PLC0415  (only for paths)

        library, path = open_operand(given)  # its repository, so that `../common.yaml` is found
        return library.node(path), library
    return library.node(given), library


def _version(node: Node) -> str:
    info = node.value.get("info") if isinstance(node.value, dict) else None
    return str(info.get("version", "")) if isinstance(info, dict) else ""


def _kind(text: ContractKind | str | None) -> ContractKind | None:
    return None if text is None else _member(ContractKind, str(text), "kind")  # type: ignore[return-value]


def _model(text: ContentModel | str | None) -> ContentModel | None:
    return None if text is None else _member(ContentModel, str(text), "content model")  # type: ignore[return-value]


def _member(vocabulary: type[StrEnum], text: str, name: str) -> StrEnum:
    try:
        return vocabulary(text.lower())
    except ValueError:
        known = ", ".join(vocabulary)
        raise UsageError(f"{text} is no {name}.", remedy=f"Say one of {known}.") from None
