"""Faults of `probe run --fault` between the systems of a sandbox, where a proxy carries what they send each other.

What a probe calls itself goes past the proxy, so a fault is played at both: the layers around the adapters meet the
calls of the probe, the proxy meets webhooks and the orders of the middleware. No call goes through both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from harness.model import UsageError
from synthetic.faults import Played
from synthetic.faults.live import PROXIED
from synthetic.sandboxes.supervision.running import DEFAULT_FOLDER, Running, running_sandbox

_SANDBOX, _PROXY = "sandbox", "proxy"


class OnTheWay:
    """The faults of one command, switched on at the proxy while a run is played.

    Args:
        environment: Where the runs are played; only a sandbox has a proxy.
        played: The faults, as they are played around the adapters.
        seed: Of their random numbers.
    """

    def __init__(self, environment: str, played: Sequence[Played], seed: int) -> None:
        """Look whether there is a proxy, and what of the faults it carries."""
        running = running_sandbox(DEFAULT_FOLDER) if environment == _SANDBOX and played else None
        self._running = running if running is not None and _PROXY in running.children else None
        self._played = played
        self._carried = [one.fault for one in played if any(port in PROXIED for port, _ in one.fault.places)]
        self._seed = seed
        self._met: dict[str, list[int]] = {one.fault.id: [0, 0] for one in played}

    @contextmanager
    def on(self) -> Iterator[None]:
        """Have the faults on at the proxy for as long as the block lasts; whoever calls has the sandbox alone.

        Raises:
            UsageError: Somebody has switched a fault on there.
        """
        if self._running is None or not self._carried:
            yield
            return
        if on := _told(self._running):
            raise UsageError(f"{on[0]['id']} is on at the proxy already", remedy="harness sandbox fault --off")
        asked = [{"id": one.id, "file": one.origin} for one in self._carried]
        self._running.ask(_PROXY, "PUT", "/sandbox/faults", {"faults": asked, "seed": self._seed})
        try:
            yield
        finally:
            for one in _told(self._running):
                if one["id"] in self._met:
                    self._met[one["id"]][0] += one["met"]
                    self._met[one["id"]][1] += one["changed"]
            self._running.ask(_PROXY, "DELETE", "/sandbox/faults")

    def told(self) -> str:
        """Return what each fault met, so that one that met nothing is not taken for one that was ridden out."""
        return "".join(self._line(one) for one in self._played)

    def _line(self, one: Played) -> str:
        met, changed = self._met[one.fault.id]
        all_met, all_changed = met + one.met, changed + one.changed
        if not all_met:
            places = ", ".join(sorted(".".join(place) for place in one.fault.places))
            hint = "" if self._running is not None else "; harness sandbox up --proxy lets it meet what systems send"
            return f"? fault {one.fault.id} met no call of {places}{hint}\n"
        where = f", {met} of them at the proxy" if self._running is not None else ""
        glyph = "!" if all_changed else "?"
        return f"{glyph} fault {one.fault.id} met {all_met} calls{where}, and changed {all_changed}\n"


def _told(running: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = running.ask(_PROXY, "GET", "/sandbox/faults")["faults"]
    return found
