"""Room of synthetic: a transaction of a probe: deeds, looks, deadlines, and the verdict with its name.

`Transaction` (called `tx` in probes) has `do`, `see`, `advance` and `key`; `run_probe` plays one probe in one slot and
returns a `Run`. A run passed, failed (with a category), or is inconclusive: it could not look.
"""

from synthetic.deeds.categories import Categories
from synthetic.transaction.durations import seconds
from synthetic.transaction.observers import Observer
from synthetic.transaction.probe import Probe, probe
from synthetic.transaction.running import run_probe
from synthetic.transaction.transaction import Transaction
from synthetic.transaction.values import Difference, Leak, Run, RunVerdict, StepRecord

__all__ = [
    "Categories",
    "Difference",
    "Leak",
    "Observer",
    "Probe",
    "Run",
    "RunVerdict",
    "StepRecord",
    "Transaction",
    "probe",
    "run_probe",
    "seconds",
]
