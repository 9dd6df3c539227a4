"""Room of synthetic: time that moves by itself, so that a year of billing takes milliseconds.

`VirtualClock` is a clock for code that waits for nobody; `run(coroutine)` runs asyncio code on a loop whose time jumps
to the next timer instead of waiting for it; `LoopClock` is the clock of that loop;
`SharedClock` is one clock of several processes, at which runs take turns (`taking_turns`).
"""

from synthetic.clock.clocks import EPOCH, LoopClock, SystemClock, VirtualClock
from synthetic.clock.loop import StalledError, VirtualLoop, run
from synthetic.clock.shared import SharedClock
from synthetic.clock.turns import taking_turns

__all__ = [
    "EPOCH",
    "LoopClock",
    "SharedClock",
    "StalledError",
    "SystemClock",
    "VirtualClock",
    "VirtualLoop",
    "run",
    "taking_turns",
]
