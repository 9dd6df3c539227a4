"""The two skins of the billing core: probes through the official client leave the same state as through the port."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import stripe

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.clock import VirtualClock
from synthetic.deeds import RefusedError, UnreachableError
from synthetic.faults import generated
from synthetic.matrix import Case, Suite, play_case, reference
from synthetic.matrix.rows import row_of
from synthetic.matrix.suites import reference_suite, start_of
from synthetic.probes import PROBES
from synthetic.sandboxes.billing.stripe_app import create_app
from synthetic.sandboxes.landscape import Landscape
from synthetic.transaction.testing import check

ROOT = Path(__file__).parents[3]
CATALOG = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])
PORT = reference_suite(CATALOG)
WIRE = {"5xx burst", "429 burst", "auth expiry", "page cut", "stale read"}


class Direct(stripe.HTTPClient):
    """The official client's transport, straight into the app: nothing there waits, so one step is the whole call."""

    name = "direct"

    def __init__(self, app):
        super().__init__(verify_ssl_certs=False)
        self.app, self.calls = app, 0

    def request(self, method, url, headers, post_data=None):
        self.calls += 1
        parts, raw = urlsplit(url), (post_data or b"")
        body = raw.encode() if isinstance(raw, str) else raw
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method.upper(),
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "scheme": "http",
            "root_path": "",
            "server": ("billing", 80),
            "client": ("127.0.0.1", 1),
            "headers": [(name.lower().encode(), str(value).encode()) for name, value in headers.items()],
        }
        got = {"body": b""}

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            got["body"] += message.get("body", b"")
            got.update({name: message[name] for name in ("status", "headers") if name in message})

        with pytest.raises(StopIteration):
            self.app(scope, receive, send).send(None)
        return got["body"], got["status"], {name.decode(): value.decode() for name, value in got["headers"]}

    def close(self):
        return None


def through_the_official_client(core):
    client = stripe.StripeClient("sk_test_probe", http_client=Direct(create_app(core)), max_network_retries=0)

    def request(method, path, params, key):
        options = {"idempotency_key": key} if key else {}
        try:
            found = client.raw_request(method.lower(), f"/v1/{path}", **params, **options)
        except stripe.StripeError as error:
            if error.http_status == 429 or (error.http_status or 500) >= 500:
                raise UnreachableError("billing", str(error.http_status)) from None
            raise RefusedError("billing", error.code or error.error.type, str(error)) from None
        return json.loads(found.body)

    return request


def landscape(seed, layers):
    clock = VirtualClock(start_of(seed))
    return Landscape(CATALOG, clock, layers, seed=seed, speak=through_the_official_client)


CLIENT = Suite(PROBES, landscape, PORT.categories)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_both_skins_leave_the_same_ledgers_for_the_same_seed(probe):
    port, client = (play_case(suite, Case(probe, 3)) for suite in (PORT, CLIENT))
    check(client.run)
    assert client.observed == port.observed != ""


@pytest.mark.slow
def test_every_wire_fault_ends_alike_through_the_official_client():
    known = reference(PORT, (0,))
    faults = [one for one in generated(known.seen, PORT.categories) if one.kind in WIRE]
    assert len(faults) > 150
    for fault in faults:
        probe = known.meeting(fault)[0]
        rows = [
            row_of(Case(probe, 0, fault), play_case(s, Case(probe, 0, fault)), s.categories) for s in (PORT, CLIENT)
        ]
        assert (rows[0].verdict, rows[0].category) == (rows[1].verdict, rows[1].category), fault.id
