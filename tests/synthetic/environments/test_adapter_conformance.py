"""The conformance checks of adapters: ours pass every one, and each check finds the adapter that breaks it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette

from harness.catalog import read_catalog
from harness.documents import FolderTree, Library
from synthetic.clock import VirtualClock
from synthetic.deeds import Attempt, Call, RefusedError, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.environments import conformance
from synthetic.environments.conformance import CHECKS, NotConformError, Subject, check_adapter
from synthetic.sandboxes.billing import BillingCore
from synthetic.sandboxes.faces import Contract, Face
from synthetic.sandboxes.faces.tax import TaxFace
from synthetic.sandboxes.landscape.adapters import ObjectPort, in_process
from synthetic.sandboxes.landscape.crm import Crm
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.sandboxes.landscape.tax import TaxEngine
from synthetic.sandboxes.landscape.tax_desk import TaxDesk
from synthetic.sandboxes.ledger import Ledger
from synthetic.sandboxes.ledger.port import LedgerPort
from synthetic.sandboxes.loopback import served
from synthetic.sandboxes.sync.relay import StoredBus
from synthetic.sandboxes.sync.storage import Storage
from synthetic.systems.bus import BusPort, MemoryBus
from synthetic.systems.nats import NatsBus
from synthetic.systems.opening import adapter_names, factory_of
from synthetic.systems.remote import RemotePort
from synthetic.systems.stripe import StripeBilling
from synthetic.systems.stripe_http import StripeWire
from synthetic.systems.tax import TaxApi

ROOT = Path(__file__).parents[3]
CATALOG = read_catalog(Library(FolderTree(ROOT / "catalog")), ["**/*.yaml"])
NOBODY = "http://127.0.0.1:9"  # the port of `discard`, on which nothing listens here


def deed(port, operation, **request):
    return Call(port, operation, request, Kind.DEED, "key-of-this-check")


def look(port, operation, **request):
    return Call(port, operation, request)


def ledger():
    books = Ledger(CATALOG, lambda: datetime(2027, 1, 4, 12, tzinfo=UTC))
    customer = {"id": "cus_1", "legal_entity": "DE-01", "legal_name": "K", "currency": "EUR", "payment_terms": "CARD"}
    bad = {"id": "pay_1", "legal_entity": "DE-01", "currency": "EUR", "amount": -1, "value_date": "2027-01-04"}
    return Subject(
        "erp",
        LedgerPort(books),
        deed("erp", "register_party", customer=customer),
        lambda _: look("erp", "party_of", customer="cus_1", entity="DE-01"),
        look("erp", "posting_of", invoice="in_none"),
        deed("erp", "apply_payment", payment=bad),
        RemotePort("erp", NOBODY),
    )


def crm():
    system = Crm(Ledger(CATALOG, lambda: datetime(2027, 1, 4, tzinfo=UTC)).books.master, datetime.now)
    system._now = lambda: datetime(2027, 1, 4, tzinfo=UTC)
    return Subject(
        "crm",
        ObjectPort("crm", system),
        deed("crm", "accept_account", account="a", name="A", country="DE"),
        lambda _: look("crm", "account_of", account="a"),
        look("crm", "account_of", account="none"),
        deed("crm", "accept_account", account="b", name="B", country="QQ"),
        RemotePort("crm", NOBODY),
    )


def billing():
    core = BillingCore(VirtualClock(datetime(2027, 1, 4, tzinfo=UTC)))
    prices = CatalogPrices(Ledger(CATALOG, datetime.now).books.master, datetime(2027, 1, 4, tzinfo=UTC).date())
    return Subject(
        "billing",
        StripeBilling(in_process(core), prices),
        deed("billing", "onboard", account="a", name="A", entity="DE-01", currency="EUR"),
        lambda _: look("billing", "customer_of", account="a"),
        look("billing", "customer_of", account="none"),
        deed("billing", "pay", invoice="in_none"),
        StripeBilling(StripeWire(NOBODY, "sk_test_1"), prices),
    )


def tax_engine():
    return TaxEngine(Ledger(CATALOG, datetime.now).books.master)


def tax(adapter=None):
    own = adapter or ObjectPort("tax", TaxDesk(tax_engine()))
    certificate = {"certificate_id": "crt_1", "customer_id": "cus_1", "legal_entity": "US-01", "region": "NY"}
    certificate |= {"tax_code": "US-EX", "valid_from": "2027-01-01", "valid_to": "2028-01-01", "status": "on_file"}
    nowhere = {"legal_entity": "DE-01", "customer_id": "cus_1", "document_date": "2027-01-04", "currency": "EUR"}
    nowhere |= {"price_mode": "exclusive", "buyer_kind": "consumer"}
    nowhere |= {"ship_to": {"line1": "1", "city": "B", "country": "PL"}}
    nowhere |= {"lines": [{"id": "il_1", "sku": "SETUP", "net": 100, "service_start": None}]}
    return Subject(
        "tax",
        own,
        deed("tax", "file_certificate", certificate=certificate),
        lambda _: look("tax", "certificate_of", customer="cus_1", day="2027-01-04"),
        look("tax", "certificate_of", customer="none", day="2027-01-04"),
        deed("tax", "determine", sale=nowhere),
        TaxApi(f"{NOBODY}/tax"),
    )


@pytest.fixture(scope="module")
def tax_api():
    """The adapter for the contract, with the engine of a sandbox behind it."""
    kept = {}
    face = TaxFace(tax_engine(), lambda: datetime(2027, 1, 4, tzinfo=UTC))
    route = Face("tax", lambda: Contract(ROOT, "tax"), face.answers(), "secret", lambda: kept).route()
    with served(Starlette(routes=[route])) as url, closing(TaxApi(f"{url}/tax", "secret")) as found:
        yield found


@pytest.mark.integration
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_tax_adapter_over_http_passes_every_check(tax_api, check):
    check(tax(tax_api))


@pytest.mark.integration
def test_both_tax_adapters_determine_alike_and_refuse_alike(tax_api):
    def determined(adapter, **sale):
        request = {"sale": {**tax().refused.request["sale"], **sale}}
        return adapter.call(Attempt("tax", "determine", request, Kind.DEED, "", datetime.now(UTC)))

    german = {"buyer_kind": "business", "ship_to": {"line1": "1", "city": "B", "country": "DE"}}
    both = (ObjectPort("tax", TaxDesk(tax_engine())), tax_api)
    first, second = (determined(one, **german) for one in both)
    assert first == second
    assert first["tax_breakdown"] == [
        {"tax_code": "DE-S19", "tax_reason": "standard", "rate": "19", "base": 100, "tax": 19}
    ]
    for one in both:
        with pytest.raises(RefusedError) as found:
            determined(one)
        assert found.value.code == "tax-code-unmapped"


def bus(adapter=None):
    event = {"specversion": "1.0", "id": "ev_1", "source": "/erp", "type": "example.aster.period.locked.v1"}
    event |= {"subject": "DE-01:2027-01", "sequence": 1, "data": {}}
    return Subject(
        "bus",
        adapter or BusPort(MemoryBus()),
        deed("bus", "publish", address="erp.periods.v1", event=event),
        lambda made: look("bus", "event_of", event=made["id"]),
        look("bus", "event_of", event="none"),
        deed("bus", "publish", address="elsewhere.v1", event=event),
        BusPort(NatsBus("nats://127.0.0.1:9")),
    )


def stored_bus():
    return bus(BusPort(StoredBus(Storage())))


@pytest.fixture(scope="module")
def nats_bus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nats")
    program = Path(sys.executable).parent / "nats-server"
    command = [program, "-a", "127.0.0.1", "-p", "-1", "-js", "-sd", folder, "--ports_file_dir", folder]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            ports = folder / f"nats-server_{process.pid}.ports"
            while not (ports.exists() and ports.read_text().endswith("}")):
                assert process.poll() is None
                time.sleep(0.01)
            with closing(BusPort(NatsBus(json.loads(ports.read_text())["nats"][0]))) as found:
                yield found
        finally:
            process.terminate()


@pytest.mark.integration
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_nats_adapter_passes_every_check(nats_bus, check):
    nats_bus.bus.clear()
    check(bus(nats_bus))


@pytest.mark.integration
def test_every_bus_is_followed_alike_from_any_place(nats_bus):
    nats_bus.bus.clear()
    seen = []
    for port in (nats_bus, BusPort(MemoryBus()), stored_bus().adapter):
        for number in range(4):
            address = f"erp.{'cash' if number % 2 else 'periods'}.v1"
            event = {**bus().deed.request["event"], "id": f"ev_{number}"}
            port.publish(address, event)
            port.publish(address, event)
        followed, place = [], 0
        while (found := port.next_of(place, "erp.cash.v1"))["count"]:
            place = found["place"]
            followed.append((found["address"], found["event"]["id"]))
        rest = port.next_of(port.next_of(0)["place"])
        seen.append((followed, rest["event"]["id"], port.next_of(place), len(port.bus.published())))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0] == ([("erp.cash.v1", "ev_1"), ("erp.cash.v1", "ev_3")], "ev_1", {"count": 0}, 4)


@pytest.mark.parametrize("name", ["memory", "nats", "tax", "ledger", "sandbox", "stripe", "tryton"])
def test_an_adapter_is_found_by_its_name(name):
    assert name in adapter_names()
    assert callable(factory_of(name))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("subject", [bus, stored_bus, ledger, crm, billing, tax], ids=lambda make: make.__name__)
def test_our_adapters_pass_every_check(subject, check):
    check(subject())


class Good:
    """A small system that does everything right; each fault below breaks one thing."""

    def __init__(self):
        self.made = {}
        self.looks = 0

    def call(self, attempt):
        if attempt.operation == "accept_account":
            if attempt.request["country"] == "QQ":
                raise RefusedError("crm", "country-unmapped", "nobody sells there")
            return self.made.setdefault(attempt.key, {"id": f"acc_{len(self.made)}"})
        if attempt.operation == "account_of":
            return {"count": int(attempt.request["account"] == "a" and bool(self.made)), "name": "A"}
        raise RefusedError("crm", "operation-unknown", "no such thing")


class NotPlain(Good):
    def call(self, attempt):
        return super().call(attempt) | {"when": datetime(2027, 1, 1, tzinfo=UTC)}


class NotANumber(Good):
    def call(self, attempt):
        return super().call(attempt) | {"amount": float("nan")}


class NoCount(Good):
    def call(self, attempt):
        return {name: value for name, value in super().call(attempt).items() if name != "count"}


class Forgets(Good):
    def call(self, attempt):
        answer = super().call(attempt)
        self.made = {}
        return answer


class Doubles(Good):
    def call(self, attempt):
        if attempt.operation == "accept_account" and attempt.request["country"] != "QQ":
            self.made[len(self.made)] = 1
            return {"id": f"acc_{len(self.made)}"}
        return super().call(attempt)


class Flickers(Good):
    def call(self, attempt):
        self.looks += 1
        return super().call(attempt) | {"seen": self.looks}


class Guesses(Good):
    def call(self, attempt):
        return super().call(attempt) if attempt.operation.startswith("acc") else {"count": 0}


class Obeys(Good):
    def call(self, attempt):
        return {"id": "x"} if attempt.request.get("country") == "QQ" else super().call(attempt)


class Mute(Good):
    def call(self, attempt):
        if attempt.request.get("country") == "QQ":
            raise RefusedError("crm", "", "no")
        return super().call(attempt)


class Grabs(Good):
    def call(self, attempt):
        answer = super().call(attempt)
        attempt.request["touched"] = True
        return answer


class Refuses:
    def call(self, attempt):
        raise RefusedError(attempt.port, "down", "no")


class Silent:
    def call(self, attempt):
        raise UnreachableError(attempt.port, "nobody there")


def subject(adapter, unreachable=None):
    return Subject(
        "crm",
        adapter,
        deed("crm", "accept_account", account="a", name="A", country="DE"),
        lambda _: look("crm", "account_of", account="a"),
        look("crm", "account_of", account="none"),
        deed("crm", "accept_account", account="b", name="B", country="QQ"),
        unreachable or Silent(),
    )


def test_a_good_adapter_passes():
    check_adapter(subject(Good()))


@pytest.mark.parametrize(
    ("adapter", "check"),
    [
        (NotPlain, conformance.answers_are_plain),
        (NotANumber, conformance.answers_are_plain),
        (NoCount, conformance.a_look_counts),
        (Forgets, conformance.a_deed_is_seen),
        (Doubles, conformance.a_deed_is_done_once),
        (Flickers, conformance.a_look_changes_nothing),
        (Guesses, conformance.an_unknown_operation_is_refused),
        (Obeys, conformance.a_refusal_names_its_code),
        (Mute, conformance.a_refusal_names_its_code),
        (Grabs, conformance.its_request_is_its_own),
    ],
    ids=lambda value: value.__name__,
)
def test_each_check_finds_what_it_is_for(adapter, check):
    with pytest.raises(NotConformError) as found:
        check(subject(adapter()))
    assert found.value.remedy


@pytest.mark.parametrize("adapter", [Refuses, Good])
def test_an_outage_that_looks_like_an_answer_is_found(adapter):
    with pytest.raises(NotConformError):
        conformance.an_outage_is_no_refusal(subject(Good(), adapter()))


def test_calls_of_another_port_are_no_proof():
    with pytest.raises(NotConformError, match="no operation of erp"):
        conformance.it_serves_its_port(
            Subject("erp", Good(), *[subject(Good()).deed] * 1, None, subject(Good()).unknown)
        )
