"""Checks a derivation (`derivation.py`) without the prover: no search for proofs, only the steps that are written down.

Trusted besides this file and its two neighbours (`replay_atoms.py`, `replay_collections.py`): the compilation of
schemas into formulas, the simplifications of the store, the evaluation of a formula on one value, and `Language`.
The solver, its branches and its memory are not imported.

The three files are longer than a checker of bare tableau steps would be (some 150 lines: `_Checker` up to `_counts`).
The rest are the steps for which no list of formulas is a proof: that keys or items of given kinds cannot fill an object
or array (`Population`, `Filling`, `Claims`: a finite count that is calculated again here, not believed), that atoms of
numbers or texts exclude each other (again calculated, by `Language` and exact fractions), and refusing whatever has
another form. Leaving one of these out would mean believing the prover in it.
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.model import HarnessError
from harness.schema.compile import Compiler
from harness.schema.dialects import Dialect
from harness.schema.evaluate import Evaluator, Unusable, holds_key
from harness.schema.language import PatternError
from harness.schema.nodes import END, KeySet, Node
from harness.schema.replay_atoms import contradictory
from harness.schema.replay_collections import Claims, Filling, Population
from harness.schema.resources import Schemas
from harness.schema.store import Store
from harness.schema.twins import Twins, same
from harness.schema.values import ARR, BOOL, NULL, OBJ, TYPE_NAMES, TYPES_IN_ORDER, TooLargeError, type_of

_FEW = {NULL: (None,), BOOL: (True, False)}


class DerivationError(HarnessError):
    """A step of a derivation does not follow.

    Attributes:
        step: Which: the number of the goal, the type of value, and the way through the tree.
    """

    def __init__(self, step: str, problem: str) -> None:
        """Keep the step."""
        super().__init__(
            f"the derivation does not hold at {step}: {problem}",
            remedy="do not rely on this verdict; report it with both schemas",
        )
        self.step = step


def replay(
    derivation: object, old: object, new: object, *, dialect: Dialect | str | tuple[Dialect | str, Dialect | str],
    direction: str = "backward", format_assertion: bool = False,
) -> None:  # fmt: skip
    """Check that a derivation proves inclusion.

    Args:
        derivation: What `Inclusion.derivation` or `SchemaComparison.backward_derivation` returned, perhaps read again
            from a file (numbers as int or Decimal).
        old: The first schema of the comparison.
        new: The second.
        dialect: Of both schemas, or a pair: of `old` and of `new`.
        direction: `backward`: every instance of `old` is one of `new`; `forward`: the reverse.
        format_assertion: Whether `format` asserts.

    Raises:
        DerivationError: A step does not follow, or the derivation is about other schemas.
        UnreadableError: A schema is not valid.
    """
    first, second = map(Dialect.parse, dialect if isinstance(dialect, tuple) else (dialect, dialect))
    problem: DerivationError | None = None
    for order in _ORDERS:
        store = Store()
        a, b = _compiled(store, (old, first), (new, second), format_assertion=format_assertion)
        formulas = {"a": a, "b": b, "not a": store.neg(a), "not b": store.neg(b)}
        for name in order:
            _assert_for_every_type(store, formulas[name])
        goal = [a, formulas["not b"]] if direction == "backward" else [b, formulas["not a"]]
        problem = _problem(store, derivation, goal)
        if problem is None:
            return
    assert problem is not None  # noqa: S101  (there are orders)
    raise problem


# What a formula is simplified to may depend on which of it and its negation was spelled out first. The prover's order
# is not written down, so others are tried; a proof counts if one reading of it holds from beginning to end.
_ORDERS = ((), ("a", "not b"), ("not b", "a"), ("b", "not a"), ("not a", "b"), ("a", "b"), ("not a", "not b"))


def _problem(store: Store, derivation: object, goal: list[Node]) -> DerivationError | None:
    try:
        _Checker(store, derivation).check(goal)
    except DerivationError as problem:
        return problem
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, TooLargeError, RecursionError) as problem:
        return DerivationError("its form", f"it cannot be read ({type(problem).__name__}: {problem})")
    return None


def _compiled(
    store: Store, old: tuple[object, Dialect], new: tuple[object, Dialect], *, format_assertion: bool
) -> tuple[Node, Node]:
    """Compile both schemas to formulas, named as the prover names them."""
    sides = [Schemas(_shape(root, dialect), dialect, name) for (root, dialect), name in ((old, "a"), (new, "b"))]
    compilers = [Compiler(store, side, format_assertion=format_assertion) for side in sides]
    if old[1] is new[1]:
        if same(old[0], new[0]):
            compilers[1] = compilers[0]
        else:
            compilers[1].twin = Twins(*sides).name_of
    return compilers[0].root(), compilers[1].root()


def _assert_for_every_type(store: Store, node: Node) -> None:
    for bit in TYPES_IN_ORDER:
        _Facts(store, bit, [node]).add([node])


def _shape(root: object, dialect: Dialect) -> object:
    if dialect is not Dialect.OPENAPI_30:
        return root
    from harness.schema.openapi30 import translated  # noqa: PLC0415  (one dialect of six)

    return translated(root)


class _Checker:
    """One derivation; goals are checked in the order in which they are used."""

    def __init__(self, store: Store, derivation: object) -> None:
        if not isinstance(derivation, dict) or derivation.get("derivation") != 1:
            raise DerivationError("its head", "this is no derivation of version 1")
        self.store = store
        self.evaluator = Evaluator(store)
        self.goals = derivation["goals"]
        self.excluded = {}
        for name, (bits, values) in derivation["values"].items():
            node = store.conj([store.types(bits), store.neg(store.inside(values))])
            if node.name != name:
                raise DerivationError(f"the exclusion {name}", "the values do not have this name")
            self.excluded[name] = (bits, values)
        self.used = [0]
        self.step = ""

    def check(self, question: list[Node]) -> None:
        if set(self.goals[0]["goal"]) != {node.name for node in question}:
            raise DerivationError("goal 0", "it is not the question about these two schemas")
        for number in self.used:  # grows
            goal = [self._node(name, f"goal {number}") for name in self.goals[number]["goal"]]
            for bit in TYPES_IN_ORDER:
                name = TYPE_NAMES[bit]
                self.step = f"goal {number}, {name}"
                facts = _Facts(self.store, bit, goal)
                facts.add(goal)
                tree = self.goals[number]["types"].get(name)
                if tree is not None:
                    self._tree(tree, facts)
                elif not facts.closed:
                    raise DerivationError(self.step, "no proof is given, and no formula excludes the type")

    def _node(self, name: str, step: str) -> Node:
        node = self.store.nodes.get(bytes.fromhex(name))
        if node is None:
            raise DerivationError(step, f"formula {name} is none of these schemas")
        return node

    def use(self, number: int) -> frozenset[str]:
        """Rely on another goal, which is then checked too."""
        if not 0 <= number < len(self.goals):
            raise DerivationError(self.step, f"there is no goal {number}")
        if number not in self.used:
            self.used.append(number)
        return frozenset(self.goals[number]["goal"])

    def _need(self, condition: object, problem: str) -> None:
        if not condition:
            raise DerivationError(self.step, problem)

    # ---- one tree ----

    def _tree(self, tree: list[object], facts: _Facts) -> None:
        kind, *rest = tree
        step, self.step = self.step, f"{self.step}/{kind}"
        check = getattr(self, f"_{kind}", None) if kind in _KINDS else None
        self._need(check is not None, "this kind of step is not known")
        assert check is not None  # noqa: S101  (needed above)
        check(facts, *rest)
        self.step = step

    def _asserted(self, name: str, facts: _Facts) -> Node:
        node = self._node(name, self.step)
        self._need(node in facts.nodes, f"formula {name} is not asserted here")
        return node

    def _falsified(self, facts: _Facts, values: Iterable[object]) -> None:
        for value in values:
            self._need(self.evaluator.all_hold(facts.goal, value) is False, f"{value!r} falsifies no formula")

    def _values(self, facts: _Facts) -> None:
        self._need(facts.bit in _FEW, "only null and booleans can be tried one by one")
        self._falsified(facts, _FEW[facts.bit])

    def _members(self, facts: _Facts, name: str) -> None:
        node = self._asserted(name, facts)
        self._need(node.kind == "IN", "the formula is no finite set")
        self._falsified(facts, (value for _, value in node.args[0] if type_of(value) == facts.bit))  # type: ignore[attr-defined]  # pairs

    def _type(self, facts: _Facts, name: str) -> None:
        self._need(not self._asserted(name, facts).mask & facts.bit, "the formula does not exclude the type")

    def _clash(self, facts: _Facts, name: str) -> None:
        self._asserted(name, facts)
        denied = any(self._follows(self.store.neg(node), facts) for node in list(facts.nodes))
        self._need(denied, "no asserted formula contradicts this one")

    def _follows(self, node: Node, facts: _Facts) -> bool:
        """Tell whether a formula is asserted, or follows by its form from what is."""
        if node in facts.nodes or node.sure & facts.bit:
            return True
        if node.kind not in ("AND", "OR"):
            return False
        parts = [self._follows(part, facts) for part in node.args if isinstance(part, Node)]
        return all(parts) if node.kind == "AND" else any(parts)

    def _split(self, facts: _Facts, name: str, branches: list[list[object]]) -> None:
        node = self._asserted(name, facts)
        self._need(node.kind == "OR" and len(branches) == len(node.args), "the branches are not the alternatives")
        for part, branch in zip(node.args, branches, strict=True):
            assert isinstance(part, Node)  # noqa: S101  (OR holds nodes only)
            inner = facts.copy()
            inner.add([part])
            self._tree(branch, inner)

    def _atoms(self, facts: _Facts, names: list[str]) -> None:
        atoms = [self._asserted(name, facts) for name in names]
        self._need(contradictory(facts.bit, atoms), "these atoms do not contradict each other")

    def _counts(self, facts: _Facts) -> None:
        least, most = ("MINP", "MAXP") if facts.bit == OBJ else ("MINITEMS", "MAXITEMS")
        highest = max((int(node.args[0]) for node in facts.of(least)), default=0)  # type: ignore[call-overload]  # a count
        names = {node.args[0] for node in facts.of("HAS")} if facts.bit == OBJ else set[object]()
        limit = min((int(node.args[0]) for node in facts.of(most)), default=None)  # type: ignore[call-overload]  # a count
        self._need(facts.bit in (OBJ, ARR) and limit is not None, "nothing limits the count")
        assert limit is not None  # noqa: S101  (needed above)
        self._need(max(highest, len(names)) > limit, "the counts do not contradict each other")

    def _both(self, facts: _Facts, key: str) -> None:
        self._need(facts.has(key), f"“{key}” is not required")
        self._need(any(node.args[0] == key for node in facts.of("LACKS")), f"“{key}” is not forbidden")

    def _name(self, facts: _Facts, key: str) -> None:
        self._need(facts.has(key), f"“{key}” is not required")
        names = [node.args[0] for node in facts.of("NAMES")]
        self._need(self.evaluator.all_hold(names, key) is False, f"the name “{key}” is allowed")  # type: ignore[arg-type]  # nodes

    def _value(self, facts: _Facts, key: str, number: int) -> None:
        self._need(facts.has(key), f"“{key}” is not required")
        demanded = {node.args[1].name for node in facts.of("KEYS") if _holds(node.args[0], key)}  # type: ignore[attr-defined]  # a node
        self._need(self.use(number) <= demanded, f"goal {number} says more than the value of “{key}” must satisfy")

    def _item(self, facts: _Facts, position: int, number: int) -> None:
        least = max((int(node.args[0]) for node in facts.of("MINITEMS")), default=0)  # type: ignore[call-overload]  # a count
        self._need(0 <= position < least, f"there may be no item {position}")
        demanded = set[str]()
        for node in facts.of("EACH"):
            first, last, subject = node.args
            if first <= position and (last == END or position < last):  # type: ignore[operator]  # counts
                demanded.add(subject.name)  # type: ignore[attr-defined]  # a node
        self._need(self.use(number) <= demanded, f"goal {number} says more than item {position} must satisfy")

    def _population(self, facts: _Facts, numbers: list[int]) -> None:
        claims = self._claims(numbers)
        self._need(Population(self.store, self.evaluator, facts.nodes, claims).impossible(), "some keys fit")
        self._rely(claims)

    def _filling(self, facts: _Facts, numbers: list[int]) -> None:
        claims = self._claims(numbers)
        self._need(Filling(self.store, self.evaluator, facts.nodes, claims).impossible(), "some items fit")
        self._rely(claims)

    def _claims(self, numbers: list[int]) -> Claims:
        self._need(all(0 <= number < len(self.goals) for number in numbers), "a claim has no goal")
        return Claims({number: frozenset(self.goals[number]["goal"]) for number in numbers}, self.excluded)

    def _rely(self, claims: Claims) -> None:
        for number in sorted(claims.used):
            self.use(number)


_KINDS = frozenset(
    ("values", "members", "type", "clash", "split", "atoms", "counts", "both", "name", "value", "item", "population",
     "filling")
)  # fmt: skip


def _holds(keys: object, name: str) -> bool:
    assert isinstance(keys, KeySet)  # noqa: S101  (what KEYS carries)
    try:
        return holds_key(keys, name)
    except (Unusable, PatternError):
        return False


class _Facts:
    """What is asserted about a value of one type on one branch."""

    def __init__(self, store: Store, bit: int, goal: list[Node]) -> None:
        self.store, self.bit, self.goal = store, bit, goal
        self.nodes: dict[Node, None] = {}
        self.closed = False

    def copy(self) -> _Facts:
        twin = _Facts(self.store, self.bit, self.goal)
        twin.nodes, twin.closed = self.nodes.copy(), self.closed
        return twin

    def add(self, nodes: Iterable[Node]) -> None:
        """Assert formulas and all they say by their form."""
        pending = sorted(nodes, key=lambda node: node.digest, reverse=True)
        while pending:
            node = pending.pop()
            if node in self.nodes:
                continue
            self.nodes[node] = None
            self.closed = self.closed or not node.mask & self.bit
            if node.sure & self.bit or not node.mask & self.bit:
                continue
            if node.kind == "AND":
                pending.extend(reversed(node.args))  # type: ignore[arg-type]  # nodes
            elif node.kind in ("REF", "UNEVALP", "UNEVALI"):
                pending.append(self.store.expand(node))
            elif node.kind in ("ONE", "NOTONE"):
                pending.append(self.store.chosen(node, self.bit))
            elif node.kind == "OUT":
                pending.extend(self._differing(node))

    def _differing(self, node: Node) -> Iterable[Node]:
        """Say how an array or object differs from each composite value that is excluded."""
        store = self.store
        for _, value in node.args[0]:  # type: ignore[attr-defined]  # pairs
            if type_of(value) != self.bit or self.bit not in (ARR, OBJ):
                continue
            if self.bit == OBJ:
                ways = [store.atom("KEYX", KeySet(value, other=True), store.true)]
                for name, inside in value.items():
                    ways.append(store.atom("LACKS", name))
                    ways.append(store.atom("KEYX", KeySet((name,)), store.neg(store.inside([inside]))))
            else:
                ways = [store.atom("MINITEMS", len(value) + 1), store.atom("MAXITEMS", len(value) - 1)]
                for position, item in enumerate(value):
                    ways.append(store.atom("SOME", position, position + 1, store.neg(store.inside([item]))))
            yield store.disj(ways)

    def of(self, kind: str) -> list[Node]:
        """Return the asserted atoms of a kind."""
        return [node for node in self.nodes if node.kind == kind]

    def has(self, key: str) -> bool:
        return any(node.args[0] == key for node in self.of("HAS"))
