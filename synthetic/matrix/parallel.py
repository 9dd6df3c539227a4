"""Work shared over processes: faults are functions, so workers are forked with them and told only numbers."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar, cast

from harness.model import UnreadableError

_T = TypeVar("_T")
_WORK: list[Callable[[int], object]] = []
_CHUNKS = 24
_PIECES = 20
"""Pieces of work after which garbage is collected."""


def in_parallel(work: Callable[[int], _T], count: int, processes: int = 0) -> Iterator[_T]:
    """Return `work(0)`, ..., `work(count - 1)` in this order, computed by several processes.

    Args:
        work: May be any function; what it returns must be picklable.
        count: How often it is called.
        processes: 0 for one per processor; 1, or a system that cannot fork, for none but this one.
    """
    processes = processes or os.cpu_count() or 1
    work = _tidied(work)
    if processes == 1 or count < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, range(count))
        return
    _WORK.append(work)
    try:
        # an executor, not a Pool: where a worker is killed a Pool waits for it for ever
        with ProcessPoolExecutor(processes, multiprocessing.get_context("fork")) as workers:
            done = workers.map(_work, range(count), chunksize=max(1, count // (processes * _CHUNKS)))
            yield from cast("Iterator[_T]", done)  # a worker finds `work` by its place, so its type is lost on the way
    except BrokenProcessPool as error:
        raise UnreadableError("a worker process was ended before it was done", remedy="Run it again.") from error
    finally:
        _WORK.pop()


def _work(number: int) -> object:
    return _WORK[-1](number)


def _tidied(work: Callable[[int], _T]) -> Callable[[int], _T]:
    """Return work that looks for garbage between its pieces and never in one: a quarter of a run's time went there."""
    done = 0

    def tidy(number: int) -> _T:
        nonlocal done
        was_on = gc.isenabled()
        if not done:
            gc.collect()
            gc.freeze()  # what is there before the first piece stays: the catalog, the modules
        gc.disable()
        try:
            return work(number)
        finally:
            done += 1
            if done % _PIECES == 0:
                gc.collect()
            if was_on:
                gc.enable()

    return tidy
