"""Room of synthetic: ways a landscape goes wrong, each a layer between a caller and a system.

A fault file begins with `from synthetic.faults import fault` (`synthetic.faults.fault(...)` works too) and decorates
functions `(call, forward, rng) -> answer` with `@fault(id, port=..., operation=..., names=...)`; `load_faults(folder)`
reads such files from anywhere; `generated` makes faults from what systems answer and send each other.
"""

from synthetic.deeds import DeniedError, ExpiredError, RefusedError, UnreachableError
from synthetic.faults.fault import Fault, FaultCall, fault
from synthetic.faults.loading import load_faults
from synthetic.faults.operators import Seen, generated
from synthetic.faults.places import places_of, right_names
from synthetic.faults.playing import Between, Played, noise

__all__ = [
    "Between",
    "DeniedError",
    "ExpiredError",
    "Fault",
    "FaultCall",
    "Played",
    "RefusedError",
    "Seen",
    "UnreachableError",
    "fault",
    "generated",
    "load_faults",
    "noise",
    "places_of",
    "right_names",
]
