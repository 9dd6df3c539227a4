"""The two skins of the billing core: probes through the official client leave the same state as through the port."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import stripe

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.clock import VirtualClock
from synthetic.deeds import ExpiredError, RefusedError, UnreachableError
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


class Weather:
    """What the wire does below the official client while a fault is in play; nothing in `bad` is fair weather."""

    def __init__(self):
        self.bad, self.struck = None, 0

    def strikes(self, ask):
        """Answer a request as the wire does just now: `ask()` reaches billing, status and headers are of HTTP."""
        if self.bad is None:
            return ask()
        self.struck += 1
        return self.bad(ask)

    def over(self, bad, forward):
        """Send one call of a probe through bad weather."""
        self.bad = bad
        try:
            return forward()
        finally:
            self.bad = None


WEATHER = Weather()


def answering(status, headers=None):
    """The wire answers by itself: the request never reaches billing."""
    error = {"error": {"type": "api_error", "message": f"{status} on the wire"}}
    return lambda _ask: (json.dumps(error).encode(), status, headers or {})


def cut_short(ask):
    """A page of a list loses its last row, and says there is no more."""
    body, status, headers = ask()
    page = json.loads(body)
    if page.get("object") == "list" and len(page["data"]) > 1:
        body = json.dumps({**page, "data": page["data"][:-1], "has_more": False}).encode()
    return body, status, headers


def on_the_wire(fault):
    """The same fault below the official client: where it refuses the call, an HTTP answer does."""

    def effect(call, forward, rng):
        if fault.kind == "page cut":
            return WEATHER.over(cut_short, forward)
        try:
            return fault.effect(call, forward, rng)
        except ExpiredError:
            bad = answering(401)
        except UnreachableError as error:
            wait = int(error.retry_after)
            bad = answering(429, {"retry-after": str(wait)}) if wait else answering(503)
        try:
            WEATHER.over(bad, forward)
        except ExpiredError:
            raise ExpiredError(call.port) from None
        except UnreachableError as found:
            # another error than the one that came up: what happened below the client is what the fault did
            raise UnreachableError(call.port, found.why, retry_after=found.retry_after) from None
        raise AssertionError(f"{fault.id}: {call.operation} asked nothing over the wire")

    return replace(fault, effect=effect)


class Direct(stripe.HTTPClient):
    """The official client's transport, straight into the app: nothing there waits, so one step is the whole call."""

    name = "direct"

    def __init__(self, app):
        super().__init__(verify_ssl_certs=False)
        self.app, self.calls = app, 0

    def request(self, method, url, headers, post_data=None):
        return WEATHER.strikes(lambda: self.reached(method, url, headers, post_data))

    def reached(self, method, url, headers, post_data):
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
        except stripe.AuthenticationError:
            raise ExpiredError("billing") from None
        except stripe.StripeError as error:
            if error.http_status == 429 or (error.http_status or 500) >= 500:
                wait = float((error.headers or {}).get("retry-after", 0))
                raise UnreachableError("billing", str(error.http_status), retry_after=wait) from None
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
    WEATHER.struck = 0
    for fault in faults:
        probe = known.meeting(fault)[0]
        below = on_the_wire(fault) if any(port == "billing" for port, _ in fault.places) else fault
        cases = (PORT, Case(probe, 0, fault)), (CLIENT, Case(probe, 0, below))
        rows = [row_of(case, play_case(suite, case), suite.categories) for suite, case in cases]
        assert (rows[0].verdict, rows[0].category) == (rows[1].verdict, rows[1].category), fault.id
    assert WEATHER.struck > 100
