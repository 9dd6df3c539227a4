"""Compares two bare JSON Schemas: is every instance of one an instance of the other, and what changed?

Under the content model `open` the verdict is the prover's, on the schemas as written; under `declared` and `lenient`
it is that of the changes, which are proved on views. The changes come from the walk that all languages share; under
`open` they explain the prover's verdict and never contradict it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from harness.compat.bumps import required_bump
from harness.compat.bundling import bundle
from harness.documents import Library, Node
from harness.model import (
    JSON,
    Basis,
    Change,
    ContentModel,
    ContractComparison,
    ContractKind,
    Direction,
    HarnessError,
    Level,
    Side,
    UsageError,
    Verdict,
    Witness,
    fingerprint,
)

_LOUDNESS = {Verdict.BREAKING: Level.ERROR, Verdict.UNPROVEN: Level.WARNING, Verdict.COMPATIBLE: Level.INFO}
MODES = ("backward", "forward", "full")


@dataclass(frozen=True, slots=True)
class _OneWay:
    """What is known about one direction."""

    verdict: Verdict
    witness: Witness | None
    reason: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


def compare_jsonschema(  # noqa: PLR0913  (two documents, where they live, and the question)
    old: Node,
    new: Node,
    old_library: Library,
    new_library: Library,
    *,
    dialect: str | None = None,
    content_model: ContentModel | None = None,
    mode: str = "backward",
    format_assertion: bool | None = None,
) -> ContractComparison:
    """Compare two JSON Schema documents.

    Args:
        old: Root of the older document.
        new: Root of the newer document.
        old_library: Where references of `old` resolve.
        new_library: Where references of `new` resolve.
        dialect: In any usual spelling; None lets `$schema` decide, else 2020-12.
        content_model: None is `open`.
        mode: `backward` (everything valid under old is valid under new), `forward`, or `full`: both.
        format_assertion: Whether `format` limits values; None as the dialect or content model says.

    Raises:
        UnreadableError: A document is not a valid schema, or a reference leads nowhere.
        UsageError: Unknown dialect or mode.
    """
    if mode not in MODES:
        raise UsageError(f'no mode "{mode}"', remedy=f"Use {', '.join(MODES)}.")
    model = content_model or ContentModel.OPEN
    walk = _Walk(old, new, old_library, new_library, dialect, model)
    if model is ContentModel.OPEN:
        schemas = bundle(old, old_library), bundle(new, new_library)
        backward, forward = _proved(walk, schemas, dialect, mode, format_assertion=format_assertion)
    else:
        backward, forward = walk.way(Direction.RECEIVED), walk.way(Direction.SENT)
    asked = {"backward": (backward,), "forward": (forward,)}.get(mode, (backward, forward))
    changes = _joined(asked)
    return ContractComparison(
        kind=ContractKind.JSONSCHEMA,
        verdict=Verdict.worst([one.verdict for one in asked]),
        changes=changes,
        required_bump=required_bump(changes, ""),
        content_model=model,
        backward=backward.verdict,
        forward=forward.verdict,
        backward_witness=backward.witness,
        forward_witness=forward.witness,
        notes=tuple(dict.fromkeys(note for one in (backward, forward) for note in one.notes)),
    )


def _proved(
    walk: _Walk, schemas: tuple[JSON, JSON], dialect: str | None, mode: str, *, format_assertion: bool | None
) -> tuple[_OneWay, _OneWay]:
    """Ask the prover both ways, and let the walk explain the answers that are asked for."""
    from harness.schema import compare_schemas  # noqa: PLC0415  (start-up)

    found = compare_schemas(*schemas, dialect=dialect, format_assertion=format_assertion)
    backward = _OneWay(found.backward, found.backward_witness, found.backward_reason, (), found.notes)
    forward = _OneWay(found.forward, found.forward_witness, found.forward_reason, ())
    return (
        walk.explain(Direction.RECEIVED, backward) if mode != "forward" else backward,
        walk.explain(Direction.SENT, forward) if mode != "backward" else forward,
    )


class _Walk:
    """The changes between two schemas, by direction, without a direction of their own."""

    def __init__(
        self,
        old: Node,
        new: Node,
        old_library: Library,
        new_library: Library,
        dialect: str | None,
        model: ContentModel,
    ) -> None:
        self._nodes = (old, new)
        self._libraries = (old_library, new_library)
        self._dialects = tuple(_dialect_of(node, dialect) for node in self._nodes)
        self._model = model

    def changes(self, direction: Direction) -> tuple[Change, ...]:
        """Return what changed, judged in one direction."""
        from harness.compat.change_log import finish  # noqa: PLC0415  (start-up)
        from harness.compat.renames import join_renames  # noqa: PLC0415
        from harness.compat.schemas import SchemaComparison  # noqa: PLC0415
        from harness.compat.sides import Sides  # noqa: PLC0415
        from harness.compat.versions import Site  # noqa: PLC0415

        sides = Sides.of(*self._libraries, self._model, None)
        schemas = SchemaComparison(sides)
        old, new = (Site(node, dialect) for node, dialect in zip(self._nodes, self._dialects, strict=True))
        schemas.compare(old, new, direction, "")
        return tuple(
            replace(change, direction=None, reached_from=tuple(filter(None, change.reached_from)))
            for change in finish(join_renames(list(schemas.drafts()), sides), sides)
        )

    def way(self, direction: Direction) -> _OneWay:
        """Return one direction as the changes alone judge it."""
        changes = self.changes(direction)
        verdict = Verdict.worst([change.verdict for change in changes])
        worst = next((change for change in changes if change.verdict is verdict), None)
        witness = next((change.witness for change in changes if change.witness is not None), None)
        if witness is not None and witness.payload is not None:
            witness = replace(witness, instance=witness.payload, failing=witness.payload_failing, payload=None)
        return _OneWay(verdict, witness, worst.reason if worst is not None else "", changes)

    def explain(self, direction: Direction, proved: _OneWay) -> _OneWay:
        """Return what the prover said of one direction with the changes, held against its verdict."""
        try:
            changes = self.changes(direction)
        except HarnessError:
            # References by identifier are the prover's business; the walk knows files and pointers only.
            return replace(proved, changes=(self._whole(proved),))
        except Exception as error:  # noqa: BLE001  (the proof stands, even where our explanation of it fails)
            note = f"the changes could not be told apart ({type(error).__name__}, our bug); the verdict is proved"
            return replace(proved, changes=(self._whole(proved),), notes=(*proved.notes, note))
        if proved.verdict is Verdict.COMPATIBLE:
            changes = tuple(map(_harmless, changes))
        elif not any(change.verdict is proved.verdict for change in changes):
            changes = (*map(_softened, changes), self._whole(proved))
        elif proved.verdict is Verdict.UNPROVEN:
            changes = tuple(map(_softened, changes))
        else:
            changes = _shown(changes, proved.witness)
        return replace(proved, changes=changes)

    def _whole(self, proved: _OneWay) -> Change:
        """Return the change of the whole schema, where no single place is to blame."""
        new, verdict = self._nodes[1], proved.verdict
        return Change(
            rule="schema-changed",
            title="the schema changed" if verdict is Verdict.COMPATIBLE else "the schema changed as a whole",
            verdict=verdict,
            level=_LOUDNESS[verdict],
            basis=Basis.INCLUSION,
            direction=None,
            side=Side.NEW,
            location=new.location,
            subject="the schema",
            counterpart=self._nodes[0].location,
            witness=proved.witness,
            reason=proved.reason,
            settle="" if verdict is Verdict.COMPATIBLE else "Look at the payload, then at the parts that changed.",
            fingerprint=fingerprint("schema-changed", "", new.pointer, self._nodes[0].pointer),
        )


def _harmless(change: Change) -> Change:
    """Return a change as part of a whole that is proved compatible."""
    if change.verdict is Verdict.COMPATIBLE:
        return change
    return replace(
        change, verdict=Verdict.COMPATIBLE, level=Level.INFO, basis=Basis.INCLUSION, witness=None, reason="", settle=""
    )


def _shown(changes: tuple[Change, ...], witness: Witness | None) -> tuple[Change, ...]:
    """Return changes of which the only breaking one is proved by the payload of the whole."""
    broken = [change for change in changes if change.verdict is Verdict.BREAKING]
    if witness is None or len(broken) != 1 or broken[0].witness is not None:
        return changes
    proved = replace(broken[0], witness=witness, basis=Basis.INCLUSION)
    return tuple(proved if change is broken[0] else change for change in changes)


def _softened(change: Change) -> Change:
    """Return a change with a verdict no worse than unproven: the whole is not proved to break."""
    return (
        change
        if change.verdict is not Verdict.BREAKING
        else replace(
            change, verdict=Verdict.UNPROVEN, level=Level.WARNING, witness=None, reason="other parts may make up for it"
        )
    )


def _joined(ways: Iterable[_OneWay]) -> tuple[Change, ...]:
    """Return the changes of several directions, each once, with the worse verdict."""
    found: dict[tuple[str, str, str], Change] = {}
    rank = [Verdict.COMPATIBLE, Verdict.UNPROVEN, Verdict.BREAKING].index
    for way in ways:
        for change in way.changes:
            key = (change.rule, change.location.pointer, change.subject)
            known = found.get(key)
            if known is None or rank(change.verdict) > rank(known.verdict):
                found[key] = change
    return tuple(sorted(found.values(), key=lambda change: (change.level.rank, change.location, change.rule)))


def _dialect_of(node: Node, dialect: str | None) -> str:
    from harness.schema import Dialect  # noqa: PLC0415  (start-up)

    declared = node.value.get("$schema") if isinstance(node.value, dict) else None
    text = dialect or (declared if isinstance(declared, str) else None)
    return str(Dialect.parse(text)) if text else str(Dialect.DRAFT_2020_12)
