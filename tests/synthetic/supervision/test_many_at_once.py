"""Fifty subscriptions at once, through real processes."""

from __future__ import annotations

import asyncio

import pytest
from accounting import billed, shop, unaccounted

from synthetic.sandboxes.supervision.starting import reset

pytestmark = pytest.mark.integration


def test_fifty_subscriptions_at_once_are_in_both_books_to_the_cent(shared_sandbox, reference):
    reset(shared_sandbox.folder)

    async def rush(found):
        return await asyncio.gather(*(found.sell(number, quantity=1 + number % 4) for number in range(50)))

    with shop(shared_sandbox.folder, reference) as found:
        sold = asyncio.run(rush(found))
        parts = found.settled()
    assert len({one["invoice"] for one in sold}) == 50
    books = billed(shared_sandbox.folder)
    assert sorted(one["id"] for one in books["invoices"]) == sorted(one["invoice"] for one in sold)
    assert {one["status"] for one in books["invoices"]} == {"paid"}
    assert parts["sync"]["exceptions"] == 0
    assert unaccounted(shared_sandbox.folder, reference) == []
    # DE-01 is posted twice, in its own ledger and in that of the old system; an invoice and a payment each
    german = sum(number % 3 == 0 for number in range(50))
    assert parts["ledger"]["postings"] == 2 * (50 + german)


def test_the_accounting_itself_finds_a_cent(shared_sandbox, reference):
    """A check that cannot fail proves nothing: a payment that billing never took is found at once."""
    reset(shared_sandbox.folder)
    with shop(shared_sandbox.folder, reference) as found:
        sold = asyncio.run(found.sell(0, terms="NET30"))
        found.settled()
        assert unaccounted(shared_sandbox.folder, reference) == []
        payment = {
            "id": "tr_1",
            "invoice_id": sold["invoice"],
            "legal_entity": "DE-01",
            "currency": "EUR",
            "amount": 1,
            "value_date": "2027-01-04",
            "method": "bank_transfer",
        }
        asyncio.run(found.ask("erp", "apply_payment", "t", payment=payment))
    assert [line for line in unaccounted(shared_sandbox.folder, reference) if sold["invoice"] in line]
