"""The answer to "is every instance of this schema an instance of that one?", and who gives it."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field

from harness.model import JSON, UnreadableError
from harness.schema.compile import Compiler
from harness.schema.dialects import Dialect
from harness.schema.language import InvalidPattern, Language, PatternError
from harness.schema.nodes import Node
from harness.schema.outcomes import Found, Goal, Refuted, Unknown
from harness.schema.resources import Schemas
from harness.schema.solve import DEFAULT_BUDGET, Solver, deep_enough
from harness.schema.store import Store
from harness.schema.twins import Twins, objects_in, same
from harness.schema.validation import ValidatorFamily, rendered
from harness.schema.values import TooLargeError

_OPINIONS = 3
"""How many counterexamples are tried until the independent validator agrees."""


_LACKING = "not present in a registry"
_NAMELESS = "json-schema:///"
"""How the validator says that a document is missing, and how it spells names relative to nothing: files."""


class _NoWitness:
    """Stands where no witness is; JSON null would be a witness."""

    def __repr__(self) -> str:
        return "NO_WITNESS"


NO_WITNESS = _NoWitness()


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Whether all instances of one schema are instances of another.

    Attributes:
        verdict: `included`, `excluded` (there is a witness) or `unknown`.
        witness: An instance of the first that is none of the second; `NO_WITNESS` unless excluded.
        reason: Why unknown, or what is remarkable: the first schema has no instances at all.
        error: What the independent validator says against the witness.
        failing: JSON pointer into the witness, where.
    """

    verdict: str
    witness: object = NO_WITNESS
    reason: str = ""
    error: str = ""
    failing: str = ""
    _proof: tuple[Solver, Goal] | None = field(default=None, repr=False, compare=False)

    @property
    def derivation(self) -> JSON:
        """The proof of `included`, as `harness.schema.derivation` describes it; None otherwise."""
        if self._proof is None:
            return None
        from harness.schema.derivation import written  # noqa: PLC0415  (only when somebody asks)

        return written(*self._proof)


@dataclass(frozen=True, slots=True)
class Satisfiability:
    """Whether a schema has an instance.

    Attributes:
        verdict: `satisfiable`, `empty` or `unknown`.
        example: A verified instance; `NO_WITNESS` unless satisfiable.
        reason: Why unknown.
    """

    verdict: str
    example: object = NO_WITNESS
    reason: str = ""


class Prover:
    """Answers questions about two documents of schemas, and remembers formulas, proofs and validators."""

    def __init__(
        self, sub_root: object, sup_root: object, *, dialect: Dialect | str = Dialect.DRAFT_2020_12,
        sup_dialect: Dialect | str | None = None, format_assertion: bool = False, budget: int | None = None,
    ) -> None:  # fmt: skip
        """Keep the documents; nothing is compiled yet."""
        first = Dialect.parse(dialect)
        second = Dialect.parse(sup_dialect) if sup_dialect is not None else first
        self._store = Store()
        self._solver = Solver(self._store, budget or DEFAULT_BUDGET)
        sub = _Side(self._store, sub_root, first, "a", format_assertion=format_assertion)
        sup = (
            sub
            if first is second and same(sub_root, sup_root)
            else _Side(self._store, sup_root, second, "b", format_assertion=format_assertion)
        )
        if sup is not sub and first is second:
            sup.compiler.twin = Twins(sub.schemas, sup.schemas).name_of
        self._sides = (sub, sup)

    def swapped(self) -> Prover:
        """Return the prover of the reverse question; formulas and proofs are shared."""
        other = copy(self)
        other._sides = (self._sides[1], self._sides[0])  # noqa: SLF001  (another of the same class)
        return other

    def includes(self, sub: str = "", sup: str = "") -> Inclusion:
        """Decide whether every instance of the schema at pointer `sub` is one of the schema at `sup`.

        Args:
            sub: JSON pointer into the first document, with or without a leading `#`.
            sup: JSON pointer into the second.

        Raises:
            UnreadableError: One of the schemas is not valid, or a reference leads nowhere.
        """
        sub, sup = sub.removeprefix("#"), sup.removeprefix("#")
        try:
            with deep_enough():
                goal = frozenset({self._sides[0].formula(sub), self._store.neg(self._sides[1].formula(sup))})
                return self._answered(goal, sub, sup)
        except TooLargeError as problem:
            return Inclusion("unknown", reason=str(problem))
        except RecursionError:
            return Inclusion("unknown", reason="the schemas are nested too deeply")

    def _answered(self, goal: Goal, sub: str, sup: str) -> Inclusion:
        """Ask, and have every counterexample confirmed; ask for another where the validator disagrees."""
        answer = Inclusion("unknown")
        refused: list[object] = []
        for _ in range(_OPINIONS):
            asked = goal if not refused else goal | {self._store.neg(self._store.inside(refused))}
            outcome = self._solver.ask(asked)
            if isinstance(outcome, Refuted):
                return answer if refused else Inclusion("included", _proof=(self._solver, goal))
            if isinstance(outcome, Unknown):
                return answer if refused else Inclusion("unknown", reason=outcome.reason)
            answer = self._excluded(outcome, sub, sup)
            if answer.verdict == "excluded":
                return answer
            refused.append(outcome.value)
        return answer

    def _excluded(self, outcome: Found, sub: str, sup: str) -> Inclusion:
        found: JSON = outcome.value  # type: ignore[assignment]  # built of JSON values only
        first, second = self._sides[0].family, self._sides[1].family
        try:
            problem, failure = first.failure(sub, found), second.failure(sup, found)
        except UnreadableError as refused:
            if _LACKING in refused.message:
                return Inclusion(
                    "unknown",
                    reason="a document that a schema refers to is not at hand, so no payload "
                    "can be verified; bundle it under $defs with its $id",
                )
            return Inclusion("unknown", reason=f"the independent validator refuses a schema: {refused.message}")
        if problem is not None or failure is None:
            side = "refuses" if problem is not None else "accepts"
            return Inclusion(
                "unknown",
                reason=f"the independent validator {side} the counterexample {_short(found)}"
                + (f": {problem[0]}" if problem is not None else ""),
            )
        witness = self._sides[0].made_realistic(
            sub,
            found,
            accepts=lambda value: first.failure(sub, value) is None and second.failure(sup, value) is not None,
        )
        failure = second.failure(sup, witness) or failure
        return Inclusion("excluded", witness=witness, error=failure[0], failing=failure[1])

    def check(self) -> None:
        """Have both documents looked at by the independent validator.

        Raises:
            UnreadableError: One is not a valid schema of its dialect. A pattern that only the validator cannot read,
                and a document elsewhere that is not at hand, are no errors: they lead to `unknown` where they matter.
        """
        for side in self._sides:
            try:
                side.family.at("")
            except UnreadableError as problem:
                lacking = _LACKING in problem.message and _NAMELESS not in problem.message
                if not lacking and ("regex" not in problem.message or has_invalid_pattern(side.schemas.root)):
                    raise

    def satisfiable(self, pointer: str = "", *, side: str = "sub") -> Satisfiability:
        """Decide whether the schema at a pointer has an instance.

        Raises:
            UnreadableError: The schema is not valid, or a reference leads nowhere.
        """
        where = self._sides[0] if side == "sub" else self._sides[1]
        pointer = pointer.removeprefix("#")
        try:
            with deep_enough():
                outcome = self._solver.ask(frozenset({where.formula(pointer)}))
        except TooLargeError as problem:
            return Satisfiability("unknown", reason=str(problem))
        except RecursionError:
            return Satisfiability("unknown", reason="the schema is nested too deeply")
        if isinstance(outcome, Found):
            return _confirmed(where, pointer, outcome)
        return (
            Satisfiability("empty")
            if isinstance(outcome, Refuted)
            else Satisfiability("unknown", NO_WITNESS, outcome.reason)
        )


