"""Plays one probe in one slot."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from synthetic.deeds import Boundary, Clock
from synthetic.deeds.categories import Categories
from synthetic.transaction.observers import Observer
from synthetic.transaction.probe import Probe
from synthetic.transaction.transaction import StopError, Transaction
from synthetic.transaction.values import Run, RunVerdict

_STUMBLES = (ValueError, TypeError, LookupError, ArithmeticError)
"""What a probe raises that was given nonsense to compute with."""


def run_id_of(probe: str, slot: str, environment: str) -> str:
    """Return the id of a run: the same for the same slot, so that playing it again makes nothing twice."""
    return "syn-" + hashlib.sha256(f"{probe}\n{slot}\n{environment}".encode()).hexdigest()[:12]


async def run_probe(  # noqa: PLR0913  (a run has this many sides; all but four are by name)
    probe: Probe,
    ports: Mapping[str, object],
    boundary: Boundary,
    clock: Clock,
    *,
    categories: Categories,
    slot: str = "once",
    environment: str = "sandbox",
    pace: float = 1.0,
    confirmations: int = 3,
    observers: Sequence[Observer] = (),
) -> Run:
    """Play a probe and take back what it did; the verdict is that of the step that ended it."""
    tx = Transaction(
        boundary,
        clock,
        categories,
        run_id=run_id_of(probe.name, slot, environment),
        pace=pace,
        confirmations=confirmations,
        observers=observers,
    )
    started = clock.now()
    stumbled = ""
    try:
        await probe.play(tx, **{name: ports[name] for name in probe.ports})
    except StopError:
        pass
    except _STUMBLES as error:
        # what it read it could not go on with: what it did must be taken back all the same
        stumbled = f"the probe stopped at what it read: {type(error).__name__}: {error}"
    ended = clock.now()
    leaks = await tx.undo_all()
    last = next((step for step in tx.steps if step.verdict is not RunVerdict.PASSED), None)
    verdict = last.verdict if last else RunVerdict.PASSED
    reason = last.reason if last else ""
    if stumbled:
        verdict, reason = RunVerdict.INCONCLUSIVE, stumbled
    if verdict is RunVerdict.PASSED and not tx.assertions:
        verdict, reason = RunVerdict.INCONCLUSIVE, "the probe asserted nothing"
    return Run(
        probe=probe.name,
        slot=slot,
        environment=environment,
        verdict=verdict,
        category=last.category if last else "",
        started=started,
        seconds=(ended - started).total_seconds(),
        detected_after=_since(started, tx.detected),
        steps=tuple(tx.steps),
        leaks=leaks,
        reason=reason,
        calls=boundary.calls,
        assertions=tx.assertions,
        id=tx.run_id,
    )


def _since(started: datetime, detected: datetime | None) -> float | None:
    return (detected - started).total_seconds() if detected else None
