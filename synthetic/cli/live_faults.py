"""Faults on a running sandbox: listed, switched on and off at its proxy, and played one after another."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from harness.catalog import Catalog
from harness.cli.output import write
from harness.model import NotFoundError, UsageError
from synthetic.cli.landscape import read_landscape
from synthetic.environments import Environment, open_environment
from synthetic.faults import Fault, Seen, load_faults
from synthetic.faults.live import RIDDEN_OUT, live_faults, to_json
from synthetic.faults.places import right_names
from synthetic.matrix import Reference
from synthetic.matrix import reference as play_reference
from synthetic.matrix.suites import reference_suite
from synthetic.sandboxes.supervision.running import Running, running_sandbox
from synthetic.transaction import Probe, Run, RunVerdict, run_probe

_PROXY = "proxy"
_TRIES = 3
_CLOSEST = (
    ("second-ledger", "parallel-run"),
    ("invoice.finalized", "invoice-posting"),
    ("charge.succeeded", "card-payment"),
    ("customer.created", "customer-onboarding"),
    ("post_invoice", "invoice-posting"),
    ("apply_payment", "card-payment"),
    ("register_party", "customer-onboarding"),
    ("set_entitlement", "order-to-entitlement"),
    ("analytics.forecast", "order-to-entitlement"),
    ("record_invoice", "invoice-posting"),
)
"""Part of the id of a fault, and the probe that asserts most of what it spoils."""
CHOICE = (
    "bus.deliver/invoice.finalized/dropped",
    "bus.deliver/invoice.finalized/held-back",
    "bus.deliver/charge.succeeded/dropped",
    "bus.deliver/customer.created/dropped",
    "erp.post_invoice/dropped",
    "erp.post_invoice/held-back",
    "erp.post_invoice/under-another-id",
    "erp.post_invoice/down",
    "erp.post_invoice/token-revoked",
    "erp.post_invoice/invoice.tax_breakdown.0.tax_code=other",
    "erp.post_invoice/invoice.lines.0.revenue_class=other",
    "erp.post_invoice/invoice.document_date=day-before",
    "erp.post_invoice/not-in-second-ledger",
    "erp.post_invoice/invoice.tax_breakdown.0.base=plus-1",
    "erp.post_invoice/invoice.lines.0.service_end=day-before",
    "erp.post_invoice/twice",
    "erp.post_invoice/burst-503",
    "erp.post_invoice/burst-429",
    "erp.post_invoice/token-expires",
    "bus.deliver/invoice.finalized/replayed-new-id",
    "bus.deliver/invoice.finalized/behind-the-next",
    "erp.post_invoice/invoice.currency=other",
    "erp.post_invoice/invoice.contract_id=other",
    "erp.post_invoice/invoice.number=other",
    "erp.post_invoice/invoice.payment_terms=other",
    "erp.apply_payment/dropped",
    "erp.apply_payment/payment.amount=minus-1",
    "erp.apply_payment/payment.invoice_id=other",
    "erp.register_party/customer.payment_terms=other",
    "erp.register_party/customer.legal_name=other",
    "erp.register_party/customer.legal_entity=other",
    "entitlements.register_tenant/dropped",
    "entitlements.set_entitlement/dropped",
    "entitlements.set_entitlement/status=other",
    "analytics.forecast/dropped",
    "analytics.record_invoice/invoice.net=plus-1",
)
"""Every operator at least once: what `harness sandbox drill` plays where nothing is named."""


@dataclass(frozen=True, slots=True)
class Drilled:
    """What came of one fault.

    Attributes:
        fault: Its id.
        probe: Who looked.
        verdict: Of the run.
        category: What the run called it.
        names: What it is rightly called.
        met: Calls it met.
        changed: Calls it changed.
        detected_after: Business seconds until the run was sure, None if it passed.
        seconds: Real seconds of the run.
        found: Whether it was found and called by a right name, or had to be ridden out and was.
    """

    fault: str
    probe: str
    verdict: str
    category: str
    names: tuple[str, ...]
    met: int
    changed: int
    detected_after: float | None
    seconds: float
    found: bool


@cache
def _reference() -> tuple[Catalog, Reference]:
    catalog = read_landscape()
    return catalog, play_reference(reference_suite(catalog), (0,))


def known_faults() -> dict[str, tuple[Fault, Seen]]:
    """Return every fault that a proxy can play, with what it is made of; plays each probe once to know the values."""
    _, found = _reference()
    rows: dict[str, tuple[Fault, Seen]] = {}
    for one in found.seen:
        rows |= {fault.id: (fault, one) for fault in live_faults([one], found.suite.categories)}
    return rows


def listed(patterns: Sequence[str]) -> list[str]:
    """Return the ids of faults, those of some patterns if any is given."""
    return [name for name in known_faults() if not patterns or any(_is(name, one) for one in patterns)]


def switched(folder: Path, names: Sequence[str], files: Path | None, *, off: bool) -> str:
    """Switch faults on, off, or show what is on; return what to say."""
    running = _with_proxy(folder)
    if off:
        running.ask(_PROXY, "DELETE", "/sandbox/faults")
        return "Every fault is off.\n"
    if names or files:
        _put(running, [asked for _, asked in _asked(names, files)])
    found = running.ask(_PROXY, "GET", "/sandbox/faults")["faults"]
    if not found:
        return "No fault is on. harness sandbox fault --list names those there are.\n"
    rows = "".join(f"  ! {one['id']}   met {one['met']} calls, changed {one['changed']}\n" for one in found)
    return f"{rows}Off again: harness sandbox fault --off\n"


@contextmanager
def fault_on(folder: Path, names: Sequence[str], files: Path | None = None) -> Iterator[Running]:
    """Have faults on for as long as the block lasts."""
    running = _with_proxy(folder)
    _put(running, [asked for _, asked in _asked(names, files)])
    try:
        yield running
    finally:
        running.ask(_PROXY, "DELETE", "/sandbox/faults")


def drilled(folder: Path, names: Sequence[str], files: Path | None, probe: str, *, as_json: bool) -> int:
    """Play faults one after another, show a row each, and return the exit code."""
    rows = []
    for one in drills(folder, names, files, probe):
        rows.append(one)
        if not as_json:
            write(row_text(one))
    if as_json:
        write(json.dumps([asdict(one) for one in rows], indent=1) + "\n")
    else:
        wrong = sum(not one.found for one in rows)
        write(f"{'✗' if wrong else '✓'} {len(rows) - wrong} of {len(rows)} faults found and called by their names\n")
    return 0 if all(one.found for one in rows) else 1


def drills(folder: Path, names: Sequence[str], files: Path | None = None, probe: str = "") -> Iterator[Drilled]:
    """Play faults on the running sandbox, each with the shortest probe that meets it, and yield what came of each."""
    catalog, found = _reference()
    stamp = f"{time.time():.0f}"
    for number, (fault, asked) in enumerate(_asked(names or ([] if files else CHOICE), files)):
        probes = [one for one in found.suite.probes if one.name == probe] or _finders(found, fault)
        if not probes:
            raise UsageError(f"no probe meets {fault.id}", remedy="Name one: --probe NAME.")
        tries = (
            _drilled(folder, catalog, found, fault, asked, one, f"drill-{stamp}-{number}-{place}")
            for place, one in enumerate(probes)
        )
        last = next(tries)
        while not last.found and (another := next(tries, None)) is not None:
            last = another
        yield last


def _finders(found: Reference, fault: Fault) -> list[Probe]:
    """Return the probes that a fault is played against, until one finds it: those that look closest come first."""
    known = {one.name: one for one in found.suite.probes}
    first = [known[probe] for part, probe in _CLOSEST if part in fault.id and probe in known]
    return list(dict.fromkeys([*first, *found.meeting(fault)]))[:_TRIES]


def _drilled(  # noqa: PLR0913, PLR0917  (what one drill is made of)
    folder: Path,
    catalog: Catalog,
    found: Reference,
    fault: Fault,
    asked: dict[str, Any],
    probe: Probe,
    slot: str,
) -> Drilled:
    running = _with_proxy(folder)
    place = open_environment("sandbox", catalog, sandbox=folder)
    try:
        with place.alone():  # or a monitor that runs here as well would meet the fault
            began = time.monotonic()
            _put(running, [asked])
            try:
                run = _played(place, found, probe, slot)
                (told,) = running.ask(_PROXY, "GET", "/sandbox/faults")["faults"]
            finally:
                running.ask(_PROXY, "DELETE", "/sandbox/faults")
    finally:
        place.close()
    names, _ = right_names(fault.names, found.suite.categories.known)
    must_pass = fault.id.rsplit("/", 1)[-1] in RIDDEN_OUT
    named = run.verdict is not RunVerdict.PASSED and run.category in names
    return Drilled(
        fault.id,
        probe.name,
        run.verdict.value,
        run.category,
        tuple(sorted(names)),
        told["met"],
        told["changed"],
        run.detected_after,
        time.monotonic() - began,
        bool(told["changed"]) and (named or (must_pass and run.verdict is RunVerdict.PASSED)),
    )


def _played(place: Environment, found: Reference, probe: Probe, slot: str) -> Run:
    return asyncio.run(
        run_probe(
            probe,
            place.ports,
            place.boundary(),
            place.clock,
            categories=found.suite.categories,
            slot=slot,
            environment=place.name,
            pace=place.pace,
        )
    )


def row_text(one: Drilled) -> str:
    """Return one line for a person."""
    glyph = "✓" if one.found else "✗"
    after = "" if one.detected_after is None else f"after {timedelta(seconds=round(one.detected_after))}"
    called = one.category or "-"
    return (
        f"  {glyph} {one.fault.ljust(58)} {one.probe.ljust(20)} {one.verdict.ljust(12)} {called.ljust(12)}"
        f" {after.ljust(14)} {one.seconds:5.1f} s{_unplayed(one)}\n"
    )


def _unplayed(one: Drilled) -> str:
    """Return why nothing was there to be found: a look never goes through the proxy, and another probe may call it."""
    if one.changed:
        return ""
    return f"   changed none of {one.met} calls" if one.met else "   met no call on the way"


def _asked(names: Sequence[str], files: Path | None) -> list[tuple[Fault, dict[str, Any]]]:
    if files is not None:
        found = load_faults(files.resolve())
        chosen = [one for one in found if not names or any(_is(one.id, name) for name in names)]
        if not chosen:
            raise NotFoundError(f"no fault {', '.join(names)} in {files}", remedy="See the ids of its @fault.")
        return [(one, {"id": one.id, "file": one.origin}) for one in chosen]
    known = known_faults()
    rows = []
    for name in names:
        ids = [one for one in known if _is(one, name)]
        if not ids:
            raise NotFoundError(f"no fault {name}", remedy="harness sandbox fault --list names them.")
        rows += [(known[one][0], {"id": one, "seen": to_json(known[one][1])}) for one in ids]
    return rows


def _is(name: str, pattern: str) -> bool:
    return name == pattern or fnmatchcase(name, pattern)


def _put(running: Running, faults: Sequence[dict[str, Any]]) -> None:
    running.ask(_PROXY, "PUT", "/sandbox/faults", {"faults": list(faults)})


def _with_proxy(folder: Path) -> Running:
    running = running_sandbox(folder)
    if _PROXY not in running.children:
        raise UsageError(
            "this sandbox has no proxy, so no fault can be put between its systems",
            remedy="harness sandbox down, then harness sandbox up --proxy.",
        )
    return running
