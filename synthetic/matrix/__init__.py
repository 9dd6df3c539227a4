"""Room of synthetic: the fault matrix, which proves that probes find what goes wrong and name it rightly.

Faults x probes x seeds, each run on its own landscape and on virtual time. `play_matrix` gives rows and a summary;
`play_clean` counts false alarms under noise.
"""

from synthetic.matrix.playing import Case, Suite, World, play_case
from synthetic.matrix.rows import Row, Summary, summary
from synthetic.matrix.run import play_clean, play_fault, play_matrix, reference_looks

__all__ = [
    "Case",
    "Row",
    "Suite",
    "Summary",
    "World",
    "play_case",
    "play_clean",
    "play_fault",
    "play_matrix",
    "reference_looks",
    "summary",
]
