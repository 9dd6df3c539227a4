"""Numbers: intervals, multiples and excluded points, all exact.

A set of atoms is emptied by three facts only: the interval is empty, every multiple of the step in it is excluded, or
it is one point that is excluded. Steps are combined to their least common multiple.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil, floor

from harness.schema.nodes import Node
from harness.schema.values import NUM, divides, exact, gcd, lcm, plain, type_of

_MOST_TRIED = 20_000


class Numbers:
    """What a set of number atoms leaves."""

    def __init__(self, atoms: Iterable[Node]) -> None:
        """Read the atoms: GE GT LE LT MULT NMULT OUT."""
        self.low: Fraction | None = None
        self.high: Fraction | None = None
        self.low_open = self.high_open = False
        self.step: Fraction | None = None
        self.refused_steps: list[Fraction] = []
        self.refused: set[Fraction] = set()
        for atom in atoms:
            self._read(atom)

    def _read(self, atom: Node) -> None:
        kind = atom.kind
        if kind == "OUT":
            self.refused.update(exact(value) for _, value in atom.args[0] if type_of(value) == NUM)  # type: ignore[attr-defined]  # pairs
            return
        number = atom.args[0]
        assert isinstance(number, Fraction)  # noqa: S101  (all number atoms carry one)
        if kind in {"GE", "GT"}:
            if self.low is None or (number, kind == "GT") > (self.low, self.low_open):
                self.low, self.low_open = number, kind == "GT"
        elif kind in {"LE", "LT"}:
            if self.high is None or (-number, kind == "LT") > (-self.high, self.high_open):
                self.high, self.high_open = number, kind == "LT"
        elif kind == "MULT":
            self.step = number if self.step is None else lcm(self.step, number)
        else:
            self.refused_steps.append(number)

    def find(self) -> tuple[bool, object]:
        """Return (True, a number), (False, None) if there is none, or (False, reason) if none was found in time."""
        if self.low is not None and self.high is not None:
            if self.low > self.high or (self.low == self.high and (self.low_open or self.high_open)):
                return False, None
            if self.low == self.high:
                return (True, plain(self.low)) if self._fits(self.low) else (False, None)
        if self.step is not None:
            return self._multiple(self.step)
        return True, plain(self._dense())

    def _fits(self, number: Fraction) -> bool:
        return (
            (self.step is None or divides(self.step, number))
            and number not in self.refused
            and not any(divides(step, number) for step in self.refused_steps)
        )

    def _multiple(self, step: Fraction) -> tuple[bool, object]:
        if any(divides(refused, step) for refused in self.refused_steps):
            return False, None
        first = None if self.low is None else self._first(self.low, step)
        last = None if self.high is None else self._last(self.high, step)
        if first is not None and last is not None and first > last:
            return False, None
        for tried, factor in enumerate(_outward(first, last)):
            if self._fits(step * factor):
                return True, plain(step * factor)
            if tried > _MOST_TRIED:
                return False, f"the first {_MOST_TRIED} multiples of {step} in the interval are all excluded"
        return False, None

    def _within(self, number: Fraction) -> bool:
        above = self.low is None or number > self.low or (number == self.low and not self.low_open)
        return above and (self.high is None or number < self.high or (number == self.high and not self.high_open))

    def _first(self, low: Fraction, step: Fraction) -> int:
        first = ceil(low / step)
        return first + 1 if self.low_open and step * first == low else first

    def _last(self, high: Fraction, step: Fraction) -> int:
        last = floor(high / step)
        return last - 1 if self.high_open and step * last == high else last

    def _dense(self) -> Fraction:
        """Return a number of an interval that is not a point: a round one if possible."""
        for candidate in self._round_ones():
            if self._within(candidate) and self._fits(candidate):
                return candidate
        low, high = self._window()
        places = 1
        while True:
            unit = Fraction(1, 10**places)
            start = ceil(low / unit)
            for factor in range(start, min(floor(high / unit), start + 3 * len(self.refused) + 30) + 1):
                candidate = unit * factor
                if self._within(candidate) and self._fits(candidate):
                    return candidate
            places += 1

    def _round_ones(self) -> Iterator[Fraction]:
        yield from (Fraction(1), Fraction(0))
        for bound in (self.low, self.high):
            if bound is not None:
                yield bound
                yield from (Fraction(floor(bound) + step) for step in (1, -1, 2, -2))
                yield from (bound + Fraction(1, 2), bound - Fraction(1, 2))
        yield from (Fraction(number) for number in range(2, 12))
        yield from (Fraction(3, 2), Fraction(5, 4), Fraction(-1))

    def _window(self) -> tuple[Fraction, Fraction]:
        if self.low is not None:
            return self.low, self.low + 1 if self.high is None else self.high
        return (Fraction(0), Fraction(1)) if self.high is None else (self.high - 1, self.high)


def _outward(first: int | None, last: int | None) -> Iterator[int]:
    """Yield factors between the bounds, small and positive ones first."""
    start = 1
    if first is not None:
        start = max(start, first)
    if last is not None:
        start = min(start, last)
    up, down = start, start - 1
    while True:
        alive = False
        if last is None or up <= last:
            yield up
            up += 1
            alive = True
        if first is None or down >= first:
            yield down
            down -= 1
            alive = True
        if not alive:
            return


__all__ = ["Numbers", "gcd"]
