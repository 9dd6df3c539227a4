"""What consumers of entitlements and of CRM's events read is what the landscape really answers and publishes."""

from __future__ import annotations

import pytest
from conformity import ROOT

from harness.pacts.verifying import Provider, verify

pytest.importorskip("pact")
pytestmark = pytest.mark.integration

HANDLERS = ROOT / "synthetic/sandboxes/faces/pact_provider.py"
PACTS = {
    "entitlements": ["support"],
    "entitlement-events": ["crm"],
    "crm-events": ["entitlements"],
}


@pytest.mark.parametrize("provider", sorted(PACTS))
def test_every_pact_with_it_holds(provider):
    files = [ROOT / "contracts/pacts" / provider / f"{name}.json" for name in PACTS[provider]]
    assert {path.stem for path in (ROOT / "contracts/pacts" / provider).iterdir()} == set(PACTS[provider])
    for found in verify(Provider(provider, handlers=HANDLERS), files):
        assert found.success, found


def test_what_is_published_of_an_entitlement_is_what_its_contract_answers():
    from synthetic.sandboxes.faces import pact_provider  # noqa: PLC0415  (it reads the landscape)

    pact_provider.STAGE.set()
    told = pact_provider.STAGE.published("entitlement.changed")["data"]
    assert (told["id"], told["tenant_id"], told["sku"], told["status"]) == ("en_D1", "ten_kranich", "PRO-ANNUAL", "on")
