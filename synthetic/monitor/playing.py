"""Plays one slot under its lease, and stores the run with the lease in one transaction."""

from __future__ import annotations

import fnmatch
import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from harness.history.runs import record_run
from harness.history.slots import LostLeaseError, claim_slot, renew_slot
from harness.history.store import History
from harness.history.windows import windows_between
from harness.model import HarnessError
from harness.model.monitoring import Lease, MaintenanceWindow, Slot
from harness.model.runs import Run, RunVerdict
from synthetic.monitor.executors import Work
from synthetic.monitor.rules import ended
from synthetic.transaction.running import run_id_of

Player = Callable[[Work], Run]
"""Plays a probe in an environment and returns what came of it; the id of the run follows from the slot."""


@dataclass(slots=True)
class Keeper:
    """Renews the leases of slots that are being played here, so that a long run is not taken for a dead one.

    Attributes:
        history: The store.
        seconds: Length of a lease.
    """

    history: History
    seconds: float
    _held: dict[Slot, Lease] = field(init=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _stop: threading.Event = field(init=False, default_factory=threading.Event)
    _thread: threading.Thread | None = field(init=False, default=None)

    def start(self) -> None:
        """Renew every third of a lease, in a thread of its own."""
        self._thread = threading.Thread(target=self._loop, name="leases", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Renew no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    @contextmanager
    def holding(self, lease: Lease) -> Iterator[None]:
        """Keep one lease for as long as the block lasts."""
        with self._lock:
            self._held[lease.slot] = lease
        try:
            yield
        finally:
            with self._lock:
                self._held.pop(lease.slot, None)

    def renew(self) -> None:
        """Renew every lease that is held; one that was lost is left to fail when its run is stored."""
        with self._lock:
            held = list(self._held.values())
        for lease in held:
            try:
                renew_slot(self.history, lease, self.seconds)
            except LostLeaseError:
                with self._lock:
                    self._held.pop(lease.slot, None)
            except HarnessError:
                continue  # the store is away for a moment; the lease lasts two more tries

    def _loop(self) -> None:
        while not self._stop.wait(self.seconds / 3):
            self.renew()


@dataclass(frozen=True, slots=True)
class Playing:
    """Everything that playing a slot needs.

    Attributes:
        history: The store.
        player: Plays a probe.
        runner: Name of this runner.
        keeper: Of the leases.
        now: Time of this runner; only for runs that could not be played at all.
        observing: Until when an environment is only observed, None if it is not.
    """

    history: History
    player: Player
    runner: str
    keeper: Keeper
    now: Callable[[], datetime]
    observing: Callable[[str], datetime | None] = field(default=lambda _environment: None)

    def play(self, work: Work) -> Run | None:
        """Play a slot if its lease can be had; None if another has it, or it was taken over meanwhile."""
        lease = claim_slot(self.history, work.slot, self.runner, self.keeper.seconds)
        if lease is None:
            return None
        with self.keeper.holding(lease):
            run = self._played(work)
        return self.store(run, lease, work.origin)

    def give_up(self, work: Work, reason: str) -> Run | None:
        """Store that a slot was not played, so that it is not lost silently."""
        lease = claim_slot(self.history, work.slot, self.runner, self.keeper.seconds)
        return None if lease is None else self.store(_unplayed(work, self.now(), reason), lease, work.origin)

    def store(self, run: Run, lease: Lease, origin: str) -> Run | None:
        """Store a run with its lease: who ran it, and whether anybody is told."""
        until = self.observing(run.environment)
        windows = windows_between(
            self.history, run.started, ended(run) + timedelta(microseconds=1), environment=run.environment
        )
        whole = replace(
            run,
            runner=self.runner,
            origin=origin,
            attempt=lease.attempt,
            observed=until is not None and run.started < until,
            maintenance=_window_of(run.probe, windows),
        )
        try:
            return record_run(self.history, whole, lease)
        except LostLeaseError:
            return None

    def _played(self, work: Work) -> Run:
        started = self.now()
        try:
            return self.player(work)
        except Exception as error:  # noqa: BLE001  (a slot must end with a run, whatever a probe or adapter does)
            said = error.message if isinstance(error, HarnessError) else f"{type(error).__name__} in the runner"
            run = _unplayed(work, started, said)
            return replace(run, seconds=max((self.now() - started).total_seconds(), 0.0))


def _unplayed(work: Work, started: datetime, reason: str) -> Run:
    slot = work.slot
    identity = run_id_of(slot.probe, slot.slot, slot.environment)
    return Run(identity, slot.probe, slot.environment, slot.slot, RunVerdict.INCONCLUSIVE, started, 0.0, reason=reason)


def _window_of(probe: str, windows: Sequence[MaintenanceWindow]) -> str:
    """Return the id of the first window that names a probe, "" if none does."""
    for window in windows:
        if not window.probes or any(fnmatch.fnmatchcase(probe, pattern) for pattern in window.probes):
            return window.id
    return ""


def runner_name(host: str, process: int, started: datetime) -> str:
    """Return a name no other runner has: host, process and a digest of when it started."""
    digest = hashlib.sha256(f"{host}\n{process}\n{started.isoformat()}".encode()).hexdigest()[:6]
    return f"{host}-{process}-{digest}"
