"""The schema algebra: is every instance of one JSON Schema an instance of another, and if not, which is not?

Public names (import them from `harness.schema`; they load lazily, so that start-up pays nothing):

`Dialect`
    `draft-04`, `draft-06`, `draft-07`, `2019-09`, `2020-12`, `openapi-3.0`; `Dialect.parse(text)` takes every usual
    spelling (`draft4`, `draft7`, `2020-12`, `draft2020-12`, metaschema URIs, `3.0.3`, ...), else `UsageError`.

`compare_schemas(old, new, *, dialect=None, content_model="open", format_assertion=None, budget=None)`
    -> `SchemaComparison` with `.backward`, `.forward` (`model.Verdict`), `.backward_witness`, `.forward_witness`
    (`model.Witness | None`), `.backward_reason`, `.forward_reason`, `.backward_derivation`, `.forward_derivation`,
    `.notes`, `.explain()` (text). `dialect=None`: each document's `$schema` decides, else 2020-12; given, it wins.

`includes(sub, sup, *, dialect="2020-12", sup_dialect=None, sub_root=None, sup_root=None, format_assertion=False,
    budget=None)` -> `Inclusion`
    `sub` and `sup` are raw JSON values (dict or bool; numbers int, Decimal or float), whose `$ref`s resolve inside
    `sub_root`/`sup_root` (default: themselves); `sub`/`sup` must be (identical objects) inside their roots or
    `"#/json/pointer"` strings into them.
    `Inclusion(verdict, witness, reason, error, derivation)`: `verdict` is `"included"`, `"excluded"` or `"unknown"`;
    `witness` is `NO_WITNESS` unless excluded (a witness may be `None`, that is JSON null: test `verdict`, not
    truth); `error` says why the independent validator refuses the witness under `sup`; `failing` is the JSON pointer
    into the witness where it does; `derivation` is a lazily built JSON value (a property).

`Prover(sub_root, sup_root, *, dialect="2020-12", sup_dialect=None, format_assertion=False, budget=None)`
    Holds both roots, and caches compiled nodes, proven pairs and validators. Many questions about one pair of
    documents should share one prover. `prover.includes("#/$defs/a", "#/$defs/b") -> Inclusion`;
    `prover.satisfiable("#/$defs/a", side="sub") -> Satisfiability(verdict "satisfiable"|"empty"|"unknown", example,
    reason)`; `prover.swapped()` asks the other way round and shares the compiled nodes.

`satisfiable(schema, *, dialect, root=None, ...)` -> `Satisfiability`; `example(schema, *, dialect, root=None, ...)`
    -> `Example(instance) | None`, a minimal realistic instance (`examples`, `example`, `default`, `const`, `enum`,
    `format`), verified; None where none is known.

`validation.Validator(schema, dialect).error(instance) -> str | None`
    The independent validator: exact numbers, bounded patterns. `validation.ValidatorFamily(root, dialect)` builds
    one for every pointer of a big root at once: `.at("#/$defs/a").error(instance)`.

Errors: `harness.model.UnreadableError` for schemas that are not valid under their dialect, references that do not
resolve and references that only refer to themselves; `UsageError` for an unknown dialect. Nothing else is raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.schema.dialects import Dialect

if TYPE_CHECKING:
    from harness.schema.comparison import SchemaComparison, compare_schemas
    from harness.schema.inclusion import NO_WITNESS, Inclusion, Prover, Satisfiability
    from harness.schema.questions import Example, example, includes, satisfiable

__all__ = [
    "NO_WITNESS",
    "Dialect",
    "Example",
    "Inclusion",
    "Prover",
    "Satisfiability",
    "SchemaComparison",
    "compare_schemas",
    "example",
    "includes",
    "satisfiable",
]

_HOMES = {
    **dict.fromkeys(("NO_WITNESS", "Inclusion", "Prover", "Satisfiability"), "inclusion"),
    **dict.fromkeys(("SchemaComparison", "compare_schemas"), "comparison"),
    **dict.fromkeys(("Example", "example", "includes", "satisfiable"), "questions"),
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  (start-up)

    return getattr(import_module(f"harness.schema.{_HOMES[name]}"), name)
