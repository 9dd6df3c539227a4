"""Branches about objects: required and forbidden keys, what values under which keys must satisfy, how many keys.

Deciding an object asks two kinds of goals: about values (all schemas that apply under one key) and about keys as
strings (a key in these patterns and not in those, none of the names mentioned elsewhere). The smallest object holds the
required keys, one key for each "some key" obligation, and as many more as `minProperties` asks.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.schema.apart import members
from harness.schema.branches import Branch
from harness.schema.evaluate import Unusable, holds_key
from harness.schema.language import PatternError
from harness.schema.nodes import KeySet, Node
from harness.schema.outcomes import Closed, Found, Goal, Refuted, Unknown
from harness.schema.values import OBJ, STR, type_of

_MOST_FILLED = 400


@dataclass(slots=True)
class Wide:
    """A demand on every value under a key of a set that is more than one name."""

    keys: KeySet
    subject: Node
    rests_on: int


class ObjectBranch(Branch):
    """One branch about an object."""

    bit = OBJ

    def __init__(self, *arguments: object) -> None:
        """Nothing is asserted yet."""
        super().__init__(*arguments)  # type: ignore[arg-type]  # as Branch
        self.has: dict[str, int] = {}
        self.lacks: dict[str, int] = {}
        self.under: dict[str, tuple[tuple[Node, int], ...]] = {}
        self.wide: list[Wide] = []
        self.some: list[Wide] = []
        self.names: list[tuple[Node, int]] = []
        self.some_names: list[tuple[Node, int]] = []
        self.least = (0, 0)
        self.most: tuple[int, int] | None = None
        self.touched: set[str] = set()

    def _copy_own(self, twin: Branch) -> None:
        assert isinstance(twin, ObjectBranch)  # noqa: S101  (a copy of this class)
        twin.has, twin.lacks, twin.under = self.has.copy(), self.lacks.copy(), self.under.copy()
        twin.wide, twin.some = self.wide.copy(), self.some.copy()
        twin.names, twin.some_names = self.names.copy(), self.some_names.copy()
        twin.least, twin.most = self.least, self.most
        twin.touched = set()

    def note(self, node: Node, rests_on: int) -> None:
        """Take an atom."""
        kind, args = node.kind, node.args
        if kind == "HAS":
            self.has.setdefault(str(args[0]), rests_on)
            self.touched.add(str(args[0]))
        elif kind == "LACKS":
            self.lacks.setdefault(str(args[0]), rests_on)
            self.touched.add(str(args[0]))
        elif kind in {"KEYS", "KEYX"}:
            self._note_keys(node, rests_on)
        elif kind == "MINP":
            self.least = max(self.least, (int(args[0]), rests_on))  # type: ignore[call-overload]  # a count
        elif kind == "MAXP":
            if self.most is None or int(args[0]) < self.most[0]:  # type: ignore[call-overload]  # a count
                self.most = (int(args[0]), rests_on)  # type: ignore[call-overload]  # a count
        elif kind == "NAMES":
            self.names.append((args[0], rests_on))  # type: ignore[arg-type]  # a node
            self.touched.update(self.has)
        elif kind == "NAMEX":
            self.some_names.append((args[0], rests_on))  # type: ignore[arg-type]  # a node

    def _note_keys(self, node: Node, rests_on: int) -> None:
        keys, subject = node.args
        assert isinstance(keys, KeySet)  # noqa: S101  (what KEYS carries)
        assert isinstance(subject, Node)  # noqa: S101  (as above)
        single = keys.single
        if node.kind == "KEYX":
            self.some.append(Wide(keys, subject, rests_on))
        elif single is not None:
            self.under[single] = (*self.under.get(single, ()), (subject, rests_on))
            self.touched.add(single)
        else:
            self.wide.append(Wide(keys, subject, rests_on))
            self.touched.update(self.has)

    def differing(self, node: Node) -> list[Node]:
        """Say for each composite value how an object may differ: a key missing, a value other, a key more."""
        store = self.store
        said = []
        for _, value in node.args[0]:  # type: ignore[attr-defined]  # pairs
            if type_of(value) == OBJ:
                ways = [store.atom("KEYX", KeySet(value, other=True), store.true)]
                for name, inside in value.items():
                    ways.append(store.atom("LACKS", name))
                    ways.append(store.atom("KEYX", KeySet((name,)), store.neg(store.inside([inside]))))
                said.append(store.disj(ways))
        return said

    # --- early contradictions ----------------------------------------------------------------------------------

    def check(self) -> Closed | None:
        """Look at the required keys that the last assertions touched."""
        if self.most is not None and self.least[0] > self.most[0]:
            return Closed(self.least[1] | self.most[1], ("counts",))
        touched, self.touched = self.touched, set()
        for name in touched:
            if name in self.has and name in self.lacks:
                return Closed(self.has[name] | self.lacks[name], ("both", name))
        if self.level:
            for name in sorted(touched):
                if name in self.has:
                    closed = self._required(name)
                    if isinstance(closed, Closed):
                        return closed
        return None

    def glance(self, part: Node, mark: int) -> Closed | None:
        """Close a disjunct about one key by the value under it."""
        closed = super().glance(part, mark)
        if closed is not None:
            return closed
        name, subjects = self._shape(part)
        if name is None:
            return None
        if name in self.lacks:
            return Closed(mark | self.lacks[name], ("both", name))
        goal, rests_on = self.goal_under(name)
        goal |= subjects
        if isinstance(self.solver.decide(goal), Refuted):
            return Closed(mark | rests_on, ("value", name, goal))
        return None

    def _shape(self, part: Node) -> tuple[str | None, frozenset[Node]]:
        known = self.solver.shapes.get(part)
        if known is None:
            known = self.solver.shapes[part] = about_one_key(part)
        return known

    def entails(self, part: Node) -> bool:
        """Whether a required key has a value that plainly satisfies what a formula demands of it."""
        if part.kind == "HAS":
            return part.args[0] in self.has
        if part.kind != "AND":
            return False
        name, subjects = self._shape(part)
        if name is None or name not in self.has:
            return False
        here = self.under.get(name, ())
        return all(any(implies(given, wanted) for given, _ in here) for wanted in subjects)

    def _required(self, name: str) -> Closed | Found | Unknown:
        """Decide the value under a required key."""
        goal, rests_on = self.goal_under(name)
        rests_on |= self.has[name]
        outcome = self.solver.decide(goal)
        if isinstance(outcome, Refuted):
            return Closed(rests_on, ("value", name, goal))
        return outcome

    def goal_under(self, name: str) -> tuple[Goal, int]:
        """Return all that a value under a key must satisfy, and the decisions that demand it."""
        rests_on = 0
        subjects = []
        for subject, source in self.under.get(name, ()):
            subjects.append(subject)
            rests_on |= source
        for one in self.wide:
            try:
                applies = holds_key(one.keys, name)
            except (Unusable, PatternError) as problem:
                self.unknown = self.unknown or Unknown(str(problem))
                continue
            if applies:
                subjects.append(one.subject)
                rests_on |= one.rests_on
        return frozenset(subjects), rests_on

    def name_allowed(self, name: str) -> bool | None:
        """Whether `propertyNames` allows a key."""
        return self.solver.evaluator.all_hold((node for node, _ in self.names), name)

    @property
    def everything_rests_on(self) -> int:
        """The decisions behind all that is asserted about the object."""
        rests_on = self.least[1] | (self.most[1] if self.most else 0)
        for source in (*self.has.values(), *self.lacks.values()):
            rests_on |= source
        for pairs in (*self.under.values(), self.names, self.some_names):
            for _, source in pairs:
                rests_on |= source
        for one in (*self.wide, *self.some):
            rests_on |= one.rests_on
        return rests_on

    # --- deciding ----------------------------------------------------------------------------------------------

    def leaf(self) -> Closed | Found | Unknown:
        """Build the smallest object, or show that there is none."""
        values: dict[str, object] = {}
        unknown: Unknown | None = None
        for name in sorted(self.has):
            if name in self.lacks:
                return Closed(self.has[name] | self.lacks[name], ("both", name))
            allowed = self.name_allowed(name)
            if allowed is False:
                return Closed(self.has[name] | self._names_rest_on(), ("name", name))
            if allowed is None:
                unknown = Unknown(f"whether “{name}” is an allowed property name is not decided")
                continue
            outcome = self._required(name)
            if isinstance(outcome, Closed):
                return outcome
            if isinstance(outcome, Unknown):
                unknown = unknown or outcome
            else:
                values[name] = outcome.value
        if unknown is not None:
            return unknown
        if self.most is not None and len(self.has) > self.most[0]:
            rests_on = self.most[1]
            for source in self.has.values():
                rests_on |= source
            return Closed(rests_on, ("counts",))
        return self._populated(values)

    def _names_rest_on(self) -> int:
        rests_on = 0
        for _, source in self.names:
            rests_on |= source
        return rests_on

    def _populated(self, values: dict[str, object]) -> Closed | Found | Unknown:
        if not self.some and not self.some_names and len(values) >= self.least[0]:
            return Found(values)
        from harness.schema.population import Population  # noqa: PLC0415  (it builds on this module)

        return Population(self).decide(values)

    def mentioned(self) -> list[str]:
        """Return every key that something says something about by name."""
        names = {*self.has, *self.lacks, *self.under}
        for one in (*self.wide, *self.some):
            names |= one.keys.names
        return sorted(names)


def implies(given: Node, wanted: Node) -> bool:
    """Whether one formula plainly implies another: the same, or finite sets say so."""
    if given is wanted:
        return True
    if given.kind == "IN" and wanted.kind == "OUT":
        return members(given).isdisjoint(members(wanted))
    return given.kind == "IN" and wanted.kind == "IN" and members(given) <= members(wanted)


def about_one_key(node: Node) -> tuple[str | None, frozenset[Node]]:
    """Return (key, demands on its value) for "has the key, and its value satisfies these", else (None, ...)."""
    name: str | None = None
    subjects = set()
    for part in node.args if node.kind == "AND" else ():
        if not isinstance(part, Node) or part.kind not in {"TYPES", "HAS", "KEYS"}:
            return None, frozenset()
        if part.kind == "HAS":
            if name is not None and name != part.args[0]:
                return None, frozenset()
            name = str(part.args[0])
    for part in node.args if name is not None else ():
        if isinstance(part, Node) and part.kind == "KEYS":
            keys, subject = part.args
            if not isinstance(keys, KeySet) or keys.single != name or not isinstance(subject, Node):
                return None, frozenset()
            subjects.add(subject)
    return name, frozenset(subjects)


__all__ = ["STR", "ObjectBranch", "Wide"]
