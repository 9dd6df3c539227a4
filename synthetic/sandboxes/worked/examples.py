"""All worked examples, one after the other."""

from __future__ import annotations

from typing import Any

from harness.catalog import Catalog
from synthetic.sandboxes.supervision.running import Running
from synthetic.sandboxes.worked.billing import BillingExamples
from synthetic.sandboxes.worked.client import Client, Given
from synthetic.sandboxes.worked.erp import ErpExamples
from synthetic.sandboxes.worked.selling import Selling, Sold

_ADMIN = "sync-admin"


def worked_examples(running: Running, catalog: Catalog) -> dict[str, dict[str, dict[str, Any]]]:
    """Do business in a sandbox and return, by contract and operation, what can be asked of it now.

    Args:
        running: A sandbox that is up; what is in it already stays.
        catalog: Of its landscape.

    Raises:
        RefusedExampleError: A step was refused, or what should follow did not come.
    """
    client, given = Client(running, catalog), Given()
    try:
        sold = Selling(client, given).play()
        billing = BillingExamples(client, given, sold)
        billing.play()
        if client.serves("erp-open-items"):
            ErpExamples(client, given, sold, billing).play()
        _queue(client, given, sold)
    finally:
        client.close()
    return given.contracts


def _queue(client: Client, given: Given, sold: Sold) -> None:
    """Bill what no account is mapped to, so that the middleware holds it, and note what an operator can do."""
    # two customers, because the second of one would wait behind the first
    for customer in sold.parties:
        client.billing.deeds.bill(customer, "EXAMPLE-UNMAPPED", [100], "DE-01", "EUR", "DE-S19", terms="NET30")
    path = "/exceptions?status=open"

    def both() -> list[dict[str, Any]] | None:
        found = client.rows(_ADMIN, path)
        return found if len(found) >= 2 else None

    rows = client.wait("the exceptions", both)
    given.add(_ADMIN, "GET /exceptions/{exception_id}", exception_id=rows[0]["id"])
    cause = {"cause": "Mapping row had expired", "closed_by": "oncall.integration"}
    given.add(_ADMIN, "POST /exceptions/{exception_id}/closing", cause, exception_id=rows[1]["id"])
    key = {name: rows[0]["object_key"][name] for name in ("source_system", "object", "object_id")}
    told = {"target": "erp", "reason": "Cause fixed", "requested_by": "oncall.integration"}
    body = {**told, "key": {**key, "version": rows[0]["object_key"].get("version", 1)}}
    given.add(_ADMIN, "POST /replays", body)
    begun = client.ask(_ADMIN, "POST", "/replays", body)
    given.add(_ADMIN, "GET /replays/{replay_id}", replay_id=begun["id"])
    lane = client.rows(_ADMIN, "/lanes")[0]
    pause = {"paused": False, "reason": "R2 de-duplicate"}
    given.add(_ADMIN, "PUT /lanes/{lane_id}/state", pause, lane_id=lane["id"])
