"""The exception queue over HTTP: every answer satisfies the contract, and so does every event that was published."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from harness.conform import Messages, check_events, open_target
from harness.schema.validation import Validator
from synthetic.sandboxes.billing import pact_provider as billing
from synthetic.sandboxes.sync import pact_provider

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def complaint():
    document = open_target("sync-admin", ROOT).document

    def of(name, body):
        return Validator({**document, "$ref": f"#/components/schemas/{name}"}).error(body)

    return of


@pytest.fixture
def ask():
    pact_provider.STAGE.set(posts=False)

    async def get(path, params):
        transport = httpx.ASGITransport(app=pact_provider.STAGE)
        async with httpx.AsyncClient(transport=transport, base_url="http://sync") as client:
            return await client.get(path, params=params)

    return lambda path, params=None: asyncio.run(get(path, params))


def test_the_queue_is_shown_as_the_contract_says(ask, complaint):
    page = ask("/exceptions", params={"legal_entity": "DE-01"}).json()
    assert complaint("ExceptionPage", page) is None
    assert [one["object_key"]["object_id"] for one in page["data"]] == ["in_D1"]
    one = ask(f"/exceptions/{page['data'][0]['id']}").json()
    assert complaint("Exception", one) is None
    assert one == page["data"][0]


@pytest.mark.parametrize(
    "query", [{"legal_entity": "US-01"}, {"category": "tax"}, {"status": "closed"}, {"status": "assigned"}]
)
def test_what_is_not_asked_for_is_not_shown(ask, query):
    assert ask("/exceptions", params=query).json()["data"] == []


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/exceptions", {"status": "lost"}, 400),
        ("/exceptions", {"limit": "0"}, 400),
        ("/exceptions", {"limit": "x"}, 400),
        ("/exceptions", {"cursor": "nobody"}, 400),
        ("/exceptions/nobody", {}, 404),
    ],
)
def test_what_cannot_be_answered_is_a_problem(ask, path, query, status):
    answer = ask(path, params=query)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("contract", "state", "message"),
    [
        ("erp-events", "invoice in_D1 is posted", "a posted invoice for the revenue mart"),
        ("sync-events", "invoice in_D1 waits in the exception queue", "a raised exception that opens a ticket"),
    ],
)
def test_what_the_middleware_publishes_keeps_its_contract(contract, state, message):
    pact_provider.STATES[state]()
    target = open_target(contract, ROOT)
    line = json.dumps(pact_provider.MESSAGES[message]()).encode()
    assert check_events(Messages(target.name, target.document), [line], "sync").findings == ()


@pytest.mark.parametrize("message", billing.MESSAGES)
def test_what_billing_tells_keeps_its_contract(message):
    billing.STATES["invoice in_D7 was voided" if "voided" in message else "invoice in_D1 was paid"]()
    target = open_target("billing-events", ROOT)
    line = json.dumps(billing.MESSAGES[message]()).encode()
    assert check_events(Messages(target.name, target.document), [line], "billing").findings == ()
