"""Room of synthetic: what a probe asks of a system, and the one boundary every such call goes through.

A `Call` names a port, an operation and its request; an adapter answers it. `Boundary` carries calls to the adapters
and remembers them; faults, noise and permissions are layers around it, so that a probe meets them all unchanged.
"""

from synthetic.deeds.boundary import Adapter, Boundary, Layer
from synthetic.deeds.calls import (
    UNSUPPORTED,
    Answer,
    Attempt,
    Call,
    DeniedError,
    ExpiredError,
    RefusedError,
    UnreachableError,
)
from synthetic.deeds.categories import Categories
from synthetic.deeds.time import Clock

__all__ = [
    "UNSUPPORTED",
    "Adapter",
    "Answer",
    "Attempt",
    "Boundary",
    "Call",
    "Categories",
    "Clock",
    "DeniedError",
    "ExpiredError",
    "Layer",
    "RefusedError",
    "UnreachableError",
]
