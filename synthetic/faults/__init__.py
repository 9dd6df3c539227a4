"""Room of synthetic: ways a landscape goes wrong, each a layer between a caller and a system.

`@fault(id, port=..., operation=..., names=...)` makes one of a function `(call, forward, rng) -> answer`;
`load_faults(folder)` reads such functions from files anywhere; `operators` makes them from what systems answer.
"""

from synthetic.faults.fault import Fault, FaultCall, fault
from synthetic.faults.loading import load_faults
from synthetic.faults.operators import generated
from synthetic.faults.playing import Played, noise

__all__ = ["Fault", "FaultCall", "Played", "fault", "generated", "load_faults", "noise"]
