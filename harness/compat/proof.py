"""Judgements: asks the schema room whether what is written is always read, and keeps the proof.

A guess that the independent validator confirms is a proof of `breaking` at once; otherwise the prover is asked.
Nothing is ever judged `breaking` without a confirmed instance or a named rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from harness.compat.versions import canonical
from harness.model import JSON, Basis, UnreadableError, Verdict

if TYPE_CHECKING:
    from harness.schema.validation import Validator


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known about "everything valid under `sub` is valid under `sup`".

    Attributes:
        verdict: Compatible (proved), breaking (with `instance`) or unproven (with `reason`).
        basis: What the verdict rests on.
        instance: Valid under `sub`, refused under `sup`; only if breaking.
        has_instance: Whether `instance` means anything (null is an instance).
        error: What the independent validator says about it.
        failing: JSON pointer into it.
        derivation: The prover's proof of inclusion.
        reason: Why nothing was found.
        refusing: The schema that refuses `instance`, where it says one aspect of the reader only.
    """

    verdict: Verdict
    basis: Basis = Basis.INCLUSION
    instance: JSON = None
    has_instance: bool = False
    error: str = ""
    failing: str = ""
    derivation: JSON = None
    reason: str = ""
    refusing: dict[str, JSON] | None = None


RULED_OUT = Proof(Verdict.BREAKING, Basis.RULE)
"""Breaking by a rule: no instance can exist."""
FINE = Proof(Verdict.COMPATIBLE, Basis.RULE)
"""Compatible by a rule of the specification or of the content models."""


class Judge:
    """Answers inclusion questions between small views; remembers the answers."""

    def __init__(self, *, format_assertion: bool) -> None:
        self._format_assertion = format_assertion
        self._known: dict[tuple[str, str], Proof] = {}
        self._validators: dict[str, Validator | UnreadableError] = {}

    def includes(
        self,
        sub: dict[str, JSON],
        sup: dict[str, JSON],
        *,
        guesses: Iterable[JSON] = (),
        basis: Basis = Basis.INCLUSION,
    ) -> Proof:
        """Return whether every instance of `sub` is one of `sup`; `guesses` are tried as counterexamples first."""
        key = (canonical(sub), canonical(sup))
        if key[0] == key[1]:
            return Proof(Verdict.COMPATIBLE, basis, derivation={"rule": "equal"})
        found = self._known.get(key)
        if found is None:
            found = self._refute(sub, sup, guesses, basis) or self._prove(sub, sup, basis)
            self._known[key] = found
        return found

    def accepts(self, schema: dict[str, JSON], instance: JSON) -> bool:
        """Whether the independent validator takes `instance` under `schema`."""
        return self.error(schema, instance) is None

    def error(self, schema: dict[str, JSON], instance: JSON) -> str | None:
        """Return what the independent validator says against `instance`, or None."""
        found = self.failure(schema, instance)
        return None if found is None else found[0]

    def failure(self, schema: dict[str, JSON], instance: JSON) -> tuple[str, str] | None:
        """Return what the independent validator says against `instance` and where in it, or None."""
        from harness.schema.validation import Validator  # noqa: PLC0415  (start-up)

        key = canonical(schema)
        known = self._validators.get(key)
        if known is None:
            try:
                known = Validator(schema, "2020-12", formats=self._format_assertion)
            except UnreadableError as error:
                # A pattern of another dialect, say: nothing can be said about instances, and nothing is claimed.
                known = error
            self._validators[key] = known
        return (known.message, "") if isinstance(known, UnreadableError) else known.failure(instance)

    def empty(self, schema: dict[str, JSON]) -> bool:
        """Whether it is proved that `schema` has no instance at all."""
        from harness.schema import satisfiable  # noqa: PLC0415  (start-up)

        try:
            return satisfiable(schema, dialect="2020-12").verdict == "empty"
        except UnreadableError:
            return False

    def example(self, schema: dict[str, JSON]) -> tuple[JSON] | None:
        """Return a minimal instance of `schema` in a tuple, or None where none is known."""
        from harness.schema import example  # noqa: PLC0415  (start-up)

        try:
            found = example(schema, dialect="2020-12")
        except UnreadableError:
            return None
        return None if found is None else (cast("JSON", found.instance),)

    def _refute(
        self, sub: dict[str, JSON], sup: dict[str, JSON], guesses: Iterable[JSON], basis: Basis
    ) -> Proof | None:
        for guess in guesses:
            found = self.failure(sup, guess)
            if found is not None and self.accepts(sub, guess):
                return Proof(
                    Verdict.BREAKING, basis, guess, has_instance=True, error=found[0], failing=found[1], refusing=sup
                )
        return None

    def _prove(self, sub: dict[str, JSON], sup: dict[str, JSON], basis: Basis) -> Proof:
        from harness.schema import includes  # noqa: PLC0415  (start-up)

        try:
            answer = includes(sub, sup, dialect="2020-12", format_assertion=self._format_assertion)
        except UnreadableError as error:
            return Proof(Verdict.UNPROVEN, basis, reason=error.message)
        if answer.verdict == "included":
            return Proof(Verdict.COMPATIBLE, basis, derivation=answer.derivation)
        if answer.verdict == "excluded":
            return Proof(
                Verdict.BREAKING,
                basis,
                cast("JSON", answer.witness),
                has_instance=True,
                error=answer.error,
                failing=answer.failing,
                refusing=sup,
            )
        return Proof(Verdict.UNPROVEN, basis, reason=answer.reason)
