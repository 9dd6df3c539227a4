"""One running Kill Bill on loopback, with its test clock open; a tenant is a sandbox, so a new one is a reset."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.model import HarnessError
from synthetic.deeds import RefusedError, UnreachableError
from synthetic.sandboxes.killbill.database import KillBillDatabase
from synthetic.sandboxes.killbill.installation import Installed, MissingError
from synthetic.sandboxes.supervision.processes import end
from synthetic.systems.billing import PriceList
from synthetic.systems.killbill import KillBill
from synthetic.systems.killbill.catalogue import catalogue

_HOST = "127.0.0.1"
_USER = "admin:password"
"""The one user of Kill Bill's own shiro.ini: it listens on loopback only."""
_START_SECONDS = 180.0
_STOP_SECONDS = 1.5
"""What it committed is durable: there is nothing to wait for."""
# Java 17 closes what Kill Bill 0.22 (of Java 11) and its OSGi container reach into
_OPENED = (
    *("lang", "util", "lang.reflect", "net", "io", "math", "text", "security", "nio", "time", "util.concurrent"),
)
_OPENED_SUN = ("nio.ch", *(f"net.www.protocol.{one}" for one in ("jar", "file", "http", "https", "ftp", "jrt")))
_DIES_WITH_US = (
    "import ctypes, os, signal, sys; ctypes.CDLL(None).prctl(1, signal.SIGKILL); "
    "os.getppid() == int(sys.argv[1]) or sys.exit(1); os.execvp(sys.argv[2], sys.argv[2:])"
)


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that happens by itself.

    Attributes:
        at: Seconds since 1970.
        subscriptions: Whose turn it is; empty where it is about something else.
    """

    at: float
    subscriptions: tuple[str, ...]


class KillBillServer:
    """A Kill Bill that runs in a folder of its own."""

    def __init__(self, installed: Installed, folder: Path, database: KillBillDatabase) -> None:
        """Keep them; nothing runs yet."""
        self._installed = installed
        self._database = database
        self.folder = folder
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{_HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """What it says."""
        return self.folder / "killbill.log"

    @property
    def pid(self) -> int:
        """Process id, 0 while nothing runs."""
        return self._process.pid if self._process else 0

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start on the database as it is.

        Raises:
            MissingError: It does not come up.
        """
        for part in ("", "bundles", "osgi", "tmp"):
            (self.folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._configure()
        self.port = _free_port()
        self.restart()

    def restart(self) -> None:
        """Start it where it listened, on the database it had.

        Raises:
            MissingError: It does not come up.
        """
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603
                ["python3", "-c", _DIES_WITH_US, str(os.getpid()), *self._command()],  # noqa: S607
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
            )
        with closing(self.tenant("nobody")) as asked:
            if self._came_up(asked):
                return
        self.stop()
        raise MissingError("Kill Bill does not start", remedy=f"Read {self.log}.")

    def _came_up(self, asked: KillBill) -> bool:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process is not None and self._process.poll() is None:
            try:
                if asked.get("/nodesInfo"):
                    return True
            except (UnreachableError, HarnessError):
                time.sleep(0.5)
        return False

    def tenant(self, name: str) -> KillBill:
        """Return the way to a tenant."""
        return KillBill(self.url, _USER, name)

    def new_tenant(self, prices: dict[str, dict[str, int]], at: datetime, callback: str = "") -> KillBill:
        """Make a tenant with a catalog at a time, whose events go to `callback`: an empty sandbox."""
        found = self.tenant(f"t-{secrets.token_hex(8)}")
        found.post("/tenants", {"apiKey": found.key, "apiSecret": found.key})
        self.set_clock(found, at)
        currencies = sorted({code for one in prices.values() for code in one})
        found.upload("/catalog/xml", catalogue(prices, currencies))
        if callback:
            found.post(f"/tenants/registerNotificationCallback?cb={callback}")
        return found

    def set_clock(self, tenant: KillBill, at: datetime) -> None:
        """Move the clock of the server, of all tenants; returns when what fell due by then has happened."""
        moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        tenant.post(f"/test/clock?requestedDate={moment}&timeoutSec=30")

    def settle(self, tenant: KillBill) -> None:
        """Wait until nothing is under way there; whoever asks goes on after a while all the same."""
        with suppress(UnreachableError, RefusedError):
            tenant.get("/test/queues?timeoutSec=20")

    def planned(self, tenant: KillBill) -> list[Planned]:
        """Return what a tenant will do by itself, the soonest first."""
        return sorted(
            (
                Planned(
                    datetime.fromisoformat(one["effectiveDate"]).timestamp(),
                    tuple(one["event"].get("uuidKeys") or ()),
                )
                for one in tenant.queued()
            ),
            key=lambda one: one.at,
        )

    def stop(self) -> None:
        """Stop it; a second call does nothing."""
        if self._process is not None:
            end(self._process, _STOP_SECONDS)
            self._process = None

    def _configure(self) -> None:
        settings = {"org.killbill.server.test.mode": "true"}
        for part in ("org.killbill.dao", "org.killbill.billing.osgi.dao"):
            settings |= self._database.settings(part)
        settings |= {
            "org.killbill.osgi.bundle.install.dir": str(self.folder / "bundles"),
            "org.killbill.osgi.root.dir": str(self.folder / "osgi"),
        }
        text = "".join(f"{name}={value}\n" for name, value in settings.items())
        file = self.folder / "killbill.properties"
        file.touch(mode=0o600)
        file.write_text(text, "utf-8")

    def _command(self) -> list[str]:
        opened = [f"--add-opens=java.base/java.{one}=ALL-UNNAMED" for one in _OPENED]
        opened += [f"--add-opens=java.base/sun.{one}=ALL-UNNAMED" for one in _OPENED_SUN]
        return [
            "java",
            *opened,
            "-Xmx600m",
            "-Duser.timezone=UTC",
            f"-Djava.io.tmpdir={self.folder / 'tmp'}",
            f"-Dorg.killbill.server.properties=file://{self.folder / 'killbill.properties'}",
            "-jar",
            str(self._installed.jetty),
            *("--host", _HOST, "--port", str(self.port)),
            str(self._installed.war),
        ]


def yearly_prices(prices: PriceList, skus: list[str], currencies: list[str]) -> dict[str, dict[str, int]]:
    """Return the yearly price of each SKU per currency, leaving out what has none."""
    found: dict[str, dict[str, int]] = {}
    for sku in skus:
        for code in currencies:
            try:
                if not prices.tiers(sku, code):
                    found.setdefault(sku, {})[code] = prices.price(sku, code)
            except HarnessError:
                continue
    return found


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind((_HOST, 0))
        port: int = listener.getsockname()[1]
        return port
