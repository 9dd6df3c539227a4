"""Two versions of one schema: backward and forward, each proved or refuted by a payload."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.model import JSON, ContentModel, Side, UsageError, Verdict, Witness
from harness.schema.dialects import Dialect, declared
from harness.schema.inclusion import Inclusion, Prover
from harness.schema.validation import checked_with, rendered

_VERDICTS = {"included": Verdict.COMPATIBLE, "excluded": Verdict.BREAKING, "unknown": Verdict.UNPROVEN}


@dataclass(frozen=True, slots=True)
class SchemaComparison:
    """What is proved about an old and a new schema.

    Attributes:
        backward: Whether every instance of the old schema is one of the new.
        forward: Whether every instance of the new schema is one of the old.
        backward_witness: An instance of the old schema that the new one refuses, if backward is breaking.
        forward_witness: An instance of the new schema that the old one refuses, if forward is breaking.
        backward_reason: Why backward is unproven; "" otherwise.
        forward_reason: Why forward is unproven; "" otherwise.
        notes: What else a reader must know: a schema that no value satisfies.
    """

    backward: Verdict
    forward: Verdict
    backward_witness: Witness | None
    forward_witness: Witness | None
    backward_reason: str
    forward_reason: str
    notes: tuple[str, ...]
    _inclusions: tuple[Inclusion, Inclusion]

    @property
    def backward_derivation(self) -> JSON:
        """The proof that backward is compatible (see `derivation.py`); None otherwise."""
        return self._inclusions[0].derivation

    @property
    def forward_derivation(self) -> JSON:
        """The proof that forward is compatible (see `derivation.py`); None otherwise."""
        return self._inclusions[1].derivation

    def explain(self) -> str:
        """Return the answer in sentences, the verdict first, then its proof."""
        lines = [
            *_explained("backward", self.backward, self.backward_witness, self.backward_reason, ("old", "new")),
            *_explained("forward", self.forward, self.forward_witness, self.forward_reason, ("new", "old")),
            *(f"note: {note}" for note in self.notes),
        ]
        return "\n".join(lines)


def _explained(name: str, verdict: Verdict, witness: Witness | None, reason: str, sides: tuple[str, str]) -> list[str]:
    first, second = sides
    if witness is not None:
        place = f" at {witness.failing}" if witness.failing else ""
        return [
            f"{name}: breaking. The {first} schema allows what the {second} one refuses:",
            f"  {rendered(witness.instance)}",
            f"  {second} schema{place}: {witness.error} (checked with {witness.checked_with})",
        ]
    if verdict is Verdict.COMPATIBLE:
        return [f"{name}: compatible. Every value that the {first} schema allows, the {second} one allows (proved)."]
    return [f"{name}: unproven. {reason}."]


def compare_schemas(
    old: object, new: object, *, dialect: Dialect | str | None = None, content_model: ContentModel | str = "open",
    format_assertion: bool | None = None, budget: int | None = None,
) -> SchemaComparison:  # fmt: skip
    """Compare two versions of a bare JSON Schema.

    Args:
        old: The old schema: a JSON value, a loaded `harness.documents.Document`, or the path of a file.
        new: The new schema.
        dialect: Of both; None lets `$schema` of each document decide, 2020-12 where it is silent.
        content_model: Only `open` here: bare schemas mean what they say. The views of the other models are made by
            `harness.compat`.
        format_assertion: Whether `format` is an assertion; None means no, as the open model has it.
        budget: Steps allowed for each direction; None for the default.

    Raises:
        UnreadableError: One of the schemas is not valid, or a reference leads nowhere.
        UsageError: Unknown dialect or content model.
    """
    if content_model != ContentModel.OPEN:
        raise UsageError(
            f"bare schemas are compared as they are written, not under the content model “{content_model}”",
            remedy="use content model open here, or harness.compare_contracts(..., content_model=...) for the others",
        )
    old, new = _loaded(old), _loaded(new)
    first, second = (
        Dialect.parse(dialect) if dialect is not None else declared(schema) or Dialect.DRAFT_2020_12
        for schema in (old, new)
    )
    prover = Prover(old, new, dialect=first, sup_dialect=second, format_assertion=bool(format_assertion), budget=budget)
    prover.check()
    backward, forward = prover.includes(), prover.swapped().includes()
    return SchemaComparison(
        _VERDICTS[backward.verdict],
        _VERDICTS[forward.verdict],
        _witness(backward, Side.OLD, Side.NEW),
        _witness(forward, Side.NEW, Side.OLD),
        backward.reason if backward.verdict == "unknown" else "",
        forward.reason if forward.verdict == "unknown" else "",
        _notes(prover),
        (backward, forward),
    )


def _loaded(schema: object) -> object:
    """Return the JSON value of a schema that may be given as a path or a loaded document."""
    if isinstance(schema, (str, Path)):
        from harness.documents import FolderTree, Library  # noqa: PLC0415  (start-up)

        path = Path(schema)
        return Library(FolderTree(path.parent)).load(path.name).value
    return getattr(schema, "value", schema) if not isinstance(schema, (dict, bool)) else schema


def _witness(inclusion: Inclusion, valid: Side, invalid: Side) -> Witness | None:
    if inclusion.verdict != "excluded":
        return None
    return Witness(
        instance=inclusion.witness,  # type: ignore[arg-type]  # a JSON value when excluded
        valid_under=valid,
        invalid_under=invalid,
        view="raw",
        error=inclusion.error,
        failing=inclusion.failing,
        checked_with=checked_with(),
    )


def _notes(prover: Prover) -> tuple[str, ...]:
    return tuple(
        f"the {name} schema contradicts itself: no value satisfies it."
        for name, side in (("old", "sub"), ("new", "sup"))
        if prover.satisfiable(side=side).verdict == "empty"
    )