def _confirmed(where: _Side, pointer: str, outcome: Found) -> Satisfiability:
    instance: JSON = outcome.value  # type: ignore[assignment]  # built of JSON values only
    try:
        failure = where.family.failure(pointer, instance)
    except UnreadableError as refused:
        return Satisfiability("unknown", reason=f"the independent validator refuses the schema: {refused.message}")
    if failure is not None:
        return Satisfiability("unknown", reason=f"the independent validator refuses the example: {failure[0]}")
    shown = where.made_realistic(pointer, instance, accepts=lambda value: where.family.failure(pointer, value) is None)
    return Satisfiability("satisfiable", example=shown)


class _Side:
    """One document: its formulas and its independent validators."""

    def __init__(self, store: Store, root: object, dialect: Dialect, name: str, *, format_assertion: bool) -> None:
        shape = root
        if dialect is Dialect.OPENAPI_30:
            from harness.schema.openapi30 import translated  # noqa: PLC0415  (one dialect of six)

            shape = translated(root)
        self.schemas = Schemas(shape, dialect, name)
        self.compiler = Compiler(store, self.schemas, format_assertion=format_assertion)
        self.family = ValidatorFamily(root, dialect, formats=format_assertion)
        self._known: dict[str, Node] = {}

    def formula(self, pointer: str) -> Node:
        found = self._known.get(pointer)
        if found is None:
            found = self._known[pointer] = self.compiler.root(pointer)
        return found

    def made_realistic(self, pointer: str, value: JSON, *, accepts: Callable[[JSON], bool]) -> JSON:
        """Return a value like this one with realistic scalars, if the independent validator agrees."""
        from harness.schema.realism import realistic  # noqa: PLC0415  (only when something was found)

        return realistic(self.schemas, pointer, value, accepts=accepts)  # type: ignore[arg-type,return-value]  # JSON


def has_invalid_pattern(document: object) -> bool:
    """Whether some pattern of a document is no ECMA-262 pattern at all."""
    patterns: list[object] = []
    for one in objects_in(document):
        named = one.get("patternProperties")
        patterns += [one.get("pattern"), *(named if isinstance(named, dict) else ())]
    for pattern in patterns:
        try:
            Language.parse(pattern if isinstance(pattern, str) else "")
        except InvalidPattern:
            return True
        except PatternError:
            continue
    return False


def _short(value: object) -> str:
    text = rendered(value)
    return text if len(text) <= 200 else text[:197] + "..."
