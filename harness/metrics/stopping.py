"""Faults that the gate stopped before merge: refusals that later events confirm, counted once a change set.

A refusal is no fault by itself: a change that was signed and merged as it was had to be signed, and was none. What is
left is confirmed by proof (the comparator has a payload that breaks); somebody would surely have been hurt where a
consumer is known to read what breaks, or where its author took it back: the request passed later as another change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.metrics.facts import Window
from harness.model import Verdict
from harness.model.gating import GateVerdict


@dataclass(frozen=True, slots=True)
class Stopped:
    """How many change sets, each counted once, by when it was judged first.

    Attributes:
        judged: Judged at all. Working trees are left out: whoever tries something is not about to merge it.
        refused: Blocked, or asked for signatures, at first.
        let_through: Of these, passed later as they were.
        breaking: Of the rest, proved breaking.
        confirmed: Of these, read by a known consumer, or taken back by their author.
    """

    judged: int
    refused: int
    let_through: int
    breaking: int
    confirmed: int


def stopped(verdicts: Iterable[GateVerdict], window: Window) -> Stopped:
    """Count the change sets that were judged first in a window, with what became of them since."""
    rows = sorted((one for one in verdicts if one.head), key=lambda one: (one.at, one.id))
    sets: dict[tuple[str, str], list[GateVerdict]] = {}
    for one in rows:
        sets.setdefault((one.repository, one.digest), []).append(one)
    judged = [several for several in sets.values() if window.has(several[0].at)]
    refused = [several for several in judged if several[0].is_refusal]
    held = [several for several in refused if several[-1].is_refusal]
    breaking = [several for several in held if several[-1].verdict is Verdict.BREAKING]
    confirmed = sum(bool(several[-1].consumers) or _is_taken_back(several, rows) for several in breaking)
    return Stopped(len(judged), len(refused), len(refused) - len(held), len(breaking), confirmed)


def _is_taken_back(several: Sequence[GateVerdict], rows: Iterable[GateVerdict]) -> bool:
    """Whether the same request passed later as another change set."""
    last = several[-1]
    return bool(last.request) and any(
        one.request == last.request
        and one.repository == last.repository
        and one.digest != last.digest
        and not one.is_refusal
        and (one.at, one.id) > (last.at, last.id)
        for one in rows
    )
