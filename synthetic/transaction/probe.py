"""The decorator that makes an async function a probe."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Play = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe: its name in the catalog, when it runs, who owns it, and the function that plays it.

    The function takes `tx` and any of the ports by name; its docstring is the headline of the page.
    """

    name: str
    play: Play
    workflow: str = ""
    every: str = "15m"
    owner: str = ""
    headline: str = ""
    asks: tuple[str, ...] = ()

    @property
    def ports(self) -> tuple[str, ...]:
        """Ports the function asks for; `asks`, where it takes them all by name."""
        if self.asks:
            return self.asks
        asked = inspect.signature(self.play).parameters.values()
        return tuple(one.name for one in asked if one.name != "tx" and one.kind is not one.VAR_KEYWORD)


def probe(name: str, *, workflow: str = "", every: str = "15m", owner: str = "") -> Callable[[Play], Probe]:
    """Make a probe of `async def play(tx, billing, erp, ...)`."""

    def made(play: Any) -> Probe:
        headline = inspect.getdoc(play) or ""
        return Probe(name, play, workflow, every, owner, headline.split("\n\n")[0].replace("\n", " "))

    return made
