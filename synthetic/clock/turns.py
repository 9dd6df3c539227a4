"""Taking turns at a clock that moves for everybody: a run that lets a month pass would break every other run's month.

The turn is a lock on a file beside the clock, so that it holds between threads and between processes, and ends with
whoever holds it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def taking_turns(path: Path) -> Iterator[None]:
    """Have the clock alone for as long as the block lasts; wait for whoever has it.

    Args:
        path: The file of the lock; made if it is not there.

    Raises:
        OSError: The folder is gone.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)  # which gives the lock back
