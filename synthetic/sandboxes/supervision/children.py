"""What a child process does from its fork to its end."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.catalog import Catalog, read_catalog
from harness.documents import FolderTree, Library
from synthetic.clock import SharedClock
from synthetic.sandboxes.reference import landscape_root
from synthetic.sandboxes.services.edge import EdgeService
from synthetic.sandboxes.services.ledger import LedgerService
from synthetic.sandboxes.services.proxy import ProxyService
from synthetic.sandboxes.services.service import Service, Surroundings
from synthetic.sandboxes.services.serving import serve
from synthetic.sandboxes.services.sync import SyncService
from synthetic.sandboxes.supervision.plan import Plan
from synthetic.sandboxes.supervision.processes import die_with
from synthetic.sandboxes.supervision.running import CLOCK, DATA, LOGS

Make = Callable[[Surroundings], Service]


def _killbill(around: Surroundings) -> Service:
    from synthetic.sandboxes.services.killbill import KillBillService  # noqa: PLC0415  (start-up of the others)

    return KillBillService(around)


SERVICES: Mapping[str, Make] = {
    "ledger": LedgerService,
    "ledger-2": LedgerService,
    "killbill": _killbill,
    "edge": EdgeService,
    "proxy": ProxyService,
    "sync": SyncService,
}
"""What each child serves, in the order in which they are started: each one knows those before it."""


@dataclass(frozen=True, slots=True)
class Preloaded:
    """What the supervisor reads once and every child inherits by its fork."""

    plan: Plan
    folder: Path
    landscape: Path
    catalog: Catalog
    token: str = field(repr=False)


def preload(plan: Plan, folder: Path, token: str, say: Callable[[str], None]) -> Preloaded:
    """Read the landscape of a plan, and prepare what takes long the first time."""
    landscape = Path(plan.landscape) if plan.landscape else landscape_root()
    catalog = read_catalog(Library(FolderTree(landscape / "catalog")), ["**/*.yaml"])
    if "tryton" in {plan.erp, plan.second_erp}:
        from synthetic.sandboxes.tryton import template  # noqa: PLC0415  (start-up of the others)

        template(catalog, say, "postgresql" if plan.keeps_books_in_postgres else "sqlite")
    if plan.billing == "killbill":
        from synthetic.sandboxes.killbill import install  # noqa: PLC0415  (start-up of the others)

        install(say)
    return Preloaded(plan, folder, landscape, catalog, token)


def children_of(plan: Plan) -> list[str]:
    """Return the children of a plan, in the order in which they are started."""
    programs = ["nats"] if plan.bus == "nats" else []
    asked = (("ledger-2", plan.second_erp), ("killbill", plan.billing == "killbill"), ("proxy", plan.proxy))
    left_out = {name for name, wanted in asked if not wanted}
    return programs + [name for name in SERVICES if name not in left_out]


def service_of(name: str, plan: Plan) -> Make:
    """Return what a child serves: each of both ERPs may be Tryton."""
    if (name == "ledger" and plan.erp == "tryton") or (name == "ledger-2" and plan.second_erp == "tryton"):
        from synthetic.sandboxes.services.tryton import TrytonService  # noqa: PLC0415  (start-up of the others)

        return TrytonService
    return SERVICES[name]


def run_child(name: str, given: Preloaded, addresses: Mapping[str, str], port: int, report: int, parent: int) -> None:
    """Be a child: bind, build, report, serve; never returns.

    Args:
        name: Of the child.
        given: What was read before the fork.
        addresses: Of the children before it.
        port: To listen on; 0 takes any that is free.
        report: File descriptor that takes `{"port": N}` or `{"error": "..."}`, one line.
        parent: Id of the supervisor, with which this process ends.
    """
    code = 1
    try:
        os.setsid()
        die_with(parent)
        _quiet(given.folder / LOGS / f"{name}.log")
        _serve(name, given, addresses, port, report)
        code = 0
    except BaseException as error:  # noqa: BLE001  (the last line of a process: what happened goes to the log)
        traceback.print_exc()
        with contextlib.suppress(OSError):
            os.write(report, json.dumps({"error": str(error) or type(error).__name__}).encode() + b"\n")
    finally:
        sys.stderr.flush()
        os._exit(code)


def _quiet(log: Path) -> None:
    """Let standard output and errors go to the log, and take signals again as a server does."""
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(target, stream)
    os.close(target)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", force=True)


def _serve(name: str, given: Preloaded, addresses: Mapping[str, str], port: int, report: int) -> None:
    listening = socket.socket()
    # the port of a child that died is taken again, so that its address stays
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(128)
    own = listening.getsockname()[1]
    around = Surroundings(
        name=name,
        plan=given.plan,
        data=given.folder / DATA,
        clock=SharedClock(given.folder / CLOCK),
        catalog=given.catalog,
        landscape=given.landscape,
        token=given.token,
        addresses=addresses,
        own=f"http://127.0.0.1:{own}",
    )
    service = service_of(name, given.plan)(around)

    def ready() -> None:
        os.write(report, json.dumps({"port": own}).encode() + b"\n")
        os.close(report)

    serve(service, around, listening, ready)
