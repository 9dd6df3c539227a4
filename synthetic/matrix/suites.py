"""The suite that is played: every probe on the reference landscape, which each seed starts at another hour of 2027."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from harness.catalog import Catalog
from harness.model import NotFoundError
from synthetic.clock import EPOCH, VirtualClock
from synthetic.deeds import Layer
from synthetic.matrix.alerts import telling
from synthetic.matrix.playing import Suite
from synthetic.monitor.grouping import dependencies_of
from synthetic.probes import PROBES
from synthetic.sandboxes.landscape import Landscape
from synthetic.transaction import Categories, Probe

_HOURS = 8760


def start_of(seed: int) -> datetime:
    """Return when a landscape of this seed begins: 0 is the first moment of 2027, the others are spread over it.

    Month ends, leap years of the term, zone boundaries and odd seconds all occur, as they do to a real schedule.
    """
    return EPOCH + timedelta(hours=seed * 7919 % _HOURS, seconds=seed * 131 % 3600)


def reference_suite(catalog: Catalog, probes: Sequence[Probe] = PROBES) -> Suite:
    """Return the probes on the reference landscape, with the categories of a catalog."""

    def landscape(seed: int, layers: Sequence[Layer]) -> Landscape:
        return Landscape(catalog, VirtualClock(start_of(seed)), layers, seed=seed)

    return Suite(tuple(probes), landscape, Categories(catalog.categories()), telling(dependencies_of(catalog)))


def chosen(names: Sequence[str], probes: Sequence[Probe] = PROBES) -> tuple[Probe, ...]:
    """Return the probes of these names, all of them if none is named.

    Raises:
        NotFoundError: There is no such probe.
    """
    known = {probe.name: probe for probe in probes}
    for name in names:
        if name not in known:
            raise NotFoundError(f"no probe {name}", remedy=_near(name, list(known)))
    return tuple(known[name] for name in names) if names else tuple(probes)


def _near(name: str, known: list[str]) -> str:
    import difflib  # noqa: PLC0415  (only for this message)

    near = difflib.get_close_matches(name, known, 1)
    return f"Did you mean {near[0]}?" if near else "harness probe list names them all."
