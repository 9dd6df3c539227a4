"""The proof that no value satisfies a goal, written down so that a small separate program can check it.

A derivation is JSON:

    {"derivation": 1, "goals": [GOAL, ...], "values": {NAME: [BITS, [VALUE, ...]], ...}}
    GOAL = {"goal": [NAME, ...], "types": {"string": TREE, "number": TREE, ...}}

A NAME is the digest (24 hex digits) of a formula (`nodes.py`): `store.nodes[bytes.fromhex(name)]`. Formulas are not
written out: a checker compiles both documents again (`compile.py`, which is no part of the prover) and meets them.
Goal 0 is the question, {formula of the first schema, negation of the formula of the second}. Other goals are named by
their number. Every goal claims: no value satisfies all its formulas. Every claim uses other claims about items, values
or keys of the value only, so all claims together hold by induction on the size of the value; references in a circle
are sound for that reason, and nothing else has to be checked about them.

"values" writes out the formulas of goals that only exclude types and values, because a search may have made them up:
`store.conj([store.types(bits), store.neg(store.inside(values))])` has that NAME.

How to check one goal, for each of the six types T (`values.py`): assert all formulas of the goal for T. Asserting

    AND         asserts its parts                 REF, UNEVALP, UNEVALI   asserts `store.expand(node)`
    ONE, NOTONE asserts `store.chosen(node, T)`   OUT                     stands, and asserts what `differing` (in
    OR, atoms, IN, TYPES  stand as they are                               `objects.py`, `arrays.py`) says, for T

and a formula whose `sure` contains T says nothing. If a formula whose `mask` lacks T was asserted, the type is closed
already, and the goal may have no TREE for it. Otherwise "types" holds TREE, an array, first its kind:

    ["values"]                   T is null or boolean: each value of T falsifies a formula of the goal (`evaluate.py`)
    ["members", NAME]            this IN is asserted; each of its values of type T falsifies a formula of the goal
    ["type", NAME]               this formula is asserted, and its `mask` lacks T
    ["clash", NAME]              this formula is asserted, and so is its negation, or the atom that contradicts it
                                 among values of T (`store.neg(node)` is AND(TYPES T, that atom), or that atom itself)
    ["split", NAME, [TREE, ...]] this OR is asserted; one TREE for each of its parts in their order, each checked
                                 after asserting that part besides all that is asserted here
    ["atoms", [NAME, ...]]       T is number or string: these asserted atoms contradict each other. Numbers: exact
                                 arithmetic on the bounds, the least common multiple of MULT, and what OUT and NMULT
                                 exclude. Strings: the intersection of the languages of PATTERN, NPATTERN, MINLEN,
                                 MAXLEN, without OUT, is empty; FORMAT and NFORMAT by `formats.contradicts`, and a
                                 FORMAT may be replaced by `formats.superset`
    ["counts"]                   the greatest MINP (MINITEMS) exceeds the least MAXP (MAXITEMS), or more names are
                                 required (HAS) than the least MAXP allows
    ["both", "key"]              HAS key and LACKS key are asserted
    ["name", "key"]              HAS key and a NAMES(S) are asserted and the key falsifies S (`evaluate.py`)
    ["value", "key", n]          HAS key is asserted, and each formula of goal n is the S of an asserted KEYS(K, S)
                                 whose K contains the key (`evaluate.holds_key`)
    ["item", i, n]               the greatest asserted MINITEMS exceeds i, and each formula of goal n is the S of an
                                 asserted EACH(first, last, S) with first <= i and (i < last or last = -1)
    ["population", [n, ...]]     with the claims n, no set of keys meets the asserted HAS, LACKS, KEYS, KEYX, NAMES,
                                 NAMEX, MINP, MAXP: `population.py` says which sets have to be tried. Claims are about
                                 values under keys (S of KEYS and KEYX) and about fresh keys as strings
    ["filling", [n, ...]]        with the claims n, no array of at most max(MINITEMS, tail) + obligations items meets
                                 the asserted atoms: `arrays.py` says which have to be tried. Claims are about items;
                                 with UNIQUE, a claim may exclude values already used (OUT)

The last two are searches over few possibilities; a checker that does not repeat them must report them as taken on
trust. All others need no search.
"""

from __future__ import annotations

from collections import deque

from harness.model import JSON
from harness.schema.nodes import Node
from harness.schema.outcomes import Goal, Refuted, Tree
from harness.schema.solve import Solver
from harness.schema.values import ALL


def written(solver: Solver, goal: Goal) -> JSON:
    """Return the derivation of a refuted goal; the same for the same question on every machine."""
    return _Writer(solver).write(goal)


class _Writer:
    def __init__(self, solver: Solver) -> None:
        self.solver = solver
        self.numbers: dict[Goal, int] = {}
        self.pending: deque[Goal] = deque()

    def write(self, goal: Goal) -> JSON:
        self._number(goal)
        goals: list[JSON] = []
        values: dict[str, JSON] = {}
        while self.pending:
            current = self.pending.popleft()
            outcome = self.solver.known[current]
            assert isinstance(outcome, Refuted)  # noqa: S101  (only refuted goals are referred to)
            types: dict[str, JSON] = {str(pair[0]): self._tree(pair[1]) for pair in outcome.tree[1:]}  # type: ignore[index]  # pairs
            goals.append({"goal": sorted(node.name for node in current), "types": types})  # type: ignore[dict-item]  # JSON
            values |= {node.name: spelt for node in current if (spelt := _exclusion(node)) is not None}
        return {"derivation": 1, "goals": goals, "values": dict(sorted(values.items()))}

    def _number(self, goal: Goal) -> int:
        known = self.numbers.get(goal)
        if known is None:
            known = self.numbers[goal] = len(self.numbers)
            self.pending.append(goal)
        return known

    def _tree(self, tree: Tree) -> JSON:
        kind = str(tree[0])
        if kind == "split":
            node, *branches = tree[1:]
            order = {part: place for place, part in enumerate(node.args)}  # type: ignore[attr-defined]  # a node
            branches.sort(key=lambda pair: order[pair[0]])  # type: ignore[index]  # pairs
            return [kind, node.name, [self._tree(branch[1]) for branch in branches]]  # type: ignore[attr-defined,index]  # a node, pairs
        if kind == "atoms":
            return [kind, sorted(node.name for node in tree[1:] if isinstance(node, Node))]  # type: ignore[list-item]  # JSON
        if kind in {"population", "filling"}:
            return [kind, [self._number(goal) for goal in tree[1:]]]  # type: ignore[arg-type]  # goals
        return [kind, *(self._plain(part) for part in tree[1:])]

    def _plain(self, part: object) -> JSON:
        if isinstance(part, Node):
            return part.name
        if isinstance(part, frozenset):
            return self._number(part)
        return part if isinstance(part, int) else str(part)


def _exclusion(node: Node) -> JSON:
    """Return [types left, values excluded] of a formula that says nothing else; None for any other."""
    bits, values = ALL, list[JSON]()
    for part in node.args if node.kind == "AND" else (node,):
        assert isinstance(part, Node)  # noqa: S101  (AND holds nodes only)
        if part.kind == "OUT":
            values += [value for _, value in part.args[0]]  # type: ignore[attr-defined]  # pairs
        elif part.kind == "TYPES":
            bits &= part.mask
        else:
            return None
    return [bits, values]
