"""What is wrong with objectives that could be read: counters nobody exposes, labels and buckets there are not.

An objective over a misspelt counter says "nothing compared" for ever, which looks like a quiet week.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from harness.documents import Library
from harness.metrics.counting import families
from harness.metrics.facts import Facts, Window
from harness.metrics.families import Family, Kind, number_text
from harness.metrics.objectives import Objective, Selector, read_objectives
from harness.model import HarnessError, Location, UnreadableError

_NOTHING = Window(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC))
_LABELS = frozenset(
    {
        "environment", "entity", "currency", "source", "system", "probe", "category", "checkpoint", "result", "effect",
        "event", "reason", "change", "touch", "counted", "level", "error_type", "profile", "proof", "le",
    }
)  # fmt: skip
_VALUES: Mapping[str, frozenset[str]] = {
    "source": frozenset({"probe", "ledger"}),
    "effect": frozenset({"none", "changed"}),
    "touch": frozenset({"none", "manual"}),
    "counted": frozenset({"yes", "no"}),
    "change": frozenset({"opened", "closed"}),
    "result": frozenset(
        {
            "posted", "late", "wrong", "duplicate", "missing", "matched", "differing", "ok", "failed", "refused",
            "right", "passed", "inconclusive", "pass", "needs-sign-off", "blocked",
        }
    ),
}  # fmt: skip
_LONGEST = timedelta(days=400)


def check_objectives(library: Library) -> tuple[HarnessError, ...]:
    """Return what cannot be read of the objectives of a tree, and what of them can never say anything."""
    found, problems = read_objectives(library)
    known = {name: family for family in families(Facts(), _NOTHING) for name in _names(family)}
    seen: dict[str, Objective] = {}
    wrong: list[HarnessError] = []
    for one in found:
        wrong += _of_one(one, known)
        if one.title in seen and seen[one.title].place.file != one.place.file:
            wrong.append(
                _wrong(one.place, f'"{one.title}" is an objective of {seen[one.title].place.file} too', "One.")
            )
        seen.setdefault(one.title, one)
    return (*problems, *wrong)


def _of_one(one: Objective, known: Mapping[str, Family]) -> Iterator[HarnessError]:
    if one.target == 1:
        yield _wrong(one.place, "a target of 100 % leaves no budget: one failure misses it for ever", "target: 0.999")
    if one.window > _LONGEST:
        yield _wrong(one.place, f"a window of {one.window.days} days is longer than anything is kept", "duration: 28d")
    places = one.query_places or (one.place, one.place)
    for query, place in zip((one.good, one.total), places, strict=True):
        if query is not None:
            yield from _of_query(query, place, known)


def _of_query(query: Selector, place: Location, known: Mapping[str, Family]) -> Iterator[HarnessError]:
    family = known.get(query.name)
    if family is None:
        near = difflib.get_close_matches(query.name, known, 1, 0.5)
        remedy = f"Did you mean {near[0]}?" if near else "docs/metrics.md lists the counters there are."
        yield _wrong(place, f"nothing exposes {query.name}", remedy)
        return
    for matcher in query.matchers:
        allowed = _VALUES.get(matcher.label)
        if matcher.label == "le":
            allowed = frozenset({*map(number_text, family.bounds), "+Inf"})
        if matcher.label not in _LABELS:
            near = difflib.get_close_matches(matcher.label, _LABELS, 1)
            yield _wrong(
                place,
                f'no counter has a label "{matcher.label}"',
                f"Did you mean {near[0]}?" if near else f"Labels: {', '.join(sorted(_LABELS))}.",
            )
        elif allowed is not None and (strange := sorted(matcher.values - allowed)):
            yield _wrong(
                place,
                f'{matcher.label} is never "{strange[0]}"',
                f"It is one of: {', '.join(sorted(allowed))}.",
            )


def _names(family: Family) -> Iterable[str]:
    if family.kind is Kind.HISTOGRAM:
        return [f"{family.prometheus}{suffix}" for suffix in ("_bucket", "_count", "_sum")]
    return [family.prometheus + ("_total" if family.kind is Kind.COUNTER else "")]


def _wrong(place: Location, message: str, remedy: str) -> UnreadableError:
    return UnreadableError(message, location=place, remedy=remedy)
