"""Whether atoms about one number, or about one text, contradict each other: the arithmetic of `replay.py`."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import ceil, floor

from harness.schema import formats
from harness.schema.evaluate import Unusable, language
from harness.schema.language import Language, PatternError
from harness.schema.nodes import Node
from harness.schema.values import NUM, STR, divides, exact, lcm, type_of

_MOST_TRIED = 50_000


def contradictory(bit: int, atoms: Iterable[Node]) -> bool:
    """Tell whether no value of the type satisfies all the atoms; False also where that is not known."""
    by_kind: dict[str, list[object]] = {}
    for atom in atoms:
        if atom.kind == "OUT":
            values = [value for _, value in atom.args[0] if type_of(value) == bit]  # type: ignore[attr-defined]  # pairs
            by_kind.setdefault("OUT", []).extend(values)
        else:
            by_kind.setdefault(atom.kind, []).append(atom.args[0])
    if bit == NUM:
        return _no_number(by_kind)
    return bit == STR and _no_text(by_kind)


def _no_number(atoms: dict[str, list[object]]) -> bool:
    def numbers(kind: str) -> list[Fraction]:
        return [number for number in atoms.get(kind, ()) if isinstance(number, Fraction)]

    lows = [(number, False) for number in numbers("GE")] + [(number, True) for number in numbers("GT")]
    highs = [(-number, False) for number in numbers("LE")] + [(-number, True) for number in numbers("LT")]
    low, low_open = max(lows, default=(None, False))
    high, high_open = max(highs, default=(None, False))
    high = None if high is None else -high
    point = low is not None and low == high
    if low is not None and high is not None and (low > high or (point and (low_open or high_open))):
        return True
    step: Fraction | None = None
    for number in numbers("MULT"):
        step = number if step is None else lcm(step, number)
    refused_steps = numbers("NMULT")
    if step is None:
        if not point:
            return False
        candidates: Iterable[Fraction] = [low] if low is not None else []
    elif any(divides(refused, step) for refused in refused_steps):
        return True
    elif low is None or high is None:
        return False
    else:
        first, last = ceil(low / step), floor(high / step)
        if last - first > _MOST_TRIED:
            return False
        candidates = (step * factor for factor in range(first, last + 1))
    out = {exact(value) for value in atoms.get("OUT", ())}

    def fits(number: Fraction) -> bool:
        outside = (low_open and number == low) or (high_open and number == high)
        return not outside and number not in out and not any(divides(refused, number) for refused in refused_steps)

    return not any(fits(number) for number in candidates)


def _no_text(atoms: dict[str, list[object]]) -> bool:
    wanted, refused = _texts(atoms, "FORMAT"), _texts(atoms, "NFORMAT")
    for name in wanted:
        if any(formats.contradicts(name, other, refused=False) for other in wanted):
            return True
        if any(formats.contradicts(name, other, refused=True) for other in refused):
            return True
    patterns = _texts(atoms, "PATTERN") + [text for name in wanted if (text := formats.superset(name))]
    left = Language.everything()
    for pattern in patterns:
        left = left & _language(pattern, Language.everything())
    for pattern in _texts(atoms, "NPATTERN"):
        left = left - _language(pattern, Language.nothing())
    least = max((count for count in atoms.get("MINLEN", ()) if isinstance(count, int)), default=0)
    most = min((count for count in atoms.get("MAXLEN", ()) if isinstance(count, int)), default=None)
    try:
        return left.sample(least, most, frozenset(_texts(atoms, "OUT"))) is None
    except PatternError:
        return False


def _texts(atoms: dict[str, list[object]], kind: str) -> list[str]:
    return [text for text in atoms.get(kind, ()) if isinstance(text, str)]


def _language(pattern: str, otherwise: Language) -> Language:
    """Return the language of a pattern, or a weaker demand where it has none."""
    try:
        return language(pattern)
    except Unusable:
        return otherwise
