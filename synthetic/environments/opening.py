"""Opens an environment: from its catalog entry, or from the run folder of the sandbox that is up."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

from harness.catalog import Catalog
from harness.catalog import Environment as Entry
from harness.model import UsageError
from synthetic.clock import SystemClock, taking_turns
from synthetic.deeds import Adapter, Clock
from synthetic.environments.environment import Environment
from synthetic.environments.permissions import Permissions, check_looks, entry_of, permissions_of, secret_of
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.sandboxes.ledger.master import Master
from synthetic.sandboxes.supervision.running import DEFAULT_FOLDER, TURN, Running, running_sandbox
from synthetic.systems.opening import Opening, factory_of


def open_environment(
    name: str,
    catalog: Catalog,
    *,
    base: Catalog | None = None,
    sandbox: Path = DEFAULT_FOLDER,
    variables: Mapping[str, str] = os.environ,
) -> Environment:
    """Open every adapter that the catalog entry of an environment names.

    An environment of kind `sandbox` without `systems` is the one that `harness sandbox up` started.

    Args:
        name: Of the environment.
        catalog: The catalog that is worked with.
        base: The catalog at the tip of the base branch, if that is another: permissions need the word of both.
        sandbox: Run folder of the sandbox.
        variables: Environment variables; keys are read from those that the catalog names.

    Raises:
        NotFoundError: No such environment.
        UsageError: An adapter or a key is missing, or a live key is refused; also if no sandbox is up.
        DeniedError: The environment takes no probes.
    """
    entry = entry_of(name, catalog)
    allowed = permissions_of(name, catalog, base)
    check_looks(name, allowed)
    alone: Callable[[], AbstractContextManager[None]] = nullcontext
    if entry.kind == "sandbox" and not entry.systems:
        running = running_sandbox(sandbox)
        clock: Clock = running.clock()
        adapters = _running_adapters(entry, catalog, running, clock)
        alone = partial(taking_turns, running.folder / TURN)
        pace = 1.0  # nothing to shorten: its clock moves instead of waiting
    else:
        clock, pace = SystemClock(), entry.pace
        adapters = _named_adapters(entry, catalog, allowed, variables, clock)
    return Environment(name, entry.kind, pace, allowed, adapters, clock, alone)


def _running_adapters(entry: Entry, catalog: Catalog, running: Running, clock: Clock) -> dict[str, Adapter]:
    prices = _prices(catalog, clock)
    return {
        port: factory_of(settings["adapter"])(Opening(port, entry.name, settings, secret, catalog, prices, clock.now))
        for port, (settings, secret) in running.systems().items()
    }


def _named_adapters(
    entry: Entry, catalog: Catalog, allowed: Permissions, variables: Mapping[str, str], clock: Clock
) -> dict[str, Adapter]:
    if not entry.systems:
        raise UsageError(
            f"environment {entry.name} names no systems",
            remedy="Write `systems` with an adapter per port into its catalog entry.",
        )
    prices = _prices(catalog, clock)
    found: dict[str, Adapter] = {}
    for port, settings in entry.systems.items():
        secret = secret_of(entry.name, port, settings.get("key", ""), allowed, variables)
        given = Opening(port, entry.name, settings, secret, catalog, prices, clock.now)
        found[port] = factory_of(given.setting("adapter"))(given)
    return found


def _prices(catalog: Catalog, clock: Clock) -> CatalogPrices:
    return CatalogPrices(Master(catalog), clock.now().date())
