"""Tryton as an adapter that an environment names, held to the checks every adapter is held to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from harness.model import UsageError
from synthetic.deeds import Call
from synthetic.deeds.calls import Kind
from synthetic.environments.conformance import CHECKS, Subject
from synthetic.sandboxes.landscape.prices import CatalogPrices
from synthetic.sandboxes.ledger.master import Master
from synthetic.systems.opening import Opening, factory_of

pytestmark = pytest.mark.tryton

CUSTOMER = {"id": "cus_1", "legal_entity": "DE-01", "legal_name": "K", "currency": "EUR", "payment_terms": "CARD"}
BAD = {"id": "pay_1", "legal_entity": "DE-01", "currency": "EUR", "amount": -1, "value_date": "2027-01-04"}


def opened(catalog, url, secret):
    now = datetime(2027, 1, 4, 9, tzinfo=UTC)
    prices = CatalogPrices(Master(catalog), now.date())
    given = Opening("erp", "books", {"adapter": "tryton", "url": url}, secret, catalog, prices, lambda: now)
    return factory_of("tryton")(given)


@pytest.fixture
def adapter(server, catalog):
    server.reset()
    return opened(catalog, server.url, f"{server.template.password}:{server.template.rest_key}")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_adapter_passes(adapter, catalog, check):
    check(
        Subject(
            "erp",
            adapter,
            Call("erp", "register_party", {"customer": CUSTOMER}, Kind.DEED, "key-of-this-check"),
            lambda _: Call("erp", "party_of", {"customer": "cus_1", "entity": "DE-01"}),
            Call("erp", "posting_of", {"invoice": "in_none"}),
            Call("erp", "apply_payment", {"payment": BAD}, Kind.DEED, "key-of-this-check"),
            opened(catalog, "http://127.0.0.1:9/erp/", "a:b"),
        )
    )


@pytest.mark.parametrize(
    ("url", "secret"),
    [("ftp://127.0.0.1:1/erp/", "a:b"), ("http://127.0.0.1:1/", "a:b"), ("http://127.0.0.1:1/e/", "a")],
)
def test_settings_that_name_no_tryton_are_refused(catalog, url, secret):
    with pytest.raises(UsageError):
        opened(catalog, url, secret)
