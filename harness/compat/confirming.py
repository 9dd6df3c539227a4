"""Witnesses held against the whole: what shows one aspect must be an instance of everything the writer says.

An aspect is judged alone, so that one root cause is one change. The value that shows it is then looked for again
among all that the writing side allows at that place, the authors' own examples first; the reading side as a whole
must refuse it, and so must the aspect, so that the value speaks of this change and of no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.compat.drafts import Draft
from harness.compat.keywords import SCALARS
from harness.compat.proof import Proof
from harness.compat.schema_views import Emission
from harness.compat.shapes import Shape
from harness.compat.sides import Sides
from harness.model import JSON, Basis, ContentModel, Direction, Verdict

_TRIED = 6
"""Most examples tried."""


@dataclass(frozen=True, slots=True)
class ShapePair:
    """Two alternatives that are compared, the direction, and (in `sides`) the content model."""

    sides: Sides
    old: Shape
    new: Shape
    direction: Direction

    @property
    def written(self) -> Shape:
        """The alternative of the side that writes."""
        return self.old if self.direction is Direction.RECEIVED else self.new

    @property
    def read(self) -> Shape:
        """The alternative of the side that reads."""
        return self.new if self.direction is Direction.RECEIVED else self.old

    def holds(self, instance: JSON) -> bool:
        """Whether an instance is written under the whole of one side and refused under the whole of the other."""
        return self.sides.refuted(self.written, self.read, self.direction, instance) is not None


def confirmed(pair: ShapePair, draft: Draft) -> Draft:
    """Return a draft whose witness, if it has one, holds on both sides as a whole.

    Whole means the views of writer and reader. What only fields that nobody declares could show is shown on the
    schemas as written.
    """
    proof = draft.proof
    if proof.verdict is not Verdict.BREAKING or not proof.has_instance:
        return draft
    if draft.read:
        return replace(draft, shown=pair)  # an old payload of which readers lose a part: made on the whole already
    view = "raw" if pair.sides.model is ContentModel.OPEN else "reader"
    found = _shown(pair, proof)
    if found.verdict is not Verdict.BREAKING and proof.basis is Basis.INCLUSION and view != "raw":
        raw = replace(pair, sides=replace(pair.sides, model=ContentModel.OPEN))
        written = _shown(raw, proof)
        if written.verdict is Verdict.BREAKING:
            pair, found, view = raw, written, "raw"
    return replace(draft, proof=found, view=view, shown=pair)


def _shown(pair: ShapePair, proof: Proof) -> Proof:
    """Return the proof with an instance that holds on both sides, or what the prover says against one."""
    if proof.basis is Basis.PROJECTION:
        return proof if pair.holds(proof.instance) else _proved(pair, proof)
    for candidate in _candidates(pair, proof):
        told = pair.sides.judge.failure(proof.refusing, candidate) if proof.refusing else (proof.error, proof.failing)
        if told is not None and pair.holds(candidate):
            return replace(proof, instance=candidate, error=told[0], failing=told[1])
    return _proved(pair, proof)


def _candidates(pair: ShapePair, proof: Proof) -> Iterator[JSON]:
    """Yield values that may show the aspect: the authors' own, what was found, then such as the writer likely sends."""
    side, stance = pair.sides.writer(pair.direction)
    sampler = pair.sides.samplers(side)[0]
    scalar = pair.written.types <= SCALARS
    if scalar:
        yield from [value for value in sampler.offered(pair.written) if not isinstance(value, (dict, list))][:_TRIED]
    yield proof.instance
    found = sampler.shaped(pair.written, stance)
    if found is not None:
        yield found[0]
    if not scalar:
        for name in sorted(pair.written.types):
            part = sampler.shaped(replace(pair.written, types=frozenset({name})), stance)
            if part is not None:
                yield part[0]


def _proved(pair: ShapePair, proof: Proof) -> Proof:
    """Ask the prover for a value outside both the aspect and the reader as a whole, then outside the reader only."""
    side, stance = pair.sides.writer(pair.direction)
    other, other_stance = pair.sides.reader(pair.direction)
    written = pair.sides.views(side).shape(pair.written, stance)
    emission = Emission(pair.sides.views(other), other_stance, prefix="r")
    whole = emission.shape(pair.read)
    judge = pair.sides.judge
    if proof.refusing is not None:
        aspect = {key: value for key, value in proof.refusing.items() if key != "$defs"}
        inner = proof.refusing.get("$defs")
        definitions: dict[str, JSON] = {**emission.definitions, **(inner if isinstance(inner, dict) else {})}
        both: dict[str, JSON] = {"anyOf": [whole, aspect]}
        found = judge.includes(written, {**both, "$defs": definitions} if definitions else both)
        if found.verdict is Verdict.BREAKING:
            told = judge.failure(proof.refusing, found.instance)
            return replace(found, basis=proof.basis, error=told[0] if told else found.error)
    found = judge.includes(written, emission.document(whole))
    if found.verdict is Verdict.COMPATIBLE and judge.empty(written):
        # A contradiction of the authors, such as a pattern longer than maxLength: what they meant still changed.
        return Proof(Verdict.BREAKING, Basis.RULE, reason="what is sent there contradicts itself: no payload can exist")
    return replace(found, basis=proof.basis)
