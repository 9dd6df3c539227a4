"""Whether an object or an array can exist beside given claims: the two bounded searches of `replay.py`.

No value is built. A possibility is a set of formulas that a key, a value or an item would have to satisfy; it is
impossible if a claim (a set of formulas that nothing satisfies) is a subset of it, and counts as possible otherwise.
Whatever is not decided counts as possible, so a wrong claim of impossibility cannot come out of this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from harness.schema.evaluate import Evaluator, Unusable, holds_key
from harness.schema.language import PatternError
from harness.schema.nodes import END, KeySet, Node
from harness.schema.store import Store
from harness.schema.values import ARR, BOOL, NULL, NUM, OBJ, STR, canon

Exclusions = dict[str, tuple[int, list[object]]]
_UNBOUNDED = 1 << 40


class Claims:
    """Goals that are said to have no value.

    Attributes:
        used: The numbers of those that something was concluded from.
    """

    def __init__(self, goals: dict[int, frozenset[str]], excluded: Exclusions) -> None:
        """`goals`: the names of the formulas of each; `excluded`: what the pure exclusions among them exclude."""
        self._goals = goals
        self._excluded = excluded
        self.used: set[int] = set()

    def refute(self, goal: Iterable[Node]) -> bool:
        """Tell whether a claim says that nothing satisfies all these formulas."""
        names = {node.name for node in goal}
        for number, claim in self._goals.items():
            if claim <= names:
                self.used.add(number)
                return True
        return False

    def members(self, goal: Iterable[Node], evaluator: Evaluator) -> list[object] | None:
        """Return all values that may satisfy the goal, if a claim says that there are no others."""
        nodes = list(goal)
        names = {node.name for node in nodes}
        for number, claim in self._goals.items():
            further = claim - names
            if len(further) != 1 or not further <= self._excluded.keys():
                continue
            bits, values = self._excluded[next(iter(further))]
            if not bits & NUM or not bits & STR or not bits & ARR or not bits & OBJ:
                continue
            self.used.add(number)
            few = [*values, *(() if bits & NULL else (None,)), *(() if bits & BOOL else (True, False))]
            return [value for value in few if evaluator.all_hold(nodes, value) is not False]
        return None


Cell = tuple[tuple[Node, ...], tuple[Node, ...]]
"""What a fresh key, and the value under it, must satisfy."""


def different_may_exist(claims: Claims, evaluator: Evaluator, goals: Iterable[Iterable[Node]]) -> bool:
    """Tell whether each goal may have a value of its own: a matching of those that have few members only."""
    offers = []
    for goal in goals:
        members = claims.members(goal, evaluator)
        if members is not None:
            offers.append([canon(member) for member in members])
    taken: dict[str, int] = {}

    def place(which: int, seen: set[str]) -> bool:
        for text in offers[which]:
            if text not in seen:
                seen.add(text)
                if text not in taken or place(taken[text], seen):
                    taken[text] = which
                    return True
        return False

    return all(place(which, set()) for which in range(len(offers)))


def _counts(nodes: Iterable[Node], kind: str) -> list[int]:
    return [int(node.args[0]) for node in nodes if node.kind == kind]  # type: ignore[call-overload]  # a count


class Population:
    """The keys of one object: required ones, others that are mentioned by name, and fresh ones."""

    def __init__(self, store: Store, evaluator: Evaluator, facts: Iterable[Node], claims: Claims) -> None:
        """`facts`: what is asserted about the object."""
        self.store, self.evaluator, self.claims = store, evaluator, claims
        facts = list(facts)
        self.has = {str(node.args[0]) for node in facts if node.kind == "HAS"}
        self.lacks = {str(node.args[0]) for node in facts if node.kind == "LACKS"}
        self.names: list[Node] = [node.args[0] for node in facts if node.kind == "NAMES"]  # type: ignore[misc]  # nodes
        self.every = [_pair(node) for node in facts if node.kind == "KEYS"]
        self.some = [_pair(node) for node in facts if node.kind == "KEYX"]
        self.some_names: list[Node] = [node.args[0] for node in facts if node.kind == "NAMEX"]  # type: ignore[misc]  # nodes
        self.least = max(_counts(facts, "MINP"), default=0)
        self.most = min(_counts(facts, "MAXP"), default=_UNBOUNDED)
        mentioned = {*self.has, *self.lacks}
        for keys, _ in (*self.every, *self.some):
            mentioned |= keys.names
        self.mentioned = sorted(mentioned)
        self.wide = [(keys, subject) for keys, subject in self.every if keys.single is None]
        others = (store.neg(store.inside(self.mentioned)),) if mentioned else ()
        self.base = (store.types(STR), *self.names, *others)

    def impossible(self) -> bool:
        """Tell whether no set of keys fits."""
        if not all(self._may_have(name, ()) for name in self.has):
            return True
        return self._room() < self.least or not self._meet(0, {}, ())

    # ---- keys that are mentioned ----

    def _may_have(self, name: str, further: Iterable[Node]) -> bool:
        if name in self.lacks or self.evaluator.all_hold(self.names, name) is False:
            return False
        demands = [subject for keys, subject in self.every if _holds(keys, name) is True]
        return not self.claims.refute((*demands, *further))

    def _belongs(self, which: int, name: str) -> bool:
        if which < len(self.some):
            return _holds(self.some[which][0], name) is not False
        return self.evaluator.holds(self.some_names[which - len(self.some)], name) is not False

    def _subjects(self, which: int) -> tuple[Node, ...]:
        return (self.some[which][1],) if which < len(self.some) else ()

    # ---- obligations: each is met by a key that is mentioned, by an earlier fresh key, or by one more ----

    def _meet(self, which: int, used: dict[str, tuple[Node, ...]], fresh: tuple[Cell, ...]) -> bool:
        if len(self.has | used.keys()) + len(fresh) > self.most:
            return False
        if which == len(self.some) + len(self.some_names):
            return different_may_exist(self.claims, self.evaluator, [key for key, _ in fresh])
        for name in self.mentioned:
            further = (*used.get(name, ()), *self._subjects(which))
            fits = self._belongs(which, name) and self._may_have(name, further)
            if fits and self._meet(which + 1, {**used, name: further}, fresh):
                return True
        return any(self._meet(which + 1, used, cells) for cells in self._fresh_ways(which, fresh))

    def _fresh_ways(self, which: int, fresh: tuple[Cell, ...]) -> Iterator[tuple[Cell, ...]]:
        """Yield the fresh keys after one of them, or one more, has met the obligation."""
        subjects = self._subjects(which)
        if which < len(self.some):
            ways = self._membership(self.some[which][0])
        else:
            ways = [[self.some_names[which - len(self.some)]]]
        for way in ways:
            for place, (key, value) in enumerate(fresh):
                joined = ((*key, *way), (*value, *subjects))
                if not self._refuted(*joined):
                    yield (*fresh[:place], joined, *fresh[place + 1 :])
            for cell in self._cells((*self.base, *way), 0, subjects):
                yield (*fresh, cell)

    def _refuted(self, key: tuple[Node, ...], value: tuple[Node, ...]) -> bool:
        return self.claims.refute(key) or self.claims.refute(node for node in value if node is not self.store.true)

    def _membership(self, keys: KeySet) -> list[list[Node]]:
        """Return the ways a fresh key may belong to a set, each a list of demands on the key."""
        if keys.other:
            return [[self.store.atom("NPATTERN", pattern) for pattern in keys.patterns]]
        return [[self.store.atom("PATTERN", pattern)] for pattern in keys.patterns]

    def _cells(self, key: tuple[Node, ...], position: int, value: tuple[Node, ...]) -> Iterator[Cell]:
        """Yield what a fresh key and its value must satisfy, for each way it may belong to the sets of KEYS."""
        if self._refuted(key, value):
            return
        if position == len(self.wide):
            yield key, value
            return
        keys, subject = self.wide[position]
        if not keys.patterns:
            yield from self._cells(key, position + 1, (*value, subject) if keys.other else value)
            return
        texts = self.store.types(STR)
        inside = self.store.disj(self.store.conj([texts, *way]) for way in self._membership(keys))
        yield from self._cells((*key, self.store.neg(inside)), position + 1, value)
        yield from self._cells((*key, inside), position + 1, (*value, subject))

    def _room(self) -> int:
        """Return how many keys an object may have at most."""
        room = sum(self._may_have(name, ()) for name in self.mentioned)
        for key, _ in self._cells(self.base, 0, ()):
            members = self.claims.members(key, self.evaluator)
            if members is None:
                return _UNBOUNDED
            room += len(members)
        return room


def _pair(node: Node) -> tuple[KeySet, Node]:
    keys, subject = node.args
    assert isinstance(keys, KeySet)  # noqa: S101  (what KEYS and KEYX carry)
    assert isinstance(subject, Node)  # noqa: S101  (as above)
    return keys, subject


def _holds(keys: KeySet, name: str) -> bool | None:
    try:
        return holds_key(keys, name)
    except (Unusable, PatternError):
        return None


class Filling:
    """The items of one array, position by position, no longer than any smallest array can be.

    Items behind the last position that is mentioned are alike; one that meets no obligation and is not needed for the
    length can be left out. So a smallest array has at most max(MINITEMS, tail) + obligations items.
    """

    def __init__(self, store: Store, evaluator: Evaluator, facts: Iterable[Node], claims: Claims) -> None:
        """`facts`: what is asserted about the array."""
        self.store, self.evaluator, self.claims = store, evaluator, claims
        facts = list(facts)
        self.least = max(_counts(facts, "MINITEMS"), default=0)
        self.most = min(_counts(facts, "MAXITEMS"), default=_UNBOUNDED)
        self.each = [_span(node) for node in facts if node.kind == "EACH"]
        self.some = [_span(node) for node in facts if node.kind == "SOME"]
        bounds: dict[Node, tuple[int, int]] = {}
        for node in facts:
            if node.kind in ("ATLEAST", "ATMOST"):
                number, subject = node.args
                assert isinstance(number, int)  # noqa: S101  (what both carry)
                assert isinstance(subject, Node)  # noqa: S101  (as above)
                low, high = bounds.get(subject, (0, _UNBOUNDED))
                least = node.kind == "ATLEAST"
                bounds[subject] = (max(low, number), high) if least else (low, min(high, number))
        self.counted = list(bounds.items())
        self.unique = any(node.kind == "UNIQUE" for node in facts)
        self.doubled = any(node.kind == "DUP" for node in facts)
        self.tail = max((edge for first, last, _ in (*self.each, *self.some) for edge in (first, last)), default=0)
        needed = sum(low for _, (low, _) in self.counted) + len(self.some) + 2 * self.doubled
        self.longest = min(self.most, max(self.least, self.tail) + needed)
        self._failed: set[object] = set()
        self._pair: tuple[int, int] | None = None

    def impossible(self) -> bool:
        """Tell whether no array fits."""
        if self.least > self.most or (self.unique and self.doubled):
            return True
        pairs: list[tuple[int, int] | None] = [None]
        if self.doubled:
            # two equal items in the tail may as well be its first two
            last = min(self.longest, self.tail + 2)
            pairs = [(earlier, later) for later in range(1, last) for earlier in range(later)]
        for pair in pairs:
            self._pair = pair
            self._failed.clear()
            if self._fill((), tuple(0 for _ in self.counted), frozenset(range(len(self.some))), ()):
                return False
        return True

    def _fill(
        self, goals: tuple[frozenset[Node], ...], counts: tuple[int, ...], pending: frozenset[int],
        echoed: tuple[int, ...],
    ) -> bool:  # fmt: skip
        position = len(goals)
        enough = all(count >= low for count, (_, (low, _)) in zip(counts, self.counted, strict=True))
        whole = position >= self.least and (self._pair is None or position > self._pair[1])
        if (
            enough
            and whole
            and not pending
            and (not self.unique or different_may_exist(self.claims, self.evaluator, goals))
        ):
            return True
        history = tuple(sorted(tuple(sorted(node.name for node in goal)) for goal in goals)) if self.unique else ()
        key = (position, counts, pending, history, echoed)
        if position >= self.longest or key in self._failed:
            return False
        for signs, met in self._options(position, counts, pending, echoed):
            goal = self._goal(position, signs, met)
            echo = self._pair is not None and position == self._pair[1]
            if not echo and self.claims.refute(goal):
                continue
            counts_then = tuple(count + sign for count, sign in zip(counts, signs, strict=True))
            copied = signs if self._pair is not None and position == self._pair[0] else echoed
            if self._fill((*goals, goal), counts_then, pending - met, copied):
                return True
        self._failed.add(key)
        return False

    def _options(
        self, position: int, counts: tuple[int, ...], pending: frozenset[int], echoed: tuple[int, ...]
    ) -> Iterator[tuple[tuple[int, ...], frozenset[int]]]:
        """Yield which counted formulas an item satisfies, and which obligations it meets."""
        full = tuple(count >= high for count, (_, (_, high)) in zip(counts, self.counted, strict=True))
        if self._pair is not None and position == self._pair[1]:
            # the second of two equal items: all it must satisfy was asked of the first
            if not any(sign and stop for sign, stop in zip(echoed, full, strict=True)):
                yield echoed, frozenset()
            return
        able = sorted(which for which in pending if self._may_meet(which, position))
        for signs in product(*((0,) if stop else (1, 0) for stop in full)):
            for chosen in product((True, False), repeat=len(able)):
                yield signs, frozenset(which for which, taken in zip(able, chosen, strict=True) if taken)

    def _places(self, position: int) -> tuple[int, ...]:
        return self._pair if self._pair is not None and position == self._pair[0] else (position,)

    def _may_meet(self, which: int, position: int) -> bool:
        return any(_covers(self.some[which], place) for place in self._places(position))

    def _goal(self, position: int, signs: tuple[int, ...], met: frozenset[int]) -> frozenset[Node]:
        goal = {span[2] for span in self.each for place in self._places(position) if _covers(span, place)}
        goal |= {self.some[which][2] for which in met}
        for (subject, _), sign in zip(self.counted, signs, strict=True):
            goal.add(subject if sign else self.store.neg(subject))
        return frozenset(goal - {self.store.true})


Span = tuple[int, int, Node]


def _span(node: Node) -> Span:
    first, last, subject = node.args
    assert isinstance(first, int)  # noqa: S101  (what EACH and SOME carry)
    assert isinstance(last, int)  # noqa: S101  (as above)
    assert isinstance(subject, Node)  # noqa: S101  (as above)
    return first, last, subject


def _covers(span: Span, position: int) -> bool:
    return span[0] <= position and (span[1] == END or position < span[1])
