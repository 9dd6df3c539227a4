"""One subscription on its way through the landscape, hop by hop: what `harness demo` shows of real processes."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cli.output import write
from harness.model import HarnessError

if TYPE_CHECKING:
    from synthetic.environments import Environment
    from synthetic.sandboxes.supervision.running import Running

_PATIENCE = 10.0
_ENTITY, _CURRENCY, _TAX_CODE = "DE-01", "EUR", "DE-S19"


@dataclass(frozen=True, slots=True)
class Hop:
    """One thing that must have happened: where it is looked for, when it counts, and how it is told."""

    place: str
    operation: str
    request: Mapping[str, Any]
    is_there: Callable[[Mapping[str, Any]], bool]
    told: Callable[[Mapping[str, Any]], str]


def show_journey() -> bool:
    """Start the landscape in a folder of its own, let one subscription travel through it, and stop it again.

    Returns:
        False where what the sandbox needs is not installed, which is said.
    """
    missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
    if missing:
        write(f"The landscape as processes is left out: install contract-harness[sandbox] ({', '.join(missing)}).\n\n")
        return False
    from synthetic.sandboxes.supervision.plan import Plan  # noqa: PLC0415  (start-up)
    from synthetic.sandboxes.supervision.starting import start_detached  # noqa: PLC0415
    from synthetic.sandboxes.supervision.supervisor import take_down  # noqa: PLC0415

    write(
        "The same landscape as real processes: billing, sync middleware, ledger, on loopback.\n$ harness sandbox up\n"
    )
    with tempfile.TemporaryDirectory(prefix="contract-harness-") as folder:
        run = Path(folder)
        try:
            running = start_detached(Plan(), run, lambda line: write(f"  {line}\n"))
            asyncio.run(_travel(running))
        finally:
            stopped = take_down(run)
        write(f"$ harness sandbox down\n  {stopped} processes stopped\n\n")
    return True


async def _travel(running: Running) -> None:
    from synthetic.cli.landscape import read_landscape  # noqa: PLC0415  (start-up)
    from synthetic.environments import open_environment  # noqa: PLC0415

    place = open_environment("sandbox", read_landscape(), sandbox=running.folder)
    try:
        started = time.monotonic()
        sold = await _sell(place)
        billed = (await _ask(place, "billing", "invoice_of", invoice=sold["invoice"]))["total"]
        _tell(started, "billing", f"subscription begun, invoice over {_money(billed)} finalised and charged")
        for hop in _hops(sold, billed):
            _tell(started, hop.place, hop.told(await _met(place, hop)))
    finally:
        place.close()


async def _sell(place: Environment) -> Mapping[str, Any]:
    names = {"account": "acme", "name": "Acme Demo GmbH"}
    await _ask(place, "crm", "accept_account", "demo-account", **names, country="DE")
    customer = await _ask(
        place, "billing", "onboard", "demo-customer", **names, entity=_ENTITY, currency=_CURRENCY, tax_id=""
    )
    return await _ask(
        place,
        "billing",
        "subscribe",
        "demo-subscription",
        customer=customer["id"],
        sku="PRO-ANNUAL",
        entity=_ENTITY,
        currency=_CURRENCY,
        tax_code=_TAX_CODE,
        contract="C-DEMO",
    )


def _hops(sold: Mapping[str, Any], billed: int) -> tuple[Hop, ...]:
    invoice, subscription = {"invoice": sold["invoice"]}, {"subscription": sold["id"]}
    return (
        Hop(
            "sync",
            "deliveries_of",
            {"object": sold["invoice"], "kind": "invoice.finalized"},
            lambda seen: seen["count"] >= 1,
            lambda seen: f"webhook taken in, signature valid, delivered {seen['new']} time",
        ),
        Hop(
            "erp",
            "posting_of",
            invoice,
            lambda seen: seen["count"] == 1 and seen["total"] == billed,
            lambda seen: (
                f"posted once in {seen['entity']}, period {seen['posting_period']}, tax {_money(seen['tax'])} under"
                f" {seen['tax_code']}, accounts {seen['accounts']}"
            ),
        ),
        Hop(
            "erp",
            "posting_of",
            {**invoice, "ledger": f"{_ENTITY}-L"},
            lambda seen: seen["count"] == 1,
            lambda seen: f"and in the ledger of the old system, {seen['ledger']}",
        ),
        Hop(
            "erp",
            "receivable_of",
            invoice,
            lambda seen: seen.get("open") == 0,
            lambda seen: f"paid: cash applied {_money(seen['cash_applied'])}, open {_money(seen['open'])}",
        ),
        Hop(
            "erp",
            "schedule_of",
            invoice,
            lambda seen: seen["count"] >= 1,
            lambda seen: (
                f"deferred: {_money(seen['total'])} from {seen['start']} until {seen['end']}, {seen['method']}"
            ),
        ),
        Hop(
            "entitlements",
            "entitlement_of",
            subscription,
            lambda seen: seen.get("status") == "on",
            lambda seen: f"on: {seen['features']}",
        ),
        Hop(
            "analytics",
            "forecast_of",
            subscription,
            lambda seen: seen["count"] == 1,
            lambda seen: f"forecast row: {_money(seen['arr'])} a year",
        ),
    )


async def _met(place: Environment, hop: Hop) -> Mapping[str, Any]:
    """Look until it has happened.

    Raises:
        HarnessError: It did not in time.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        seen = await _ask(place, hop.place, hop.operation, **hop.request)
        if hop.is_there(seen):
            return seen
        if time.monotonic() > deadline:
            raise HarnessError(
                f"{hop.place}.{hop.operation} never showed what it should, but {dict(seen)}",
                remedy="Run harness sandbox up and look into its logs.",
            )
        await asyncio.sleep(0.01)


async def _ask(place: Environment, port: str, operation: str, key: str = "", **request: Any) -> Mapping[str, Any]:
    from synthetic.deeds import Call  # noqa: PLC0415  (start-up)
    from synthetic.deeds.calls import Kind  # noqa: PLC0415

    kind = Kind.DEED if key else Kind.LOOK
    return await place.boundary().perform(Call(port, operation, request, kind, key))


def _tell(started: float, place: str, what: str) -> None:
    write(f"  {time.monotonic() - started:5.2f} s  {place.ljust(12)} {what}\n")


def _money(amount: int) -> str:
    return f"{amount // 100:,}.{amount % 100:02} {_CURRENCY}"
