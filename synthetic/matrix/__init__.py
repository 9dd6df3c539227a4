"""Room of synthetic: the fault matrix, which proves that probes find what goes wrong and name it rightly.

Faults x probes x seeds, each run on its own landscape and on virtual time. `reference` plays a suite clean,
`play_matrix` gives rows, `summary` the figures, `play_clean` counts false alarms under noise; `in_parallel` shares work
over processes.
"""

from synthetic.matrix.playing import Case, Outcome, Suite, World, play_case
from synthetic.matrix.reference import Reference, UnsoundError, reference
from synthetic.matrix.rows import Result, Row, Summary, row_of, summary
from synthetic.matrix.run import Waivers, play_clean, play_clean_run, play_fault, play_matrix

__all__ = [
    "Case",
    "Outcome",
    "Reference",
    "Result",
    "Row",
    "Suite",
    "Summary",
    "UnsoundError",
    "Waivers",
    "World",
    "play_case",
    "play_clean",
    "play_clean_run",
    "play_fault",
    "play_matrix",
    "reference",
    "row_of",
    "summary",
]
