"""Single questions about schemas: inclusion, emptiness, an example. Many about one document: use a `Prover`."""

from __future__ import annotations

from dataclasses import dataclass

from harness.model import UsageError, join
from harness.schema.dialects import Dialect
from harness.schema.inclusion import Inclusion, Prover, Satisfiability


def includes(  # noqa: PLR0913  (the interface of the room; all but two are options)
    sub: object, sup: object, *, dialect: Dialect | str = Dialect.DRAFT_2020_12,
    sup_dialect: Dialect | str | None = None, sub_root: object = None, sup_root: object = None,
    format_assertion: bool = False, budget: int | None = None,
) -> Inclusion:  # fmt: skip
    """Decide whether every instance of `sub` is an instance of `sup`.

    Args:
        sub: A schema, or a string "#/pointer" into `sub_root`.
        sup: A schema, or a string "#/pointer" into `sup_root`.
        dialect: Of `sub`, and of `sup` unless `sup_dialect` says otherwise.
        sup_dialect: Of `sup`.
        sub_root: The document that references inside `sub` lead into; by default `sub` itself.
        sup_root: The document that references inside `sup` lead into; by default `sup` itself.
        format_assertion: Whether `format` is an assertion.
        budget: Steps allowed; None for the default.

    Raises:
        UnreadableError: One of the schemas is not valid, or a reference leads nowhere.
        UsageError: Unknown dialect, or a schema that is not part of its root.
    """
    first, sub_pointer = _located(sub, sub_root)
    second, sup_pointer = _located(sup, sup_root)
    prover = Prover(
        first, second, dialect=dialect, sup_dialect=sup_dialect, format_assertion=format_assertion, budget=budget
    )
    return prover.includes(sub_pointer, sup_pointer)


def satisfiable(
    schema: object, *, dialect: Dialect | str = Dialect.DRAFT_2020_12, root: object = None,
    format_assertion: bool = False, budget: int | None = None,
) -> Satisfiability:  # fmt: skip
    """Decide whether a schema has an instance; arguments and errors as for `includes`."""
    document, pointer = _located(schema, root)
    prover = Prover(document, document, dialect=dialect, format_assertion=format_assertion, budget=budget)
    return prover.satisfiable(pointer)


@dataclass(frozen=True, slots=True)
class Example:
    """An instance of a schema (which may be JSON null)."""

    instance: object


def example(
    schema: object, *, dialect: Dialect | str = Dialect.DRAFT_2020_12, root: object = None,
    format_assertion: bool = False,
) -> Example | None:  # fmt: skip
    """Return a small realistic instance of a schema, None if none is known; arguments and errors as for `includes`."""
    found = satisfiable(schema, dialect=dialect, root=root, format_assertion=format_assertion)
    return Example(found.example) if found.verdict == "satisfiable" else None


def _located(schema: object, root: object) -> tuple[object, str]:
    """Return the document and the JSON pointer of a schema in it."""
    if root is None:
        return schema, ""
    if isinstance(schema, str):
        return root, schema.removeprefix("#")
    pending: list[tuple[object, str]] = [(root, "")]
    while pending:
        value, pointer = pending.pop()
        if value is schema:
            return root, pointer
        if isinstance(value, dict):
            pending.extend((inside, join(pointer, name)) for name, inside in value.items())
        elif isinstance(value, list):
            pending.extend((inside, join(pointer, place)) for place, inside in enumerate(value))
    raise UsageError(
        "the schema is not part of the root it was given with",
        remedy="pass the very object found inside the root, or its JSON pointer as a string",
    )
