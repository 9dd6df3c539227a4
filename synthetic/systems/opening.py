"""What an adapter is given when an environment opens it, and how adapters are found.

An adapter is a function `(Opening) -> Adapter`, registered under a name in the entry-point group `harness.systems`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from importlib.metadata import entry_points

from harness.catalog import Catalog
from harness.model import UsageError
from synthetic.deeds import Adapter
from synthetic.systems.billing import PriceList

GROUP = "harness.systems"


@dataclass(frozen=True, slots=True)
class Opening:
    """Where an adapter is opened.

    Attributes:
        port: The port it will serve, such as `erp`.
        environment: Name of the environment.
        settings: Of the catalog, such as `url`.
        secret: The key or token; "" if none is needed. Never printed.
        catalog: Master data and mappings.
        prices: The price list of the catalog on the day of `now`.
        now: The clock of the environment, aware UTC.
    """

    port: str
    environment: str
    settings: Mapping[str, str]
    secret: str = field(repr=False)
    catalog: Catalog
    prices: PriceList
    now: Callable[[], datetime]

    def setting(self, name: str) -> str:
        """Return a setting that must be there.

        Raises:
            UsageError: It is not.
        """
        found = self.settings.get(name, "")
        if not found:
            raise UsageError(
                f"environment {self.environment} names no {name} for {self.port}",
                remedy=f"Write systems.{self.port}.{name} into its catalog entry.",
            )
        return found


Factory = Callable[[Opening], Adapter]

OURS: Mapping[str, str] = {
    "sandbox": "synthetic.systems.remote:open_remote",
    "ledger": "synthetic.systems.ledger:open_ledger",
    "stripe": "synthetic.systems.stripe_http:open_stripe",
    "memory": "synthetic.systems.bus:open_memory",
    "nats": "synthetic.systems.nats:open_nats",
    "tax": "synthetic.systems.tax:open_tax",
    "tryton": "synthetic.sandboxes.tryton.opening:open_tryton",
    "killbill": "synthetic.systems.killbill.opening:open_killbill",
}
"""Adapters of this distribution; pyproject.toml names the same, and a stale installation still has these."""


def adapter_names() -> tuple[str, ...]:
    """Return the names of every adapter that is installed."""
    return tuple(sorted({*OURS, *(point.name for point in entry_points(group=GROUP))}))


def factory_of(name: str) -> Factory:
    """Return the function that opens an adapter.

    Raises:
        UsageError: No adapter has that name, or it cannot be imported.
    """
    found = next((point.value for point in entry_points(group=GROUP) if point.name == name), OURS.get(name))
    if found is None:
        raise UsageError(
            f"no adapter named {name}",
            remedy=f"Installed are {', '.join(adapter_names())}; others come through the entry-point group {GROUP}.",
        )
    module, _, attribute = found.partition(":")
    try:
        factory: Factory = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(
            f"adapter {name} cannot be loaded from {found}: {error}", remedy="Install what it needs, or take it out."
        ) from error
    return factory
