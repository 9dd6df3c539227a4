"""Opens the systems of record of an environment, and reads them into the history."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from harness.catalog import Catalog
from harness.history import History, claim_slot, release_slot
from harness.model import HarnessError, UsageError
from harness.model.monitoring import Slot
from synthetic.cli.landscape import read_landscape
from synthetic.cli.running import IN_PROCESS
from synthetic.environments import open_environment
from synthetic.monitor.ledgers import Ledgers, Told, read_ledgers
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.supervision.running import DEFAULT_FOLDER

_LOCK = "#ledgers"
_LOCK_SECONDS = 300


def read_now(
    environment: str, history: History, *, catalog: Catalog | None = None, sandbox: Path = DEFAULT_FOLDER
) -> Told | None:
    """Read the ledgers of an environment; None if another process is at it.

    Raises:
        UsageError: The environment keeps no ledgers, or none is up.
        HarnessError: It cannot be opened.
    """
    if environment == IN_PROCESS:
        raise UsageError("a landscape of this process keeps no ledgers", remedy="harness sandbox up starts one.")
    known = catalog or read_landscape()
    place = open_environment(environment, known, sandbox=sandbox)
    lock = claim_slot(history, Slot(_LOCK, environment, "lock"), f"ledgers-{threading.get_ident()}", _LOCK_SECONDS)
    if lock is None:
        return None
    try:
        zones = {one.ledger: one.zone for one in Master(known).books.values() if not one.is_second}
        with place.alone():
            return read_ledgers(Ledgers(environment, place.adapters, place.clock.now, zones=zones), history)
    finally:
        release_slot(history, lock)
        place.close()


@dataclass(slots=True)
class Reader:
    """Reads beside the loop of a monitor, one reading at a time, so that a slow ledger holds up no probe.

    Attributes:
        read: Reads once.
        report: Told, in a line, what could not be read.
    """

    read: Callable[[], Told | None]
    report: Callable[[str], None]
    _thread: threading.Thread | None = field(init=False, default=None)
    _said: str = field(init=False, default="")

    def __call__(self, _now: datetime) -> None:
        """Begin a reading, unless one is under way."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._once, name="ledgers", daemon=True)
            self._thread.start()

    def wait(self, seconds: float = 30.0) -> None:
        """Wait for the reading that is under way."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _once(self) -> None:
        try:
            told = self.read()
        except HarnessError as error:
            self._say(error.message)
            return
        problems = told.problems if told is not None else {}
        self._say("; ".join(f"{name}: {why}" for name, why in problems.items()))

    def _say(self, problem: str) -> None:
        """Tell a problem once, not each minute."""
        if problem and problem != self._said:
            self.report(f"! ledgers not read at {datetime.now(UTC):%H:%M} UTC: {problem}")
        self._said = problem
