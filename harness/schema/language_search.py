"""Questions about a term, answered by exploring its automaton breadth first, no further than the answer needs.

Bounds on the length are kept as numbers beside the states, so that `maxLength: 65535` costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.schema.language_build import ANYTHING, both
from harness.schema.language_charset import CharSet
from harness.schema.language_errors import TooLarge
from harness.schema.language_nodes import ALL, END, NOTHING, And, Not, Or, Repeat, Seq, Term
from harness.schema.language_steps import accepts_end, after, classes

STATE_BUDGET = 20_000
STEP_BUDGET = 100_000

Lengths = tuple[int, int | None]
_NO_BOUND: Lengths = (0, None)


def shortest(term: Term) -> str | None:
    """Return the shortest member, of those the most readable; None if there is none.

    Raises:
        TooLarge: the budget was spent.
    """
    try:
        found = [text for core, lengths in _problems(term) if (text := _shortest(core, lengths)) is not None]
    except RecursionError:
        raise TooLarge("a term nested too deeply") from None
    return min(found, key=len, default=None)


def _problems(term: Term) -> Iterator[tuple[Term, Lengths]]:
    """Split a term into terms with bounds on the length, whose union it is."""
    parts = term.terms if type(term) is And else (term,)
    mixed = next((part for part in parts if type(part) is Or and _names_a_length(part)), None)
    if mixed is not None:
        others = [part for part in parts if part is not mixed]
        for option in mixed.terms:
            yield from _problems(both((option, *others)))
        return
    spans: list[Lengths] = [_NO_BOUND]
    rest: list[Term] = []
    for part in parts:
        allowed = _lengths(part)
        if allowed is None:
            rest.append(part)
        else:
            spans = [span for one in spans for other in allowed if (span := _overlap(one, other)) is not None]
    core = both(rest)
    for span in spans:
        yield core, span


def _names_a_length(term: Or) -> bool:
    return any(_lengths(item) is not None for item in term.terms)


def _lengths(term: Term) -> list[Lengths] | None:
    """Return the lengths that the term allows if it speaks of nothing else."""
    negated, inner = (True, term.term) if type(term) is Not else (False, term)
    if inner is END:
        return [(0, 0)]
    if type(inner) is not Seq or inner.rest not in (END, ALL):
        return None
    head = inner.head
    body, low, high = (head.body, head.low, head.high) if type(head) is Repeat else (head, 1, 1)
    if body is not ANYTHING:
        return None
    top = None if inner.rest is ALL else high
    if not negated:
        return [(low, top)]
    below: list[Lengths] = [(0, low - 1)] if low else []
    return below if top is None else [*below, (top + 1, None)]


def _overlap(one: Lengths, other: Lengths) -> Lengths | None:
    low = max(one[0], other[0])
    tops = [top for top in (one[1], other[1]) if top is not None]
    if not tops:
        return low, None
    return (low, min(tops)) if low <= min(tops) else None


def _shortest(core: Term, lengths: Lengths) -> str | None:
    """Return the shortest member of the core within the lengths: the required part first, then breadth first."""
    low, high = lengths
    prefix = _Prefix(core, low)
    came: dict[Term, tuple[Term, int] | None] = dict.fromkeys(prefix.ends)
    layer = list(came)
    length, steps = low, 0
    while layer and (high is None or length <= high):
        for state in layer:
            if accepts_end(state):
                return _spell(state, came, prefix)
        following: list[Term] = []
        for state in layer:
            for _, code in classes(state):
                target = after(state, code)
                steps += 1
                if target is not NOTHING and target not in came:
                    came[target] = (state, code)
                    following.append(target)
            if len(came) > STATE_BUDGET or steps > STEP_BUDGET:
                raise TooLarge(f"more than {len(came) - 1} states")
        layer = following
        length += 1
    return None


def _spell(state: Term, came: dict[Term, tuple[Term, int] | None], prefix: _Prefix) -> str:
    codes: list[int] = []
    step = came[state]
    while step is not None:
        state, code = step
        codes.append(code)
        step = came[state]
    return prefix.text_to(state) + "".join(map(chr, reversed(codes)))


class _Prefix:
    """The states after exactly `length` characters, and a text that leads to each.

    The sets of states of one length repeat themselves sooner or later, mostly at once (`^[a-z]*$` has one), so that a
    length of 60,000 takes few steps.

    Attributes:
        ends: The states.
    """

    __slots__ = ("_back", "_length", "_loop", "ends")

    def __init__(self, start: Term, length: int) -> None:
        """Explore; raises TooLarge when the budget is spent."""
        self._length = length
        self._back: list[dict[Term, tuple[Term, int]]] = [{}]
        self._loop: tuple[int, int] | None = None
        layer: tuple[Term, ...] = (start,) if start is not NOTHING else ()
        seen: dict[tuple[Term, ...], int] = {layer: 0}
        layers = [layer]
        states = 0
        while len(layers) <= length:
            back: dict[Term, tuple[Term, int]] = {}
            for state in layer:
                for _, code in classes(state):
                    target = after(state, code)
                    if target is not NOTHING:
                        back.setdefault(target, (state, code))
            layer = tuple(back)
            self._back.append(back)
            states += len(layer) + 1
            if states > STATE_BUDGET:
                raise TooLarge(f"more than {states} states")
            if layer in seen:
                self._loop = (seen[layer], len(layers) - seen[layer])
                break
            seen[layer] = len(layers)
            layers.append(layer)
        self.ends = layers[self._place(length)]

    def _place(self, length: int) -> int:
        """Return which of the explored layers is the one after so many characters."""
        if self._loop is None or length < self._loop[0]:
            return length
        first, period = self._loop
        return first + (length - first) % period

    def text_to(self, state: Term) -> str:
        """Return a text of the length that leads to the state."""
        codes: list[int] = []
        for length in range(self._length, 0, -1):
            state, code = self._back[self._place(length - 1) + 1][state]
            codes.append(code)
        return "".join(map(chr, reversed(codes)))


class Automaton:
    """The whole automaton of a term, with the states that cannot accept any more cut off.

    Attributes:
        edges: For each state the classes it may read and the state they lead to.
        accepting: The states in which the text may end.
    """

    __slots__ = ("accepting", "edges")

    def __init__(self, start: Term) -> None:
        """Explore; raises TooLarge when the budget is spent."""
        edges: dict[Term, list[tuple[CharSet, Term]]] = {start: []}
        queue = [start]
        steps = 0
        for state in queue:
            for of, code in classes(state):
                target = after(state, code)
                steps += 1
                edges[state].append((of, target))
                if target not in edges:
                    edges[target] = []
                    queue.append(target)
            if len(edges) > STATE_BUDGET or steps > STEP_BUDGET:
                raise TooLarge(f"more than {len(edges) - 1} states")
        self.accepting = {state for state in edges if accepts_end(state)}
        alive = _backwards(edges, self.accepting)
        self.edges = {
            state: [(of, target) for of, target in out if target in alive]
            for state, out in edges.items()
            if state in alive
        }

    def order(self) -> list[Term] | None:
        """Return the states so that every edge leads to an earlier one; None if there is a cycle."""
        left = {state: len(out) for state, out in self.edges.items()}
        sources: dict[Term, list[Term]] = {}
        for state, out in self.edges.items():
            for _, target in out:
                sources.setdefault(target, []).append(state)
        ready = [state for state, count in left.items() if count == 0]
        for state in ready:
            for source in sources.get(state, ()):
                left[source] -= 1
                if left[source] == 0:
                    ready.append(source)
        return ready if len(ready) == len(self.edges) else None


def _backwards(edges: dict[Term, list[tuple[CharSet, Term]]], accepting: set[Term]) -> set[Term]:
    sources: dict[Term, list[Term]] = {}
    for state, out in edges.items():
        for _, target in out:
            sources.setdefault(target, []).append(state)
    alive = set(accepting)
    queue = list(accepting)
    for state in queue:
        for source in sources.get(state, ()):
            if source not in alive:
                alive.add(source)
                queue.append(source)
    return alive


def count(term: Term, limit: int) -> int:
    """Count the members, up to `limit` (also the answer when there are infinitely many)."""
    automaton = Automaton(term)
    order = automaton.order()
    if order is None:
        return limit
    totals: dict[Term, int] = {}
    for state in order:
        own = 1 if state in automaton.accepting else 0
        totals[state] = min(own + sum(len(of) * totals[target] for of, target in automaton.edges[state]), limit)
    return totals.get(term, 0)
