"""Probes that assert less, so that the figure of the full ones means something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from synthetic.deeds import Answer, Call
from synthetic.transaction import Probe, Transaction

_STATUS = frozenset({"status", "state"})


class _Ablated:
    """A transaction that hands on only some of what a probe asserts."""

    def __init__(self, tx: Transaction, kept: Callable[[str], bool]) -> None:
        self._tx = tx
        self._kept = kept

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    async def do(self, title: str, call: Call, **more: Any) -> Answer:
        """Do what a probe does, but deliver nothing again: that assumes that the full probe has waited for it."""
        return {} if call.operation == "redeliver" else await self._tx.do(title, call, **more)

    async def see(self, title: str, call: Call, **asserted: Any) -> Answer:
        """Look at less, and not at what was not delivered again."""
        if call.operation == "deliveries_of":
            return {}
        for kind in ("want", "fixed"):
            facts = asserted.get(kind) or {}
            # that nothing must be there is what such a look is: without it, it would ask for the opposite
            asserted[kind] = {f: value for f, value in facts.items() if self._kept(f) or (f == "count" and value == 0)}
        asserted.pop("hold", None)
        self._tx.assertions += not (asserted["want"] or asserted["fixed"])  # that something is there at all
        return await self._tx.see(title, call, **asserted)


def _ablated(kept: Callable[[str], bool]) -> Callable[[Probe], Probe]:
    def made(probe: Probe) -> Probe:
        async def play(tx: Transaction, **ports: object) -> None:
            await probe.play(_Ablated(tx, kept), **ports)

        return replace(probe, play=play, asks=probe.ports)

    return made


ABLATIONS: Mapping[str, Callable[[Probe], Probe]] = {
    "none": lambda probe: probe,
    "existence": _ablated(lambda field: field == "count"),
    "status": _ablated(lambda field: field in _STATUS),
}
"""Name -> what it makes of a probe: only whether something is there, or only whether its status is right."""
