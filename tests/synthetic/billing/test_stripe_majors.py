"""The current official client and the two majors before it drive one life cycle over a socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from stripe_wire import Checked

from synthetic.clock import SystemClock
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.billing.stripe_app import create_app

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
SCRIPT = Path(__file__).with_name("life_cycle.py")
MAJORS = ("stripe==16.1.0", "stripe==15.6.2", "stripe==14.4.2")
PEERS = ROOT / ".cache/peers"


@contextmanager
def _served(app):
    """Serve on a free port of loopback in a thread, and stop by the server's own handle."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def _library(requirement, required):
    """Return the folder of one version of the library, installed once beside the others."""
    folder = PEERS / requirement.replace("==", "-")
    if not (folder / "stripe").is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        command += ["--no-compile", "--target", folder]  # compiling all of it would take longer than using it
        if subprocess.run([*command, requirement], capture_output=True, check=False).returncode:
            required(requirement)
    return folder


@pytest.mark.parametrize("requirement", MAJORS)
def test_each_major_of_the_official_client_drives_the_same_life_cycle(requirement, required, tmp_path):
    library = _library(requirement, required)
    core = BillingCore(SystemClock(), str(tmp_path / "billing.sqlite"))
    app = Checked(create_app(core))
    with _served(app) as base:
        environment = os.environ | {"PYTHONPATH": str(library)}
        command = [sys.executable, "-W", "ignore", str(SCRIPT), base]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    core.close()
    assert app.complaints == []
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == {
        "version": requirement.split("==")[1],
        "replayed": True,
        "first": ["paid", 14280, "DE-2027-000001"],
        "preview": 9674,  # 21 of 31 days: -8129 + 16258, 19 % of it
        "upgrade": ["paid", 9674],
        "renewal": ["subscription_cycle", 28560],
        "credit": 1190,
        "declined": [402, "card_declined"],
        "found": True,
        "ended": "canceled",
        "events": [
            "customer.subscription.created",
            "customer.subscription.deleted",
            "customer.subscription.updated",
            "invoice.created",
            "invoice.finalized",
            "invoice.paid",
            "invoice.payment_succeeded",
            "invoice.updated",
        ],
    }
